"""From texts to scores: every metric's statistics once, then values, intervals and comparisons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mtsum.errors import InputError, UsageError
from mtsum.evaluation.metrics import Metric, MetricOptions, Score, find_metrics
from mtsum.evaluation.resampling import DEFAULT_SEED, SAMPLES, Resampling, bootstrap_scores, interval
from mtsum.evaluation.significance import Comparison, Measured, Randomization, compare, corpus_value


@dataclass(frozen=True)
class Estimation:
    """What is estimated beside the scores: nothing where all is left out.

    ``resampling`` gives the intervals; with ``bootstrap`` the paired bootstrap test between systems rests on the same
    resamples. ``randomization`` is the other test. Systems are compared with the first where there is a test, and with
    ``compared`` without one too: the difference and the effect size need none.
    """

    resampling: Resampling | None = None
    bootstrap: bool = False
    randomization: Randomization | None = None
    compared: bool = False


@dataclass(frozen=True)
class Evaluation:
    """Scores by system, in the order given, comparisons of each with the first, and what they are made from.

    ``segments[system][metric]`` has the score of each segment, [segments], and ``statistics[system][metric]`` the
    sufficient statistics, [segments, k]: the metric's ``aggregate`` of the sum of some rows is the score of these segments.
    """

    scores: dict[str, list[Score]]
    comparisons: list[Comparison]
    segments: dict[str, dict[str, np.ndarray]]
    statistics: dict[str, dict[str, np.ndarray]]


def score(
    hypotheses: Sequence[str],
    references: Sequence[str] | Sequence[Sequence[str]],
    *,
    sources: Sequence[str] | None = None,
    metrics: Sequence[str] = (),
    intervals: bool = True,
    samples: int = SAMPLES,
    seed: int = DEFAULT_SEED,
    tokenizer: str = "13a",
    lowercase: bool = False,
    stemmer: bool = True,
) -> dict[str, Score]:
    """The scores of ``hypotheses`` by the metric's name: ``.value``, ``.low``, ``.high`` and ``.signature``.

    ``references`` holds a text for each hypothesis or, where there are several references, such a list for each of them.
    ``metrics`` are names as ``mtsum score --metric`` takes them; without any, BLEU, chrF, chrF++, TER and ROUGE. The
    interval is that of ``samples`` bootstrap resamples from ``seed``. Raises ``InputError`` for texts that do not go
    together, and ``UsageError`` for an unknown metric or setting.
    """
    chosen = find_metrics(metrics, MetricOptions(tokenizer=tokenizer, lowercase=lowercase, stemmer=stemmer))
    estimation = Estimation(Resampling(samples, seed) if intervals else None)
    found = evaluate_systems({"": hypotheses}, _several(references), sources, chosen, estimation)
    return {each.metric: each for each in found.scores[""]}


def evaluate_systems(
    systems: Mapping[str, Sequence[str]],
    references: Sequence[Sequence[str]],
    sources: Sequence[str] | None,
    metrics: Sequence[Metric],
    estimation: Estimation,
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """The hypotheses of ``systems`` by all ``metrics``, with all that ``estimation`` asks for.

    ``references[r][i]`` is reference ``r`` of segment ``i``. ``progress`` is told of each metric done. Raises ``InputError``
    where the texts are not as many, or a metric needs a source or reference and there is none.
    """
    for name, hypotheses in systems.items():
        _check(name, hypotheses, references, sources, metrics)
    scores: dict[str, list[Score]] = {name: [] for name in systems}
    comparisons: list[Comparison] = []
    segments: dict[str, dict[str, np.ndarray]] = {name: {} for name in systems}
    statistics: dict[str, dict[str, np.ndarray]] = {name: {} for name in systems}
    for metric in metrics:
        count = len(references) if metric.needs_reference else 0
        measured = [_measured(name, texts, references, sources, metric, estimation) for name, texts in systems.items()]
        for each in measured:
            scores[each.name].append(_score(metric, each, count, estimation.resampling))
            segments[each.name][metric.name] = metric.segment_scores(each.statistics)
            statistics[each.name][metric.name] = each.statistics
        if estimation.compared or estimation.bootstrap or estimation.randomization:
            comparisons += [
                compare(
                    metric,
                    measured[0],
                    other,
                    count,
                    resampling=estimation.resampling,
                    randomization=estimation.randomization,
                    bootstrap_test=estimation.bootstrap,
                )
                for other in measured[1:]
            ]
        if progress:
            progress(1)
    return Evaluation(scores, comparisons, segments, statistics)


def _measured(
    name: str,
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str]],
    sources: Sequence[str] | None,
    metric: Metric,
    estimation: Estimation,
) -> Measured:
    statistics = metric.statistics(hypotheses, references, sources)
    return Measured(
        name, statistics, bootstrap_scores(metric, statistics, estimation.resampling) if estimation.resampling else None
    )


def _score(metric: Metric, measured: Measured, references: int, resampling: Resampling | None) -> Score:
    signature = metric.signature(references)
    value = corpus_value(metric, measured.statistics)
    if resampling is None or measured.resampled is None:
        return Score(metric.name, value, str(signature))
    signature = signature.resampled(bootstrap=resampling.samples, seed=resampling.seed)
    bounds = interval(measured.resampled)
    return Score(metric.name, value, str(signature), bounds.low, bounds.high, bounds.mean)


def _several(references: Sequence[str] | Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """A list of reference streams, whichever way they were given."""
    if isinstance(references, str):
        raise UsageError("references are a list of texts, one for each hypothesis, and not one text")
    plain = [each for each in references if isinstance(each, str)]
    if not plain:
        return [each for each in references if not isinstance(each, str)]
    if len(plain) != len(references):
        raise UsageError("references are texts, or lists of texts, and not some of either")
    return [plain]


def _check(
    name: str,
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str]],
    sources: Sequence[str] | None,
    metrics: Sequence[Metric],
) -> None:
    called = f"{name}: " if name else ""
    if isinstance(hypotheses, str):
        raise UsageError(f"{called}hypotheses are a list of texts, and not one text")
    if not len(hypotheses):
        raise InputError(f"{called}there is no hypothesis to score")
    for number, stream in enumerate(references, start=1):
        if len(stream) != len(hypotheses):
            raise InputError(
                f"{called}{len(hypotheses):,} hypotheses, and {len(stream):,} in reference {number}; "
                "there should be a list of references as long as that of the hypotheses, for each reference"
            )
        for segment, text in enumerate(stream, start=1):
            if not text.strip():
                raise InputError(f"{called}reference {number} of segment {segment} is empty")
    if sources is not None and len(sources) != len(hypotheses):
        raise InputError(f"{called}{len(hypotheses):,} hypotheses and {len(sources):,} sources; they should be as many")
    for metric in metrics:
        if metric.needs_reference and not references:
            raise UsageError(f"{metric.name} needs references")
        if metric.needs_source and sources is None:
            raise UsageError(f"{metric.name} needs the sources (--src)")
