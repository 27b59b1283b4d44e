"""``mtsum testsets``: what test sets there are, where they lie, and fetching them."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import click

from mtsum.errors import InputError
from mtsum.evaluation.testsets import SetEntry, find_entry, load_registry
from mtsum.evaluation.testsets.finding import FOLDER_VARIABLE, locate

_COLUMNS = ("name", "task", "languages", "segments", "licence", "state")

testsets_dir = click.option(
    "--testsets-dir",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help=f"Where copies of test sets lie, for use without network. [default: ${FOLDER_VARIABLE}]",
)


@click.group(name="testsets", no_args_is_help=True)
def testsets() -> None:
    """List, show and fetch test sets.

    \b
    Examples:
      mtsum testsets list
      mtsum testsets pull ntrex-128
      mtsum benchmark --models sq-en-draft --testset ntrex-128 --out results
    """


@testsets.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@testsets_dir
def list_testsets(as_json: bool, testsets_dir: Path | None) -> None:
    """List the test sets known by name, and where they lie.

    A table on a terminal, tab-separated in a pipe.

    \b
    Examples:
      mtsum testsets list
      mtsum testsets list --testsets-dir DATA
      mtsum testsets list | cut -f1
    """
    entries = [*load_registry().values()]
    rows = [_row(entry, testsets_dir) for entry in entries]
    if as_json:
        for entry, row in zip(entries, rows, strict=True):
            click.echo(json.dumps(_record(entry) | {"state": row[-1]}, ensure_ascii=False))
    elif sys.stdout.isatty():
        _print_table(rows)
    else:
        for row in (_COLUMNS, *rows):
            click.echo("\t".join(row))


@testsets.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@testsets_dir
def show(name: str, as_json: bool, testsets_dir: Path | None) -> None:
    """Show all that is known of the test set NAME.

    That is its addresses, licence and checksums, where its documents begin and end, and where it lies.

    \b
    Examples:
      mtsum testsets show flores200-devtest
      mtsum testsets show ntrex-128 --json
    """
    from mtsum.evaluation.testsets.pulling import pulled, read_lock

    entry = find_entry(name)
    record = _record(entry) | {"state": _state(entry, testsets_dir)}
    if pulled(entry):
        record["pulled"] = read_lock(entry)
    if as_json:
        click.echo(json.dumps(record, ensure_ascii=False))
        return
    width = max(map(len, record))
    for key, value in record.items():
        if key not in ("files", "pulled") and value not in (None, "", {}, []):
            shown = ", ".join(f"{a} = {b}" for a, b in value.items()) if isinstance(value, dict) else value
            click.echo(f"{key.replace('_', ' '):{width}}  {shown}")
    for file in entry.files:
        part = f" ({file.member})" if file.member else ""
        known = f"; SHA-256 {file.sha256}" if file.sha256 else "; trusted when first pulled"
        click.echo(f"{'file':{width}}  {file.role}: {entry.url(file)}{part}{known}")
    for called, said in record.get("pulled", {}).get("files", {}).items():
        click.echo(f"{'pulled':{width}}  {called}: SHA-256 {said['sha256']}")


@testsets.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--force", is_flag=True, help="Download again what is there; it must be what it was.")
def pull(names: tuple[str, ...], force: bool) -> None:
    """Download test sets, once; from then on they work offline.

    The SHA-256 of every file is checked where it is known, else recorded, and checked whenever the set is used.

    \b
    Examples:
      mtsum testsets pull ntrex-128 flores200-devtest
      mtsum testsets pull xsum --force
    """
    from mtsum.evaluation.testsets import pulling

    if not sys.stderr.isatty():
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
    for entry in [find_entry(name) for name in names]:
        click.echo(f"note: {entry.name}: licence {entry.licence}", err=True)
        directory = pulling.pull(entry, force)
        for file in entry.files:
            if file.sha256 is None:
                said = pulling.read_lock(entry)["files"][file.name]["sha256"]
                click.echo(f"note: {file.name}: trusted as it came, SHA-256 {said}", err=True)
        click.echo(str(directory))


def _record(entry: SetEntry) -> dict[str, Any]:
    return dataclasses.asdict(entry)


def _row(entry: SetEntry, folder: Path | None) -> tuple[str, ...]:
    segments = "" if entry.segments is None else str(entry.segments)
    languages = f"{entry.source_language}-{entry.target_language}"
    return (entry.name, entry.task, languages, segments, entry.licence, _state(entry, folder))


def _state(entry: SetEntry, folder: Path | None) -> str:
    """Where the set lies, or how to get it; damage is told and does not hide the other sets."""
    from mtsum.evaluation.testsets.pulling import pulled

    if folder is not None and not folder.is_dir():
        raise InputError("there is no such folder of test sets", str(folder))
    try:
        place = locate(entry, folder)
    except InputError as problem:
        if pulled(entry):
            return f"damaged: {problem}"
        return "to be pulled" if entry.files else "a copy is needed"
    return "pulled" if place == pulled(entry) else str(place)


def _print_table(rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for column in _COLUMNS:
        table.add_column(column, justify="right" if column == "segments" else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)
