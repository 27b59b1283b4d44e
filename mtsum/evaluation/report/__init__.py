"""The report of a benchmark: from its stored scores to ``report.html``, ``report.md`` and ``scores.csv``."""

from mtsum.evaluation.report.writing import write_report

__all__ = ["write_report"]
