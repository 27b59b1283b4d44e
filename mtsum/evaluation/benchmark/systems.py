"""A system: the models that work together, and the settings they run with."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mtsum.errors import UsageError
from mtsum.evaluation.testsets import Task
from mtsum.loading import PRECISIONS, EngineChoice
from mtsum.registry import load_registry


@dataclass(frozen=True)
class System:
    """What is run on a test set.

    ``translator`` and ``summarizer`` are aliases, repositories or directories; at least one is given. ``beam`` of
    ``None`` is the model's own, ``precision`` of ``auto`` the engine's for the device; ``length`` is that of summaries.
    """

    name: str
    translator: str | None
    summarizer: str | None
    beam: int | None = None
    precision: str = "auto"
    engine: str = "auto"
    device: str = "auto"
    length: str = "medium"

    @property
    def model(self) -> str:
        """The models' names, for people."""
        return " + ".join(name for name in (self.translator, self.summarizer) if name)

    @property
    def settings(self) -> dict[str, Any]:
        """Everything but the models."""
        return {
            "beam": self.beam,
            "precision": self.precision,
            "engine": self.engine,
            "device": self.device,
            **({"length": self.length} if self.summarizer else {}),
        }

    def choice(self, threads: int | None) -> EngineChoice:
        """How its models are loaded."""
        return EngineChoice(
            engine=self.engine,
            device=self.device,
            precision=PRECISIONS[self.precision],
            beam=self.beam,
            threads=threads,
        )

    def for_task(self, task: Task) -> System | None:
        """The system with the models that ``task`` takes, or ``None`` where it has none of them.

        Translation takes the translator, summarization the summarizer. Whole Albanian articles take both: where one is
        not named, the default model of its task.
        """
        registry = load_registry()
        if task == "translation":
            return replace(self, summarizer=None) if self.translator else None
        if task == "summarization":
            return replace(self, translator=None) if self.summarizer else None
        return replace(
            self,
            translator=self.translator or registry.default("translation").alias,
            summarizer=self.summarizer or registry.default("summarization").alias,
        )

    def record(self) -> dict[str, Any]:
        """The system as a JSON object; ``System(**record)`` is it again."""
        return dataclasses.asdict(self)


def sort_models(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """``names`` as translators and summarizers, by what the registry, or a directory's own files, say.

    Raises ``UsageError`` or ``ModelBroken`` for a name that is no model.
    """
    translators: list[str] = []
    summarizers: list[str] = []
    for name in names:
        kind = translators if load_registry().entry(name).task == "translation" else summarizers
        kind.append(name)
    return translators, summarizers


def system_name(system: System) -> str:
    """A name for files: the models, and each setting that was chosen (``sq-en-draft+beam1+int8``).

    It depends on this system alone, so that stored outputs are found again whatever else a benchmark runs.
    """
    models = [_plain(Path(model).name) for model in (system.translator, system.summarizer) if model]
    chosen = [
        f"beam{system.beam}" if system.beam else "",
        system.precision if system.precision != "auto" else "",
        system.engine if system.engine != "auto" else "",
        "cuda" if system.device == "cuda" else "",
        f"length-{system.length}" if system.summarizer and system.length != "medium" else "",
    ]
    return "+".join([*models, *(part for part in chosen if part)])


def named(systems: Iterable[System]) -> tuple[System, ...]:
    """``systems`` each with its name, made where none is given. Raises ``UsageError`` where two have the same."""
    made: dict[str, System] = {}
    for system in systems:
        name = system.name or system_name(system)
        if not re.fullmatch(r"[\w][\w.+-]*", name):
            raise UsageError(f"system name {name!r}: letters, digits and . + - _ only, since folders are called so")
        if name in made:
            same = replace(made[name], name="") == replace(system, name="")
            why = "the same system twice" if same else f"two systems ({made[name].model} and {system.model})"
            raise UsageError(f"{why} under the name {name!r}; give one of them another `name` in the YAML file")
        made[name] = replace(system, name=name)
    return tuple(made.values())


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "model"
