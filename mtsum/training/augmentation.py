"""Pairs with other names and numbers in them: what must be copied can't be learnt by heart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np

from mtsum.training.pairs import Pair

_WORD = re.compile(r"[^\W\d_]{3,}")
_DIGITS = re.compile(r"\d{2,}")
# Endings of a foreign name in Albanian: Putini, Putinit, Putinin, Obama/Obamës/Obamën, Blairi, Moskë/Moskës.
_ENDINGS = frozenset(
    ["", "i", "it", "in", "u", "ut", "un", "s", "t", "n", "ja", "së", "në", "a", "ës", "ën", "e", "es", "en"]
)


def rare_names(texts: Iterable[str], least: int = 1, most: int = 12) -> list[str]:
    """Capitalised words of ``texts`` that never open a sentence, never stand in lower case and are seldom; sorted."""
    names: Counter[str] = Counter()
    lower: set[str] = set()
    for text in texts:
        for match in _WORD.finditer(text):
            word = match.group()
            if word[0].islower():
                lower.add(word)
            elif match.start() > 0 and len(word) >= 4 and word[1:].islower():
                names[word] += 1
    return sorted(word for word, n in names.items() if least <= n <= most and word.lower() not in lower)


def with_other_names(pair: Pair, names: list[str], rng: np.random.Generator) -> Pair | None:
    """The pair with every name and number that stands on both sides replaced by another, the same on both.

    A name in the source may carry an Albanian case ending, which stays. The copy is of the group ``names/`` and the
    pair's own. Returns None where nothing can be replaced.
    """
    source, target = pair.source, pair.target
    candidates = {
        m.group() for m in _WORD.finditer(target) if m.start() > 0 and m.group()[0].isupper() and len(m.group()) >= 4
    }
    new_name: dict[str, str] = {}
    new_form: dict[str, str] = {}
    for form in set(_WORD.findall(source)):
        for name in candidates:
            if form.startswith(name) and form[len(name) :] in _ENDINGS:
                other = new_name.setdefault(name, str(names[rng.integers(len(names))]))
                new_form[form] = other + form[len(name) :]
    source = _WORD.sub(lambda match: new_form.get(match.group(), match.group()), source)
    target = _WORD.sub(lambda match: new_name.get(match.group(), match.group()), target)
    replaced = bool(new_name)
    for digits in set(_DIGITS.findall(target)) & set(_DIGITS.findall(source)):
        other = str(rng.integers(10 ** (len(digits) - 1), 10 ** len(digits))) if len(digits) < 7 else digits
        source = re.sub(rf"(?<!\d){digits}(?!\d)", other, source)
        target = re.sub(rf"(?<!\d){digits}(?!\d)", other, target)
        replaced = True
    return Pair(f"names/{pair.group}", source, target) if replaced else None
