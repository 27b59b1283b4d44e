"""Outputs made and stored: every system on every test set that it fits, each in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mtsum.errors import InputError, UsageError
from mtsum.evaluation.benchmark.configuration import Benchmark
from mtsum.evaluation.benchmark.folder import Folder, read_json_lines
from mtsum.evaluation.benchmark.systems import System
from mtsum.evaluation.benchmark.worker import REFERENCES, Job
from mtsum.evaluation.testsets import TestSet, load_testset
from mtsum.hub import find
from mtsum.loading import model_entry

Note = Callable[[str], None]
_LOG_LINES = 30


@dataclass(frozen=True)
class Part:
    """A system on a test set: the system is that with the models the set's task takes."""

    system: System
    testset: TestSet


def parts_of(benchmark: Benchmark, testsets: Sequence[TestSet], note: Note) -> list[Part]:
    """What is to be run, systems in their order on sets in theirs; ``note`` is told of systems that fit no set's task.

    Raises ``UsageError`` for a set that no system fits.
    """
    parts = []
    for system in benchmark.systems:
        for testset in testsets:
            fitting = system.for_task(testset.task)
            if fitting is None:
                lacks = "translator" if testset.task == "translation" else "summarizer"
                note(f"{system.name} has no {lacks}, so it is not run on {testset.name} ({testset.task})")
            else:
                parts.append(Part(fitting, testset))
    for testset in testsets:
        if not any(part.testset is testset for part in parts):
            raise UsageError(f"no system fits {testset.name} ({testset.task})")
    return parts


def store_testsets(benchmark: Benchmark, folder: Folder, note: Note) -> list[TestSet]:
    """The test sets of the benchmark, loaded, and stored in ``folder`` with references that outputs can be scored on.

    Raises as ``load_testset`` does, ``UsageError`` for references in another language that nothing translates, and
    ``InputError`` where translating them failed.
    """
    sets = []
    directory = Path(benchmark.testsets_dir) if benchmark.testsets_dir else None
    for request in benchmark.testsets:
        limited = request if request.limit else replace(request, limit=benchmark.limit)
        testset = load_testset(limited, directory)
        if testset.reference_language != testset.target_language:
            testset = _with_translated_references(benchmark, testset, folder, note)
        folder.keep_testset(testset)
        sets.append(testset)
    return sets


def generate(benchmark: Benchmark, folder: Folder, parts: Sequence[Part], note: Note) -> None:
    """Makes the outputs of ``parts`` that are not there; what fails is recorded as an error, and the others go on.

    Raises ``UsageError`` where stored outputs were made with other settings, before anything is run.
    """
    missing = [part for part in parts if not is_complete(benchmark, folder, part, note)]
    for part in parts:
        if part not in missing:
            note(f"{part.system.name} on {part.testset.name}: there already")
    for number, part in enumerate(missing, start=1):
        name, testset = part.system.name, part.testset.name
        note(f"[{number}/{len(missing)}] {name} on {testset}: {len(part.testset.segments)} segments")
        folder.clear(name, testset)
        job = Job(str(folder.root), testset, part.system, benchmark.threads, benchmark.repeats)
        error, log = run_job(replace(job, kind="prepare")) if _needs_conversion(part.system) else (None, [])
        if error is None:
            error, log = run_job(job)
        if error is None and folder.read_outputs(name, part.testset) is None:
            error = "ended without all of its outputs"
        if error is not None:
            folder.fail(name, testset, error, log)
            note(f"{name} on {testset} failed: {error}")


def is_complete(benchmark: Benchmark, folder: Folder, part: Part, note: Note) -> bool:
    """Whether all outputs of ``part`` are stored. Raises ``UsageError`` where they were made with other settings."""
    name, testset = part.system.name, part.testset.name
    if folder.read_outputs(name, part.testset) is None:
        return False
    stored = folder.measures(name, testset)
    asked = part.system.record() | {"threads": benchmark.threads}
    made = dict(stored.get("settings") or {}) | {"threads": stored.get("threads_asked")}
    if made != asked:
        differs = [key for key in asked if made.get(key) != asked[key]]
        raise UsageError(
            f"{folder.outputs(name, testset)} was made with other settings ({', '.join(differs)}): "
            "give another --out, or delete that folder"
        )
    for task, said in _models(stored).items():
        entry = model_entry(part.system.translator if task == "translation" else part.system.summarizer, task)
        if said.get("checksums") != dict(entry.checksums) or said.get("revision") != entry.revision:
            note(
                f"the outputs of {name} on {testset} were made with other files of {entry.alias} than there are now; "
                f"delete {folder.outputs(name, testset)} to have them made again"
            )
    return True


