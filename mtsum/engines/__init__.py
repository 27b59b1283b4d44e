"""Inference engines: ``load_engine`` opens a model directory with one of them."""

from __future__ import annotations

from pathlib import Path

from mtsum.engines.base import Engine, GenerationSettings, Hypothesis, MemoryExhausted
from mtsum.engines.families import family_class, known_families
from mtsum.errors import EngineError, ModelBroken, UsageError

__all__ = [
    "DEVICES",
    "ENGINES",
    "Engine",
    "GenerationSettings",
    "Hypothesis",
    "MemoryExhausted",
    "known_families",
    "load_engine",
]

ENGINES = ("auto", "ctranslate2", "transformers")
DEVICES = ("auto", "cpu", "cuda")


def load_engine(
    directory: Path,
    family: str,
    *,
    engine: str = "auto",
    device: str = "auto",
    compute_type: str | None = None,
    source_code: str | None = None,
    target_code: str | None = None,
    window: int | None = None,
    max_target: int | None = None,
    threads: int | None = None,
    cache: Path | None = None,
) -> Engine:
    """Load a model for generation.

    ``directory`` is a CTranslate2 directory (``model.bin``) or a Hugging Face one; the latter is converted once and
    kept under ``cache`` when the engine is ctranslate2, which ``auto`` stands for. ``source_code`` and ``target_code``
    are the family's own language codes. ``window`` and ``max_target`` (tokens) default to the family's and cannot exceed
    the model's positions. ``compute_type`` None is int8 on a CPU with ctranslate2, float32 with transformers, and a
    16-bit type on a GPU. ``threads`` None is every core granted to this process.

    Raises ``UsageError`` (unknown engine, device or family), ``LanguageUnknown`` (a code the model has no token for),
    ``ModelBroken`` (a missing or malformed file) and ``EngineError`` (a device or compute type that is not there).
    """
    if engine not in ENGINES:
        raise UsageError(f"no engine “{engine}”; known engines: {', '.join(ENGINES)}")
    if device not in DEVICES:
        raise UsageError(f"no device “{device}”; known devices: {', '.join(DEVICES)}")
    if threads is not None and threads < 1:
        raise UsageError(f"threads is {threads}; it must be at least 1")
    kind = family_class(family)
    if not directory.is_dir():
        raise ModelBroken(f"{directory} is no directory")
    is_converted = (directory / "model.bin").is_file()
    if engine == "transformers":
        if is_converted:
            raise EngineError(
                f"{directory} is a CTranslate2 directory, which the transformers engine cannot read; use the "
                "ctranslate2 engine, or the Hugging Face directory that it was converted from"
            )
        from mtsum.engines.transformers import TransformersEngine

        bound = kind(directory, source_code, target_code, has_torch=True)
        return TransformersEngine(
            directory,
            bound,
            device=device,
            compute_type=compute_type,
            window=window,
            max_target=max_target,
            threads=threads,
        )

    from mtsum.engines.ctranslate2 import CTranslate2Engine, resolve_compute_type, resolve_device

    device = resolve_device(device)
    if not is_converted:
        from mtsum.engines.conversion import converted

        directory = converted(directory, family, resolve_compute_type(compute_type, device, kind.half), cache)
    bound = kind(directory, source_code, target_code)
    return CTranslate2Engine(
        directory,
        bound,
        device=device,
        compute_type=compute_type,
        window=window,
        max_target=max_target,
        threads=threads,
    )
