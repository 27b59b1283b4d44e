"""Many texts in few batches: sorted by length, packed by padded size, results back in the order they came in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mtsum.engines.base import Engine, GenerationSettings, Hypothesis, MemoryExhausted
from mtsum.engines.limits import check_window
from mtsum.errors import EngineError, UsageError

TOKEN_BUDGETS = {"cpu": 2048, "cuda": 32_768}
"""Padded source tokens a batch may hold on each kind of device, unless the caller says otherwise."""


def generate_in_batches(
    engine: Engine,
    texts: Sequence[str],
    settings: GenerationSettings,
    token_budget: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Hypothesis]:
    """One hypothesis for each of ``texts``, in their order.

    ``token_budget`` bounds a batch: its longest text's tokens times the number of its texts; a text over the budget is
    a batch of its own. ``progress`` is called with the number of texts finished since its last call. When a batch does
    not fit in memory, half of it is tried, and later batches stay below the size that failed.

    Raises ``SegmentTooLong`` for a text over the engine's window before anything is generated, ``EngineError`` when
    even one text alone does not fit in memory, ``UsageError`` for a budget below 1.
    """
    budget = TOKEN_BUDGETS.get(engine.device, TOKEN_BUDGETS["cpu"]) if token_budget is None else token_budget
    if budget < 1:
        raise UsageError(f"the token budget is {budget}; it must be at least 1")
    lengths = engine.count_tokens(texts) if texts else []
    check_window(texts, lengths, engine.window)
    # Longest first: if memory runs out it does so at once, and the progress shown never slows down.
    waiting = sorted(range(len(texts)), key=lambda index: (-lengths[index], index))
    finished: dict[int, Hypothesis] = {}
    while waiting:
        count = fitting(lengths[waiting[0]], len(waiting), budget)
        batch = waiting[:count]
        try:
            hypotheses = engine.generate([texts[index] for index in batch], settings)
        except MemoryExhausted as error:
            if count == 1:
                raise EngineError(
                    f"out of memory on {engine.device} with a single text of {lengths[batch[0]]} tokens; "
                    "use a smaller model, a smaller beam, or a device with more memory"
                ) from error
            budget = lengths[waiting[0]] * (count // 2)
            continue
        finished.update(zip(batch, hypotheses, strict=True))
        waiting = waiting[count:]
        if progress is not None:
            progress(count)
    return [finished[index] for index in range(len(texts))]


def fitting(width: int, available: int, budget: int) -> int:
    """How many texts of up to ``width`` tokens make a batch within ``budget``: at least 1, at most ``available``."""
    return max(1, min(available, budget // max(1, width)))
