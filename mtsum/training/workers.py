"""Training in one process, or in several that share the work on the cores of a machine."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from mtsum import errors

Prepared = TypeVar("Prepared")
_ADDRESS = "127.0.0.1"
# How long workers wait for one that validates.
_PATIENCE = timedelta(hours=3)


def start_workers(work: Callable[[int, Prepared], None], workers: int, prepared: Prepared) -> None:
    """Call ``work(rank, prepared)`` here, or in ``workers`` forks of one thread each.

    Forks share what was prepared, so the data is read and encoded once. ``prepared`` must not hold CUDA tensors.
    """
    if workers == 1:
        work(0, prepared)
        return
    import torch
    from torch.multiprocessing.spawn import ProcessRaisedException, start_processes

    # A thread pool does not survive a fork.
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    with socket.socket() as free:
        free.bind((_ADDRESS, 0))
        os.environ |= {"MASTER_ADDR": _ADDRESS, "MASTER_PORT": str(free.getsockname()[1])}
    torch.set_num_threads(1)
    try:
        start_processes(work, (prepared,), nprocs=workers, start_method="fork")
    except ProcessRaisedException as problem:
        raise _own_error(str(problem)) or problem from None


def join_workers(rank: int, workers: int) -> None:
    """Connect this process to the others; nothing to do for a single one."""
    if workers == 1:
        return
    import torch.distributed as dist

    dist.init_process_group("gloo", rank=rank, world_size=workers, timeout=_PATIENCE)


def _own_error(traceback: str) -> errors.MtsumError | None:
    """The error of mtsum's own that a worker's traceback ends with, or None."""
    name, _, message = traceback.strip().splitlines()[-1].partition(": ")
    kind = getattr(errors, name.removeprefix("mtsum.errors."), None) if name.startswith("mtsum.errors.") else None
    return kind(message) if kind else None
