"""``mtsum batch``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from mtsum.cli.notes import Notes
from mtsum.corpus.executors import EXECUTORS, Crew
from mtsum.corpus.inputs import Source, ignored
from mtsum.corpus.progress import LineWatcher, TerminalWatcher, Watcher
from mtsum.corpus.report import closing_lines
from mtsum.corpus.run import Batch, run_batch
from mtsum.corpus.work import Task
from mtsum.engines import DEVICES, ENGINES
from mtsum.languages import language
from mtsum.loading import PRECISIONS, EngineChoice, model_entry
from mtsum.memory import memory_path
from mtsum.summarization import parse_length


@click.command(
    epilog="""\b
Examples:
  mtsum batch articles/ -o run --task translate
  mtsum batch corpus.jsonl.gz -o run --task summarize --column body --length short
  mtsum batch news.parquet -o run --task translate --output-format parquet
  mtsum batch articles/ -o run --task translate --retry-errors
  mtsum batch corpus.jsonl -o run --task translate --engine ray --workers 4
""",
)
@click.argument("input_", metavar="INPUT")
@click.option("-o", "--output", required=True, metavar="FOLDER", help="Folder of the run: records, manifest, journal.")
@click.option(
    "--task", type=click.Choice(["translate", "summarize"]), required=True, help="What to do with each article."
)
@click.option(
    "--column", "--text-column", default="text", show_default=True, metavar="NAME", help="Column of the text."
)
@click.option("--id-column", default="id", show_default=True, metavar="NAME", help="Column of the id.")
@click.option("--format", "format_", metavar="NAME", help="Format of the input. [default: by suffix]")
@click.option("--split", metavar="NAME", help="Split of a data set. [default: the only one]")
@click.option("--subset", metavar="NAME", help="Subset (configuration) of a data set on the hub.")
@click.option("--revision", metavar="REV", help="Commit, tag or branch of a data set on the hub.")
@click.option(
    "-m", "--model", metavar="M", help="Model of the task: alias, repository or directory. [default: the shipped one]"
)
@click.option("--translator", metavar="M", help="Translator; with --task translate the same as --model.")
@click.option("--summarizer", metavar="M", help="Summarizer; with --task summarize the same as --model.")
@click.option("--length", metavar="short|medium|long|N", help="Length of summaries. [default: medium, about 60 words]")
@click.option(
    "--from",
    "source",
    metavar="LANG",
    help="Language of the input. [default: sq; with --task summarize, English articles are taken for what they are]",
)
@click.option("--to", "target", default="en", show_default=True, metavar="LANG", help="Language of the output.")
@click.option("--any-language", is_flag=True, help="Do articles too that look like another language.")
@click.option(
    "--max-chars",
    type=click.IntRange(1),
    default=1_000_000,
    show_default=True,
    metavar="N",
    help="A longer article is an error.",
)
@click.option(
    "--max-errors",
    type=click.IntRange(0),
    metavar="N",
    help="Stop when more than N records have failed; a retry goes to its end.",
)
@click.option("--retry-errors", is_flag=True, help="Try those records of a finished run again that failed.")
@click.option(
    "--output-format",
    type=click.Choice(["jsonl", "parquet"]),
    default="jsonl",
    show_default=True,
    help="Of the records.",
)
@click.option(
    "--shard-articles",
    type=click.IntRange(1),
    default=5000,
    show_default=True,
    metavar="N",
    help="The most articles a file of records holds.",
)
@click.option(
    "--engine",
    type=click.Choice(list(EXECUTORS)),
    default="local",
    show_default=True,
    help="Who does the work: this process, or workers on a Ray cluster.",
)
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Workers of the Ray cluster. [default: as fits]")
@click.option("--address", metavar="HOST:PORT", help="A running Ray cluster. [default: one is started here]")
@click.option(
    "--inference-engine", type=click.Choice(ENGINES), default="auto", show_default=True, help="What runs the models."
)
@click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True, help="Where models run.")
@click.option(
    "--precision", type=click.Choice(list(PRECISIONS)), default="auto", show_default=True, help="Format of the weights."
)
@click.option("--beam", type=click.IntRange(1, 64), metavar="N", help="Beam size. [default: the model's]")
@click.option("--threads", type=click.IntRange(1), metavar="N", help="CPU threads. [default: all cores]")
@click.option(
    "--no-cache", is_flag=True, help="Go without the translation memory and its corrections (see `mtsum cache`)."
)
@click.option("--offline", is_flag=True, help="Never touch the network (as HF_HUB_OFFLINE=1 does).")
@click.option("-q", "--quiet", is_flag=True, help="No notes, progress or summary on stderr; errors stay.")
def batch(**options: Any) -> None:
    """Translate or summarize a corpus into a folder of records, in the order of the input.

    INPUT is a file (JSON lines, CSV, TSV, Parquet, also .gz and .zst), a folder of articles, a URL, a folder that
    `datasets` saved, or a data set's name on the Hugging Face hub.

    A run that was interrupted, by whatever, goes on when the same command is given again, and no article is done
    twice. A bad record becomes a record that says what was wrong, and the exit status is 1.
    """
    notes = Notes(options["quiet"])
    asked = _batch(options)
    _say_models(asked.task, notes)
    for suffix, count in ignored(asked.source).items():
        notes.note(f"{asked.source.path}: {count:,} file{'s' if count > 1 else ''} *{suffix} left out: no such format")
    try:
        report = run_batch(asked, _watcher(options["quiet"]), notes)
    except (KeyboardInterrupt, SystemExit) as signal:
        click.echo(f"interrupted; what is done is kept in {asked.out}: the same command goes on", err=True)
        # What main() makes of Ctrl-C, without a second line; a polite kill brings its own status.
        raise SystemExit(130 if isinstance(signal, KeyboardInterrupt) else signal.code) from signal
    failed = report.total.errors.total()
    if not options["quiet"]:
        for line in closing_lines(report):
            click.echo(line, err=True)
        again = "; --retry-errors tries those that failed again" if failed else ""
        click.echo(f"records: {asked.out}{again}", err=True)
    click.get_current_context().exit(1 if failed else 0)


def _batch(options: dict[str, Any]) -> Batch:
    """The run that the options ask for. Raises ``click.UsageError`` where they contradict each other."""
    source = Source(
        path=options["input_"],
        text_column=options["column"],
        id_column=options["id_column"],
        format=options["format_"],
        split=options["split"],
        revision=options["revision"],
        offline=options["offline"],
        subset=options["subset"],
    )
    return Batch(
        source=source,
        task=_task(options),
        out=Path(options["output"]),
        engine=options["engine"],
        crew=Crew(options["workers"], options["address"]),
        memory_path=None if options["no_cache"] else memory_path(),
        output_format=options["output_format"],
        shard_articles=options["shard_articles"],
        most_errors=options["max_errors"],
        retry_errors=options["retry_errors"],
    )


def _task(options: dict[str, Any]) -> Task:
    translate = options["task"] == "translate"
    own, other = ("translator", "summarizer") if translate else ("summarizer", "translator")
    if options["model"] and options[own]:
        raise click.UsageError(
            f"--model and --{own} name the same thing for --task {options['task']}; give one of them"
        )
    for name in ("summarizer", "length"):
        if translate and options[name]:
            raise click.UsageError(f"--{name} is for --task summarize")
    target = language(options["target"]).code
    if not translate and target != "en":
        raise click.UsageError("summaries are in English; leave out --to")
    default = "sq" if translate else None
    chosen = {own: options["model"] or options[own], other: options[other]}
    return Task(
        name=options["task"],
        source=language(options["source"]).code if options["source"] else default,
        target=target,
        translator=_whole_path(chosen["translator"]),
        summarizer=_whole_path(chosen["summarizer"]),
        length=parse_length(options["length"] or "medium").given,
        most_characters=options["max_chars"],
        any_language=options["any_language"],
        choice=EngineChoice(
            engine=options["inference_engine"],
            device=options["device"],
            precision=PRECISIONS[options["precision"]],
            beam=options["beam"],
            threads=options["threads"],
            offline=options["offline"],
        ),
    )


def _whole_path(model: str | None) -> str | None:
    """A model's directory under its whole path, so that a run can be gone on with from another directory."""
    return str(Path(model).resolve()) if model and Path(model).is_dir() else model


def _say_models(task: Task, notes: Notes) -> None:
    notes.model(model_entry(task.translator, "translation"))
    if task.name == "summarize":
        notes.model(model_entry(task.summarizer, "summarization"))


def _watcher(quiet: bool) -> Watcher:
    if quiet:
        return Watcher()
    if not sys.stderr.isatty():
        return LineWatcher(sys.stderr)
    from rich.console import Console

    return TerminalWatcher(Console(stderr=True))
