"""Fixtures: tiny models of every family, built once a session, and engines over them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# Tests import what they share as ``support.*``, whichever way pytest was told to import them.
sys.path.insert(0, str(Path(__file__).parent))

from support.tiny_models import TINY_MODELS

from mtsum.engines import Engine, load_engine

# Nothing in the tests may reach for the network, and a fork of a tokenizer's thread pool must not warn.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

# A busy machine is no failure.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A function: the Hugging Face directory of the tiny model of this name (see ``TINY_MODELS``)."""
    built: dict[str, Path] = {}

    def directory(name: str) -> Path:
        if name not in built:
            path = tmp_path_factory.mktemp("models") / name
            path.mkdir()
            TINY_MODELS[name].build(path)
            built[name] = path
        return built[name]

    return directory


@pytest.fixture(scope="session")
def converted_model(tiny_model: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function: the CTranslate2 directory of the tiny model of this name, in ``quantization`` (float32).

    It is converted in this process: torch is loaded here anyway, and a process for each would take seconds.
    """
    from mtsum.engines.convert import run

    made: dict[tuple[str, str], Path] = {}

    def directory(name: str, quantization: str = "float32") -> Path:
        if (name, quantization) not in made:
            path = tmp_path_factory.mktemp("converted") / f"{name}-{quantization}"
            run(tiny_model(name), path, TINY_MODELS[name].family, quantization)
            made[name, quantization] = path
        return made[name, quantization]

    return directory


@pytest.fixture(scope="session")
def tiny_engine(tiny_model: Callable[[str], Path], converted_model: Callable[..., Path]) -> Callable[..., Engine]:
    """A function: an engine (``ctranslate2`` or ``transformers``) over a tiny model, in float32 by default."""
    loaded: dict[tuple[Any, ...], Engine] = {}

    def engine(name: str, engine: str = "ctranslate2", compute_type: str = "float32") -> Engine:
        key = name, engine, compute_type
        if key not in loaded:
            tiny = TINY_MODELS[name]
            is_converted = engine == "ctranslate2"
            loaded[key] = load_engine(
                converted_model(name, compute_type) if is_converted else tiny_model(name),
                tiny.family,
                engine=engine,
                device="cpu",
                compute_type=compute_type,
                source_code=tiny.source_code,
                target_code=tiny.target_code,
                threads=1,
            )
        return loaded[key]

    return engine
