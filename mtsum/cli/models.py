"""``mtsum models``: what models there are, fetch them, check them, convert them."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import click

from mtsum.errors import MtsumError, UsageError
from mtsum.registry import DESCRIPTION_FILE, ModelEntry, description_of, load_registry

QUANTIZATIONS = ("int8", "int8_float16", "int8_float32", "int16", "float16", "bfloat16", "float32")


@click.group(name="models", no_args_is_help=True)
def models() -> None:
    """List, fetch, check and convert models.

    \b
    Examples:
      mtsum models list
      mtsum models pull opus-sq-en
      mtsum translate article.txt --model opus-sq-en
    """


@models.command(name="list")
@click.option("--task", type=click.Choice(["translation", "summarization"]), help="Only models of this task.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_models(task: str | None, as_json: bool) -> None:
    """List the models of the registry: a table on a terminal, tab-separated in a pipe.

    \b
    Examples:
      mtsum models list
      mtsum models list --task summarization
      mtsum models list | cut -f1
    """
    entries = [entry for entry in load_registry().entries if task in (None, entry.task)]
    if as_json:
        for entry in entries:
            click.echo(json.dumps(_record(entry), ensure_ascii=False))
    elif sys.stdout.isatty():
        _print_table(entries)
    else:
        click.echo("\t".join(("alias", "task", "family", "size_mb", "licence", "state", "default")))
        for entry in entries:
            default = "default" if entry.default else ""
            row = (entry.alias, entry.task, entry.family, f"{entry.size_mb:g}", entry.licence, _state(entry), default)
            click.echo("\t".join(row))


@models.command()
@click.argument("model")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(model: str, as_json: bool) -> None:
    """Show all that is known of MODEL: an alias, a repository or a directory.

    \b
    Examples:
      mtsum models show nllb-600m
      mtsum models show ./my-model --json
    """
    entry = load_registry().entry(model)
    record = _record(entry)
    if as_json:
        click.echo(json.dumps(record, ensure_ascii=False))
        return
    width = max(map(len, record))
    for name, value in record.items():
        if value not in (None, "", {}, []):
            click.echo(f"{name.replace('_', ' '):{width}}  {_shown(value)}")
    for notice in entry.notices:
        click.echo(f"note: {notice}", err=True)


@models.command()
@click.argument("model")
@click.option("--revision", help="A branch, tag or commit of the repository instead of the pinned one.")
def pull(model: str, revision: str | None) -> None:
    """Download MODEL, once; from then on it works offline.

    The commit and the SHA-256 of every file are recorded, and checked whenever the model is used.

    \b
    Examples:
      mtsum models pull opus-sq-en
      mtsum models pull nllb-600m
    """
    from mtsum import hub

    entry = load_registry().entry(model)
    for notice in entry.notices:
        click.echo(f"note: {notice}", err=True)
    if not sys.stderr.isatty():
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
    directory = hub.pull(entry, revision)
    click.echo(f"{entry.alias} is ready at revision {hub.resolved_revision(entry, directory)}", err=True)
    click.echo(str(directory))


@models.command()
@click.argument("model", nargs=-1)
def verify(model: tuple[str, ...]) -> None:
    """Check the files of each MODEL, by default of every model on this machine, against their SHA-256.

    \b
    Examples:
      mtsum models verify
      mtsum models verify nllb-600m
    """
    from mtsum import hub

    registry = load_registry()
    chosen = [registry.entry(name) for name in model] or [entry for entry in registry.entries if hub.find(entry)]
    failures: list[MtsumError] = []
    for entry in chosen:
        try:
            click.echo(f"{entry.alias}: {hub.verify(entry)} files as recorded")
        except MtsumError as problem:  # the other models are still to be checked
            failures.append(problem)
            click.echo(str(problem), err=True)
    if not chosen:
        click.echo("no model on this machine to verify", err=True)
    if failures:
        raise SystemExit(max(problem.exit_status for problem in failures))


@models.command()
@click.argument("model")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The new directory to write.")
@click.option(
    "--quantization",
    type=click.Choice(QUANTIZATIONS),
    default="int8",
    show_default=True,
    help="Number type of the weights.",
)
def convert(model: str, output: Path, quantization: str) -> None:
    """Convert MODEL, an alias or a Hugging Face directory, to a CTranslate2 directory.

    Not needed for translating: models are converted and cached on first use. The new directory works wherever an
    alias does.

    \b
    Examples:
      mtsum models convert opus-sq-en -o opus-int8
      mtsum models convert ./my-finetuned-nllb -o my-int8 --quantization int8
    """
    from mtsum import hub

    entry = load_registry().entry(model)
    if output.exists():
        raise UsageError(f"{output} exists; give a new directory")
    directory = hub.locate(entry)
    if (directory / "model.bin").is_file():
        raise UsageError(f"{entry.alias} ({directory}) is a CTranslate2 model already")

    from mtsum.engines.conversion import convert as convert_directory

    convert_directory(directory, output, entry.family, quantization)
    described = description_of(dataclasses.replace(entry, revision=hub.resolved_revision(entry, directory)))
    described["quantization"] = quantization
    (output / DESCRIPTION_FILE).write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    click.echo(str(output))


def _state(entry: ModelEntry) -> str:
    from mtsum import hub

    if hub.find(entry) is None:
        return "missing" if entry.path else "not downloaded"
    return "shipped" if entry.shipped else "here"


def _record(entry: ModelEntry) -> dict[str, Any]:
    from mtsum import hub

    record = dataclasses.asdict(entry)
    found = hub.find(entry)
    revision = hub.resolved_revision(entry, found) if found else entry.revision
    directory = str(found or hub.directory_for(entry))
    return {
        **record,
        "revision": revision,
        "noncommercial": entry.noncommercial,
        "state": _state(entry),
        "directory": directory,
    }


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {item}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) if "*" not in value else "all that the family knows"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _print_table(entries: list[ModelEntry]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("alias", "task", "family", "size", "licence", "state"):
        table.add_column(
            heading, justify="right" if heading == "size" else "left", no_wrap=heading in ("alias", "size")
        )
    for entry in entries:
        size = f"{entry.size_mb / 1000:.1f} GB" if entry.size_mb >= 1000 else f"{entry.size_mb:.0f} MB"
        alias = f"{entry.alias} (default)" if entry.default else entry.alias
        table.add_row(alias, entry.task, entry.family, size, entry.licence, _state(entry))
    Console().print(table)
