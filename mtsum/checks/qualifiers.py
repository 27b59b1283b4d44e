"""Words that turn a claim round or weaken it, and that a shorter sentence must not lose: not, allegedly, could."""

from __future__ import annotations

from collections.abc import Sequence

from mtsum.checks.order import folded, nearest
from mtsum.checks.words import ENGLISH_FUNCTION_WORDS

_QUALIFIERS_TEXT = """
not no never none nobody nothing neither nor without cannot hardly barely nearly almost
alleged allegedly reportedly suspected accused apparently possibly probably supposedly
may might could would should unless if
"""
QUALIFIERS = frozenset(_QUALIFIERS_TEXT.split())


def dropped_qualifiers(sentence: str, sources: Sequence[str]) -> tuple[str, ...]:
    """Qualifiers that the source nearest to ``sentence`` has and it has not, though it has the word that they qualify.

    That is the content word after the qualifier. A qualifier counts as kept where the sentence has it, or another one,
    anywhere.
    """
    wanted = folded(sentence)
    if not wanted or any(_qualifies(word) for word in wanted):
        return ()
    found = [folded(source) for source in sources]
    which, kept = nearest(wanted, found)
    if not kept:
        return ()
    source, places = found[which], set(kept)
    return tuple(
        word
        for at, word in enumerate(source)
        if _qualifies(word) and at not in places and _next_content(source, at) in places
    )


def _qualifies(word: str) -> bool:
    return word in QUALIFIERS or word.endswith("n't")


def _next_content(text: Sequence[str], at: int) -> int | None:
    """Where the first content word after position ``at`` stands."""
    following = (place for place in range(at + 1, len(text)) if text[place] not in ENGLISH_FUNCTION_WORDS)
    return next(following, None)
