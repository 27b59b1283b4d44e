"""The summary in words: which system is best on what, whether that is significant, and what it costs."""

from __future__ import annotations

from mtsum.evaluation.report.results import Comparison, Measures, Results, StoredScore, TestSet
from mtsum.evaluation.report.scale import (
    Digits,
    baseline_of,
    best_first,
    main_metric,
    metrics_of,
    p_value,
    quantity,
    verdict,
)

# Stands on both sides of a system's name in a sentence; it occurs in no name, which a file must be able to have.
_EDGE = "\x1f"
# Of more metrics that agree, only the number is given.
MOST_NAMED = 4


def pieces(sentence: str) -> list[tuple[str, bool]]:
    """A sentence of ``findings`` in pieces, each with whether it is the name of a system, to be set in bold."""
    return [(piece, at % 2 == 1) for at, piece in enumerate(sentence.split(_EDGE)) if piece]


def findings(results: Results, digits: Digits) -> list[str]:
    """Sentences, the most important first, for ``pieces`` to take apart."""
    said = [_quality(results, testset, digits) for testset in results.testsets]
    said += [_speed(results), _memory(results), _failures(results)]
    return [one for one in said if one]


def _quality(results: Results, testset: TestSet, digits: Digits) -> str:
    metrics = metrics_of(results, testset.name)
    metric = main_metric(testset.task, metrics)
    ranked = _ranked(results, testset.name, metric)
    if metric is None or not ranked:
        return f"On {testset.name} no system was scored."
    first = ranked[0]
    reached = f"{digits.score(metric, first.value)}{_between(first, digits)}"
    if len(ranked) == 1:
        alone = "there is no other system to compare it with"
        return f"On {testset.name}, {_bold(first.system)} has a {metric} of {reached}; {alone}."
    text = f"On {testset.name}, {_bold(first.system)} is best by {metric}: {reached}."
    text += _lead(results, testset, metric, ranked, digits)
    return text + _other_metrics(results, testset, metrics, metric, first.system)


def _lead(results: Results, testset: TestSet, metric: str, ranked: list[StoredScore], digits: Digits) -> str:
    """How the best stands to the baseline, which the tests are against, and to the second."""
    first, second, baseline = ranked[0].system, ranked[1], baseline_of(results, testset.name)
    tests = {row.system: row for row in results.comparisons if row.testset == testset.name and row.metric == metric}
    if first == baseline:
        return _lead_of_baseline(tests, ranked, digits)
    text = f" {_against_baseline(tests[first], digits)}" if first in tests else ""
    if second.system != baseline and second.value == ranked[0].value:
        text += f" {_bold(second.system)} has the same score."
    elif second.system != baseline:
        lead = digits.score(metric, abs(ranked[0].value - second.value))
        text += f" It leads {_bold(second.system)}, the second, by {lead}; that lead was not tested"
        text += ", and their intervals overlap." if _overlap(ranked[0], second) else "."
    return text


def _against_baseline(test: Comparison, digits: Digits) -> str:
    if test.difference == 0:
        return f"The baseline {_bold(test.baseline)} has the same score."
    difference = f"{digits.score(test.metric, abs(test.difference))} {'more' if test.difference > 0 else 'less'}"
    p_values = (
        f"paired bootstrap p {_equals(test.p_bootstrap)}, approximate randomization p {_equals(test.p_randomization)}"
    )
    judged = {
        "better": f"a significant difference ({p_values})",
        "worse": f"a significant difference ({p_values})",
        "same": f"which is not significant ({p_values})",
        "unsure": f"on whose significance the two tests disagree ({p_values})",
        "untested": "a difference that was not tested",
    }[verdict(test)]
    return f"That is {difference} than the baseline {_bold(test.baseline)}, {judged}."


