"""Sentences that were ended too early: “months after the vote” must not become “months.”"""

from __future__ import annotations

from collections.abc import Sequence

from mtsum.checks.order import folded, nearest
from mtsum.checks.words import fold

_SPANS_TEXT = """
second seconds moment moments minute minutes hour hours day days night nights week weeks month months year years decade
decades just even right only shortly immediately directly soon long
"""
_SPANS = frozenset(_SPANS_TEXT.split())
_RELATIONS = frozenset({"after", "before", "ago", "later", "earlier", "until"})


def parts_a_span(last: str, following: str) -> bool:
    """Whether a sentence can't end in the word ``last`` where its source goes on with ``following``: months, after."""
    return fold(last) in _SPANS and fold(following) in _RELATIONS


def ends_too_early(sentence: str, sources: Sequence[str]) -> bool:
    """Whether ``sentence`` ends between a span of time and what it is counted from in the source nearest to it."""
    wanted, found = folded(sentence), [folded(source) for source in sources]
    at, kept = nearest(wanted, found)
    if not kept or kept[-1] + 1 >= len(found[at]):
        return False
    return parts_a_span(wanted[-1], found[at][kept[-1] + 1])
