"""Sentences that were ended too early: “months after the vote” must not become “months”, nor “the first to win” “the first”."""

from __future__ import annotations

from collections.abc import Sequence

from mtsum.checks.order import nearest
from mtsum.checks.words import fold, marked_words

_SPANS_TEXT = """
second seconds moment moments minute minutes hour hours day days night nights week weeks month months year years decade
decades just even right only shortly immediately directly soon long
"""
_SPANS = frozenset(_SPANS_TEXT.split())
_RELATIONS = frozenset({"after", "before", "ago", "later", "earlier", "until"})


_RANKS = frozenset({"first", "only", "best", "worst", "most", "fewest"})
_NO_RANKS_TEXT = """
arrest arrests conquest contest forest guest harvest honest interest invest manifest midwest modest northwest protest request
southwest suggest
"""
_NO_RANKS = frozenset(_NO_RANKS_TEXT.split())
_LIMITS = frozenset({"to", "since", "ever", "of", "in", "who", "that", "from", "for", "on", "at", "under", "among"})
_NEAR = 3
_NEGATIONS = frozenset({"no", "not", "never", "none", "nobody", "nothing", "neither", "cannot"})
_EXCEPTIONS = frozenset({"since", "until", "till", "unless", "before", "except", "without", "but", "if", "because"})


def parts_what_belongs_together(kept: Sequence[str], following: str) -> bool:
    """Whether a sentence can't end in the words ``kept`` where its source goes on with ``following``.

    A span of time stays with what it is counted from (months, after), a rank with what it is one of (the first jockey, to)
    and a negation with what limits it (was not given, since).
    """
    if fold(following) in _EXCEPTIONS and any(_negates(fold(word)) for word in kept):
        return True
    if fold(following) == "since" and any(_is_rank(fold(word.strip(",;:"))) for word in kept):
        return True  # “the strongest storm to make landfall since 2013” is not the strongest ever
    words, following = [fold(word.strip(",;:")) for word in kept[-_NEAR:]], fold(following)
    parts_a_span = bool(words) and words[-1] in _SPANS and following in _RELATIONS
    return parts_a_span or (following in _LIMITS and any(_is_rank(word) for word in words))


def _negates(word: str) -> bool:
    return word in _NEGATIONS or word.endswith("n't")


def _is_rank(word: str) -> bool:
    return word in _RANKS or (len(word) > 5 and word.endswith("est") and word not in _NO_RANKS)


def ends_too_early(sentence: str, sources: Sequence[str]) -> bool:
    """Whether ``sentence`` ends where, in the source nearest to it, what belongs together is parted.

    Nothing is where a mark stands there: “delayed for a week, after the vote” may end in “week”.
    """
    wanted = [fold(word) for word, _ in marked_words(sentence)]
    found = [marked_words(source) for source in sources]
    at, kept = nearest(wanted, [[fold(word) for word, _ in source] for source in found])
    if not kept or kept[-1] + 1 >= len(found[at]):
        return False
    following, marks = found[at][kept[-1] + 1]
    return not marks and parts_what_belongs_together(wanted, following)
