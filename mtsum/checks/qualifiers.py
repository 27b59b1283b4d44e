"""Words that turn a claim round or weaken it, and that a shorter sentence must not lose: not, allegedly, could."""

from __future__ import annotations

from collections.abc import Sequence

from mtsum.checks.order import folded, nearest
from mtsum.checks.words import ENGLISH_FUNCTION_WORDS

_HEDGES_TEXT = """
alleged allegedly reportedly suspected accused apparently possibly probably supposedly purported purportedly
"""
HEDGES = frozenset(_HEDGES_TEXT.split())
"""Words that say that a claim is only a claim."""
_OTHERS_TEXT = """
not no never none nobody nothing neither nor without cannot hardly barely nearly almost may might could would should unless if
"""
QUALIFIERS = HEDGES | frozenset(_OTHERS_TEXT.split()) | {"only"}


def dropped_qualifiers(sentence: str, sources: Sequence[str]) -> tuple[str, ...]:
    """Qualifiers that the source nearest to ``sentence`` has and it has not, though it has the word that they qualify.

    That is the content word after the qualifier. A qualifier counts as kept where the sentence has it anywhere, or one
    that can stand for it: for “allegedly” another such word, for “could” or “not” any qualifier, for “only” none.
    """
    wanted = folded(sentence)
    if not wanted:
        return ()
    found = [folded(source) for source in sources]
    which, kept = nearest(wanted, found)
    if not kept:
        return ()
    source, places = found[which], set(kept)
    return tuple(
        word
        for at, word in enumerate(source)
        if _qualifies(word)
        and at not in places
        and _next_content(source, at) in places
        and not _stands_in(word, wanted)
    )


def _stands_in(qualifier: str, wanted: Sequence[str]) -> bool:
    """Whether one of the words ``wanted`` says what ``qualifier`` does."""
    if qualifier == "only":
        return "only" in wanted
    return any(word in HEDGES if qualifier in HEDGES else _qualifies(word) for word in wanted)


def _qualifies(word: str) -> bool:
    return word in QUALIFIERS or word.endswith("n't")


def _next_content(text: Sequence[str], at: int) -> int | None:
    """Where the first content word after position ``at`` stands."""
    following = (place for place in range(at + 1, len(text)) if text[place] not in ENGLISH_FUNCTION_WORDS)
    return next(following, None)
