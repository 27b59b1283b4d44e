"""The training loop: bounded by time, mixed precision where the device is fast at it, resumable, averaged."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.distributed as dist

if TYPE_CHECKING:
    from mtsum.training.pairs import EncodedPairs
    from mtsum.training.transfer_model import TransferModel


@dataclass(frozen=True)
class Stage:
    """A part of the run: until ``until`` (fraction of its time) draw by ``mixture``, targets up to ``max_target``."""

    until: float
    mixture: dict[str, float]
    max_target: int = 10**9
    train_encoder: bool = True


@dataclass(frozen=True)
class TrainingSettings:
    """How to train.

    ``minutes`` and ``max_steps`` bound the run, whichever is first. Learning rates are peaks: warm-up over
    ``warmup_steps``, constant, linear to zero from ``decay_from`` (fraction of the run). ``token_budget`` is padded source
    plus target tokens of one worker's batch. Workers train apart and average their parameters every ``sync_every``
    steps (Stich 2019, local SGD).
    """

    minutes: float
    stages: tuple[Stage, ...]
    max_steps: int | None = None
    token_budget: int = 1400
    learning_rate: float = 8e-4
    encoder_learning_rate: float = 1e-4
    warmup_steps: int = 400
    decay_from: float = 0.5
    label_smoothing: float = 0.1
    workers: int = 1
    sync_every: int = 8
    average_decay: float = 0.985
    checkpoint_minutes: float = 8.0
    seed: int = 1
    extra: dict[str, Any] = field(default_factory=dict)


def fast_dtype(device: str) -> torch.dtype:
    """bfloat16 where this device multiplies it faster than float32, measured; float32 elsewhere.

    Processors without bfloat16 instructions emulate it, fifty times slower.
    """
    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    seconds = {}
    for dtype in (torch.float32, torch.bfloat16):
        a, b = torch.randn(256, 384, dtype=dtype), torch.randn(384, 384, dtype=dtype)
        a @ b
        started = time.perf_counter()
        for _ in range(5):
            a @ b
        seconds[dtype] = time.perf_counter() - started
    return min(seconds, key=lambda dtype: seconds[dtype])


def train(
    model: TransferModel, pairs: EncodedPairs, dev: EncodedPairs, settings: TrainingSettings, run: Path, rank: int = 0
) -> None:
    """Train ``model`` in place and write ``run``: config.json, log.jsonl and checkpoint.pt (averaged weights too).

    A run folder with a checkpoint is resumed from it. With ``settings.workers`` over 1, call this in each worker
    process with its ``rank``, after ``init_process_group``.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = fast_dtype(device)
    model = model.to(device).train()
    groups = model.parameter_groups()
    optimizer = torch.optim.AdamW(
        [
            {"params": groups[name], "peak": peak, "weight_decay": decay}
            for name, peak, decay in (
                ("table", settings.learning_rate / 2, 0.0),
                ("decoder", settings.learning_rate, 0.01),
                ("encoder", settings.encoder_learning_rate, 0.01),
            )
        ],
        lr=settings.learning_rate,
        betas=(0.9, 0.98),
        fused=True,
    )
    trained = [p for group in groups.values() for p in group]
    average = [p.detach().clone() for p in trained]
    rng = np.random.default_rng(settings.seed * 1000 + rank)
    torch.manual_seed(settings.seed * 1000 + rank)
    step, spent, tokens = 0, 0.0, 0
    checkpoint = run / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        with torch.no_grad():
            for parameter, value in zip(trained, state["trained"], strict=True):
                parameter.copy_(value)
        average, step, spent, tokens = state["average"], state["step"], state["spent"], state["tokens"]
        optimizer.load_state_dict(state["optimizer"])
    elif rank == 0:
        run.mkdir(parents=True, exist_ok=True)
        (run / "config.json").write_text(json.dumps(asdict(settings), indent=1))
    began = time.monotonic() - spent
    total = settings.minutes * 60
    losses: list[float] = []
    last_saved = time.monotonic()

    def done() -> float:
        by_steps = step / settings.max_steps if settings.max_steps else 0.0
        return max((time.monotonic() - began) / total, by_steps)

    fraction = done()

    def log(**row: Any) -> None:
        if rank == 0:
            line = json.dumps({"seconds": round(time.monotonic() - began), "step": step, **row})
            print(line, flush=True)
            with (run / "log.jsonl").open("a") as file:
                file.write(line + "\n")

    while fraction < 1:
        stage = next(stage for stage in settings.stages if fraction < stage.until)
        for batch in pairs.batches(rng, stage.mixture, settings.token_budget, stage.max_target):
            rate = min(1.0, (step + 1) / settings.warmup_steps) * min(1.0, (1 - fraction) / (1 - settings.decay_from))
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * max(rate, 0.01)
            with torch.autocast(device, dtype=dtype, enabled=dtype != torch.float32):
                loss, count = model.loss(
                    torch.from_numpy(batch.source).to(device),
                    torch.from_numpy(batch.target).to(device),
                    stage.train_encoder,
                    settings.label_smoothing,
                )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            step += 1
            tokens += count * settings.workers
            losses.append(loss.item())
            if step % settings.sync_every == 0:
                fraction = _together(done(), trained, settings.workers)
                _move_average(average, trained, 1 - settings.average_decay)
                if fraction >= 1 or fraction >= stage.until:
                    break
                if time.monotonic() - last_saved > settings.checkpoint_minutes * 60:
                    last_saved = time.monotonic()
                    if rank == 0:
                        _save(checkpoint, trained, average, optimizer, step, time.monotonic() - began, tokens)
                    log(dev_loss=_dev_loss(model, dev, trained, average, device, dtype) if rank == 0 else None)
            if step % 100 == 0:
                log(
                    loss=round(float(np.mean(losses)), 3),
                    tokens=tokens,
                    fraction=round(fraction, 3),
                    tokens_per_second=round(tokens / (time.monotonic() - began)),
                )
                losses = []
    if rank == 0:
        _save(checkpoint, trained, average, optimizer, step, time.monotonic() - began, tokens)
        log(dev_loss=_dev_loss(model, dev, trained, average, device, dtype), finished=True, tokens=tokens)


