"""What a benchmark is, from a YAML file or from options: validated, frozen, and written down as it was run."""

from __future__ import annotations

import dataclasses
import difflib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from mtsum.engines import DEVICES, ENGINES
from mtsum.errors import InputError, MtsumError, UsageError
from mtsum.evaluation.benchmark.systems import System, named, sort_models
from mtsum.evaluation.testsets import TASKS, SetRequest, Task, parse_request
from mtsum.evaluation.testsets.finding import registered
from mtsum.evaluation.testsets.registry import COLUMNS
from mtsum.languages import language
from mtsum.loading import PRECISIONS
from mtsum.registry import load_registry
from mtsum.summarization import parse_length

_SYSTEM_KEYS = ("model", "name", "translator", "summarizer", "beam", "precision", "engine", "device", "length")
_TESTSET_KEYS = ("name", "path", "task", "from", "to", "limit", "columns")
# What can be a list in a system: one system for each combination of values.
_VARIED = ("beam", "precision", "engine", "device", "length")


@dataclass(frozen=True)
class Benchmark:
    """Systems, test sets and how to measure.

    The first system is the baseline unless ``baseline`` names another. ``threads`` of ``None`` is every core. ``repeats``
    is how often a set is gone through for the speed; ``limit`` takes the first segments of every set. ``metrics`` empty
    means all that fit the task. ``bootstrap`` is the number of resamples for intervals and the paired bootstrap,
    ``shuffles`` that of the paired randomization, 0 for none; ``seed`` is that of their chance. ``reference_translator``
    translates references that are in another language than the systems' output. ``testsets_dir`` is a folder of copies of
    test sets.
    """

    systems: tuple[System, ...]
    testsets: tuple[SetRequest, ...]
    baseline: str | None = None
    threads: int | None = None
    repeats: int = 3
    limit: int | None = None
    metrics: tuple[str, ...] = ()
    bootstrap: int = 1000
    shuffles: int = 10_000
    seed: int = 12345
    reference_translator: str | None = None
    testsets_dir: str | None = None

    def __post_init__(self) -> None:
        for name, least in (
            ("threads", 1),
            ("repeats", 1),
            ("limit", 1),
            ("bootstrap", 0),
            ("shuffles", 0),
            ("seed", 0),
        ):
            if getattr(self, name) is not None:
                _check_whole_number(name, getattr(self, name), least)
        if self.bootstrap == 1:
            raise UsageError("bootstrap must be 0 (none) or at least 2 resamples, not 1")
        if not self.systems:
            raise UsageError("no system: name at least one model")
        if not self.testsets:
            raise UsageError("no test set: name at least one; `mtsum testsets list` shows those known by name")
        names = [system.name for system in self.systems]
        if self.baseline is not None and self.baseline not in names:
            raise UsageError(f"baseline {self.baseline!r} is none of the systems: {', '.join(names)}")
        sets = [request.name for request in self.testsets]
        if twice := sorted({name for name in sets if sets.count(name) > 1}):
            raise UsageError(f"test set {', '.join(twice)} is named twice; call one NAME=PATH with another name")

    @property
    def against(self) -> str:
        """The name of the system that the others are compared with."""
        return self.baseline or self.systems[0].name

    def as_yaml(self) -> str:
        """The benchmark as a YAML file, which read again gives the same benchmark."""
        import yaml

        made: dict[str, Any] = {"systems": [_system_record(each) for each in self.systems]}
        made["testsets"] = [_testset_record(each) for each in self.testsets]
        for each in dataclasses.fields(self):
            value = getattr(self, each.name)
            if each.name not in made and value != each.default:
                made[each.name] = list(value) if isinstance(value, tuple) else value
        text: str = yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=120)
        return text


def read_benchmark(path: Path) -> Benchmark:
    """The benchmark that the YAML file at ``path`` describes; paths in it are relative to it.

    Raises ``InputError``, with the file, for YAML that can't be read, and for an unknown key or value with the choices.
    """
    import yaml

    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise InputError(f"cannot be read: {problem.strerror}", str(path)) from problem
    except UnicodeDecodeError as problem:
        raise InputError(f"not UTF-8: {problem}", str(path)) from problem
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise InputError(f"not valid YAML: {getattr(problem, 'problem', None) or problem}", where) from problem
    try:
        return benchmark_of(loaded, path.parent)
    except MtsumError as problem:
        raise InputError(str(problem), str(path)) from problem


def benchmark_of(loaded: Any, folder: Path) -> Benchmark:
    """The benchmark in a YAML file's value; ``folder`` is what paths in it are relative to. Raises ``UsageError``."""
    table = _object(loaded, "the file", [each.name for each in dataclasses.fields(Benchmark)])
    rest = {name: value for name, value in table.items() if name not in ("systems", "testsets", "metrics")}
    if rest.get("testsets_dir") is not None:
        rest["testsets_dir"] = _place(folder, str(rest["testsets_dir"]))
    if rest.get("reference_translator") is not None:
        rest["reference_translator"] = _model_place(folder, str(rest["reference_translator"]))
    metrics = table.get("metrics") or []
    if not isinstance(metrics, list) or not all(isinstance(each, str) for each in metrics):
        raise UsageError(f"metrics must be a list of names, not {metrics!r}")
    return Benchmark(
        systems=named(made for each in _list(table, "systems") for made in _systems(each, folder)),
        testsets=tuple(_request(each, folder) for each in _list(table, "testsets")),
        metrics=tuple(metrics),
        **rest,
    )


