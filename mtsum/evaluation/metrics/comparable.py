"""Scores may be set side by side only where their signatures say that they were measured alike."""

from __future__ import annotations

from collections.abc import Iterable

from mtsum.errors import UsageError
from mtsum.evaluation.metrics.base import Score, Signature

_OF_INTERVALS = ("bs", "ar", "seed")


def check_comparable(scores: Iterable[Score]) -> None:
    """Raise ``UsageError`` where two scores of one metric were measured differently, naming what differs.

    Scores of two COMET checkpoints, of two tokenizations or against another number of references are no measure of
    which system is better. How an interval was drawn (``bs``, ``ar``, ``seed``) makes no difference to a score.
    """
    first: dict[str, Signature] = {}
    for score in scores:
        signature = Signature.parse(score.signature)
        before = first.setdefault(score.metric, signature)
        if different := _differences(before, signature):
            raise UsageError(
                f"these {score.metric} scores cannot be compared: one was measured with "
                f"{', '.join(f'{key}:{one}' for key, one, _ in different)}, another with "
                f"{', '.join(f'{key}:{other}' for key, _, other in different)}; score both in the same way"
            )


def _differences(one: Signature, other: Signature) -> list[tuple[str, str, str]]:
    """The keys whose values differ, and both values; ``none`` where a signature lacks the key."""
    first, second = ({key: value for key, value in each.parts if key not in _OF_INTERVALS} for each in (one, other))
    keys = list(dict.fromkeys([*first, *second]))
    return [(key, first.get(key, "none"), second.get(key, "none")) for key in keys if first.get(key) != second.get(key)]
