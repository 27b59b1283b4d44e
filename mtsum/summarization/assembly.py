"""Choosing the sentences of a summary so that it has about the words asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import prod

from mtsum.checks.words import content_stems
from mtsum.summarization.context import Context, full_names
from mtsum.summarization.length import Budget

_TOO_ALIKE = 0.5
_WEIGHT_OF_BEING_OFF = 0.03
_WORTH_WITHOUT_CONTEXT, _WORTH_WITHOUT_A_MENTION = 0.33, 0.75
# What a text says next reads on; what comes after sentences left out may take for granted what no rule of context sees.
_WORTH_AFTER_ONE_LEFT_OUT, _WORTH_AFTER_MORE = 0.85, 0.75
# A mean over words hardly notices a few words of little worth: a sentence below this worth costs something however short.
_LITTLE_WORTH, _COST_OF_LITTLE_WORTH = 0.2, 50.0


@dataclass(frozen=True)
class Candidate:
    """A sentence that may stand in the summary; ``sources`` are positions of source sentences, ``value`` its worth.

    ``is_whole`` tells that it says all that they say, ``lost_names`` that it lacks a name of theirs.
    """

    text: str
    sources: tuple[int, ...]
    value: float
    flags: tuple[str, ...] = ()
    context: Context = field(default_factory=Context)
    lost_names: bool = False
    is_whole: bool = True

    @property
    def words(self) -> int:
        """Its number of words."""
        return len(self.text.split())

    def tells(self, position: int, all_of_it: bool = False) -> bool:
        """Whether it says what source sentence ``position`` says: with all of that one's names, or ``all_of_it``."""
        return position in self.sources and not self.lost_names and (self.is_whole or not all_of_it)


def alike(one: Candidate, other: Candidate) -> bool:
    """Whether saying both would be saying one thing twice: half of the shorter one's content words are shared.

    One shared word is all of a sentence that has but one, and chance in “The big search is over”.
    """
    left, right = set(content_stems(one.text)), set(content_stems(other.text))
    shared, fewest = len(left & right), min(len(left), len(right))
    return shared >= max(1.0, _TOO_ALIKE * fewest) and (shared > 1 or fewest <= 1)


def choose(candidates: Sequence[Candidate], budget: Budget) -> list[Candidate]:
    """The best set of candidates whose words are within ``budget``, in the order of their first source.

    No two of them are ``alike``. Best is the highest mean value a word, less something for sentences of little worth and for
    being off the target, by how much of what the budget allows; a candidate whose context the set does not tell is worth
    less, and so is one that does not follow, in the text, one of the set. When no set is within the budget, the set nearest
    to it is taken, a shorter one before a longer one.
    """
    ordered = sorted(candidates, key=lambda candidate: (candidate.sources, -candidate.value))
    clashing = [_mask(other for other in range(at) if alike(ordered[at], ordered[other])) for at in range(len(ordered))]
    needs, before = _needs(ordered), _before(ordered)
    # best[words] is the set of that many words with the highest sum of value times words, as (sum, members as bits).
    best: dict[int, tuple[float, int]] = {0: (0.0, 0)}
    for at, candidate in enumerate(ordered):
        for words, (worth, members) in list(best.items()):
            total = words + candidate.words
            if (total > budget.most and words) or clashing[at] & members:
                continue
            value = candidate.value * prod(without for told, without in needs[at] if not told & members)
            value *= _worth_after(members, before[at])
            grown = worth + value * candidate.words - _COST_OF_LITTLE_WORTH * max(0.0, _LITTLE_WORTH - value)
            if total not in best or grown > best[total][0]:
                best[total] = (grown, members | 1 << at)
    best.pop(0)
    if not best:
        return []

    def worth_of(words: int) -> tuple[int, float]:
        outside = max(budget.least - words, 0, 2 * (words - budget.most))
        off = abs(words - budget.target) / max(1, budget.target - budget.least)
        return -outside, best[words][0] / words - _WEIGHT_OF_BEING_OFF * off

    members = best[max(best, key=worth_of)][1]
    return [candidate for at, candidate in enumerate(ordered) if members >> at & 1]


def _needs(ordered: Sequence[Candidate]) -> list[list[tuple[int, float]]]:
    """For each candidate and each thing it takes for granted: those before it that tell it, as bits, and its worth without."""
    full = [full_names(candidate.text) for candidate in ordered]
    said = [set(content_stems(candidate.text)) for candidate in ordered]
    needs = []
    for at, candidate in enumerate(ordered):
        context = candidate.context
        told = [_mask(other for other in range(at) if name in full[other]) for name in context.names - full[at]]
        told += [_mask(other for other in range(at) if thing in said[other]) for thing in context.things]
        if context.previous is not None and context.previous not in candidate.sources:
            told.append(_mask(o for o in range(at) if ordered[o].tells(context.previous, context.all_of_it)))
        spoken_of = [
            _mask(other for other in range(at) if thing in said[other]) for thing in context.mentions & said[at]
        ]
        needs.append([(members, _WORTH_WITHOUT_CONTEXT) for members in told]
                     + [(members, _WORTH_WITHOUT_A_MENTION) for members in spoken_of])  # fmt: skip
    return needs


def _before(ordered: Sequence[Candidate]) -> list[tuple[int, int] | None]:
    """For each candidate, as bits, those that it follows in the text, and those it follows but for one sentence.

    ``None`` for one that a text begins with.
    """
    first = [min(candidate.sources) for candidate in ordered]
    last = [max(candidate.sources) for candidate in ordered]

    def ending(at: int, step: int) -> int:
        return _mask(other for other in range(at) if first[at] - last[other] == step)

    return [(ending(at, 1), ending(at, 2)) if first[at] else None for at in range(len(ordered))]


def _worth_after(members: int, before: tuple[int, int] | None) -> float:
    """What of its worth a sentence has after ``members``, by how much of the text is left out between."""
    if before is None or before[0] & members:
        return 1.0
    return _WORTH_AFTER_ONE_LEFT_OUT if before[1] & members else _WORTH_AFTER_MORE


def _mask(positions: Iterable[int]) -> int:
    """The positions as bits of one number."""
    return sum(1 << position for position in positions)