def _lead_of_baseline(tests: dict[str, Comparison], ranked: list[StoredScore], digits: Digits) -> str:
    others = [row.system for row in ranked[1:]]
    worse = [name for name in others if name in tests and verdict(tests[name]) == "worse"]
    untested = [name for name in others if name not in tests or verdict(tests[name]) == "untested"]
    rest = [name for name in others if name not in worse and name not in untested]
    text = " It is the baseline."
    for said, names in (("Significantly worse", worse), ("Not significantly worse", rest), ("Not tested", untested)):
        text += f" {said}: {', '.join(map(_bold, names))}." if names else ""
    return text


def _other_metrics(results: Results, testset: TestSet, metrics: list[str], main: str, best: str) -> str:
    """Whether the other metrics name the same best system; where they don't, which."""
    others = {
        metric: ranked[0].system
        for metric in metrics
        if metric != main and (ranked := _ranked(results, testset.name, metric))
    }
    if not others:
        return ""
    differing: dict[str, list[str]] = {}
    for metric, system in others.items():
        if system != best:
            differing.setdefault(system, []).append(metric)
    if not differing and len(others) > MOST_NAMED:
        return f" All {len(others)} other metrics say so too."
    if not differing:
        return f" {_joined(list(others))} say{'s' if len(others) == 1 else ''} so too."
    named = "; ".join(f"{_bold(system)} by {_joined(names)}" for system, names in differing.items())
    return f" Other metrics name another system best: {named}."


def _speed(results: Results) -> str:
    said = []
    for testset in results.testsets:
        measured = [row for row in results.measures if row.testset == testset.name and row.sentences_per_second]
        timed = sorted(measured, key=_sentences, reverse=True)
        if len(timed) < 2:
            continue
        first, last = timed[0], timed[-1]
        text = f"{_bold(first.system)} on {testset.name} ({quantity(_sentences(first))} sentences a second"
        if _sentences(last) > 0 and _sentences(first) / _sentences(last) >= 1.05:
            text += f", {_times(_sentences(first) / _sentences(last))} as many as {_bold(last.system)}"
        devices = sorted({row.device for row in timed if row.device})
        said.append(text + (f"; they ran on different devices, {_joined(devices)})" if len(devices) > 1 else ")"))
    return f"Fastest: {'; '.join(said)}." if said else ""


def _memory(results: Results) -> str:
    said = []
    for testset in results.testsets:
        known = sorted(
            (
                (row.peak_memory_mb, row.system)
                for row in results.measures
                if row.testset == testset.name and row.peak_memory_mb
            ),
            key=lambda pair: pair[0],
        )
        if len(known) > 1:
            (least, first), (most, last) = known[0], known[-1]
            said.append(
                f"{_bold(first)} on {testset.name} ({quantity(least)} MB; {_bold(last)} needs {quantity(most)} MB)"
            )
    return f"Least memory: {'; '.join(said)}." if said else ""


def _sentences(row: Measures) -> float:
    return row.sentences_per_second.median if row.sentences_per_second else 0.0


def _failures(results: Results) -> str:
    count = len(results.errors)
    if not count:
        return ""
    named = "; ".join(f"{_bold(row.system)} on {row.testset}" for row in results.errors)
    return f"{count} run{'s' if count > 1 else ''} failed and {'are' if count > 1 else 'is'} not scored: {named}."


def _ranked(results: Results, testset: str, metric: str | None) -> list[StoredScore]:
    rows = [row for row in results.scores if row.testset == testset and row.metric == metric]
    return sorted(rows, key=lambda row: best_first(row.metric, row.value))


def _between(row: StoredScore, digits: Digits) -> str:
    interval = digits.interval(row.metric, row.low, row.high)
    return f" (95% interval {interval})" if interval else ""


def _overlap(one: StoredScore, other: StoredScore) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.low <= other.high and other.low <= one.high


def _equals(p: float | None) -> str:
    text = p_value(p)
    return text if text.startswith("<") else f"= {text}"


def _times(ratio: float) -> str:
    return f"{ratio:.0f} times" if ratio >= 10 else f"{ratio:.1f} times"


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _bold(name: str) -> str:
    return f"{_EDGE}{name}{_EDGE}"
