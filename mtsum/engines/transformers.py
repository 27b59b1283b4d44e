"""The reference engine: any sequence-to-sequence model that transformers can load, on a CPU or a GPU."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mtsum.engines.base import COMPUTE_TYPES, GenerationSettings, Hypothesis, MemoryExhausted
from mtsum.engines.families import Family
from mtsum.engines.limits import (
    check_window,
    group_by_limit,
    is_out_of_memory,
    max_target_within,
    minimum_new_tokens,
    validate,
    window_within,
)
from mtsum.engines.weights import find_weights, is_safetensors
from mtsum.errors import EngineError, ModelBroken


class TransformersEngine:
    """A Hugging Face directory on a device. See ``mtsum.engines.base.Engine`` for what its attributes mean."""

    name = "transformers"

    def __init__(
        self,
        directory: Path,
        family: Family,
        *,
        device: str = "auto",
        compute_type: str | None = None,
        window: int | None = None,
        max_target: int | None = None,
        threads: int | None = None,
    ) -> None:
        """Load the model.

        Raises ``ModelBroken``, ``UsageError`` (a window over the model's positions) or ``EngineError``.
        """
        import torch

        self.family = family
        self.device = _resolve_device(device)
        self.compute_type = _resolve_type(compute_type, self.device, family.half)
        self.window = window_within(family.positions(), family.default_window, window)
        self.max_target = max_target_within(family.positions(), family, max_target)
        if threads is not None:
            torch.set_num_threads(threads)
        self._model = _load(directory, self.device, self.compute_type)
        self._ids = _special_ids(self._model)

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
        hypotheses = [Hypothesis("", 0.0, n_in, 0, "eos") for n_in in lengths]  # stays so for nothing but whitespace
        filled = [index for index, text in enumerate(texts) if text.strip()]
        groups = group_by_limit([lengths[index] for index in filled], settings, self.max_target)
        for limit, members in groups.items():
            indices = [filled[member] for member in members]
            for index, hypothesis in zip(
                indices, self._search([sources[index] for index in indices], settings, limit), strict=True
            ):
                hypotheses[index] = hypothesis
        return hypotheses

    def _search(self, sources: list[list[str]], settings: GenerationSettings, limit: int) -> list[Hypothesis]:
        import torch

        from mtsum.engines.search_rules import SearchRules

        forced = self._numbers(self.family.prefix)
        rules = SearchRules(
            settings,
            minimum=minimum_new_tokens(settings, limit),
            end=self._ids["end"],
            forced=forced,
            banned=[self._ids["padding"]],
        )
        hook = self._model.register_forward_hook(rules.watch)
        try:
            with torch.inference_mode():
                output = self._model.generate(
                    **self._inputs(sources),
                    generation_config=self._configuration(settings, limit + len(forced)),
                    logits_processor=[rules],
                )
        except (RuntimeError, MemoryError) as error:  # torch's OutOfMemoryError is a RuntimeError
            if is_out_of_memory(error):
                if self.device == "cuda":
                    torch.cuda.empty_cache()
                raise MemoryExhausted(str(error)) from error
            raise EngineError(f"transformers failed on {self.device}: {error}") from error
        finally:
            hook.remove()
        return self._hypotheses(output.sequences, rules, [len(source) for source in sources])

    def _hypotheses(self, sequences: Any, rules: Any, lengths: list[int]) -> list[Hypothesis]:
        start = 1 + len(self.family.prefix)
        ended: list[bool] = []
        generated: list[list[int]] = []
        for row in sequences.tolist():
            tokens = row[start:]
            ended.append(self._ids["end"] in tokens)
            generated.append(tokens[: tokens.index(self._ids["end"])] if ended[-1] else tokens)
        scored = [len(tokens) + end for tokens, end in zip(generated, ended, strict=True)]
        totals = rules.log_probability(sequences, [start - 1 + count for count in scored])
        return [
            Hypothesis(
                text=self.family.decode([self.family.tokenizer.token_of(token) for token in tokens]),
                score=min(0.0, total / max(1, count)),
                n_in=n_in,
                n_out=len(tokens),
                stop_reason="eos" if end else "length",
            )
            for tokens, total, count, n_in, end in zip(generated, totals, scored, lengths, ended, strict=True)
        ]

    def _numbers(self, tokens: Sequence[str]) -> list[int]:
        unknown = self.family.tokenizer.id_of("<unk>")
        numbers = [self.family.tokenizer.id_of(token) for token in tokens]
        return [int(unknown or 0) if number is None else number for number in numbers]

    def _inputs(self, sources: list[list[str]]) -> dict[str, Any]:
        import torch

        width = max(map(len, sources))
        rows = [self._numbers(source) for source in sources]
        padded = [row + [self._ids["padding"]] * (width - len(row)) for row in rows]
        mask = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
        return {
            "input_ids": torch.tensor(padded, device=self.device),
            "attention_mask": torch.tensor(mask, device=self.device),
        }

    def _configuration(self, settings: GenerationSettings, limit: int) -> Any:
        from transformers import GenerationConfig

        # Stopping as soon as beam_size hypotheses have ended is what CTranslate2 does.
        beams = {"length_penalty": settings.length_penalty, "early_stopping": True} if settings.beam_size > 1 else {}
        return GenerationConfig(
            max_new_tokens=limit,
            num_beams=settings.beam_size,
            do_sample=False,
            use_cache=True,
            return_dict_in_generate=True,
            decoder_start_token_id=self._ids["start"],
            eos_token_id=self._ids["end"],
            pad_token_id=self._ids["padding"],
            **beams,
        )


def _resolve_device(device: str) -> str:
    import torch

    if device == "cpu":
        return device
    if torch.cuda.is_available():
        return "cuda"
    if device == "cuda":
        raise EngineError("this machine has no CUDA device that torch can see; use the device cpu or auto")
    return "cpu"


def _resolve_type(compute_type: str | None, device: str, half: str) -> str:
    import torch

    has_bfloat16 = device == "cpu" or torch.cuda.is_bf16_supported(including_emulation=False)
    if compute_type in (None, "auto", "default"):
        if device == "cpu":
            return "float32"
        return half if half == "float16" or has_bfloat16 else "float32"
    wanted = COMPUTE_TYPES.get(str(compute_type), str(compute_type))
    if wanted not in COMPUTE_TYPES.values():
        raise EngineError(
            f"the transformers engine cannot compute in {compute_type}; it can in {', '.join(COMPUTE_TYPES.values())}"
        )
    if wanted == "float16" and device == "cpu":
        raise EngineError("this cpu cannot compute in float16; use float32, or bfloat16 to save memory")
    if wanted == "bfloat16" and not has_bfloat16:
        raise EngineError("this GPU cannot compute in bfloat16; use float16 or float32")
    return wanted


def _load(directory: Path, device: str, compute_type: str) -> Any:
    import torch
    from transformers import AutoModelForSeq2SeqLM, GenerationConfig

    weights = find_weights(directory)
    try:
        with _quiet():
            model = AutoModelForSeq2SeqLM.from_pretrained(
                directory,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=is_safetensors(weights),
                weights_only=True,
                dtype=getattr(torch, compute_type),
            )
            start = model.generation_config.decoder_start_token_id
            model = model.to(device).eval()
    except Exception as error:  # a broken checkpoint surfaces as any of a dozen exception classes
        if is_out_of_memory(error):
            raise EngineError(f"not enough memory on {device} for the model in {directory}: {error}") from error
        raise ModelBroken(f"{directory} cannot be loaded by transformers: {' '.join(str(error).split())}") from error
    # generate() fills what its own configuration leaves open from the checkpoint's, which would bring back
    # max_length, forced tokens and penalties that the settings did not ask for.
    model.generation_config = GenerationConfig(decoder_start_token_id=start)
    return model


def _special_ids(model: Any) -> dict[str, int]:
    config = model.config
    padding, end = config.pad_token_id, config.eos_token_id
    end = end[0] if isinstance(end, list) else end
    start = model.generation_config.decoder_start_token_id
    if start is None:
        start = getattr(config, "decoder_start_token_id", None)
    if start is None:
        start = padding
    for name, number in (("pad_token_id", padding), ("eos_token_id", end)):
        if number is None:
            raise ModelBroken(f"the config.json of {config.name_or_path} has no {name}")
    return {"padding": padding, "end": end, "start": start}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep transformers from writing progress bars and advice to stderr while a model loads."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
