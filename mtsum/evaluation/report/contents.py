"""What both the page and the Markdown file show."""

from __future__ import annotations

from dataclasses import dataclass

from mtsum.evaluation.report.breakdown_tables import BreakdownTables, breakdown_tables
from mtsum.evaluation.report.findings import findings
from mtsum.evaluation.report.other_tables import (
    cost_table,
    environment_table,
    outlier_list,
    outlier_table,
    settings_table,
    testset_table,
    worst_tables,
)
from mtsum.evaluation.report.results import Results
from mtsum.evaluation.report.scale import Digits
from mtsum.evaluation.report.score_tables import score_table, signature_table
from mtsum.evaluation.report.table import Table


@dataclass(frozen=True)
class Contents:
    """The summary in words and all tables, in the order in which they are shown."""

    digits: Digits
    findings: list[str]
    scores: list[Table]
    signatures: Table
    cost: Table
    breakdowns: list[BreakdownTables]
    worst: list[Table]
    outliers: Table
    outlier_list: Table
    testsets: Table
    settings: Table
    environment: Table
    comparisons: int


def contents(results: Results) -> Contents:
    """The contents of a report on ``results``."""
    digits = Digits(results)
    return Contents(
        digits=digits,
        findings=findings(results, digits),
        scores=[score_table(results, testset, digits) for testset in results.testsets],
        signatures=signature_table(results),
        cost=cost_table(results),
        breakdowns=breakdown_tables(results, digits),
        worst=worst_tables(results, digits),
        outliers=outlier_table(results),
        outlier_list=outlier_list(results),
        testsets=testset_table(results),
        settings=settings_table(results),
        environment=environment_table(results),
        comparisons=len(results.comparisons),
    )
