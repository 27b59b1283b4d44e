"""The work of a run done in this process, one chunk after the other; the models use all cores by themselves."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from mtsum.corpus.chunks import Chunk
from mtsum.corpus.executors import Crew, Observe
from mtsum.corpus.work import Done, Task, Worker
from mtsum.errors import UsageError
from mtsum.memory import open_memory


@lru_cache(maxsize=1)
def _worker(task: Task) -> Worker:
    """The worker whose models told the settings is the one that does the work: they are loaded once."""
    return Worker(task)


def local_settings(task: Task, crew: Crew) -> dict[str, Any]:
    """As ``mtsum.corpus.executors.Settings``; ``crew`` must be empty: this executor has no workers."""
    if crew != Crew():
        raise UsageError("the local engine works in one process; for --workers and --address say --engine ray")
    return _worker(task).settings()


def run_local(
    chunks: Iterator[Chunk], task: Task, memory_path: Path | None, observe: Observe, crew: Crew
) -> Generator[tuple[int, Done]]:
    """As ``mtsum.corpus.executors.Run``, in the order of the chunks."""
    worker = _worker(task)
    worker.memory = None if memory_path is None else open_memory(memory_path)
    for chunk in chunks:
        yield chunk.number, worker.work(chunk.items, observe)
