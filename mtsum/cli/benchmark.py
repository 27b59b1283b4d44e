"""``mtsum benchmark``."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import click

from mtsum.cli.notes import Notes
from mtsum.cli.several import SeveralCommand, several
from mtsum.cli.testsets import testsets_dir
from mtsum.engines import DEVICES, ENGINES
from mtsum.errors import UsageError
from mtsum.evaluation.benchmark.configuration import Benchmark, benchmark_of, read_benchmark
from mtsum.loading import PRECISIONS, model_entry

# Options that are keys of the YAML file, and say there what they say here.
_PLAIN = (
    "baseline",
    "threads",
    "repeats",
    "limit",
    "bootstrap",
    "shuffles",
    "seed",
    "reference_translator",
    "testsets_dir",
)
# What may change without any output being made again.
_OF_SCORING = ("metrics", "bootstrap", "shuffles", "seed", "baseline")


@click.command(
    cls=SeveralCommand,
    epilog="""\b
Examples:
  mtsum benchmark -m sq-en-draft opus-sq-en --testset ntrex-128 --out results
  mtsum benchmark --models sq-en-draft --beam 1 4 --testset a.tsv --out beams
  mtsum benchmark -m en-sum-draft --length short long --testset xsum --out out
  mtsum benchmark examples/benchmark.yaml --out results
  mtsum benchmark --out results --rescore --metrics chrF BLEU
