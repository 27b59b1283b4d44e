"""How ``mtsum score`` writes scores: a table for people, TSV, JSON or Markdown."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TextIO

from mtsum import __version__

if TYPE_CHECKING:
    from mtsum.evaluation.metrics import Score
    from mtsum.evaluation.scoring import Evaluation
    from mtsum.evaluation.significance import Comparison

FORMATS = ("table", "tsv", "json", "markdown")
_COLUMNS = ("system", "metric", "score", "low", "high")
_COMPARED = (
    "baseline",
    "difference",
    "difference_low",
    "difference_high",
    "p_bootstrap",
    "p_randomization",
    "effect_size",
)


@dataclass(frozen=True)
class Results:
    """What there is to write: scores, the numbers of segments and references, and what was warned of.

    ``lines`` are the segments' line numbers, ``lower_is_better`` the metrics for which that holds. ``width`` is the number of
    decimals; JSON has them all.
    """

    evaluation: Evaluation
    lines: Sequence[int]
    references: int
    lower_is_better: frozenset[str]
    warnings: Sequence[str]
    width: int


def write(results: Results, format: str, stream: TextIO) -> None:
    """All scores and comparisons in ``format``."""
    _WRITERS[format](results, stream)


def write_segments(results: Results, format: str, stream: TextIO) -> None:
    """The score of every segment: in JSON an object a line for a segment and system, else a TSV row."""
    segments = results.evaluation.segments
    metrics = list(next(iter(segments.values())))
    rows = csv.writer(stream, delimiter="\t", lineterminator="\n")
    if format != "json":
        rows.writerow(["line", "system", *metrics])
    for at, line in enumerate(results.lines):
        for system, by_metric in segments.items():
            if format == "json":
                scores = {metric: float(by_metric[metric][at]) for metric in metrics}
                stream.write(_json({"line": line, "system": system, "scores": scores}) + "\n")
            else:
                rows.writerow([line, system, *(f"{by_metric[metric][at]:.{results.width}f}" for metric in metrics)])


def _write_tsv(results: Results, stream: TextIO) -> None:
    compared = {(each.system, each.metric): each for each in results.evaluation.comparisons}
    rows = csv.writer(stream, delimiter="\t", lineterminator="\n")
    rows.writerow([*_COLUMNS, *(_COMPARED if compared else ()), "signature"])
    for system, scores in results.evaluation.scores.items():
        for score in scores:
            numbers = [_number(value, results.width) for value in (score.value, score.low, score.high)]
            found = compared.get((system, score.metric))
            beside = _compared(found, results.width) if found else [""] * len(_COMPARED)
            signature = found.signature if found else score.signature
            rows.writerow([system, score.metric, *numbers, *(beside if compared else ()), signature])


def _compared(found: Comparison, width: int) -> list[str]:
    numbers = [_number(value, width) for value in (found.difference, found.low, found.high)]
    return [found.baseline, *numbers, _p(found.p_bootstrap), _p(found.p_randomization), _number(found.effect_size, 3)]


def _write_json(results: Results, stream: TextIO) -> None:
    evaluation = results.evaluation
    made: dict[str, Any] = {
        "mtsum": __version__,
        "segments": len(results.lines),
        "references": results.references,
        "scores": [{"system": name, **asdict(score)} for name, scores in evaluation.scores.items() for score in scores],
    }
    if evaluation.comparisons:
        made["baseline"] = next(iter(evaluation.scores))
        made["comparisons"] = [asdict(each) for each in evaluation.comparisons]
    made["warnings"] = list(results.warnings)
    stream.write(json.dumps(made, ensure_ascii=False, indent=1) + "\n")


def _write_table(results: Results, stream: TextIO) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(file=stream, highlight=False)
    for number, (header, rows) in enumerate(_tables(results)):
        table = Table(box=SIMPLE_HEAD, pad_edge=False, title=_TITLES[number], title_justify="left")
        for position, name in enumerate(header):
            left = position < 1 + number
            table.add_column(name, justify="left" if left else "right", overflow="fold", no_wrap=position > 0)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for line in _legend(results):
        console.print(line, soft_wrap=True, markup=False)


def _write_markdown(results: Results, stream: TextIO) -> None:
    for number, (header, rows) in enumerate(_tables(results)):
        stream.write(f"**{_TITLES[number]}**\n\n" if _TITLES[number] else "")
        stream.write(_markdown_row(header))
        stream.write(_markdown_row(["---" if at < 1 + number else "---:" for at in range(len(header))]))
        for row in rows:
            stream.write(_markdown_row(row))
        stream.write("\n")
    for line in _legend(results):
        stream.write(f"- {f'`{line}`' if '|' in line else line}\n")


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


_WRITERS: dict[str, Callable[[Results, TextIO], None]] = {
    "table": _write_table,
    "tsv": _write_tsv,
    "json": _write_json,
    "markdown": _write_markdown,
}
_TITLES = ("", "Difference from the baseline")


def _tables(results: Results) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The table of scores, a column a system, and that of comparisons where there are any: headers and rows."""
    scores = results.evaluation.scores
    by_metric = zip(*scores.values(), strict=True)
    yield (
        ["metric", *scores],
        [
            [_label(each[0].metric, results), *(_with_interval(score, results.width) for score in each)]
            for each in by_metric
        ],
    )
    found = results.evaluation.comparisons
    if not found:
        return
    header = ["system", "metric", "difference"]
    header += ["p bootstrap"] if found[0].p_bootstrap is not None else []
    header += ["p random."] if found[0].p_randomization is not None else []
    yield [*header, "d"], [_comparison_row(each, results) for each in found]


def _comparison_row(found: Comparison, results: Results) -> list[str]:
    width = results.width
    difference = f"{found.difference:+.{width}f}"
    if found.low is not None and found.high is not None:
        difference += f" [{found.low:+.{width}f}, {found.high:+.{width}f}]"
    p_values = [p for p in (found.p_bootstrap, found.p_randomization) if p is not None]
    # The tests count what is greater than the difference: where there is none, the smallest p-value says nothing.
    tests = [f"{_p(p)}{'*' if p < 0.05 and found.difference != 0 else ''}" for p in p_values]
    return [found.system, _label(found.metric, results), difference, *tests, _number(found.effect_size, 2) or "none"]


def _label(metric: str, results: Results) -> str:
    return f"{metric} ↓" if metric in results.lower_is_better else metric


def _with_interval(score: Score, width: int) -> str:
    value = f"{score.value:.{width}f}"
    return value if score.low is None else f"{value} [{score.low:.{width}f}, {score.high:.{width}f}]"


def _legend(results: Results) -> Iterator[str]:
    """What the marks mean, and a line a metric: the signature to cite, which is the tests' where some were made."""
    scores = next(iter(results.evaluation.scores.values()))
    marks = ["[95% bootstrap interval]"] if scores[0].low is not None else []
    marks += ["↓ lower is better"] if results.lower_is_better else []
    found = results.evaluation.comparisons
    if found and (found[0].p_bootstrap is not None or found[0].p_randomization is not None):
        marks += ["* p < 0.05", "d: effect size, Cohen's d of paired segment scores"]
    if marks:
        yield "; ".join(marks)
    said = {score.metric: score.signature for score in scores}
    said |= {each.metric: each.signature for each in found}
    yield from (f"{metric}|{signature}" for metric, signature in said.items())


def _number(value: float | None, width: int) -> str:
    return "" if value is None else f"{value:.{width}f}"


def _p(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
