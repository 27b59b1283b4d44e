"""The tables of scores: a system a row, a metric a column, with the paired tests against the baseline in its details."""

from __future__ import annotations

from mtsum.evaluation.report.results import Comparison, Results, StoredScore, TestSet
from mtsum.evaluation.report.scale import (
    LOWER_IS_BETTER,
    Digits,
    best_first,
    main_metric,
    metrics_of,
    p_value,
    verdict,
)
from mtsum.evaluation.report.table import ABSENT, Cell, Column, Row, Table, system_cell

# What each mark of the table means, in the order of the legend.
MARKS = {
    "better": ("▲", "significantly better than the baseline (p < 0.05 in every paired test done)"),
    "worse": ("▼", "significantly worse than the baseline"),
    "same": ("≈", "no significant difference to the baseline"),
    "unsure": ("?", "the two tests disagree"),
}


def score_table(results: Results, testset: TestSet, digits: Digits) -> Table:
    """Scores on ``testset`` with 95% intervals and marks; best system by the main metric first."""
    metrics = metrics_of(results, testset.name)
    found = {(row.system, row.metric): row for row in results.scores if row.testset == testset.name}
    tests = {(row.system, row.metric): row for row in results.comparisons if row.testset == testset.name}
    best = {
        metric: min((row for (_, name), row in found.items() if name == metric), key=_rank).value for metric in metrics
    }
    alone = len({name for name, _ in found}) == 1
    main = main_metric(testset.task, metrics)
    names = [system.name for system in results.systems]
    names.sort(key=lambda name: _place(found, name, main))
    rows = tuple(
        Row(
            (
                system_cell(name),
                *(
                    _cell(found.get((name, metric)), tests.get((name, metric)), best[metric], alone, digits)
                    for metric in metrics
                ),
            ),
            _tests([tests[name, metric] for metric in metrics if (name, metric) in tests], digits),
        )
        for name in names
        if any((name, metric) in found for metric in metrics)
    )
    columns = (
        Column("system", numeric=False),
        *(Column(name, hint="lower is better" if name in LOWER_IS_BETTER else "higher is better") for name in metrics),
    )
    return Table(f"{testset.name}: {_about(testset)}", columns, rows, _notes(results, testset, names, found))


def signature_table(results: Results) -> Table:
    """The signature of every metric; more than one where test sets differ in their number of references."""
    sets: dict[tuple[str, str], dict[str, None]] = {}
    for row in results.scores:
        sets.setdefault((row.metric, row.signature), {})[row.testset] = None
    rows = tuple(
        Row((Cell(metric), Cell(signature), Cell(", ".join(testsets))))
        for (metric, signature), testsets in sets.items()
    )
    columns = (Column("metric", False), Column("signature", False), Column("test sets", False))
    return Table("Signatures", columns, rows)


def _rank(row: StoredScore) -> float:
    return best_first(row.metric, row.value)


def _place(found: dict[tuple[str, str], StoredScore], name: str, main: str | None) -> float:
    row = found.get((name, main or ""))
    return _rank(row) if row else float("inf")


def _about(testset: TestSet) -> str:
    of = f"{testset.segments:,} segment{'s' if testset.segments != 1 else ''}"
    documents = f", {testset.documents:,} document{'s' if testset.documents != 1 else ''}" if testset.documents else ""
    return f"{testset.task}, {of}{documents}"


def _cell(row: StoredScore | None, test: Comparison | None, best: float, alone: bool, digits: Digits) -> Cell:
    if row is None:
        return ABSENT
    return Cell(
        digits.score(row.metric, row.value),
        beneath=digits.interval(row.metric, row.low, row.high),
        sort=row.value,
        mark=verdict(test) if test else "",
        best=row.value == best and not alone,
    )


def _tests(tests: list[Comparison], digits: Digits) -> Table | None:
    if not tests:
        return None
    columns = (
        Column("metric", False),
        Column("difference", hint="this system less the baseline"),
        Column("95% interval"),
        Column("p, paired bootstrap"),
        Column("p, approximate randomization"),
        Column("effect size", hint="Cohen's d of the paired differences of segment scores"),
        Column("verdict", False),
    )
    rows = tuple(
        Row(
            (
                Cell(one.metric),
                Cell(digits.difference(one.metric, one.difference), sort=one.difference),
                Cell(_signed_interval(one, digits)),
                Cell(p_value(one.p_bootstrap), sort=one.p_bootstrap),
                Cell(p_value(one.p_randomization), sort=one.p_randomization),
                ABSENT
                if one.effect_size is None
                else Cell(f"{one.effect_size:+.2f}".replace("-", "−"), sort=one.effect_size),
                Cell("no difference" if one.difference == 0 else VERDICTS[verdict(one)], mark=verdict(one)),
            )
        )
        for one in tests
    )
    return Table(f"Against the baseline, {tests[0].baseline}", columns, rows)


VERDICTS = {
    "better": "better",
    "worse": "worse",
    "same": "no significant difference",
    "unsure": "the tests disagree",
    "untested": "not tested",
}


def _signed_interval(one: Comparison, digits: Digits) -> str:
    if one.low is None or one.high is None:
        return "–"
    return f"{digits.difference(one.metric, one.low)} to {digits.difference(one.metric, one.high)}"


def _notes(
    results: Results, testset: TestSet, names: list[str], found: dict[tuple[str, str], StoredScore]
) -> tuple[str, ...]:
    scored = {name for name, _ in found}
    failed = {row.system: row.error for row in results.errors if row.testset == testset.name}
    notes = [
        f"{name} is missing: {failed.get(name, 'it was not run on this set')}" for name in names if name not in scored
    ]
    return tuple(notes)
