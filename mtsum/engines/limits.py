"""How long a hypothesis may get, and which texts may share a batch.

Beam search depends on the limit it runs under, and both engines take one limit a batch. If a batch ran under its
longest text's limit, a text's hypothesis would depend on its neighbours. So the limit of each text is rounded up to a
multiple of ``STEP``, and texts run together only when their limits are equal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from mtsum.engines.base import GenerationSettings
from mtsum.engines.families import Family
from mtsum.errors import SegmentTooLong, UsageError

STEP = 64


def validate(settings: GenerationSettings) -> None:
    """Raise ``UsageError`` for settings no search can run with, naming the setting and what would be right."""
    checks = (
        ("beam_size", settings.beam_size >= 1, "at least 1"),
        ("repetition_penalty", settings.repetition_penalty > 0, "above 0"),
        ("no_repeat_ngram_size", settings.no_repeat_ngram_size >= 0, "0 (off) or more"),
        ("max_length_ratio", settings.max_length_ratio > 0, "above 0"),
        ("max_length_offset", settings.max_length_offset >= 0, "0 or more"),
        ("min_new_tokens", settings.min_new_tokens >= 0, "0 or more"),
        ("max_new_tokens", settings.max_new_tokens is None or settings.max_new_tokens >= 1, "at least 1"),
    )
    for name, holds, right in checks:
        if not holds:
            raise UsageError(f"{name} is {getattr(settings, name)}; it must be {right}")


def new_token_limit(n_in: int, settings: GenerationSettings, max_target: int) -> int:
    """The most tokens (end token included) that a source of ``n_in`` tokens may generate."""
    if settings.max_new_tokens is not None:
        return min(settings.max_new_tokens, max_target)
    limit = math.ceil(settings.max_length_ratio * n_in) + settings.max_length_offset
    return min(math.ceil(limit / STEP) * STEP, max_target)


def minimum_new_tokens(settings: GenerationSettings, limit: int) -> int:
    """The fewest tokens before the end token: never none, never as many as ``limit`` (the end must fit)."""
    return min(max(1, settings.min_new_tokens), max(1, limit - 1))


def group_by_limit(lengths: Sequence[int], settings: GenerationSettings, max_target: int) -> dict[int, list[int]]:
    """Indices of the texts under each limit, longest limit first."""
    groups: dict[int, list[int]] = {}
    for index, n_in in enumerate(lengths):
        groups.setdefault(new_token_limit(n_in, settings, max_target), []).append(index)
    return dict(sorted(groups.items(), reverse=True))


def check_window(texts: Sequence[str], lengths: Sequence[int], window: int) -> None:
    """Raise ``SegmentTooLong`` naming the first text of more than ``window`` tokens."""
    for text, length in zip(texts, lengths, strict=True):
        if length > window:
            start = text if len(text) <= 60 else text[:60] + "…"
            raise SegmentTooLong(
                f"a segment of {length} tokens is over the model's window of {window}; split it first: “{start}”"
            )


def window_within(positions: int | None, default: int, window: int | None) -> int:
    """The window to use: ``window``, else ``default``. Raises ``UsageError`` for one over the model's positions."""
    if window is None:
        return default if positions is None else min(default, positions)
    if positions is not None and window > positions:
        raise UsageError(f"a window of {window} tokens is over the model's {positions} positions")
    return window


def max_target_within(positions: int | None, family: Family, max_target: int | None) -> int:
    """The most tokens that can be generated: forced tokens take positions too."""
    wanted = family.default_window if max_target is None else max_target
    return wanted if positions is None else min(wanted, positions - len(family.prefix))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an engine's exception says that memory ran out."""
    message = str(error).lower()
    signs = ("out of memory", "failed to allocate", "can't allocate memory", "bad_alloc")
    return isinstance(error, MemoryError) or any(sign in message for sign in signs)
