"""``report.md`` and ``scores.csv``."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from mtsum.evaluation.report.contents import Contents, contents
from mtsum.evaluation.report.findings import pieces
from mtsum.evaluation.report.results import Results
from mtsum.evaluation.report.score_tables import MARKS
from mtsum.evaluation.report.table import Cell, Table

_OF_SCORE = ("system", "testset", "metric", "value", "low", "high", "signature")
_OF_TEST = ("baseline", "difference", "p_bootstrap", "p_randomization", "effect_size")
_OF_COST = ("peak_memory_mb", "peak_gpu_memory_mb", "device")
CSV_COLUMNS = (
    *_OF_SCORE,
    *("model", "task", "segments"),
    *(*_OF_TEST, "difference_low", "difference_high"),
    *("sentences_per_second", *_OF_COST),
)
# What Markdown would take for its own; an underscore inside a word, or a "<" before a number, it leaves alone.
_MARKDOWN = re.compile(r"[\\`*\[\]|]|(?<!\w)_|_(?!\w)|<(?=[A-Za-z/!?])|&(?=#?\w+;)")


def comma_separated(results: Results) -> str:
    """The scores as CSV: a system, test set and metric a row, with the tests against the baseline and the cost."""
    models = {system.name: system.model for system in results.systems}
    testsets = {testset.name: testset for testset in results.testsets}
    tests = {(row.system, row.testset, row.metric): row for row in results.comparisons}
    costs = {(row.system, row.testset): row for row in results.measures}
    stream = io.StringIO()
    writer = csv.DictWriter(stream, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in results.scores:
        line = {name: getattr(row, name) for name in _OF_SCORE}
        testset = testsets[row.testset]
        line |= {"model": models[row.system], "task": testset.task, "segments": testset.segments}
        if test := tests.get((row.system, row.testset, row.metric)):
            line |= {name: getattr(test, name) for name in _OF_TEST}
            line |= {"difference_low": test.low, "difference_high": test.high}
        if cost := costs.get((row.system, row.testset)):
            line |= {name: getattr(cost, name) for name in _OF_COST}
            line["sentences_per_second"] = cost.sentences_per_second and cost.sentences_per_second.median
        writer.writerow(line)
    return stream.getvalue()


def markdown(results: Results) -> str:
    """The report as Markdown whose tables can be read as they stand."""
    return "\n".join(_lines(results, contents(results))) + "\n"


def _lines(results: Results, shown: Contents) -> Iterator[str]:
    yield "# Benchmark report\n"
    yield f"Made by mtsum {results.mtsum}; results of {results.created}. Baseline: {results.baseline or 'none'}.\n"
    yield "## Summary\n"
    for line in shown.findings:
        said = (f"**{_escaped(text)}**" if strong else _escaped(text) for text, strong in pieces(line))
        yield f"- {''.join(said)}"
    if results.errors or results.warnings:
        yield "\n## Warnings and errors\n"
        yield from (f"- **Error**: {row.system} on {row.testset}: {_escaped(row.error)}" for row in results.errors)
        yield from (f"- Warning: {_escaped(text)}" for text in results.warnings)
    yield "\n## Scores\n"
    yield "Each score with its 95% interval; the best of a column is bold. Marks, against the baseline:"
    yield "; ".join(f"{sign} {meaning}" for sign, meaning in MARKS.values()) + "."
    if shown.comparisons > 1:
        yield f"p-values are not corrected for the {shown.comparisons} comparisons made.\n"
    for table in shown.scores:
        yield from _table(table)
        for row in table.rows:
            if row.details:
                yield f"{row.cells[0].text} {row.details.caption[0].lower()}{row.details.caption[1:]}:\n"
                yield from _table(row.details, titled=False)
    yield "### Signatures\n"
    # In a table their bars would have to be escaped, and a copied signature would be wrong.
    for row in shown.signatures.rows:
        metric, signature, testsets = (cell.text for cell in row.cells)
        yield f"- {metric} ({_escaped(testsets)}): `{signature}`"
    yield ""
    yield "## Speed, memory and size\n"
    yield from _table(shown.cost, titled=False)
    if shown.breakdowns:
        yield "## Breakdowns\n"
    for one in shown.breakdowns:
        for table in one.tables:
            yield from _table(table, title=f"{one.heading}: {table.caption}")
    if any(one.others for one in shown.breakdowns):
        yield "report.html and scores.json have these by the other metrics too.\n"
    yield "## Worst segments\n"
    for table in shown.worst:
        yield from _table(table)
    yield "## Outliers\n"
    yield from _table(shown.outliers)
    if shown.outlier_list.rows:
        yield from _table(shown.outlier_list)
    yield "## What was run, and on what\n"
    for table in (shown.testsets, shown.settings, shown.environment):
        yield from _table(table)


def _table(table: Table, titled: bool = True, title: str | None = None) -> Iterator[str]:
    if titled:
        yield f"### {_escaped(title or table.caption)}\n"
    if not table.rows:
        yield from (f"{_escaped(note)}\n" for note in table.notes or ("None.",))
        return
    texts = [[_escaped(column.name) for column in table.columns], *(list(map(_text, row.cells)) for row in table.rows)]
    widths = [max(3, *(len(line[at]) for line in texts)) for at in range(len(table.columns))]
    # Rows of whole sentences are not padded: they would be lines of hundreds of spaces.
    padded = sum(widths) <= 400
    numeric = [column.numeric for column in table.columns]
    yield _line(texts[0], widths, numeric, padded)
    yield (
        "|"
        + "|".join(
            "-" * (width + 1) + ":" if right else "-" * (width + 2)
            for width, right in zip(widths if padded else [3] * len(widths), numeric, strict=True)
        )
        + "|"
    )
    yield from (_line(line, widths, numeric, padded) for line in texts[1:])
    yield ""
    yield from (f"{_escaped(note)}\n" for note in table.notes)


def _line(texts: Sequence[str], widths: Sequence[int], numeric: Sequence[bool], padded: bool) -> str:
    if not padded:
        return f"| {' | '.join(texts)} |"
    cells = (
        text.rjust(width) if right else text.ljust(width)
        for text, width, right in zip(texts, widths, numeric, strict=True)
    )
    return f"| {' | '.join(cells)} |"


def _text(cell: Cell) -> str:
    text = _escaped(cell.text)
    if cell.best:
        text = f"**{text}**"
    if cell.beneath:
        text += f" ({_escaped(cell.beneath)})"
    return f"{text} {MARKS[cell.mark][0]}" if cell.mark in MARKS else text


def _escaped(text: str) -> str:
    """``text`` on one line, with nothing in it that Markdown would take for a mark of its own."""
    return _MARKDOWN.sub(r"\\\g<0>", re.sub(r"\s+", " ", text))
