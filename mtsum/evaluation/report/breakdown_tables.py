"""The tables of scores by length, by names and numbers kept, and by document: a bucket a row, a system a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mtsum.evaluation.report.results import Breakdown, Results
from mtsum.evaluation.report.scale import Digits, best_first, main_metric, metrics_of
from mtsum.evaluation.report.table import ABSENT, Cell, Column, Row, Table

# The kinds of breakdown that a benchmark makes, with what a bucket is called; others stand under their own name.
KINDS = {
    "length": ("By length of the source", "length"),
    "names": ("By names kept", "names"),
    "numbers": ("By numbers kept", "numbers"),
    "document": ("By document", "document"),
}
# The bucket of a number that is about a test set as a whole.
WHOLE = "whole set"
# Buckets in the order to show them in; those that are not named here stay in the order they came in.
_ORDER = ("all kept", "some lost", "none to keep")


@dataclass(frozen=True)
class BreakdownTables:
    """A kind of breakdown: its heading, the tables to show, and those of the metrics that are not judged by."""

    heading: str
    tables: list[Table]
    others: list[Table]


def breakdown_tables(results: Results, digits: Digits) -> list[BreakdownTables]:
    """The breakdowns, a kind each: first what is of whole test sets, then a table a test set by its main metric."""
    systems = [system.name for system in results.systems]
    kinds = dict.fromkeys((*(kind for kind in KINDS), *(row.kind for row in results.breakdowns)))
    made = []
    for kind in kinds:
        rows = [row for row in results.breakdowns if row.kind == kind]
        if not rows:
            continue
        heading, bucket = KINDS.get(kind, (f"By {kind}", kind))
        tables = _of_whole_sets([row for row in rows if row.bucket == WHOLE], systems, digits)
        others: list[Table] = []
        for testset in results.testsets:
            main = main_metric(testset.task, metrics_of(results, testset.name))
            within = [row for row in rows if row.testset == testset.name and row.bucket != WHOLE]
            for metric in dict.fromkeys(row.metric for row in within):
                own = [row for row in within if row.metric == metric]
                names = sorted({row.bucket: None for row in own}, key=_place)
                found = {(row.bucket, row.system): row for row in own}
                table = _table(f"{testset.name}, {metric}", bucket, names, systems, found, digits)
                (tables if metric == main else others).append(table)
        made.append(BreakdownTables(heading, tables, others))
    return made


def _of_whole_sets(rows: Sequence[Breakdown], systems: Sequence[str], digits: Digits) -> list[Table]:
    """A table a metric, with the test sets for rows."""
    return [
        _table(
            metric,
            "test set",
            list(dict.fromkeys(row.testset for row in rows if row.metric == metric)),
            systems,
            {(row.testset, row.system): row for row in rows if row.metric == metric},
            digits,
        )
        for metric in dict.fromkeys(row.metric for row in rows)
    ]


def _table(
    caption: str,
    heading: str,
    names: Sequence[str],
    systems: Sequence[str],
    found: dict[tuple[str, str], Breakdown],
    digits: Digits,
) -> Table:
    """``found`` by the name of its row and its system."""
    there = [system for system in systems if any((name, system) in found for name in names)]
    largest = max(abs(row.value) for row in found.values()) or 1.0
    # Which segments keep their names depends on the system; scores of different segments do not compare.
    uneven = any(
        len({found[name, system].segments for system in there if (name, system) in found}) > 1 for name in names
    )
    rows = []
    for name in names:
        own = [found[name, system] for system in there if (name, system) in found]
        best = min(own, key=lambda row: best_first(row.metric, row.value)).value
        cells = [
            Cell(
                digits.score(row.metric, row.value),
                beneath=_segments(row) if uneven else "",
                sort=row.value,
                best=row.value == best and len(own) > 1 and not uneven,
                share=abs(row.value) / largest,
            )
            if (row := found.get((name, system)))
            else ABSENT
            for system in there
        ]
        rows.append(Row((Cell(name, beneath="" if uneven else _segments(own[0])), *cells)))
    columns = (Column(heading, False), *(Column(system, hint=system) for system in there))
    return Table(caption, columns, tuple(rows))


def _segments(row: Breakdown) -> str:
    return f"{row.segments:,} segment{'s' if row.segments != 1 else ''}"


def _place(bucket: str) -> int:
    return _ORDER.index(bucket) if bucket in _ORDER else len(_ORDER)
