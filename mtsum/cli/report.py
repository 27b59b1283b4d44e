"""``mtsum report``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    epilog="""\b
Examples:
  mtsum report results/
  xdg-open "$(mtsum report results/)"
""",
)
@click.argument("folder", metavar="DIR", type=click.Path())
def report(folder: str) -> None:
    """Write the report of a benchmark again, from the scores in its folder.

    DIR is a folder that `mtsum benchmark --out DIR` wrote. report.html (one file, opens offline), report.md and
    scores.csv are written there, and the page's path is printed. No model is loaded and nothing is scored again.
    """
    from mtsum.evaluation.report import write_report

    click.echo(write_report(Path(folder)))
