"""Is a system better than the baseline, or only on these segments? Paired tests and effect sizes.

Both tests give sacreBLEU's p-values for the same seed: the paired bootstrap (Koehn, 2004, W04-3250, as Moses' script has it)
and approximate randomization (Riezler and Maxwell, 2005, W05-0908, as multeval has it). Neither says how large a difference
is; the interval of the difference and the effect size do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtsum.errors import UsageError
from mtsum.evaluation.metrics.base import Metric
from mtsum.evaluation.resampling import DEFAULT_SEED, Resampling, interval

SHUFFLES = 10_000
# Rows of shuffles done at a time: a multiple of 32, since chance is drawn in words of 32 bits.
_SHUFFLES_AT_ONCE = 1024


@dataclass(frozen=True)
class Randomization:
    """How many shuffles approximate randomization makes, and from which seed."""

    shuffles: int = SHUFFLES
    seed: int = DEFAULT_SEED

    def __post_init__(self) -> None:
        if self.shuffles < 1:
            raise UsageError(f"a randomization test takes 1 shuffle or more, not {self.shuffles}")


@dataclass(frozen=True)
class Comparison:
    """A system beside the baseline, by one metric.

    ``difference`` is the system's score less the baseline's, ``low`` and ``high`` bound its 95% bootstrap interval. The
    p-values are two-sided; ``None`` stands for a test that was not asked for. ``effect_size`` is Cohen's d of the paired
    differences of segment scores, their mean over their standard deviation; ``None`` where all differences are one and the
    same other than 0, or there is one segment only. For TER a negative difference is an improvement.
    """

    metric: str
    baseline: str
    system: str
    difference: float
    low: float | None
    high: float | None
    p_bootstrap: float | None
    p_randomization: float | None
    effect_size: float | None
    signature: str


def corpus_value(metric: Metric, statistics: np.ndarray) -> float:
    """The score of the whole corpus from the statistics of its segments."""
    return float(metric.aggregate(statistics.sum(0)))


def paired_bootstrap(baseline: np.ndarray, system: np.ndarray, difference: float) -> float:
    """The p-value of a score difference, from the scores of both on the same resamples, [samples] each."""
    sampled = np.abs(system - baseline)
    return _p_value(sampled - sampled.mean(), abs(difference))


def paired_randomization(metric: Metric, baseline: np.ndarray, system: np.ndarray, how: Randomization) -> float:
    """The p-value of a score difference: how often chance, swapping outputs segment by segment, makes a greater one.

    ``baseline`` and ``system`` are the statistics of the same segments, [segments, k].
    """
    draw = np.random.default_rng(how.seed)
    found = []
    for start in range(0, how.shuffles, _SHUFFLES_AT_ONCE):
        size = min(_SHUFFLES_AT_ONCE, how.shuffles - start), len(baseline)
        kept = draw.integers(2, size=size, dtype=bool)
        swapped = (~kept).astype(np.float64)
        stays = kept.astype(np.float64)
        one = metric.aggregate(stays @ baseline + swapped @ system)
        other = metric.aggregate(swapped @ baseline + stays @ system)
        found.append(np.abs(one - other))
    real = abs(corpus_value(metric, baseline) - corpus_value(metric, system))
    return _p_value(np.concatenate(found), real)


def effect_size(baseline: np.ndarray, system: np.ndarray) -> float | None:
    """Cohen's d for paired samples, of segment scores [segments]: mean difference over its standard deviation."""
    differences = system - baseline
    if not differences.any():
        return 0.0
    spread = float(differences.std(ddof=1)) if len(differences) > 1 else 0.0
    return float(differences.mean()) / spread if spread else None


@dataclass(frozen=True)
class Measured:
    """A system's statistics by one metric, [segments, k], and its scores on the resamples where some were drawn."""

    name: str
    statistics: np.ndarray
    resampled: np.ndarray | None = None


def compare(
    metric: Metric,
    baseline: Measured,
    system: Measured,
    references: int,
    *,
    resampling: Resampling | None,
    randomization: Randomization | None,
    bootstrap_test: bool,
) -> Comparison:
    """The comparison of ``system`` with ``baseline``. ``references`` is their number, for the signature.

    The interval stands where ``resampling`` is given and both were resampled so, the p-values where they are asked for.
    """
    difference = corpus_value(metric, system.statistics) - corpus_value(metric, baseline.statistics)
    low = high = p_bootstrap = p_randomization = None
    if resampling and baseline.resampled is not None and system.resampled is not None:
        bounds = interval(system.resampled.astype(np.float64) - baseline.resampled)
        low, high = bounds.low, bounds.high
        if bootstrap_test:
            p_bootstrap = paired_bootstrap(baseline.resampled, system.resampled, difference)
    if randomization:
        p_randomization = paired_randomization(metric, baseline.statistics, system.statistics, randomization)
    signature = metric.signature(references).resampled(
        bootstrap=resampling.samples if resampling else None,
        randomization=randomization.shuffles if randomization else None,
        seed=resampling.seed if resampling else randomization.seed if randomization else None,
    )
    return Comparison(
        metric=metric.name,
        baseline=baseline.name,
        system=system.name,
        difference=difference,
        low=low,
        high=high,
        p_bootstrap=p_bootstrap,
        p_randomization=p_randomization,
        effect_size=effect_size(metric.segment_scores(baseline.statistics), metric.segment_scores(system.statistics)),
        signature=str(signature),
    )


def _p_value(sampled: np.ndarray, real: float) -> float:
    """The share of sampled statistics above the real one; a tie is no evidence. Never 0: one is added to both counts."""
    return (int(np.sum(sampled > real)) + 1) / (len(sampled) + 1)
