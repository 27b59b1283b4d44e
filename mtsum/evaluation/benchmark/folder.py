"""The folder of a benchmark: what lies where in it, and what counts as complete."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtsum.corpus.durable import appearing, write_json
from mtsum.errors import InputError, UsageError
from mtsum.evaluation.testsets import Segment, TestSet

HYPOTHESES, MEASURES, ERROR = "hypotheses.jsonl", "measures.json", "error.json"


@dataclass(frozen=True)
class Output:
    """What a system made of a segment. ``score`` is the model's own (mean log-probability), where there is one."""

    id: str
    hypothesis: str
    score: float | None
    flags: tuple[str, ...]
    stop_reason: str


@dataclass(frozen=True)
class Folder:
    """A benchmark's folder, ``root``, which may not be there yet."""

    root: Path

    def testset_file(self, name: str) -> Path:
        """The segments of a test set; what is known of the set stands beside it in ``.json``."""
        return self.root / "testsets" / f"{name}.jsonl"

    def outputs(self, system: str, testset: str) -> Path:
        """The folder of what a system made of a test set."""
        return self.root / "outputs" / system / testset

    def keep_testset(self, testset: TestSet) -> None:
        """Stores ``testset``. Raises ``UsageError`` where other segments are stored under its name."""
        file = self.testset_file(testset.name)
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            stored = self.testset(testset.name)
            if stored.segments != testset.segments:
                raise UsageError(
                    f"{self.root} holds {len(stored.segments)} segments of {testset.name} that are not the "
                    f"{len(testset.segments)} asked for now (another --limit, or a changed file): give another --out"
                )
        with appearing(file) as neighbour:
            neighbour.write_text(testset.lines(), encoding="utf-8")
        known = {
            "name": testset.name,
            "task": testset.task,
            "source_language": testset.source_language,
            "target_language": testset.target_language,
            "reference_language": testset.reference_language,
            "source": testset.source,
            "licence": testset.licence,
            "path": testset.path,
            "notes": list(testset.notes),
        }
        write_json(file.with_suffix(".json"), known)

    def testset(self, name: str) -> TestSet:
        """The stored test set ``name``. Raises ``InputError`` where it can't be read."""
        file = self.testset_file(name)
        known = read_json(file.with_suffix(".json"))
        try:
            segments = tuple(
                Segment(row["id"], row["source"], tuple(row["references"]), row["document"])
                for row in read_json_lines(file)
            )
            return TestSet(segments=segments, **(known | {"notes": tuple(known["notes"])}))
        except (KeyError, TypeError) as problem:
            raise InputError(f"not a test set as a benchmark stores it: {problem!r}", str(file)) from problem

    def read_outputs(self, system: str, testset: TestSet) -> list[Output] | None:
        """What ``system`` made of ``testset``; ``None`` unless all of it is there, one output for each segment."""
        folder = self.outputs(system, testset.name)
        if not (folder / MEASURES).is_file() or not (folder / HYPOTHESES).is_file():
            return None
        try:
            read_json(folder / MEASURES)
            made = [
                Output(row["id"], row["hypothesis"], row["score"], tuple(row["flags"]), row["stop_reason"])
                for row in read_json_lines(folder / HYPOTHESES)
            ]
        except (InputError, KeyError, TypeError):
            return None
        return made if [each.id for each in made] == [each.id for each in testset.segments] else None

    def measures(self, system: str, testset: str) -> dict[str, Any]:
        """The stored measures. Raises ``InputError`` where they can't be read."""
        return read_json(self.outputs(system, testset) / MEASURES)

    def error(self, system: str, testset: str) -> str | None:
        """Why ``system`` failed on ``testset``, when last tried."""
        file = self.outputs(system, testset) / ERROR
        return str(read_json(file).get("error", "unknown")) if file.is_file() else None

    def fail(self, system: str, testset: str, error: str, log: list[str]) -> None:
        """Records a failure; ``log`` is the end of what the process said."""
        folder = self.outputs(system, testset)
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / ERROR, {"error": error, "log": log})

    def clear(self, system: str, testset: str) -> Path:
        """An empty folder for outputs about to be made, whatever an earlier try left."""
        folder = self.outputs(system, testset)
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        return folder


def read_json(file: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises ``InputError``."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise InputError(f"cannot be read as JSON: {problem}", str(file)) from problem
    if not isinstance(value, dict):
        raise InputError("an object was expected", str(file))
    return value


def read_json_lines(file: Path) -> list[dict[str, Any]]:
    """The objects in a file of JSON lines. Raises ``InputError`` with the line."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError) as problem:
        raise InputError(f"cannot be read: {problem}", str(file)) from problem
    made = []
    for number, line in enumerate(lines[:-1] if lines and not lines[-1] else lines, start=1):
        try:
            made.append(json.loads(line))
        except ValueError as problem:
            raise InputError(f"not JSON: {problem}", f"{file}:{number}") from problem
    return made


def write_json_lines(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """``rows`` as JSON lines; the file appears whole."""
    with appearing(file) as neighbour:
        neighbour.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
