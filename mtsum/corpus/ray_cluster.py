"""The Ray cluster of a run: connecting to it or starting one, and how workers are laid out on its machines."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

from mtsum.corpus.executors import Crew
from mtsum.errors import EngineError, UsageError

_OBJECT_STORE_BYTES = 200_000_000  # a worker's chunks and their records take a few megabytes
_SECONDS_TO_ANSWER = 10.0


@dataclass(frozen=True)
class Pool:
    """The workers of a run: how many, and what each holds of its machine."""

    workers: int
    cpus: int
    gpus: int
    device: Literal["cpu", "cuda"]


def pool_on(machines: Sequence[Mapping[str, float]], device: str, workers: int | None, threads: int | None) -> Pool:
    """The pool on machines with so many ``CPU`` and ``GPU`` each; workers that find no room wait for machines to join.

    ``device`` is the user's choice, ``auto`` the GPUs where there are any; a worker has one GPU or none. ``workers``
    defaults to one for each GPU in use, else for each machine, ``threads`` (the CPUs of a worker) to an even share of
    them. Raises ``UsageError`` where no machine has room for a worker.
    """
    if workers is not None and workers < 1:
        raise UsageError(f"--workers is {workers}; it must be at least 1")
    gpus = int(sum(machine.get("GPU", 0) for machine in machines))
    if device == "cuda" and not gpus:
        raise UsageError("no machine of the Ray cluster has a GPU; say --device cpu, or start Ray where there is one")
    on_gpus = device != "cpu" and gpus > 0
    count = workers or (gpus if on_gpus else len(machines))
    cpus = [int(machine.get("CPU", 0)) for machine in machines if machine.get("GPU", 0) >= on_gpus]
    if max(cpus) < (threads or 1):
        raise UsageError(f"a worker needs {threads or 1} CPUs (--threads); the largest of the machines has {max(cpus)}")
    return Pool(count, threads or _even_share(cpus, count), int(on_gpus), "cuda" if on_gpus else "cpu")


def _even_share(cpus: Sequence[int], workers: int) -> int:
    """The most CPUs that each of ``workers`` can have at once, a worker being on one machine; at least one."""
    shares = range(max(cpus), 1, -1)
    return next((share for share in shares if sum(count // share for count in cpus) >= workers), 1)


def runs_here(crew: Crew) -> bool:
    """Whether Ray has yet to be started, on this machine, for this run."""
    return _address(crew) is None and not _ray().is_initialized()


@contextlib.contextmanager
def connected(crew: Crew, threads: int | None = None) -> Iterator[ModuleType]:
    """``ray``, connected to the cluster of ``crew`` or to the one that this process is connected to already.

    Without an address (nor ``RAY_ADDRESS``) Ray is started on this machine, for workers of ``threads`` each. What was
    opened here is closed at the end. Raises ``UsageError`` where ray is not installed or there is no such cluster, and
    ``EngineError`` for what goes wrong in Ray, not in what runs on it.
    """
    ray = _ray()
    is_callers = ray.is_initialized()
    if not is_callers:
        _connect(ray, crew, threads)
    try:
        yield ray
    except ray.exceptions.RayError as problem:
        raise EngineError(
            f"Ray broke off; what is done is kept, the same command goes on. It says:\n{problem}"
        ) from problem
    finally:
        if not is_callers:
            ray.shutdown()


def _connect(ray: Any, crew: Crew, threads: int | None) -> None:
    address = _address(crew)
    if address is None:
        _start(ray, (crew.workers or 1) * (threads or 1))
        return
    if address.startswith("ray://"):
        raise UsageError(f"{address}: run mtsum on a machine of the cluster, with --address auto or HOST:PORT")
    try:
        if address != "auto":  # Ray itself asks for minutes before it gives up
            host, _, port = address.rpartition(":")
            socket.create_connection((host, int(port)), _SECONDS_TO_ANSWER).close()
        _initialize(ray, address=address)
    except (OSError, RuntimeError, ValueError) as problem:
        raise UsageError(
            f"no Ray cluster that this machine is part of at {address!r} ({_first_line(problem)}); start one with "
            "`ray start --head`, join this machine with `ray start --address HOST:PORT`, and say --address auto"
        ) from problem


def _start(ray: Any, cpus_wanted: int) -> None:
    """Ray on this machine. It places no more workers than it counts CPUs, so it counts as many as are wanted."""
    cpus = max(len(os.sched_getaffinity(0)), cpus_wanted)
    store = _OBJECT_STORE_BYTES
    _initialize(ray, address="local", num_cpus=cpus, include_dashboard=False, object_store_memory=store)


def _ray() -> Any:
    """The module. Its settings are in the environment, read when it is imported or started."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # or it writes to the terminal about what is no trouble
    os.environ.setdefault("RAY_worker_niceness", "0")  # or workers run at 15, behind anything else on the machine
    try:
        import ray
        import ray.data
    except ImportError as problem:
        raise UsageError(f"the engine ray needs Ray Data ({problem}): pip install 'mtsum[ray]'") from problem
    return ray


def _address(crew: Crew) -> str | None:
    """Where the cluster is; ``RAY_ADDRESS`` is set in what ``ray job submit`` runs."""
    return crew.address or os.environ.get("RAY_ADDRESS")


def _initialize(ray: Any, **settings: Any) -> None:
    """``ray.init`` without its chatter, and with the caller's way of being terminated, which Ray would replace."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    handler = signal.getsignal(signal.SIGTERM)
    with _no_standard_error():  # where Ray writes that it heeds RAY_BACKEND_LOG_LEVEL
        ray.init(log_to_driver=False, logging_level=logging.ERROR, **settings)
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    if in_main_thread and handler is not None:
        signal.signal(signal.SIGTERM, handler)


@contextlib.contextmanager
def _no_standard_error() -> Iterator[None]:
    """What is written to this process's standard error, by C++ code too, is lost."""
    kept = os.dup(2)
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _first_line(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]
