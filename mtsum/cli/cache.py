"""``mtsum cache``: what the translation memory holds, clearing it, and corrections as TMX."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mtsum.cli.output import check_output, open_output
from mtsum.errors import InputError, MemoryBroken, UsageError
from mtsum.languages import language
from mtsum.memory import memory_path, open_memory
from mtsum.memory.store import Statistics


@click.group(name="cache", no_args_is_help=True)
def cache() -> None:
    """The translation memory: sentences translated before, and those that an editor corrected.

    Long runs (`mtsum batch`) keep what they translate here. Corrections imported from a TMX file are used by every
    command, and flagged `edited` in its records; what a run has done already stays as it is, so give it a new folder.
    The memory forgets what was not used for longest when it would grow over MTSUM_MEMORY_LIMIT (2GB).

    \b
    Examples:
      mtsum cache show
      mtsum cache export memory.tmx
      mtsum cache import corrected.tmx
    """


def _memory_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--memory",
        "path",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Another memory than the one in mtsum's home.",
    )(command)


def _language_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, attribute, code in (("--to", "target", "en"), ("--from", "source", "sq")):
        command = click.option(name, attribute, default=code, show_default=True, metavar="LANG")(command)
    return command


@cache.command()
@_memory_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(path: Path | None, as_json: bool) -> None:
    """Show how large the memory is, what it holds of which model, and how often it helped.

    \b
    Examples:
      mtsum cache show
      mtsum cache show --json | jq .bytes
    """
    path = path or memory_path()
    if not path.is_file():
        click.echo(json.dumps({"path": str(path), "bytes": 0}) if as_json else f"no memory yet: {path} is not there")
        return
    with open_memory(path) as memory:
        statistics = memory.statistics()
    if as_json:
        click.echo(json.dumps(_record(statistics), ensure_ascii=False))
        return
    click.echo(f"file       {statistics.path}")
    click.echo(f"size       {_size(statistics.bytes)} of {_size(statistics.limit)} allowed (MTSUM_MEMORY_LIMIT)")
    for (source, target), count in statistics.corrections.items():
        click.echo(f"corrected  {_count(count, 'sentence')}, {source} to {target}")
    for one in _record(statistics)["makers"]:
        maker = one["maker"]
        asked = one["hits"] + one["misses"]
        found = f"; {one['hits']:,} of {asked:,} asked for were found" if asked else ""
        click.echo(
            f"machine    {_count(one['entries'], 'text')} ({_size(one['bytes'])}), {maker['from']} to {maker['to']}, "
            f"by {maker['model']} on {maker['engine']}, {maker['compute_type']}, beam {maker['generation']['beam_size']} "
            f"[{maker['id']}]{found}"
        )


@cache.command()
@_memory_option
@click.option("--machine", is_flag=True, help="Only what models made.")
@click.option("--edited", is_flag=True, help="Only the corrections.")
@click.option("-m", "--model", metavar="M", help="Only what this model made: alias, directory, or an id of `show`.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def clear(path: Path | None, machine: bool, edited: bool, model: str | None, yes: bool) -> None:
    """Forget all of the memory, or a part of it. Asks before it does.

    Models make their part again; corrections do not come back, so export them first.

    \b
    Examples:
      mtsum cache clear
      mtsum cache clear --machine --yes
      mtsum cache clear --model nllb-600m
    """
    if sum((machine, edited, model is not None)) > 1:
        raise UsageError("--machine, --edited and --model exclude each other; without any of them all goes")
    path = path or memory_path()
    if not path.is_file():
        click.echo(f"no memory yet: {path} is not there")
        return
    try:
        memory = open_memory(path)
        statistics = memory.statistics()
    except MemoryBroken as problem:
        if machine or edited or model is not None:
            raise
        _delete_damaged(path, problem, yes)
        return
    with memory:
        makers = [one.maker for one in statistics.makers]
        if model is not None:
            makers = _named(makers, model)
        texts = 0 if edited else sum(one.entries for one in statistics.makers if one.maker in makers)
        corrections = 0 if machine or model is not None else sum(statistics.corrections.values())
        what = f"{_count(texts, 'machine translation')} and {_count(corrections, 'correction')}"
        _confirm(f"Forget {what} in {path}?", yes)
        try:
            if not edited:
                memory.clear_machine(makers)
            if not machine and model is None:
                memory.clear_corrections()
        except MemoryBroken:
            if machine or edited or model is not None:
                raise
            _delete(path)  # a full disk has no room for the log that clearing writes
    click.echo(f"forgot {what}")


@cache.command(name="import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_language_options
@_memory_option
def import_(file: Path, source: str, target: str, path: Path | None) -> None:
    """Take an editor's corrections from FILE.tmx; they are used from then on instead of any model.

    A correction is a unit of `mtsum cache export` whose translation was changed since, or any unit of another
    program's file. All of them are taken or, when FILE is broken, none.

    \b
    Examples:
      mtsum cache import corrected.tmx
      mtsum cache import project-omegat.tmx --from sq --to en
    """
    from mtsum.memory.exchange import import_tmx

    codes = language(source).code, language(target).code
    try:
        stream = file.open("rb")
    except OSError as problem:
        raise InputError(f"cannot be read: {problem.strerror}", str(file)) from problem
    with stream, open_memory(path) as memory:
        made = import_tmx(memory, stream, str(file), *codes)
    for note in made.notes:
        click.echo(f"note: {file}: {note}", err=True)
    for why, (count, line) in made.skipped.items():
        click.echo(f"skipped: {_count(count, 'unit')} {why} ({file}:{line})", err=True)
    skipped = sum(count for count, _ in made.skipped.values())
    click.echo(
        f"{_count(made.new + made.replaced, 'correction')} imported, {made.replaced:,} of them in place of older ones; "
        f"{made.same:,} known already; {made.untouched:,} machine translations unchanged; {skipped:,} skipped"
    )


@cache.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@_language_options
@click.option("-m", "--model", metavar="M", help="Only this model's: alias, directory, or an id of `show`.")
@click.option("--only", type=click.Choice(["machine", "edited"]), help="Only machine translations or corrections.")
@_memory_option
def export(file: str, source: str, target: str, model: str | None, only: str | None, path: Path | None) -> None:
    """Write the memory as TMX 1.4b, for an editor to correct in a translation tool and `import` again.

    Every unit says whether it is the machine's or an editor's. Of a sentence that several models or settings
    translated, the translation used last is written.

    \b
    Examples:
      mtsum cache export memory.tmx
      mtsum cache export corrections.tmx --only edited
      mtsum cache export - --model sq-en-draft | grep -c '<tu '
    """
    from mtsum.memory.exchange import export_tmx, makers_of

    codes = language(source).code, language(target).code
    path = path or memory_path()
    check_output(file)
    if not path.is_file():
        raise InputError("there is no memory to export", str(path))
    with open_memory(path) as memory:
        makers = makers_of(memory, *codes)
        if model is not None:
            makers = _named(makers, model)
        with open_output(file) as stream:
            made = export_tmx(memory, stream, *codes, makers, only != "edited", only != "machine")
    left_out = f"; {_count(made.left_out, 'unit')} left out: control characters in them" if made.left_out else ""
    click.echo(
        f"{_count(made.machine, 'machine translation')} and {_count(made.edited, 'correction')} exported{left_out}",
        err=True,
    )


def _named(makers: list[str], model: str) -> list[str]:
    """Those of ``makers`` that ``model`` names. Raises ``UsageError`` with the choices where there are none."""
    from mtsum.memory.exchange import is_of_model
    from mtsum.memory.maker import describe_maker

    described = {maker: describe_maker(maker) for maker in makers}
    found = [maker for maker, one in described.items() if is_of_model(one, model)]
    if not found:
        known = ", ".join(dict.fromkeys(f"{one['model']} [{one['id']}]" for one in described.values())) or "no model"
        raise UsageError(f"the memory has nothing of model {model!r}; it has of: {known}")
    return found


def _delete_damaged(path: Path, problem: MemoryBroken, yes: bool) -> None:
    click.echo(f"error: {problem}", err=True)
    _confirm(f"Delete {path}, which cannot be read?", yes)
    _delete(path)
    click.echo(f"deleted {path}")


def _delete(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _confirm(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("nothing was cleared: stdin is no terminal to ask on; say --yes")
    click.confirm(question, abort=True, err=True)


def _record(statistics: Statistics) -> dict[str, Any]:
    from mtsum.memory.maker import describe_maker

    return {
        "path": str(statistics.path),
        "bytes": statistics.bytes,
        "limit": statistics.limit,
        "corrections": [
            {"from": source, "to": target, "sentences": count}
            for (source, target), count in statistics.corrections.items()
        ],
        "makers": [
            {
                "entries": one.entries,
                "bytes": one.bytes,
                "hits": one.hits,
                "misses": one.misses,
                "maker": describe_maker(one.maker),
            }
            for one in statistics.makers
        ],
    }


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _size(number: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number} bytes"