def run_job(job: Job) -> tuple[str | None, list[str]]:
    """Runs a worker to its end: why it failed (``None``: it did not), and the last lines of what it said."""
    with tempfile.TemporaryDirectory(prefix="mtsum-benchmark-") as temporary:
        file, log = Path(temporary) / f"{job.system.name}.{job.testset}.json", Path(temporary) / "log"
        file.write_text(job.as_json(), encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": _python_path()}
        if job.threads:
            environment["OMP_NUM_THREADS"] = str(job.threads)
        with log.open("wb") as said:
            command = [sys.executable, "-m", "mtsum.evaluation.benchmark.worker", str(file)]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=environment)
            try:
                status = process.wait()
            except BaseException:  # Ctrl-C and a polite kill: no orphan goes on working
                process.kill()
                process.wait()
                raise
        lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    if status == 0:
        return None, lines[-_LOG_LINES:]
    last = lines[-1].removeprefix("error: ") if lines else "it said nothing"
    if status < 0:
        name = signal.Signals(-status).name
        why = ", perhaps for want of memory" if name == "SIGKILL" else ""
        last = f"the process was ended by {name}{why}" + (f" after: {last}" if lines else "")
    return last, lines[-_LOG_LINES:]


def _python_path() -> str:
    # The child must find the same mtsum, also when it is run from a source tree.
    return os.pathsep.join([str(Path(__file__).resolve().parents[3]), *filter(None, [os.environ.get("PYTHONPATH")])])


def _needs_conversion(system: System) -> bool:
    """Whether the first load of the system also converts a model, which would be measured as its load time."""
    if system.engine == "transformers":
        return False
    named = {"translation": system.translator, "summarization": system.summarizer}
    entries = [model_entry(name, task) for task, name in named.items() if name]
    found = [find(entry) for entry in entries]
    return any(directory is not None and not (directory / "model.bin").is_file() for directory in found)


def _models(measures: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is stored of the models, by task."""
    said = measures.get("model", {})
    if "model" in said:
        system = measures.get("settings", {})
        return {"translation" if system.get("translator") else "summarization": said}
    return dict(said)


def _with_translated_references(benchmark: Benchmark, testset: TestSet, folder: Folder, note: Note) -> TestSet:
    """``testset`` with machine translations for references, as stored where the same translator made them before."""
    if not benchmark.reference_translator:
        raise UsageError(
            f"the references of {testset.name} are in {testset.reference_language} and systems write "
            f"{testset.target_language}: name a model to translate them (reference_translator, --reference-translator); "
            "scores on such references can only compare systems"
        )
    entry = model_entry(benchmark.reference_translator, "translation")
    says = f"references machine-translated from {testset.reference_language} by {entry.alias}"
    if folder.testset_file(testset.name).exists():
        stored = folder.testset(testset.name)
        same = [each.source for each in stored.segments] == [each.source for each in testset.segments]
        if says in stored.notes and same:
            return stored
    note(f"{testset.name}: {says}")
    with tempfile.TemporaryDirectory(prefix="mtsum-references-") as temporary:
        aside = Folder(Path(temporary))
        aside.keep_testset(testset)
        system = System("references", benchmark.reference_translator, None)
        error, _ = run_job(Job(temporary, testset.name, system, benchmark.threads, 1, kind="references"))
        if error is not None:
            raise InputError(f"its references could not be translated: {error}", testset.name)
        rows = read_json_lines(Path(temporary) / REFERENCES)
    for row in rows:
        if not all(text.strip() for text in row["references"]):
            raise InputError(
                f"{entry.alias} makes nothing of a reference of {row['id']}, and nothing can be scored against an empty "
                "one; name another model to translate them (reference_translator, --reference-translator)",
                testset.name,
            )
    segments = tuple(
        replace(each, references=tuple(row["references"])) for each, row in zip(testset.segments, rows, strict=True)
    )
    notes = (*testset.notes, says)
    return replace(testset, segments=segments, reference_language=testset.target_language, notes=notes)
