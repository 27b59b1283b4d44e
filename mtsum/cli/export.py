"""``mtsum export``."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import click

from mtsum.cli.notes import Notes
from mtsum.cli.output import check_output, open_output
from mtsum.errors import UsageError


@click.command(
    epilog="""\b
Examples:
  mtsum export run/ -o articles.csv
  mtsum export run/ -o digest.md
  mtsum export run/ -o page.html --limit 200
  mtsum export run/ -o page2.html --skip 200 --limit 200
""",
)
@click.argument("run", metavar="RUN", type=click.Path())
@click.option("-o", "--output", metavar="FILE", help="Write here instead of stdout, whole or not at all.")
@click.option("--format", "format_", metavar="NAME", help="csv, md or html. [default: by the suffix of FILE]")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most N articles.")
@click.option(
    "--skip", type=click.IntRange(0), default=0, show_default=True, metavar="N", help="Leave the first N articles out."
)
@click.option("-q", "--quiet", is_flag=True, help="No notes on stderr; errors stay.")
def export(run: str, output: str | None, format_: str | None, limit: int | None, skip: int, quiet: bool) -> None:
    """Write the records of a run for people to read: a table, a digest or a page.

    RUN is the folder of a run of `mtsum batch`, or a file of records (.jsonl, .parquet). CSV has one line an article
    and opens in a spreadsheet; Markdown and HTML have a section an article, its summary tied to the sentences it rests
    on. Articles that failed are there too, with their error.
    """
    from mtsum.corpus.export import Selection, find_export_format
    from mtsum.corpus.manifest import read_manifest
    from mtsum.corpus.records_reading import record_files

    notes = Notes(quiet)
    chosen = find_export_format(format_, output)
    check_output(output)
    if output and Path(output).resolve() in {file.resolve() for file in record_files(run)}:
        raise UsageError(f"{output}: holds the records to export; give -o another name")
    manifest = read_manifest(Path(run)) if Path(run).is_dir() else None
    if manifest and manifest.state != "finished":
        notes.warn(f"{run}: the run is not finished, and only the articles done by now are written; start it again")
    records = Selection(run, skip, limit)
    most = chosen.most
    there = sum(1 for _ in islice(records, 1 if limit or most is None else most + 1))
    if not there:
        raise UsageError(f"{run}: has no articles{f' after the first {skip:,}' if skip else ''}")
    if limit is None and most is not None and there > most:
        raise UsageError(
            f"{run}: has over {most:,} articles{' left' if skip else ''}, too many for one {chosen.name} page; "
            f"write some, --limit {most}, and the next with --skip {skip + most} --limit {most}"
        )
    name = Path(run).resolve()
    with open_output(output) as stream:
        said = chosen.write(records, stream, name.name if name.is_dir() else name.stem)
    for line in said:
        notes.note(line)
    if records.more:
        notes.note(f"there are more articles: the next with --skip {skip + (limit or 0)} --limit {limit}")
