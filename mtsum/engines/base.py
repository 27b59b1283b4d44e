"""What an engine takes and gives. An engine knows no files, no table of languages and no command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

StopReason = Literal["eos", "length"]
# Short names of compute types that users know -> those of the engines.
COMPUTE_TYPES = {"fp32": "float32", "fp16": "float16", "bf16": "bfloat16"}


@dataclass(frozen=True)
class GenerationSettings:
    """How hypotheses are searched for.

    ``beam_size`` 1 is greedy search. ``length_penalty`` divides a hypothesis' log-probability by its length (forced
    tokens and end token included) to that power. ``repetition_penalty`` 1 and ``no_repeat_ngram_size`` 0 switch
    those constraints off. The limit on new tokens (end token included) of one source of ``n_in`` tokens is
    ``ceil(max_length_ratio * n_in) + max_length_offset``, rounded up to ``engines.limits.STEP`` so that sentences of
    like length share a batch, and never above the model's own limit. ``max_new_tokens``, where given, replaces what
    follows from the source's length. At least one token is generated, and at least ``min_new_tokens``.
    """

    beam_size: int = 4
    length_penalty: float = 1.0
    repetition_penalty: float = 1.0
    no_repeat_ngram_size: int = 0
    max_length_ratio: float = 2.0
    max_length_offset: int = 20
    min_new_tokens: int = 0
    max_new_tokens: int | None = None


@dataclass(frozen=True)
class Hypothesis:
    """One generated text.

    ``score`` is the mean log-probability of its tokens, end token included (at most 0; comparable across lengths).
    ``n_in`` and ``n_out`` count source and generated tokens, special tokens included in ``n_in`` only.
    ``stop_reason`` is ``"length"`` where the limit on new tokens ended it, so the text may lack its end.
    """

    text: str
    score: float
    n_in: int
    n_out: int
    stop_reason: StopReason


class Engine(Protocol):
    """A loaded model on a device.

    ``window`` is the most source tokens (special tokens included) that one text may have; ``max_target`` the most
    tokens the model can generate. ``generate`` raises ``SegmentTooLong`` for a text over ``window`` (it never cuts)
    and ``MemoryExhausted`` when the batch does not fit in memory, so that the caller can retry with a smaller one.
    """

    name: str
    device: str
    compute_type: str
    window: int
    max_target: int

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Source tokens of each text, special tokens included; one number a text."""
        ...

    def generate(self, texts: Sequence[str], settings: GenerationSettings) -> list[Hypothesis]:
        """One hypothesis for each text, in the order of ``texts``; all in a single batch."""
        ...


class MemoryExhausted(RuntimeError):
    """The device ran out of memory on this batch: retry with fewer texts."""
