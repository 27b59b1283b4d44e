"""From a model's name and the user's choices to a loaded translator or summarizer."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtsum.engines import load_engine
from mtsum.engines.base import GenerationSettings
from mtsum.errors import ModelBroken
from mtsum.hub import home, locate
from mtsum.languages import language
from mtsum.registry import ModelEntry, load_registry
from mtsum.stand_ins import StandIns
from mtsum.summarization import Summarizer
from mtsum.translation import Translator

# Model parameters of the registry that speak to the summarizer, the others being generation settings.
SUMMARIZER_PARAMETERS = ("input_words", "input_sentences", "output_words", "prefix", "least_in_order", "copies")
TRANSLATOR_PARAMETERS = ("segment_limit", "retry_flagged", "stand_ins")
# What users call a precision -> the engines' compute type; None lets the engine choose by device.
PRECISIONS: dict[str, str | None] = {
    "auto": None,
    "int8": "int8",
    "fp16": "float16",
    "float16": "float16",
    "bf16": "bfloat16",
    "bfloat16": "bfloat16",
    "fp32": "float32",
    "float32": "float32",
}


@dataclass(frozen=True)
class EngineChoice:
    """Where and how models run, as the user chose it. ``precision`` is the engine's compute type (``int8``, ...).

    ``beam`` and ``threads`` of ``None`` leave the model's own beam and every granted core.
    """

    engine: str = "auto"
    device: str = "auto"
    precision: str | None = None
    beam: int | None = None
    threads: int | None = None
    offline: bool = False


def model_entry(name: str | os.PathLike[str] | None, task: str) -> ModelEntry:
    """The registry's entry of ``name`` (alias, repository or directory) for ``task``; the default's for ``None``."""
    registry = load_registry()
    return registry.default(task) if name is None else registry.entry(name, task)


def load_translator(
    entry: ModelEntry, source: str = "sq", target: str = "en", choice: EngineChoice | None = None
) -> Translator:
    """A translator from ``source`` to ``target`` (any names the table of languages knows).

    Raises ``LanguageUnknown`` (a language unknown to the table or to the model), ``ModelNotFound``, ``ModelBroken``,
    ``UsageError`` and ``EngineError``.
    """
    choice = choice or EngineChoice()
    source_code, target_code = entry.codes(source, target)
    own, generation = _parameters(entry, TRANSLATOR_PARAMETERS)
    if "stand_ins" in own:
        own["stand_ins"] = StandIns(**{kind: tuple(words) for kind, words in own["stand_ins"].items()})
    directory = locate(entry, offline=choice.offline)
    return Translator(
        engine=_engine(entry, directory, choice, source_code, target_code),
        model=entry.alias,
        source_language=language(source).code,
        target_language=language(target).code,
        settings=_settings(GenerationSettings(), generation, choice, entry),
        directory=directory,
        **own,
    )


def load_summarizer(entry: ModelEntry, choice: EngineChoice | None = None) -> Summarizer:
    """A summarizer of English texts. Raises as ``load_translator`` does."""
    choice = choice or EngineChoice()
    source_code, target_code = entry.codes("en", "en")
    own, generation = _parameters(entry, SUMMARIZER_PARAMETERS)
    return Summarizer(
        engine=_engine(entry, locate(entry, offline=choice.offline), choice, source_code, target_code),
        model=entry.alias,
        settings=_settings(GenerationSettings(no_repeat_ngram_size=3), generation, choice, entry),
        **own,
    )


def described(entry: ModelEntry, made: Translator | Summarizer) -> dict[str, Any]:
    """All that a record must say of a model in use: its identity, checksums, engine and generation settings."""
    return {
        "model": entry.alias,
        "repository": entry.repository,
        "revision": entry.revision,
        "checksums": dict(entry.checksums),
        "licence": entry.licence,
        "parameters": dict(entry.parameters),
        "engine": made.engine.name,
        "device": made.engine.device,
        "compute_type": made.engine.compute_type,
        "generation": dataclasses.asdict(made.settings),
    }


def _engine(entry: ModelEntry, directory: Path, choice: EngineChoice, source_code: str, target_code: str) -> Any:
    return load_engine(
        directory,
        entry.family,
        engine=choice.engine,
        device=choice.device,
        compute_type=choice.precision,
        source_code=source_code,
        target_code=target_code,
        window=entry.window,
        max_target=entry.max_target,
        threads=choice.threads,
        cache=home() / "ctranslate2",
    )


def _parameters(entry: ModelEntry, own_names: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The entry's parameters: those named ``own_names``, and the rest."""
    own = {name: value for name, value in entry.parameters.items() if name in own_names}
    return own, {name: value for name, value in entry.parameters.items() if name not in own_names}


def _settings(
    base: GenerationSettings, parameters: Mapping[str, Any], choice: EngineChoice, entry: ModelEntry
) -> GenerationSettings:
    """``base`` with the model's parameters, then the user's choice. Raises ``ModelBroken`` for an unknown parameter."""
    known = [field.name for field in dataclasses.fields(GenerationSettings)]
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise ModelBroken(f"model {entry.alias}: unknown parameter {', '.join(unknown)}; known are {', '.join(known)}")
    made = dataclasses.replace(base, **parameters)
    return dataclasses.replace(made, beam_size=choice.beam) if choice.beam else made
