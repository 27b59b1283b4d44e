"""Which source sentences a summary sentence rests on."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from mtsum.checks.words import content_stems

_ENOUGH, _WORTH_ADDING, _MOST = 0.85, 0.15, 3


def sources_of(sentence: str, candidates: Sequence[str]) -> tuple[int, ...]:
    """Positions (ascending) of the one to three ``candidates`` that cover the content words of ``sentence`` best.

    A greedy cover: the candidate that covers most comes first, another is added while it covers at least 15% more and
    85% are not yet covered. Rare words weigh more; pairs of neighbouring words decide between equals. Raises
    ``ValueError`` without candidates.
    """
    stems = [content_stems(text) for text in candidates]
    frequency = Counter(stem for one in stems for stem in set(one))
    wanted = content_stems(sentence)
    weights = {stem: math.log(1 + len(candidates) / frequency[stem]) for stem in wanted if frequency[stem]}
    total = sum(weights.values())
    pairs = set(pairwise(wanted))
    shared_pairs = [len(pairs & set(pairwise(one))) for one in stems]
    chosen: list[int] = []
    covered: set[str] = set()
    for _ in range(_MOST):
        gains = [sum(weights.get(stem, 0.0) for stem in set(one) - covered) for one in stems]
        best = max(
            (at for at in range(len(candidates)) if at not in chosen),
            key=lambda at: (gains[at] + 0.1 * shared_pairs[at], -at),
            default=None,
        )
        if best is None:
            break
        if chosen and (not total or gains[best] < _WORTH_ADDING * total):
            break
        chosen.append(best)
        covered |= set(stems[best])
        if total and sum(weight for stem, weight in weights.items() if stem in covered) >= _ENOUGH * total:
            break
    if not chosen:
        raise ValueError("a summary sentence needs at least one candidate to rest on")
    return tuple(sorted(chosen))
