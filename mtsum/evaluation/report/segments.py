"""The data of the segment browser: every segment with its outputs, their differences to the reference, flags and scores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mtsum.evaluation.report.differences import closest
from mtsum.evaluation.report.results import Outlier, Output, Results, Segment
from mtsum.evaluation.report.scale import LOWER_IS_BETTER, Digits, keys, main_metric, metrics_of


def browser_data(results: Results, digits: Digits) -> dict[str, Any]:
    """What the page's script reads. Systems, metrics and test sets are given by their place in a list.

    An output is ``[place of the system, runs, flags, scores, reference compared with]``; a run is its kind's sign
    (``=``, ``+`` or ``-``) followed by its text, and a score that was not computed is null.
    """
    names = [system.name for system in results.systems]
    metrics = _metrics(results)
    outliers: dict[tuple[str, str, str], list[Outlier]] = {}
    for row in results.outliers:
        outliers.setdefault((row.testset, row.id, row.system), []).append(row)
    segments = []
    for segment in results.segments:
        outputs = [
            _output(at, segment, segment.systems[name], outliers.get((segment.testset, segment.id, name), []), metrics)
            for at, name in enumerate(names)
            if name in segment.systems
        ]
        segments.append(
            {
                "testset": segment.testset,
                "id": segment.id,
                "document": segment.document,
                "source": segment.source,
                "references": segment.references,
                "outputs": outputs,
            }
        )
    letters = keys(names)
    return {
        "systems": [{"name": name, "key": letters[name]} for name in names],
        "metrics": [
            {"name": name, "lower": name in LOWER_IS_BETTER, "places": digits.places(name)} for name in metrics
        ],
        "segments": segments,
    }


def script_safe(data: Any) -> str:
    """``data`` as JSON that can stand in a script element whatever its texts hold."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _metrics(results: Results) -> list[str]:
    """The metrics that segments have scores of, the one that the first test set is judged by first."""
    there = dict.fromkeys(
        metric for segment in results.segments for output in segment.systems.values() for metric in output.scores
    )
    ordered = [metric for metric in metrics_of(results) if metric in there]
    ordered += [metric for metric in there if metric not in ordered]
    task = results.testsets[0].task if results.testsets else ""
    main = main_metric(task, ordered)
    return sorted(ordered, key=lambda metric: metric != main)


def _output(
    at: int, segment: Segment, output: Output, outliers: Sequence[Outlier], metrics: Sequence[str]
) -> list[Any]:
    reference, found = closest(output.hypothesis, segment.references)
    flags = list(dict.fromkeys((*output.flags, *(row.kind for row in outliers))))
    scores = [None if (value := output.scores.get(metric)) is None else round(value, 4) for metric in metrics]
    return [at, [kind + text for kind, text in found], flags, scores, reference]
