"""The stored files of a benchmark, read and checked."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

from mtsum.errors import InputError, UsageError
from mtsum.evaluation.metrics.base import Score
from mtsum.evaluation.metrics.comparable import check_comparable
from mtsum.evaluation.report.results import (
    Breakdown,
    Comparison,
    Failure,
    Measures,
    Outlier,
    Output,
    Results,
    Segment,
    Spread,
    StoredScore,
    System,
    TestSet,
)

T = TypeVar("T")


def read_results(folder: Path) -> Results:
    """The results that ``mtsum benchmark`` left in ``folder``.

    Raises ``UsageError`` where a file is missing or scores of one set were measured differently (two COMET checkpoints, two
    tokenizers), and ``InputError``, with its place, for a file that is not as it should be.
    """
    for name in ("scores.json", "segments.jsonl", "environment.json"):
        if not (folder / name).is_file():
            raise UsageError(f"{folder}: holds no {name}; name the folder that `mtsum benchmark --out` wrote")
    where = str(folder / "scores.json")
    stored = _object(folder / "scores.json")
    configuration = folder / "benchmark.yaml"
    results = Results(
        mtsum=str(stored.get("mtsum", "unknown")),
        created=str(stored.get("created", "unknown")),
        baseline=stored.get("baseline"),
        systems=_rows(System, stored, "systems", where),
        testsets=_rows(TestSet, stored, "testsets", where),
        scores=_rows(StoredScore, stored, "scores", where),
        comparisons=_rows(Comparison, stored, "comparisons", where),
        measures=_rows(Measures, stored, "measures", where),
        breakdowns=_rows(Breakdown, stored, "breakdowns", where),
        outliers=_rows(Outlier, stored, "outliers", where),
        errors=_rows(Failure, stored, "errors", where),
        warnings=tuple(map(str, _list(stored, "warnings", where))),
        segments=tuple(_segments(folder / "segments.jsonl")),
        environment=_object(folder / "environment.json"),
        configuration=configuration.read_text(encoding="utf-8") if configuration.is_file() else None,
    )
    _check_names(results, folder)
    for testset in results.testsets:
        own = (score for score in results.scores if score.testset == testset.name)
        check_comparable(Score(score.metric, score.value, score.signature) for score in own)
    return results


def _check_names(results: Results, folder: Path) -> None:
    """Every system and test set that is spoken of must be in the lists: a report that lacks some would mislead."""
    systems = {system.name for system in results.systems}
    testsets = {testset.name for testset in results.testsets}
    where = str(folder / "scores.json")
    spoken_of = [
        (row.system, row.testset)
        for rows in (
            *(results.scores, results.comparisons, results.measures),
            *(results.breakdowns, results.outliers, results.errors),
        )
        for row in rows
    ]
    for system, testset in spoken_of:
        _require(system, systems, "system", where)
        _require(testset, testsets, "test set", where)
    if results.baseline is not None:
        _require(results.baseline, systems, "baseline", where)
    for number, segment in enumerate(results.segments, start=1):
        _require(segment.testset, testsets, "test set", f"{folder / 'segments.jsonl'}:{number}")
        for name in segment.systems:
            _require(name, systems, "system", f"{folder / 'segments.jsonl'}:{number}")


def _require(name: str, known: set[str], what: str, where: str) -> None:
    if name not in known:
        raise InputError(f"{what} {name!r} is not among those of scores.json: {', '.join(sorted(known))}", where)


def _segments(path: Path) -> Iterator[Segment]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            where = f"{path}:{number}"
            stored = _parsed(line, where)
            outputs = stored.get("systems")
            if not isinstance(outputs, dict):
                raise InputError("segment without an object 'systems'", where)
            made = {name: _made(Output, each, f"output of {name}", where) for name, each in outputs.items()}
            yield _made(Segment, stored | {"systems": made}, "segment", where)


def _object(path: Path) -> dict[str, Any]:
    return _parsed(path.read_text(encoding="utf-8"), str(path))


def _parsed(text: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError("holds half of a surrogate pair, which is no character", where) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}", where) from error
    if not isinstance(value, dict):
        raise InputError(f"{type(value).__name__} where an object should be", where)
    return value


def _rows(kind: type[T], stored: Mapping[str, Any], name: str, where: str) -> tuple[T, ...]:
    rows = enumerate(_list(stored, name, where), start=1)
    return tuple(_made(kind, each, f"row {number} of {name!r}", where) for number, each in rows)


def _list(stored: Mapping[str, Any], name: str, where: str) -> list[Any]:
    value = stored.get(name, [])
    if not isinstance(value, list):
        raise InputError(f"{name!r} should be a list", where)
    return value


def _made(kind: type[T], value: Any, what: str, where: str) -> T:
    """``value`` as a ``kind``: lists become tuples, and keys that it does not know are left out.

    Raises ``InputError`` for a key that it lacks, or one whose value is of another type.
    """
    if not isinstance(value, dict):
        raise InputError(f"{what} should be an object", where)
    found: dict[str, Any] = {}
    for each in fields(kind):  # type: ignore[arg-type]
        if each.name not in value:
            if each.default is MISSING and each.default_factory is MISSING:
                raise InputError(f"{what} lacks {each.name!r}", where)
            continue
        stored, annotation = value[each.name], str(each.type)
        if annotation.startswith("Spread") and isinstance(stored, dict):
            stored = _made(Spread, stored, f"{each.name} of {what}", where)
        elif not _fits(stored, annotation):
            raise InputError(f"{each.name!r} of {what} should be {_wanted(annotation)}, not {stored!r}", where)
        found[each.name] = tuple(stored) if isinstance(stored, list) else stored
    return kind(**found)


def _wanted(annotation: str) -> str:
    names = {"float": "a number", "int": "a number", "str": "text", "tuple[str": "a list of texts"}
    names["Mapping[str, float]"] = "an object of finite numbers"
    return next((name for start, name in names.items() if annotation.startswith(start)), "an object")


def _fits(value: Any, annotation: str) -> bool:
    """Whether ``value`` is what a field with this ``annotation`` holds; numbers must be finite."""
    if value is None:
        return annotation.endswith("None")
    if annotation.startswith(("float", "int")):
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if annotation.startswith("str"):
        return isinstance(value, str)
    if annotation == "Mapping[str, float]":
        return isinstance(value, dict) and all(_fits(each, "float") for each in value.values())
    if annotation.startswith("tuple[str"):
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, dict)