def varied(base: System, **values: Sequence[Any]) -> list[System]:
    """A system for each combination of ``values``; an empty sequence leaves what ``base`` has."""
    wanted = {name: chosen for name, chosen in values.items() if chosen}
    made = []
    for combination in itertools.product(*wanted.values()):
        settings = dict(zip(wanted, combination, strict=True))
        for name, value in settings.items():
            _check_setting(name, value)
        made.append(dataclasses.replace(base, **settings))
    return made


def _check_setting(name: str, value: Any) -> None:
    choices = {"precision": tuple(PRECISIONS), "engine": ENGINES, "device": DEVICES}
    if name in choices and value not in choices[name]:
        raise UsageError(f"{name} {value!r} is none of {', '.join(choices[name])}")
    if name == "beam":
        _check_whole_number(name, value, 1, 64)
    if name == "length":
        parse_length(value)


def _check_whole_number(name: str, value: Any, least: int, most: int | None = None) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        bound = "up" if most is None else f"to {most}"
        raise UsageError(f"{name} must be a whole number from {least} {bound}, not {value!r}")


def _systems(value: Any, folder: Path) -> list[System]:
    table = {"model": value} if isinstance(value, str) else _object(value, "a system", _SYSTEM_KEYS)
    models = {name: table.get(name) for name in ("model", "translator", "summarizer")}
    for name, model in models.items():
        if model is not None and not isinstance(model, str):
            raise UsageError(f"{name} must be a text (an alias, repository or directory), not {model!r}")
    places = {name: model and _model_place(folder, model) for name, model in models.items()}
    translators, summarizers = sort_models([places["model"]] if places["model"] else [])
    translators += [places["translator"]] if places["translator"] else []
    summarizers += [places["summarizer"]] if places["summarizer"] else []
    if not translators and not summarizers:
        raise UsageError("a system needs model, translator or summarizer")
    if len(translators) > 1 or len(summarizers) > 1:
        raise UsageError(f"a system has one translator and one summarizer, not {', '.join(translators + summarizers)}")
    several = {name: [v] if not isinstance(v := table[name], list) else v for name in _VARIED if name in table}
    several["length"] = [str(each) for each in several.get("length", [])]
    base = System(
        name=str(table.get("name") or ""),
        translator=translators[0] if translators else None,
        summarizer=summarizers[0] if summarizers else None,
    )
    made = varied(base, **several)
    if base.name and len(made) > 1:
        # One name for several systems: what tells them apart goes behind it.
        made = [dataclasses.replace(each, name="+".join([base.name, *_told_apart(each, several)])) for each in made]
    return made


def _told_apart(system: System, several: Mapping[str, Sequence[Any]]) -> list[str]:
    return [f"{name}{getattr(system, name)}" for name, values in several.items() if len(values) > 1]


def _request(value: Any, folder: Path) -> SetRequest:
    table = {"name": value} if isinstance(value, str) else _object(value, "a test set", _TESTSET_KEYS)
    if not isinstance(table.get("name"), str):
        raise UsageError(f"a test set needs a name, not {table.get('name')!r}")
    columns = _object(table.get("columns") or {}, "columns of a test set", COLUMNS)
    if table.get("task") is not None and table["task"] not in TASKS:
        raise UsageError(f"task {table['task']!r} is none of {', '.join(TASKS)}")
    limit: Any = table.get("limit")
    if limit is not None:
        _check_whole_number("limit", limit, 1)
    known = table.get("path") or "=" in table["name"] or registered(table["name"])
    name = table["name"] if known else _place(folder, table["name"])
    request = parse_request(f"{name}={table['path']}" if table.get("path") else name)
    return SetRequest(
        name=request.name,
        path=_place(folder, request.path) if request.path else None,
        task=cast("Task | None", table.get("task")),
        source_language=language(table["from"]).code if table.get("from") else None,
        target_language=language(table["to"]).code if table.get("to") else None,
        limit=limit,
        columns=columns,
    )


def _model_place(folder: Path, name: str) -> str:
    """A model's directory as a whole path; an alias or repository stays what it is, whatever folder is called so."""
    known = any(name in (entry.alias, entry.repository) for entry in load_registry().entries)
    directory = folder / Path(name).expanduser()
    return str(directory.resolve()) if not known and directory.is_dir() else name


def _place(folder: Path, name: str) -> str:
    """A path, or several with commas between, seen from ``folder``, as whole paths; what is none stays as it is."""
    parts = [folder / Path(part.strip()).expanduser() for part in name.split(",")]
    return ",".join(str(part.resolve()) for part in parts) if all(part.exists() for part in parts) else name


def _object(value: Any, what: str, known: Sequence[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{what} should be keys and values, not {value!r}")
    for key in value:
        if key not in known:
            close = difflib.get_close_matches(str(key), known, n=1)
            meant = f" (did you mean {close[0]!r}?)" if close else ""
            raise UsageError(f"unknown key {key!r} in {what}{meant}; known are: {', '.join(known)}")
    return value


def _list(table: Mapping[str, Any], name: str) -> list[Any]:
    value = table.get(name) or []
    if not isinstance(value, list):
        raise UsageError(f"{name} must be a list, not {value!r}")
    return value


def _system_record(system: System) -> dict[str, Any]:
    plain = System("", None, None)
    return {
        each.name: getattr(system, each.name)
        for each in dataclasses.fields(system)
        if getattr(system, each.name) != getattr(plain, each.name)
    }


def _testset_record(request: SetRequest) -> Any:
    names = {"source_language": "from", "target_language": "to"}
    made = {
        names.get(each.name, each.name): getattr(request, each.name)
        for each in dataclasses.fields(request)
        if getattr(request, each.name)
    }
    if "columns" in made:
        made["columns"] = dict(made["columns"])
    return made if len(made) > 1 else request.name
