"""In which precision to train: what the device is fast at, measured."""

from __future__ import annotations

import time

import torch


def training_dtype(precision: str, device: str) -> torch.dtype:
    """``float32`` or ``bfloat16`` as named, or for ``auto`` the faster one on ``device``."""
    return fast_dtype(device) if precision == "auto" else getattr(torch, precision)


def fast_dtype(device: str) -> torch.dtype:
    """bfloat16 where this device multiplies it faster than float32, measured; float32 elsewhere.

    Processors without bfloat16 instructions emulate it, fifty times slower.
    """
    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    seconds = {}
    for dtype in (torch.float32, torch.bfloat16):
        a, b = torch.randn(256, 384, dtype=dtype), torch.randn(384, 384, dtype=dtype)
        a @ b
        started = time.perf_counter()
        for _ in range(5):
            a @ b
        seconds[dtype] = time.perf_counter() - started
    return min(seconds, key=lambda dtype: seconds[dtype])
