"""How metrics are ordered, compared and printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mtsum.evaluation.report.results import Comparison, Results

# A test that reads the metrics' own ``higher_is_better`` keeps this true; asking them here would load their libraries.
LOWER_IS_BETTER = frozenset({"TER"})
# What the summary, the plots and the worst segments go by, the first there is: chrF agrees with people better than BLEU
# (Kocmi et al., 2021, "To Ship or Not to Ship", https://aclanthology.org/2021.wmt-1.57/) and needs no model, as COMET does.
_FOR_TRANSLATION = ("chrF", "chrF++", "BLEU", "COMET", "TER")
_FOR_SUMMARIES = ("ROUGE-Lsum", "ROUGE-L", "ROUGE-1", "ROUGE-2")
SIGNIFICANT = 0.05


def better(metric: str, value: float, other: float) -> bool:
    """Whether ``value`` of ``metric`` is better than ``other``."""
    return value < other if metric in LOWER_IS_BETTER else value > other


def best_first(metric: str, value: float) -> float:
    """A key that sorts values of ``metric`` best first."""
    return value if metric in LOWER_IS_BETTER else -value


def main_metric(task: str, metrics: Iterable[str]) -> str | None:
    """Of ``metrics``, the one to judge ``task`` by; the first of them where none of the well-known is there."""
    there = list(metrics)
    order = (*_FOR_TRANSLATION, *_FOR_SUMMARIES) if task == "translation" else (*_FOR_SUMMARIES, *_FOR_TRANSLATION)
    return next((name for name in order if name in there), there[0] if there else None)


def metrics_of(results: Results, testset: str | None = None) -> list[str]:
    """The metrics there are scores of (on ``testset``), in their order."""
    return list(dict.fromkeys(row.metric for row in results.scores if testset in (None, row.testset)))


def baseline_of(results: Results, testset: str) -> str | None:
    """What systems are compared with on ``testset``: the benchmark's baseline, or another where that was not run there."""
    return next((row.baseline for row in results.comparisons if row.testset == testset), results.baseline)


class Digits:
    """Prints scores: one digit after the point where a metric is on a scale of 100, three where it is on one of 1."""

    def __init__(self, results: Results) -> None:
        largest: dict[str, float] = {}
        values = [(row.metric, row.value) for row in results.scores]
        values += [(row.metric, row.value) for row in results.breakdowns]
        for metric, value in values:
            largest[metric] = max(largest.get(metric, 0.0), abs(value))
        self._unit = {metric for metric, value in largest.items() if value <= 1}

    def places(self, metric: str) -> int:
        """How many digits stand after the point."""
        return 3 if metric in self._unit else 1

    def score(self, metric: str, value: float) -> str:
        """A value: ``39.8``."""
        return f"{value:.{self.places(metric)}f}"

    def difference(self, metric: str, value: float) -> str:
        """A signed difference: ``+1.2``, ``−0.4``."""
        return f"{value:+.{self.places(metric)}f}".replace("-", "−")

    def interval(self, metric: str, low: float | None, high: float | None) -> str:
        """An interval: ``38.9 to 40.6``; empty where none was computed."""
        return "" if low is None or high is None else f"{self.score(metric, low)} to {self.score(metric, high)}"


def p_value(p: float | None) -> str:
    """``0.012``, ``< 0.001``; a dash where the test was not done."""
    if p is None:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def quantity(value: float) -> str:
    """A measure with three significant digits, thousands separated: ``0.41``, ``54.6``, ``1,310``."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def verdict(comparison: Comparison) -> str:
    """``better``, ``worse`` or ``same`` than the baseline where both tests agree; ``unsure`` where they do not.

    ``untested`` where neither was done. A difference is significant at p < 0.05. No difference at all never is: the tests
    count what is greater than the difference, so identical outputs have the smallest p-value there is.
    """
    p_values = [p for p in (comparison.p_bootstrap, comparison.p_randomization) if p is not None]
    if not p_values:
        return "untested"
    found = {p < SIGNIFICANT for p in p_values}
    if found == {False} or comparison.difference == 0:
        return "same"
    if len(found) == 2:
        return "unsure"
    return "better" if better(comparison.metric, comparison.difference, 0) else "worse"


def keys(names: Sequence[str]) -> dict[str, str]:
    """A letter for each system: A to Z, then A2 to Z2 and so on. It marks the system in plots and tables."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return {name: letters[at % 26] + (str(at // 26 + 1) if at >= 26 else "") for at, name in enumerate(names)}
