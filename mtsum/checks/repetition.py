"""Text that a model got stuck on: the same words, or the same letters, over and over."""

from __future__ import annotations

import re
from collections import Counter

from mtsum.checks.words import fold

_LETTER_LOOP = re.compile(r"(\w{1,6}?)\1{5,}")


def repeats(text: str, source: str = "") -> bool:
    """Whether ``text`` repeats itself in a way its ``source`` does not.

    Counts as repetition: one to five words three times in a row, four words three times anywhere, a few letters six
    times in a row inside a word.
    """
    tokens, source_tokens = _tokens(text), _tokens(source)
    if _in_a_row(tokens) >= 3 and _in_a_row(source_tokens) < _in_a_row(tokens):
        return True
    if _most_common_count(tokens, 4) >= 3 and _most_common_count(source_tokens, 3) < 3:
        return True
    return bool(_LETTER_LOOP.search(re.sub(r"\d", "", text)) and not _LETTER_LOOP.search(re.sub(r"\d", "", source)))


def _tokens(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def _in_a_row(tokens: list[str]) -> int:
    """How often the most stubborn run of one to five words stands in a row, the first time included."""
    most = 1 if tokens else 0
    for size in range(1, 6):
        steps = 0
        for start in range(size, len(tokens) - size + 1):
            same = tokens[start - size : start] == tokens[start : start + size]
            steps = steps + 1 if same else 0
            # Windows slide by one word: r runs of `size` words in a row give (r - 2) * size + 1 equal steps.
            if steps:
                most = max(most, 2 + (steps - 1) // size)
    return most


def _most_common_count(tokens: list[str], size: int) -> int:
    grams = Counter(tuple(tokens[at : at + size]) for at in range(len(tokens) - size + 1))
    return max(grams.values(), default=0)