@torch.no_grad()
def _together(fraction: float, trained: Sequence[torch.Tensor], workers: int) -> float:
    """Average the workers' parameters; returns the fraction that all agree on (the largest)."""
    if workers == 1:
        return fraction
    flat = torch.cat([p.reshape(-1) for p in trained])
    dist.all_reduce(flat)
    flat /= workers
    at = 0
    for parameter in trained:
        parameter.copy_(flat[at : at + parameter.numel()].view_as(parameter))
        at += parameter.numel()
    clock = torch.tensor([fraction])
    dist.all_reduce(clock, op=dist.ReduceOp.MAX)
    return float(clock)


@torch.no_grad()
def _move_average(average: Sequence[torch.Tensor], trained: Sequence[torch.Tensor], step: float) -> None:
    """Move the exponential average of the weights by ``step`` towards the present ones, in place."""
    torch._foreach_lerp_(list(average), list(trained), step)


@torch.no_grad()
def _dev_loss(
    model: TransferModel,
    dev: EncodedPairs,
    trained: Sequence[torch.Tensor],
    average: Sequence[torch.Tensor],
    device: str,
    dtype: torch.dtype,
) -> float:
    """Cross-entropy a token on the dev pairs with the averaged weights, no smoothing."""
    current = [p.detach().clone() for p in trained]
    _assign(trained, average)
    model.eval()
    total, count = 0.0, 0
    for batch in dev.batches(np.random.default_rng(0), {"*": 1.0}, 8000):
        with torch.autocast(device, dtype=dtype, enabled=dtype != torch.float32):
            loss, n = model.loss(
                torch.from_numpy(batch.source).to(device), torch.from_numpy(batch.target).to(device), False, 0.0
            )
        total, count = total + loss.item() * n, count + n
    model.train()
    _assign(trained, current)
    return round(total / count, 4)


@torch.no_grad()
def _assign(trained: Sequence[torch.Tensor], values: Sequence[torch.Tensor]) -> None:
    for parameter, value in zip(trained, values, strict=True):
        parameter.copy_(value)


def _save(
    path: Path,
    trained: Sequence[torch.Tensor],
    average: Sequence[torch.Tensor],
    optimizer: torch.optim.Optimizer,
    step: int,
    spent: float,
    tokens: int,
) -> None:
    """Write to a neighbour and rename, so that a kill leaves the last whole checkpoint."""
    partial = path.with_suffix(".partial")
    torch.save(
        {
            "trained": [p.detach() for p in trained],
            "average": list(average),
            "optimizer": optimizer.state_dict(),
            "step": step,
            "spent": spent,
            "tokens": tokens,
        },
        partial,
    )
    os.replace(partial, path)
