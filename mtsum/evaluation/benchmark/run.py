"""The whole of a benchmark: test sets stored, outputs made, what is stored scored, the report written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mtsum import __version__
from mtsum.corpus.durable import appearing, write_json
from mtsum.errors import InputError, UsageError
from mtsum.evaluation.benchmark.configuration import Benchmark
from mtsum.evaluation.benchmark.environment import environment
from mtsum.evaluation.benchmark.folder import Folder, write_json_lines
from mtsum.evaluation.benchmark.generation import Note, Part, generate, is_complete, parts_of, store_testsets
from mtsum.evaluation.benchmark.scoring import METRICS_OF_TASK, Made, SetScores, score_testset
from mtsum.evaluation.metrics import find_metrics
from mtsum.evaluation.testsets import TestSet

CONFIGURATION, ENVIRONMENT, SCORES, SEGMENTS = "benchmark.yaml", "environment.json", "scores.json", "segments.jsonl"


def run_benchmark(benchmark: Benchmark, out: Path, note: Note, generate_outputs: bool = True) -> dict[str, Any]:
    """Runs ``benchmark`` in the folder ``out`` and returns what ``scores.json`` holds; ``note`` is told of progress.

    With ``generate_outputs`` off, only what is stored is scored. Systems that failed are in its ``errors``. Raises
    ``UsageError`` for what can't work, before any model is run, and ``InputError`` for a test set that can't be had.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: is a file; give the name of a folder")
    folder = Folder(out)
    find_metrics(benchmark.metrics or METRICS_OF_TASK["translation"])  # a wrong name is told now and not after hours
    if generate_outputs:
        # Absolute, since workers are told of it and paths in the configuration are relative to it.
        folder = Folder(out.resolve())
        testsets = store_testsets(benchmark, folder, note)
        parts = parts_of(benchmark, testsets, note)
        if not all(is_complete(benchmark, folder, part, lambda _: None) for part in parts):
            write_json(folder.root / ENVIRONMENT, environment(benchmark.threads))
        _write_text(folder.root / CONFIGURATION, benchmark.as_yaml())
        generate(benchmark, folder, parts, note)
    else:
        testsets = [folder.testset(request.name) for request in benchmark.testsets]
        parts = parts_of(benchmark, testsets, lambda _: None)
    return score(benchmark, folder, testsets, parts)


def score(benchmark: Benchmark, folder: Folder, testsets: Sequence[TestSet], parts: Sequence[Part]) -> dict[str, Any]:
    """Scores what is complete in ``folder`` and writes ``scores.json`` and ``segments.jsonl``; returns the former.

    Raises ``InputError`` where no system's outputs are complete.
    """
    scored: list[SetScores] = []
    errors = []
    for testset in testsets:
        made = []
        for name in [part.system.name for part in parts if part.testset.name == testset.name]:
            outputs = folder.read_outputs(name, testset)
            if outputs is not None:
                made.append(Made(name, outputs, folder.measures(name, testset.name)))
            else:
                why = folder.error(name, testset.name) or "not run yet, or not to its end"
                errors.append({"system": name, "testset": testset.name, "error": why})
        if made:
            scored.append(score_testset(benchmark, testset, made))
    if not scored:
        said = "; ".join(f"{each['system']} on {each['testset']}: {each['error']}" for each in errors)
        raise InputError(f"no system has outputs to score: {said}", str(folder.root))
    lists = ("scores", "comparisons", "measures", "breakdowns", "outliers", "warnings")
    scores = {
        "mtsum": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "baseline": benchmark.against,
        "systems": [{"name": each.name, "model": each.model, "settings": each.settings} for each in benchmark.systems],
        "testsets": [_described(testset) for testset in testsets],
        **{name: [row for each in scored for row in getattr(each, name)] for name in lists},
        "errors": errors,
    }
    write_json_lines(folder.root / SEGMENTS, [row for each in scored for row in each.segments])
    write_json(folder.root / SCORES, scores)
    return scores


def _described(testset: TestSet) -> dict[str, Any]:
    return {
        "name": testset.name,
        "task": testset.task,
        "segments": len(testset.segments),
        "documents": testset.documents,
        "source": testset.source or testset.path,
        "licence": testset.licence or None,
        "sha256": testset.sha256,
        "notes": list(testset.notes),
    }


def _write_text(path: Path, text: str) -> None:
    with appearing(path) as neighbour:
        neighbour.write_text(text, encoding="utf-8")
