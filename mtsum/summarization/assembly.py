"""Choosing the sentences of a summary so that it has about the words asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mtsum.checks.words import content_stems
from mtsum.summarization.length import Budget

_TOO_ALIKE = 0.5
_DISTANCE_WEIGHT = 0.15


@dataclass(frozen=True)
class Candidate:
    """A sentence that may stand in the summary; ``sources`` are positions of source sentences, ``value`` its worth."""

    text: str
    sources: tuple[int, ...]
    value: float
    flags: tuple[str, ...] = ()

    @property
    def words(self) -> int:
        """Its number of words."""
        return len(self.text.split())


def alike(one: Candidate, other: Candidate) -> bool:
    """Whether saying both would be saying one thing twice: half of the shorter one's content words are shared."""
    left, right = set(content_stems(one.text)), set(content_stems(other.text))
    return len(left & right) >= max(1.0, _TOO_ALIKE * min(len(left), len(right)))


def choose(candidates: Sequence[Candidate], budget: Budget) -> list[Candidate]:
    """The best set of candidates whose words are within ``budget``, in the order of their first source.

    No two of them are ``alike``. Best is the highest mean value a word, less a little for being off the target. When no
    set is within the budget, the set nearest to it is taken, a shorter one before a longer one.
    """
    ordered = sorted(candidates, key=lambda candidate: -candidate.value)
    clashes = {
        (left, right) for left in range(len(ordered)) for right in range(left) if alike(ordered[left], ordered[right])
    }
    # best[words] is the set of that many words with the highest sum of value times words, as (sum, members).
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for at, candidate in enumerate(ordered):
        for words, (worth, members) in list(best.items()):
            total = words + candidate.words
            if total > budget.most and words:
                continue
            if any((at, member) in clashes for member in members):
                continue
            grown = worth + candidate.value * candidate.words
            if total not in best or grown > best[total][0]:
                best[total] = (grown, (*members, at))
    best.pop(0)
    if not best:
        return []

    def worth_of(words: int) -> tuple[int, float]:
        outside = max(budget.least - words, 0, 2 * (words - budget.most))
        distance = abs(words - budget.target) / budget.target
        return -outside, best[words][0] / words - _DISTANCE_WEIGHT * distance

    members = best[max(best, key=worth_of)][1]
    return sorted((ordered[at] for at in members), key=lambda candidate: candidate.sources)
