"""Stored outputs of a test set to scores: nothing here loads a system's model."""

from __future__ import annotations

import dataclasses
import warnings as python_warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mtsum.evaluation.benchmark.breakdowns import buckets, kept
from mtsum.evaluation.benchmark.configuration import Benchmark
from mtsum.evaluation.benchmark.folder import Output
from mtsum.evaluation.benchmark.outliers import outliers
from mtsum.evaluation.metrics import Metric, Score, find_metrics
from mtsum.evaluation.plausibility import doubts, near_twins
from mtsum.evaluation.resampling import Resampling
from mtsum.evaluation.scoring import Estimation, evaluate_systems
from mtsum.evaluation.significance import Randomization
from mtsum.evaluation.testsets import Task, TestSet
from mtsum.evaluation.texts import Texts

# What is scored by where no metric is named. Summaries have other words than their references: n-grams in order say little.
METRICS_OF_TASK: Mapping[Task, tuple[str, ...]] = {
    "translation": ("BLEU", "chrF", "chrF++", "TER"),
    "summarization": ("ROUGE-1", "ROUGE-2", "ROUGE-L", "ROUGE-Lsum"),
    "cross-lingual": ("ROUGE-1", "ROUGE-2", "ROUGE-L", "ROUGE-Lsum"),
}
Row = dict[str, Any]
# From this share of waiting on, times are those of a busy machine.
_MUCH_WAITING = 0.1


@dataclass(frozen=True)
class Made:
    """All that a system made of a test set, and what was measured while it did."""

    system: str
    outputs: list[Output]
    measures: dict[str, Any]

    @property
    def hypotheses(self) -> list[str]:
        """The texts that are scored, in the order of the segments."""
        return [each.hypothesis for each in self.outputs]


@dataclass(frozen=True)
class SetScores:
    """What is to be said of one test set: rows of the lists of ``scores.json``, and of ``segments.jsonl``."""

    scores: list[Row]
    comparisons: list[Row]
    measures: list[Row]
    breakdowns: list[Row]
    outliers: list[Row]
    warnings: list[str]
    segments: list[Row]


def score_testset(benchmark: Benchmark, testset: TestSet, made: Sequence[Made]) -> SetScores:
    """The scores of the systems whose outputs on ``testset`` are complete; there is at least one.

    Each is compared with the benchmark's baseline or, where that is not for sets of this task, with the first. Raises
    ``UsageError`` for an unknown metric.
    """
    metrics = find_metrics(benchmark.metrics or METRICS_OF_TASK[testset.task])
    references = [list(each) for each in zip(*(segment.references for segment in testset.segments), strict=True)]
    sources = [segment.source for segment in testset.segments]
    against = benchmark.against if benchmark.against in [each.system for each in made] else made[0].system
    # The first system is the one that the others are compared with.
    baseline_first = sorted(made, key=lambda each: each.system != against)
    found = evaluate_systems(
        {each.system: each.hypotheses for each in baseline_first}, references, sources, metrics, _estimation(benchmark)
    )
    return SetScores(
        scores=[
            {"system": each.system, "testset": testset.name, **_score_row(score)}
            for each in made
            for score in found.scores[each.system]
        ],
        comparisons=[{"testset": testset.name, **dataclasses.asdict(each)} for each in found.comparisons],
        measures=[{**each.measures, "system": each.system, "testset": testset.name} for each in made],
        breakdowns=[row for each in made for row in _breakdowns(testset, each, metrics, found.statistics[each.system])],
        outliers=[
            {"system": each.system, "testset": testset.name, "id": id_, **dataclasses.asdict(finding)}
            for each in made
            for id_, finding in outliers(testset, each.outputs, each.measures.get("settings", {}))
        ],
        warnings=[
            f"{testset.name}: {said}" for said in _warnings(testset, made, references, sources, found.scores, against)
        ],
        segments=_segments(testset, made, found.segments),
    )


def _estimation(benchmark: Benchmark) -> Estimation:
    return Estimation(
        Resampling(benchmark.bootstrap, benchmark.seed) if benchmark.bootstrap else None,
        bootstrap=benchmark.bootstrap > 0,
        randomization=Randomization(benchmark.shuffles, benchmark.seed) if benchmark.shuffles else None,
        compared=True,
    )


def _score_row(score: Score) -> Row:
    names = ("metric", "value", "low", "high", "signature")
    return {name: getattr(score, name) for name in names}


def _breakdowns(
    testset: TestSet, made: Made, metrics: Sequence[Metric], statistics: Mapping[str, np.ndarray]
) -> Iterator[Row]:
    said = {"system": made.system, "testset": testset.name}
    for bucket in buckets(testset, made.outputs):
        rows = {"kind": bucket.kind, "bucket": bucket.name, "segments": len(bucket.rows)}
        for metric in metrics:
            with python_warnings.catch_warnings():
                # A bucket of empty hypotheses only may divide by nothing; its score is then left out.
                python_warnings.simplefilter("ignore", RuntimeWarning)
                value = float(metric.aggregate(statistics[metric.name][list(bucket.rows)].sum(0)))
            if np.isfinite(value):
                yield {**said, **rows, "metric": metric.name, "value": value}
    for kind, counted in kept(testset, made.outputs).items():
        wanted, there = sum(each.wanted for each in counted), sum(each.kept for each in counted)
        if wanted:
            rows = {"kind": kind, "bucket": "whole set", "segments": sum(each.wanted > 0 for each in counted)}
            yield {**said, **rows, "metric": f"{kind} kept, %", "value": 100 * there / wanted}


def _warnings(
    testset: TestSet,
    made: Sequence[Made],
    references: Sequence[Sequence[str]],
    sources: Sequence[str],
    scores: Mapping[str, list[Score]],
    against: str,
) -> Iterator[str]:
    yield from testset.notes
    lines = tuple(range(1, len(sources) + 1))
    given = [
        Texts(f"the test set's references {at}", tuple(each), lines) for at, each in enumerate(references, start=1)
    ]
    # A summary of a short article may well be a sentence of it.
    source = Texts("the test set's sources", tuple(sources), lines) if testset.task == "translation" else None
    texts = {each.system: Texts(each.system, tuple(each.hypotheses), lines) for each in made}
    for each in made:
        yield from doubts(texts[each.system], given, source, scores[each.system], testset.target_language)
        if each.system != against and (twins := near_twins(texts[against], texts[each.system])):
            yield twins
        if each.measures.get("same_output_each_time") is False:
            yield f"{each.system}: its output was not the same each time it was run; the first is scored"
        if (waited := each.measures.get("waited_for_processor") or 0.0) > _MUCH_WAITING:
            yield (
                f"{each.system}: waited {waited:.0%} of its time for a processor that other programs had; its speed is not "
                "that of an idle machine"
            )


def _segments(testset: TestSet, made: Sequence[Made], scores: Mapping[str, Mapping[str, np.ndarray]]) -> list[Row]:
    return [
        {
            "testset": testset.name,
            **segment.record(),
            "systems": {
                each.system: {
                    "hypothesis": each.outputs[at].hypothesis,
                    "flags": list(each.outputs[at].flags),
                    "scores": {name: round(float(values[at]), 4) for name, values in scores[each.system].items()},
                }
                for each in made
            },
        }
        for at, segment in enumerate(testset.segments)
    ]
