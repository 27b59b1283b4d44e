"""Bootstrap resamples of segments (Koehn, 2004, https://aclanthology.org/W04-3250/), drawn as sacreBLEU draws them.

The same seed and number of segments give the same resamples for every system and metric, so the scores of two systems on
resample i are paired without more ado.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mtsum.errors import UsageError
from mtsum.evaluation.metrics.base import Metric

DEFAULT_SEED = 12345
SAMPLES = 1000
# Values held at a time; a resample of n segments with k statistics takes n * k of them.
_VALUES_AT_ONCE = 1 << 23


@dataclass(frozen=True)
class Resampling:
    """How many bootstrap resamples to draw, and from which seed."""

    samples: int = SAMPLES
    seed: int = DEFAULT_SEED

    def __post_init__(self) -> None:
        if self.samples < 2:
            raise UsageError(f"a bootstrap takes 2 resamples or more, not {self.samples}")
        if self.seed < 0:
            raise UsageError(f"a seed is 0 or more, not {self.seed}")


@dataclass(frozen=True)
class Interval:
    """The middle 95% of the scores of resamples, and their mean."""

    low: float
    high: float
    mean: float


def seed_of_environment() -> int:
    """The seed in ``SACREBLEU_SEED``, which sacreBLEU minds too, or 12345; ``none`` draws one, to be written down.

    Raises ``UsageError`` where it is no number.
    """
    said = os.environ.get("SACREBLEU_SEED", str(DEFAULT_SEED))
    if said.lower() == "none":
        return int.from_bytes(os.urandom(4), "little")
    if not said.isascii() or not said.isdigit():
        raise UsageError(f"SACREBLEU_SEED should be a whole number from 0 up or 'none', not {said!r}")
    return int(said)


def bootstrap_scores(metric: Metric, statistics: np.ndarray, resampling: Resampling) -> np.ndarray:
    """The corpus score of each resample, [samples], from the statistics of the segments, [segments, k]."""
    segments = len(statistics)
    rows = statistics.astype(metric.resampled_in)
    draw = np.random.default_rng(resampling.seed)
    scores = []
    for size in _parts(resampling.samples, statistics.size):
        chosen = draw.choice(segments, size=(size, segments), replace=True)
        scores.append(metric.aggregate(rows[chosen].sum(1)))
    return np.concatenate(scores)


def interval(scores: np.ndarray) -> Interval:
    """The 95% interval of resampled scores: an n-th of 40 is left off at either end, as sacreBLEU does."""
    ordered = np.sort(scores)
    cut = len(ordered) // 40
    mean = ordered.dtype.type(math.fsum(ordered) / len(ordered))
    return Interval(float(ordered[cut]), float(ordered[-cut - 1]), float(mean))


def _parts(samples: int, values: int) -> Iterator[int]:
    """``samples`` in parts that fit in memory; the generator draws the same numbers in parts as at once."""
    most = max(1, _VALUES_AT_ONCE // max(1, values))
    for start in range(0, samples, most):
        yield min(most, samples - start)
