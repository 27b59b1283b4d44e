"""What has the chunks of a run worked on: this process (``local``) or the workers of a Ray cluster (``ray``).

An executor is two functions of one module. ``run`` has every chunk worked on and yields the results in any order, one
for each chunk; it takes the next chunk only when it has a use for it, so that a corpus is never held in memory.
``settings`` tells what the records will say they were made with, before any of them is made: the value of
``Worker.settings()`` on the device that does the work.

Nothing of a run's state is kept by an executor. It may be abandoned at any moment (its generator closed, its process
killed), and the chunks that were not yielded are given to the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from mtsum.corpus.chunks import Chunk
from mtsum.corpus.work import Done, Task
from mtsum.errors import UsageError

Observe = Callable[[int, int], None]
"""Told what models have written since it was last called: a number of texts, and of tokens in them.

Over a chunk the calls add up to ``Done.generated`` and ``Done.tokens``, in as many calls as the executor likes; it is
always called in the process and thread of the driver.
"""


@dataclass(frozen=True)
class Crew:
    """Who does the work. ``workers`` is how many processes hold the models, ``None`` what the executor finds best.

    ``address`` is that of a running cluster, ``None`` one that is started on this machine for the run.
    """

    workers: int | None = None
    address: str | None = None


class Run(Protocol):
    """The work itself. ``memory_path`` is the file of the translation memory, ``None`` to go without.

    Raises what the work raises: ``EngineError``, ``ModelNotFound``, ``OSError`` of a full disk, ...
    """

    def __call__(
        self, chunks: Iterator[Chunk], task: Task, memory_path: Path | None, observe: Observe, crew: Crew
    ) -> Generator[tuple[int, Done]]:
        """The number of each chunk and what was made of it."""
        ...


class Settings(Protocol):
    """What all records will be made with. Raises what a model that cannot be loaded raises, and ``UsageError``."""

    def __call__(self, task: Task, crew: Crew) -> dict[str, Any]:
        """JSON values."""
        ...


@dataclass(frozen=True)
class Executor:
    """The two functions of an executor."""

    run: Run
    settings: Settings


# Name -> module and its functions `run` and `settings`; the modules are imported when they are asked for.
EXECUTORS = {
    "local": ("mtsum.corpus.local", "run_local", "local_settings"),
    "ray": ("mtsum.corpus.ray_executor", "run_ray", "ray_settings"),
}


def executor(name: str) -> Executor:
    """The executor called ``name``. Raises ``UsageError`` for one that there is not, or whose library is missing."""
    if name not in EXECUTORS:
        raise UsageError(f"no executor {name!r}; there are: {', '.join(EXECUTORS)}")
    module, run, settings = EXECUTORS[name]
    found = import_module(module)
    return Executor(getattr(found, run), getattr(found, settings))
