"""The three files of a report, written beside the scores that they show."""

from __future__ import annotations

from pathlib import Path

from mtsum.corpus.durable import appearing
from mtsum.evaluation.report.folder import read_results
from mtsum.evaluation.report.page import page
from mtsum.evaluation.report.plain import comma_separated, markdown


def write_report(folder: Path) -> Path:
    """Writes ``report.html``, ``report.md`` and ``scores.csv`` into ``folder``; returns the path of the page.

    ``folder`` is one of ``mtsum benchmark``. Only its stored files are read, and no model is loaded. Each file appears
    whole or not at all. Raises ``UsageError`` where the scores are missing and ``InputError`` where a file of the folder
    is not as a benchmark writes it.
    """
    results = read_results(folder)
    for name, text in (
        ("scores.csv", comma_separated(results)),
        ("report.md", markdown(results)),
        ("report.html", page(results)),
    ):
        with appearing(folder / name) as neighbour:
            neighbour.write_text(text, encoding="utf-8", newline="")
    return folder / "report.html"