""",
)
@click.argument("config", required=False, metavar="[CONFIG.yaml]", type=click.Path(path_type=Path))
@several("--models", "-m", metavar="M...", help="Translators or summarizers: aliases, repositories, directories.")
@several(
    "--summarizer",
    metavar="M...",
    help="Summarizers behind each translator, for whole articles. [default: the default model]",
)
@click.option(
    "--testset",
    "testsets",
    multiple=True,
    metavar="SET...",
    help="Test sets: names (mtsum testsets list), files (.tsv, .jsonl, .parquet or SOURCE,REFERENCE), or NAME=FILE.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Folder of the results.")
@several("--beam", metavar="N...", kind=click.IntRange(1, 64), help="Beam sizes. [default: the model's]")
@several(
    "--precision",
    metavar="P...",
    kind=click.Choice(list(PRECISIONS)),
    help="Number formats: int8, fp16, bf16, fp32, or auto.",
)
@several(
    "--engine",
    metavar="E...",
    kind=click.Choice(ENGINES),
    help="Inference engines: ctranslate2, transformers, or auto.",
)
@several("--device", metavar="D...", kind=click.Choice(DEVICES), help="Where to run: cpu, cuda, or auto.")
@several("--length", metavar="L...", help="Lengths of summaries: short, medium, long or a number of words.")
@several("--metrics", metavar="NAME...", help="Metrics to score by. [default: all that fit the task]")
@click.option("--baseline", metavar="SYSTEM", help="The system that others are compared with. [default: the first]")
@click.option("--threads", type=click.IntRange(1), metavar="N", help="CPU threads. [default: all cores]")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the first N segments of each set.")
@click.option("--repeats", type=click.IntRange(1), metavar="N", help="Timed passes over each set. [default: 3]")
@click.option(
    "--bootstrap", type=click.IntRange(0), metavar="N", help="Resamples for intervals; 0: none. [default: 1000]"
)
@click.option(
    "--shuffles", type=click.IntRange(0), metavar="N", help="Shuffles of the paired test; 0: none. [default: 10000]"
)
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Seed of resamples and shuffles. [default: 12345]")
@click.option(
    "--reference-translator", metavar="M", help="Model to translate references in another language than the output."
)
@testsets_dir
@click.option("--rescore", is_flag=True, help="Only score what is stored in DIR; no model is loaded.")
@click.option("-q", "--quiet", is_flag=True, help="No notes on stderr; errors stay.")
def benchmark(config: Path | None, out: Path, rescore: bool, quiet: bool, **options: Any) -> None:
    """Run models on test sets and score them: quality with intervals and tests, speed, memory, size.

    Models, settings and test sets stand in CONFIG.yaml or in the options, never in both; DIR/benchmark.yaml keeps them.
    Options with M..., N... and the like take several values; every combination of models and settings is a system.

    Outputs are made first and stored, each system in a process of its own; what is stored is not made again. Then what is
    stored is scored, without any model. A system that fails is recorded and the others go on; the exit status is then 1.

    Scores go to stdout, tab-separated in a pipe; DIR holds them in full, with a report.
    """
    from mtsum.evaluation.benchmark.run import run_benchmark
    from mtsum.evaluation.report import write_report

    notes = Notes(quiet)
    asked = _asked(config, out, rescore, options)
    if not rescore:
        _say_models(asked, notes)
    scores = run_benchmark(asked, out, notes.note, generate_outputs=not rescore)
    for warning in scores["warnings"]:
        notes.warn(warning)
    _print_scores(scores)
    for error in scores["errors"]:
        notes.error(f"{error['system']} on {error['testset']}: {error['error']}")
    notes.note(f"report: {write_report(out)}")
    click.get_current_context().exit(1 if scores["errors"] else 0)


def _asked(config: Path | None, out: Path, rescore: bool, options: dict[str, Any]) -> Benchmark:
    """The benchmark of the YAML file, of the options, or of what ran in ``out`` before. Raises ``UsageError``."""
    given = {name: value for name, value in options.items() if value not in (None, ())}
    if "testsets_dir" in given:
        given["testsets_dir"] = str(given["testsets_dir"].resolve())
    stored = out / "benchmark.yaml"
    what = {name for name in given if name not in (*_PLAIN, "metrics")}
    if rescore:
        if config is not None or set(given) - set(_OF_SCORING):
            names = ", ".join(f"--{name}" for name in _OF_SCORING)
            raise UsageError(f"--rescore takes {names}; the rest is stored in {out}")
        config = stored
        if not stored.is_file():
            raise UsageError(f"{out} holds no benchmark.yaml: there is nothing to score")
    elif config is None and not what and stored.is_file():
        config = stored
    if config is not None:
        if what:
            names = ", ".join("--testset" if name == "testsets" else f"--{name}" for name in sorted(what))
            raise UsageError(f"{config} says what is to be run: leave out {names}, or write it there")
        return dataclasses.replace(read_benchmark(config), **given)
    if not {"models", "testsets"} <= what:
        raise UsageError("give CONFIG.yaml, or --models and --testset (mtsum models list, mtsum testsets list)")
    table = {name: given[name] for name in _PLAIN if name in given}
    table |= {
        "systems": _systems(given),
        "testsets": list(given["testsets"]),
        "metrics": list(given.get("metrics", ())),
    }
    return benchmark_of(table, Path.cwd())


def _systems(given: dict[str, Any]) -> list[dict[str, Any]]:
    """Each model with each summarizer, as the YAML file would have them."""
    settings: dict[str, Any] = {
        name: list(given[name]) for name in ("beam", "precision", "engine", "device", "length") if name in given
    }
    summarizers = given.get("summarizer") or (None,)
    return [
        {"model": model, **({"summarizer": summarizer} if summarizer else {}), **settings}
        for model in given["models"]
        for summarizer in summarizers
    ]


def _say_models(asked: Benchmark, notes: Notes) -> None:
    for system in asked.systems:
        for name, task in ((system.translator, "translation"), (system.summarizer, "summarization")):
            if name:
                notes.model(model_entry(name, task))


def _print_scores(scores: dict[str, Any]) -> None:
    """The scores: a table on a terminal, tab-separated in a pipe. ``p`` is that of approximate randomization."""
    columns = ("testset", "system", "metric", "score", "low", "high", "p", "signature")
    tests = {(row["testset"], row["system"], row["metric"]): row for row in scores["comparisons"]}
    rows = []
    for row in scores["scores"]:
        test = tests.get((row["testset"], row["system"], row["metric"]), {})
        rows.append(
            (
                row["testset"],
                row["system"],
                row["metric"],
                f"{row['value']:.2f}",
                *("" if row[side] is None else f"{row[side]:.2f}" for side in ("low", "high")),
                "" if test.get("p_randomization") is None else f"{test['p_randomization']:.4f}",
                row["signature"],
            )
        )
    if not sys.stdout.isatty():
        for line in (columns, *rows):
            click.echo("\t".join(line))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for column in columns[:-1]:
        table.add_column(column, justify="right" if column in ("score", "low", "high", "p") else "left")
    for line in rows:
        table.add_row(*line[:-1])
    Console().print(table)
