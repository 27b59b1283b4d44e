"""Training in one process, or in several that share the work on the cores of a machine."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Prepared = TypeVar("Prepared")
MASTER_ADDRESS, MASTER_PORT = "127.0.0.1", "29517"


def training_arguments(description: str | None) -> argparse.ArgumentParser:
    """The options that all training scripts have."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True, help="the multilingual encoder's archive (.npz)")
    parser.add_argument("--run", type=Path, required=True, help="run folder, resumed where it has a checkpoint")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--workers", type=int, default=1, help="processes; one a core on a CPU")
    parser.add_argument("--limit", type=int, default=0, help="pairs to keep, to try the script out")
    return parser


def start_workers(
    work: Callable[[int, argparse.Namespace, Prepared], None], arguments: argparse.Namespace, prepared: Prepared
) -> None:
    """Call ``work(rank, arguments, prepared)`` here, or in ``arguments.workers`` forks of one thread each.

    Forks share what was prepared, so the data is read and encoded once. ``prepared`` must not hold CUDA tensors.
    """
    if arguments.workers == 1:
        work(0, arguments, prepared)
        return
    import torch
    from torch.multiprocessing.spawn import start_processes

    torch.set_num_threads(1)
    start_processes(work, (arguments, prepared), nprocs=arguments.workers, start_method="fork")


def join_workers(rank: int, workers: int) -> None:
    """Connect this process to the others; nothing to do for a single one."""
    if workers == 1:
        return
    import torch.distributed as dist

    os.environ |= {"MASTER_ADDR": MASTER_ADDRESS, "MASTER_PORT": MASTER_PORT}
    dist.init_process_group("gloo", rank=rank, world_size=workers)


def write_provenance(run: Path, files: list[Path], target_rows: list[int]) -> None:
    """Write data.json (sha256 of every input file) and target_rows.json (the decoder's vocabulary) into ``run``."""
    run.mkdir(parents=True, exist_ok=True)
    sums = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    (run / "data.json").write_text(json.dumps(sums, indent=1))
    (run / "target_rows.json").write_text(json.dumps(target_rows))
