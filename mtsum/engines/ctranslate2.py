"""The default engine: CTranslate2, int8 on a CPU and 16 bits on a GPU, without torch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mtsum.engines.base import COMPUTE_TYPES, GenerationSettings, Hypothesis, MemoryExhausted
from mtsum.engines.families import Family
from mtsum.engines.families.base import read_json
from mtsum.engines.limits import (
    check_window,
    group_by_limit,
    is_out_of_memory,
    max_target_within,
    minimum_new_tokens,
    validate,
    window_within,
)
from mtsum.engines.model_file import ModelFile, read_model_file
from mtsum.errors import EngineError, ModelBroken


class CTranslate2Engine:
    """A CTranslate2 directory on a device. See ``mtsum.engines.base.Engine`` for what its attributes mean."""

    name = "ctranslate2"

    def __init__(
        self,
        directory: Path,
        family: Family,
        *,
        device: str = "cpu",
        compute_type: str | None = None,
        window: int | None = None,
        max_target: int | None = None,
        threads: int | None = None,
    ) -> None:
        """Load the model.

        Raises ``ModelBroken``, ``UsageError`` (a window over the model's positions) or ``EngineError``.
        """
        self.family = family
        self.device = device
        self.compute_type = resolve_compute_type(compute_type, device, family.half)
        header = read_model_file(directory / "model.bin")
        self.window = window_within(_positions(header, "encoder", family), family.default_window, window)
        self.max_target = max_target_within(_positions(header, "decoder", family), family, max_target)
        self._end = str(read_json(directory / "config.json").get("eos_token") or "</s>")
        padding = family.padding() if family.converts_padding else None
        self._banned = None if padding is None else [[padding]]
        self._translator = _load(directory, device, self.compute_type, threads)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Source tokens of each text, special tokens included."""
        return [len(tokens) for tokens in self.family.encode(texts)] if texts else []

    def generate(self, texts: Sequence[str], settings: GenerationSettings) -> list[Hypothesis]:
        """One hypothesis for each text. Raises ``SegmentTooLong``, ``MemoryExhausted`` or ``EngineError``."""
        validate(settings)
        if not texts:
            return []
        sources = self.family.encode(texts)
        lengths = [len(tokens) for tokens in sources]
        check_window(texts, lengths, self.window)
        hypotheses: dict[int, Hypothesis] = {}
        filled = [index for index, text in enumerate(texts) if text.strip()]
        for index, n_in in enumerate(lengths):
            hypotheses[index] = Hypothesis("", 0.0, n_in, 0, "eos")  # stays so for a text of nothing but whitespace
        groups = group_by_limit([lengths[index] for index in filled], settings, self.max_target)
        for limit, members in groups.items():
            indices = [filled[member] for member in members]
            results = self._search([sources[index] for index in indices], settings, limit)
            for index, result in zip(indices, results, strict=True):
                hypotheses[index] = self._hypothesis(result, lengths[index], settings)
        return [hypotheses[index] for index in range(len(texts))]

    def _search(self, sources: list[list[str]], settings: GenerationSettings, limit: int) -> list[Any]:
        prefix = self.family.prefix
        try:
            results: list[Any] = self._translator.translate_batch(
                sources,
                target_prefix=[prefix] * len(sources) if prefix else None,
                beam_size=settings.beam_size,
                length_penalty=settings.length_penalty,
                repetition_penalty=settings.repetition_penalty,
                no_repeat_ngram_size=settings.no_repeat_ngram_size,
                suppress_sequences=self._banned,
                max_input_length=0,  # 0 switches truncation off
                # CTranslate2 counts the forced tokens in both limits.
                max_decoding_length=limit + len(prefix),
                min_decoding_length=minimum_new_tokens(settings, limit) + len(prefix),
                # The end token shows that the hypothesis ended by itself, and makes its length the one that
                # transformers divides by.
                return_end_token=True,
                return_scores=True,
            )
        except (RuntimeError, MemoryError) as error:
            if is_out_of_memory(error):
                raise MemoryExhausted(str(error)) from error
            raise EngineError(f"CTranslate2 failed on {self.device}: {error}") from error
        return results

    def _hypothesis(self, result: Any, n_in: int, settings: GenerationSettings) -> Hypothesis:
        tokens: list[str] = result.hypotheses[0]
        total = result.scores[0] * len(tokens) ** settings.length_penalty
        tokens = tokens[len(self.family.prefix) :]
        ended = bool(tokens) and tokens[-1] == self._end
        scored = len(tokens)
        if ended:
            tokens = tokens[:-1]
        return Hypothesis(
            text=self.family.decode(tokens),
            score=min(0.0, total / max(1, scored)),
            n_in=n_in,
            n_out=len(tokens),
            stop_reason="eos" if ended else "length",
        )


def resolve_device(device: str) -> str:
    """``cpu`` or ``cuda``; ``auto`` is cuda where there is one. Raises ``EngineError`` for cuda where there is none."""
    import ctranslate2

    if device == "cpu":
        return device
    if ctranslate2.get_cuda_device_count() > 0:
        return "cuda"
    if device == "cuda":
        raise EngineError("this machine has no CUDA device that CTranslate2 can see; use the device cpu or auto")
    return "cpu"


def resolve_compute_type(compute_type: str | None, device: str, half: str) -> str:
    """The compute type to load with; unless one is asked for, int8 on a CPU and the family's ``half`` on a GPU.

    Raises ``EngineError`` for a type that this device cannot compute in, listing those it can.
    """
    import ctranslate2

    supported = ctranslate2.get_supported_compute_types(device)
    if compute_type in (None, "auto", "default"):
        for choice in ("int8",) if device == "cpu" else (half, "float32"):
            if choice in supported:
                return choice
        return "float32"
    wanted = COMPUTE_TYPES.get(str(compute_type), str(compute_type))
    if wanted not in supported:
        raise EngineError(f"this {device} cannot compute in {compute_type}; it can in {', '.join(sorted(supported))}")
    return wanted


def _load(directory: Path, device: str, compute_type: str, threads: int | None) -> Any:
    import ctranslate2

    if not (directory / "config.json").is_file():
        raise ModelBroken(f"{directory} has no config.json")
    if not any(directory.glob("shared_vocabulary.*")) and not any(directory.glob("target_vocabulary.*")):
        raise ModelBroken(f"{directory} has no shared_vocabulary.json")
    try:
        return ctranslate2.Translator(
            str(directory),
            device=device,
            compute_type=compute_type,
            inter_threads=1,
            intra_threads=thread_count(threads),
        )
    except MemoryError as error:
        raise EngineError(f"not enough memory on {device} for the model in {directory}") from error
    except (RuntimeError, ValueError) as error:
        if is_out_of_memory(error):
            raise EngineError(f"not enough memory on {device} for the model in {directory}: {error}") from error
        raise ModelBroken(f"{directory} cannot be loaded by CTranslate2: {error}") from error


def thread_count(threads: int | None) -> int:
    """``threads``, else what ``OMP_NUM_THREADS`` says, else every core granted to this process, at most 16."""
    if threads is not None:
        return threads
    if os.environ.get("OMP_NUM_THREADS", "").isdigit():
        return int(os.environ["OMP_NUM_THREADS"])
    # CTranslate2's own default is 4 even where fewer cores are granted, which halves its speed there.
    return min(16, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def _positions(header: ModelFile, side: str, family: Family) -> int | None:
    encodings = header.find(f"{side}/position_encodings/encodings")
    return encodings.shape[0] if encodings else family.positions()
