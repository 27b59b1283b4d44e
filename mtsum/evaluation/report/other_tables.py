"""The tables beside the scores: cost, outliers, worst segments, test sets, settings, environment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from mtsum.evaluation.report.results import Results, Segment, Spread, TestSet
from mtsum.evaluation.report.scale import Digits, best_first, main_metric, metrics_of, quantity
from mtsum.evaluation.report.table import ABSENT, Cell, Column, Row, Table, system_cell

WORST = 5


def cost_table(results: Results) -> Table:
    """What each system cost on each test set; GPU memory only where a GPU was used."""
    on_gpu = any(one.peak_gpu_memory_mb is not None for one in results.measures)
    rows = tuple(
        Row(
            (
                system_cell(one.system),
                Cell(one.testset),
                _spread(one.sentences_per_second),
                _spread(one.tokens_per_second),
                _number(one.load_seconds),
                _number(one.first_sentence_seconds),
                _number(one.peak_memory_mb),
                *([_number(one.peak_gpu_memory_mb)] if on_gpu else []),
                _number(one.disk_mb),
                Cell(", ".join(_where(one.engine, one.precision, one.device, one.threads))),
            )
        )
        for one in results.measures
    )
    columns = (
        Column("system", False),
        Column("test set", False),
        Column("sentences/s", hint="median of the repeats, and the smallest and largest of them"),
        Column("tokens/s", hint="tokens written a second"),
        Column("load, s", hint="seconds to load the model"),
        Column("first sentence, s", hint="seconds from the start of loading to the first output"),
        Column("peak memory, MB", hint="largest resident memory of the process"),
        *([Column("peak GPU memory, MB")] if on_gpu else []),
        Column("disk, MB"),
        Column("engine, precision, device", False),
    )
    return Table("Speed, memory and size", columns, rows)


def outlier_table(results: Results) -> Table:
    """How many outliers of each kind each system has on each test set."""
    counts = Counter((row.system, row.testset, row.kind) for row in results.outliers)
    kinds = list(dict.fromkeys(row.kind for row in results.outliers))
    done = dict.fromkeys((row.system, row.testset) for row in results.scores)
    rows = tuple(
        Row(
            (
                system_cell(system),
                Cell(testset),
                *(_count(counts[system, testset, kind]) for kind in kinds),
            )
        )
        for system, testset in done
    )
    columns = (Column("system", False), Column("test set", False), *(Column(kind) for kind in kinds))
    return Table("Outliers by kind", columns, rows)


def outlier_list(results: Results) -> Table:
    """Every outlier."""
    rows = tuple(
        Row(
            (
                Cell(row.id, segment=(row.testset, row.id)),
                Cell(row.testset),
                system_cell(row.system),
                Cell(row.kind),
                Cell(row.detail),
            )
        )
        for row in results.outliers
    )
    columns = tuple(Column(name, False) for name in ("segment", "test set", "system", "kind", "what was found"))
    return Table("Every outlier", columns, rows)


def worst_tables(results: Results, digits: Digits) -> list[Table]:
    """A table a system and test set: the segments with the worst score of the main metric, worst first."""
    tables = []
    for testset in results.testsets:
        metric = main_metric(testset.task, metrics_of(results, testset.name))
        segments = [segment for segment in results.segments if segment.testset == testset.name]
        for system in results.systems:
            if metric and (rows := _worst(segments, system.name, metric, digits)):
                columns = (
                    Column("segment", False),
                    Column(metric),
                    Column("reference", False),
                    Column("hypothesis", False),
                )
                tables.append(Table(f"{testset.name}, {system.name}", columns, rows))
    return tables


def testset_table(results: Results) -> Table:
    """The test sets, where they are from, and their checksums."""
    rows = tuple(Row((Cell(one.name), *_facts(one))) for one in results.testsets)
    columns = (
        Column("test set", False),
        Column("task", False),
        Column("segments"),
        Column("documents"),
        Column("licence", False),
        Column("source", False),
        Column("SHA-256", False),
    )
    return Table("Test sets", columns, rows)


def settings_table(results: Results) -> Table:
    """Every system's model and the settings that it was run with."""
    names = list(dict.fromkeys(key for system in results.systems for key in system.settings))
    rows = tuple(
        Row(
            (
                system_cell(system.name),
                Cell(system.model),
                *(Cell(said(system.settings[key])) if key in system.settings else ABSENT for key in names),
            )
        )
        for system in results.systems
    )
    columns = (Column("system", False), Column("model", False), *(Column(name, False) for name in names))
    return Table("Systems and their settings", columns, rows)


def environment_table(results: Results) -> Table:
    """What the benchmark ran on, a fact a row; nested facts are named with their parent's name."""
    rows = tuple(Row((Cell(name), Cell(value))) for name, value in flat(results.environment))
    return Table("Environment", (Column("what", False), Column("value", False)), rows)


def flat(values: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    """The leaves of nested ``values`` with their dotted names."""
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            found += flat(value, f"{before}{name}.")
        else:
            found.append((f"{before}{name}", said(value)))
    return found


def said(value: Any) -> str:
    """A setting for people: ``yes``, ``none``, ``1, 2``."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(said, value)) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {said(each)}" for name, each in value.items()) or "none"
    return str(value)


def _worst(segments: list[Segment], system: str, metric: str, digits: Digits) -> tuple[Row, ...]:
    scored = [segment for segment in segments if metric in getattr(segment.systems.get(system), "scores", ())]
    scored.sort(key=lambda segment: best_first(metric, segment.systems[system].scores[metric]), reverse=True)
    return tuple(
        Row(
            (
                Cell(segment.id, segment=(segment.testset, segment.id)),
                Cell(digits.score(metric, segment.systems[system].scores[metric])),
                Cell(" / ".join(segment.references) or "(none)"),
                Cell(segment.systems[system].hypothesis or "(empty)"),
            )
        )
        for segment in scored[:WORST]
    )


def _facts(one: TestSet) -> tuple[Cell, ...]:
    return (
        Cell(one.task),
        Cell(f"{one.segments:,}", sort=one.segments),
        ABSENT if one.documents is None else Cell(f"{one.documents:,}", sort=one.documents),
        Cell(one.licence or "not stated"),
        Cell(one.source or "not stated"),
        Cell(one.sha256 or "not stated"),
    )


def _number(value: float | None) -> Cell:
    return ABSENT if value is None else Cell(quantity(value), sort=value)


def _count(count: int) -> Cell:
    return Cell(f"{count:,}", sort=count)


def _spread(spread: Spread | None) -> Cell:
    if spread is None:
        return ABSENT
    low, high = spread.low, spread.high
    # One repeat has no spread.
    beneath = "" if low is None or high is None or low == high else f"{quantity(low)} to {quantity(high)}"
    return Cell(quantity(spread.median), beneath=beneath, sort=spread.median)


def _where(engine: str | None, precision: str | None, device: str | None, threads: int | None) -> list[str]:
    threads_said = f"{threads} thread{'s' if threads != 1 else ''}" if threads else None
    return [each for each in (engine, precision, device, threads_said) if each]
