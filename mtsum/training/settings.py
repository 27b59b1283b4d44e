"""How a training run goes: its bounds, rates, stages, and how often it looks at the dev set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mtsum.errors import UsageError


@dataclass(frozen=True)
class Stage:
    """A part of the run: until ``until`` (fraction of it) draw by ``mixture``, targets up to ``max_target`` tokens."""

    until: float
    mixture: dict[str, float]
    max_target: int = 10**9


@dataclass(frozen=True)
class TrainingSettings:
    """How to train.

    ``minutes``, ``max_steps`` and ``max_tokens`` (target tokens) bound the run, whichever is first. Learning rates are
    peaks: warm-up over ``warmup_steps``, constant, linear to zero from ``decay_from`` (fraction of the run). The
    encoder is not trained before the fraction ``thaw_at``. ``token_budget`` is padded source plus target tokens of one
    worker's batch. Workers train apart and average their parameters every ``sync_every`` steps (Stich 2019, local SGD).

    Every ``validate_minutes`` or ``validate_steps`` a checkpoint is written, the dev loss measured, and the first
    ``validate_sentences`` dev sentences translated with ``beam`` and scored. The weights of the last ``keep`` such
    moments are kept, and those of the best. ``precision`` is ``float32``, ``bfloat16`` or ``auto``: what is faster.

    Raises ``UsageError`` for a run without a bound and for numbers that no run can have.
    """

    stages: tuple[Stage, ...]
    minutes: float | None = None
    max_steps: int | None = None
    max_tokens: int | None = None
    token_budget: int = 1400
    learning_rate: float = 8e-4
    encoder_learning_rate: float = 1e-4
    warmup_steps: int = 400
    decay_from: float = 0.5
    thaw_at: float = 0.0
    label_smoothing: float = 0.1
    workers: int = 1
    sync_every: int = 8
    average_decay: float = 0.985
    validate_minutes: float = 8.0
    validate_steps: int | None = None
    validate_sentences: int = 100
    beam: int = 4
    keep: int = 4
    precision: str = "auto"
    seed: int = 1
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.minutes is None and self.max_steps is None and self.max_tokens is None:
            raise UsageError("say how long to train: minutes, steps or target tokens")
        above_zero = ("minutes", "max_steps", "max_tokens", "validate_minutes", "validate_steps", "token_budget")
        for name in (*above_zero, "workers", "sync_every", "beam", "warmup_steps"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise UsageError(f"{name} is {value}; it must be above 0")
        for name in ("keep", "validate_sentences", "learning_rate", "encoder_learning_rate"):
            if getattr(self, name) < 0:
                raise UsageError(f"{name} is {getattr(self, name)}; it must be 0 or more")
        for name in ("decay_from", "average_decay", "thaw_at"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"{name} is {getattr(self, name)}; it is a fraction from 0 to 1")
        if self.precision not in ("auto", "float32", "bfloat16"):
            raise UsageError(f"precision is {self.precision!r}; it must be auto, float32 or bfloat16")

    def fraction(self, seconds: float, step: int, tokens: int) -> float:
        """How much of the run is over after so many seconds, steps and target tokens; 1 and more is all of it."""
        done = ((seconds / 60, self.minutes), (step, self.max_steps), (tokens, self.max_tokens))
        return max(spent / bound for spent, bound in done if bound)

    def rate(self, step: int, fraction: float) -> float:
        """The share of the peak learning rate that a step has, never under a hundredth."""
        warm = min(1.0, (step + 1) / self.warmup_steps)
        decayed = 1.0 if self.decay_from >= 1 else min(1.0, (1 - fraction) / (1 - self.decay_from))
        return max(warm * decayed, 0.01)
