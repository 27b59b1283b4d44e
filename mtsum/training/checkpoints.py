"""What a run keeps on disk to go on from, to average and to export.

``checkpoint.pt`` is all that resuming needs: weights, their exponential average, the optimizer's state, the clock.
``weights/step-*.pt`` and ``weights/best.pt`` are small: averaged weights alone, in 16 bits.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from mtsum.errors import ModelBroken, UsageError

CHECKPOINT = "checkpoint.pt"


@dataclass
class Progress:
    """How far a run is: steps, seconds and target tokens of all workers."""

    step: int = 0
    spent: float = 0.0
    tokens: int = 0


def save_checkpoint(
    run: Path,
    trained: Sequence[torch.Tensor],
    average: Sequence[torch.Tensor],
    optimizer: torch.optim.Optimizer,
    progress: Progress,
) -> None:
    """Write ``checkpoint.pt`` of ``run``."""
    state = {
        "trained": [p.detach() for p in trained],
        "average": list(average),
        "optimizer": optimizer.state_dict(),
        "step": progress.step,
        "spent": progress.spent,
        "tokens": progress.tokens,
    }
    _write(run / CHECKPOINT, state)


def read_checkpoint(run: Path, device: str = "cpu") -> dict[str, Any] | None:
    """The checkpoint of ``run``, or None where there is none. Raises ``ModelBroken`` for one that can't be read."""
    path = run / CHECKPOINT
    return _read(path, device) if path.is_file() else None


def keep_weights(run: Path, average: Sequence[torch.Tensor], step: int, keep: int) -> None:
    """Keep the averaged weights of this step, and those of the ``keep - 1`` before it."""
    if keep:
        _write(run / f"weights/step-{step:08}.pt", _small(average, step))
    for old in _kept(run)[: -keep or None]:
        old.unlink()


def keep_best_weights(run: Path, average: Sequence[torch.Tensor], step: int) -> None:
    """Keep the averaged weights of this step as the best ones."""
    _write(run / "weights/best.pt", _small(average, step))


def drop_weights_after(run: Path, step: int) -> None:
    """Delete kept weights of later steps: a kill came after them and before their checkpoint."""
    for path in _kept(run):
        if int(path.stem.removeprefix("step-")) > step:
            path.unlink()


def final_weights(run: Path, average: int | None = None, best: bool = False) -> list[torch.Tensor]:
    """The weights to export, float32, in the order of ``Trainable.trained``.

    By default the exponential average in the last checkpoint; with ``average`` the mean of the last so many kept ones,
    with ``best`` those that scored best. Raises ``UsageError`` where the run has not kept so many.
    """
    if average and best:
        raise UsageError("average the last weights or take the best ones, not both")
    if best:
        paths = [run / "weights/best.pt"]
        if not paths[0].is_file():
            raise UsageError(f"{run} has no weights/best.pt: it was not validated, or keeps no weights")
    elif average:
        kept = _kept(run)
        paths = kept[-average:]
        if len(paths) < average:
            raise UsageError(f"{run} has kept {len(kept)} sets of weights, not {average}; train with a larger --keep")
    else:
        state = read_checkpoint(run)
        if state is None:
            raise UsageError(f"{run} has no {CHECKPOINT}: nothing was trained there yet")
        return [tensor.float() for tensor in state["average"]]
    total = [tensor.float() for tensor in _read(paths[0])["weights"]]
    for path in paths[1:]:
        torch._foreach_add_(total, [tensor.float() for tensor in _read(path)["weights"]])
    return [tensor / len(paths) for tensor in total]


@torch.no_grad()
def assign(trained: Sequence[torch.Tensor], values: Sequence[torch.Tensor]) -> None:
    """Copy ``values`` into ``trained``, one by one. Raises ``ModelBroken`` where their shapes differ."""
    shapes = [tuple(p.shape) for p in trained], [tuple(v.shape) for v in values]
    if shapes[0] != shapes[1]:
        raise ModelBroken(
            f"the weights of the run are of another model: {len(shapes[1])} tensors, this one has {len(shapes[0])}, or of "
            "other shapes; use the vocabulary, layers and model that the run began with"
        )
    for parameter, value in zip(trained, values, strict=True):
        parameter.copy_(value)


def _kept(run: Path) -> list[Path]:
    return sorted((run / "weights").glob("step-*.pt"))


def _small(average: Sequence[torch.Tensor], step: int) -> dict[str, Any]:
    return {"weights": [_in_16_bits(tensor) for tensor in average], "step": step}


def _in_16_bits(tensor: torch.Tensor) -> torch.Tensor:
    # float16 is eight times finer than bfloat16; a weight beyond its range is kept as it is.
    half = tensor.detach().to("cpu", torch.float16)
    return half if bool(torch.isfinite(half).all()) else tensor.detach().to("cpu", copy=True)


def _write(path: Path, content: Any) -> None:
    """Write to a neighbour and rename, so that a kill leaves the last whole file."""
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(content, partial)
    os.replace(partial, path)


def _read(path: Path, device: str = "cpu") -> dict[str, Any]:
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except Exception as error:  # torch raises whatever its unpickler meets
        raise ModelBroken(f"{path} can't be read: {' '.join(str(error).split())[:200]}") from error
