"""Options that commands share, and the frozen settings they become."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from mtsum.engines import DEVICES, ENGINES
from mtsum.loading import PRECISIONS, EngineChoice


@dataclass(frozen=True)
class InputChoice:
    """Which files to read and how; ``files`` may hold ``-`` for stdin."""

    files: tuple[str, ...]
    format: str | None
    text_column: str
    id_column: str


@dataclass(frozen=True)
class OutputChoice:
    """Where results go (``None``: stdout), as records or text, and whether notes are kept off stderr."""

    path: str | None
    json: bool
    quiet: bool


def shared_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments and options of every command that reads articles and runs models."""
    for decorate in reversed(_SHARED):
        command = decorate(command)
    return command


_SHARED: tuple[Callable[[Any], Any], ...] = (
    click.argument("files", nargs=-1, metavar="[FILE...|-]", type=click.Path(allow_dash=True)),
    click.option(
        "--engine", type=click.Choice(ENGINES), default="auto", show_default=True, help="Inference engine to run on."
    ),
    click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True, help="Where to run."),
    click.option(
        "--precision",
        type=click.Choice(list(PRECISIONS)),
        default="auto",
        show_default=True,
        help="Number format of the weights; auto is int8 on a CPU and 16 bits on a GPU.",
    ),
    click.option(
        "--beam", type=click.IntRange(1, 64), metavar="N", help="Beam size; 1 is greedy. [default: the model's]"
    ),
    click.option("--threads", type=click.IntRange(1), metavar="N", help="CPU threads. [default: all cores]"),
    click.option("-o", "--output", metavar="FILE", help="Write here instead of stdout, whole or not at all."),
    click.option("--json", "as_json", is_flag=True, help="One JSON record a line: sentences, scores, flags, settings."),
    click.option("--offline", is_flag=True, help="Never touch the network (as HF_HUB_OFFLINE=1 does)."),
    click.option(
        "--format",
        "format_",
        metavar="NAME",
        help="Format of the input: txt, md, html, docx, jsonl, csv, tsv, parquet. [default: by suffix; stdin: txt]",
    ),
    click.option(
        "--text-column", default="text", show_default=True, metavar="NAME", help="Column that holds the text."
    ),
    click.option("--id-column", default="id", show_default=True, metavar="NAME", help="Column that holds the id."),
    click.option("-q", "--quiet", is_flag=True, help="No notes and no progress on stderr; errors stay."),
)


def engine_choice(options: dict[str, Any]) -> EngineChoice:
    """How models run, from a command's options."""
    return EngineChoice(
        engine=options["engine"],
        device=options["device"],
        precision=PRECISIONS[options["precision"]],
        beam=options["beam"],
        threads=options["threads"],
        offline=options["offline"],
    )


def input_choice(files: tuple[str, ...], options: dict[str, Any]) -> InputChoice:
    """What to read, from a command's options; stdin when no file is named. Raises ``UsageError`` for a terminal."""
    if not files:
        if sys.stdin.isatty():
            raise click.UsageError(
                "no FILE, and stdin is a terminal: name a file (mtsum ... article.txt) or pipe a text in "
                "(cat article.txt | mtsum ...)"
            )
        files = ("-",)
    return InputChoice(files, options["format_"], options["text_column"], options["id_column"])


def output_choice(options: dict[str, Any]) -> OutputChoice:
    """Where results go, from a command's options."""
    return OutputChoice(options["output"], options["as_json"], options["quiet"])
