"""A worker of the pool on Ray: fetches its chunks from the desk and works on them with models that it holds."""

from __future__ import annotations

import fcntl
import os
import pickle
import socket
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from mtsum import __version__
from mtsum.corpus.chunks import Chunk
from mtsum.corpus.ray_desk import MemoryAtDesk
from mtsum.corpus.work import Done, Task, Worker
from mtsum.errors import EngineError, ModelBroken, ModelNotFound, MtsumError
from mtsum.hub import find, home, is_offline, pull
from mtsum.loading import model_entry

_MOST_DEATHS = 5


class RayWorker:
    """What Ray Data makes an actor of; ``desk`` is a handle of the run's ``Desk``.

    What goes wrong on purpose (``MtsumError``) is an outcome, with this machine's name, for the driver to raise.
    Anything else is a defect, and Ray reports it whole. Models are loaded with the first chunk, so that a worker that
    dies of it counts against the chunk's deaths like any other.
    """

    def __init__(self, task: Task, desk: Any, has_memory: bool) -> None:
        self._task = task
        self._desk = desk
        self._has_memory = has_memory

    def __call__(self, batch: Mapping[str, Any]) -> Any:
        """From a batch of one ``place`` to a table of one row: the ``place`` and the pickled ``outcome``.

        The outcome is ``Done``, a ``MtsumError``, or None for a chunk that was done before.
        """
        import pyarrow

        (place,) = batch["place"].tolist()
        try:
            outcome: Done | MtsumError | None = self._done(place)
        except MtsumError as problem:
            outcome = _on_this_machine(problem)
        return pyarrow.table({"place": [place], "outcome": [pickle.dumps(outcome)]})

    def _done(self, place: int) -> Done | None:
        import ray

        reference, times = ray.get(self._desk.fetch.remote(place))
        if reference is None:
            return None
        chunk: Chunk = ray.get(reference[0])
        if times > _MOST_DEATHS:
            raise EngineError(
                f"chunk {chunk.number} (articles {chunk.items[0].id} to {chunk.items[-1].id}): its worker died "
                f"{_MOST_DEATHS} times; have the machines memory enough? Ray's logs there say what ended it"
            )
        return self._worker.work(chunk.items)

    @cached_property
    def _worker(self) -> Worker:
        """Loaded, and with the very models that the other workers have."""
        import ray

        fetch_models(self._task)
        worker = Worker(self._task, MemoryAtDesk(self._desk) if self._has_memory else None)
        own = worker.settings() | {"mtsum": __version__}
        agreed = ray.get(self._desk.agree.remote(own))
        if own != agreed:
            different = ", ".join(sorted(key for key in own | agreed if own.get(key) != agreed.get(key)))
            raise ModelBroken(
                f"this machine would make other records than the other workers: {different} differ; every machine "
                "needs the same version of mtsum, the same models and the same kind of processor"
            )
        return worker


def settings_on_this_machine(task: Task) -> dict[str, Any] | MtsumError:
    """``Worker.settings()`` of ``task``, or why there are none."""
    try:
        fetch_models(task)
        return Worker(task).settings()
    except MtsumError as problem:
        return _on_this_machine(problem)


def fetch_models(task: Task) -> None:
    """Pull those models of ``task`` that this machine lacks and a repository has, one process at a time.

    Raises ``ModelNotFound`` for a directory that is not there; others are missed when they are loaded.
    """
    named = [(task.translator, "translation")]
    if task.name == "summarize":
        named.append((task.summarizer, "summarization"))
    for name, kind in named:
        if name is not None and os.path.isabs(name) and not os.path.isdir(name):
            raise ModelNotFound(f"{name}: no such directory; a model given by its directory must be on every machine")
        entry = model_entry(name, kind)
        if entry.repository is None or is_offline(task.choice.offline) or find(entry) is not None:
            continue
        home().mkdir(parents=True, exist_ok=True)
        with (home() / f"{entry.alias}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if find(entry) is None:
                pull(entry)


def _on_this_machine(problem: MtsumError) -> MtsumError:
    """``problem``, of the same class, its message after this machine's name."""
    made = type(problem).__new__(type(problem))
    made.__dict__.update(problem.__dict__)
    made.args = (f"worker on {socket.gethostname()}: {problem}",)
    return made
