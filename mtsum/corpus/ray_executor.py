"""The executor ``ray``: a pool of Ray Data actors that hold the models, fed by this process, the driver.

The driver reads the corpus and keeps a few chunks a worker in Ray's object store, never more. What flows through Ray
Data is their places (0, 1, 2, ...): one reading task, which ends when the input does, gives them out, and an actor
that has got one fetches the chunk from the ``Desk``. So when a reading task, an actor or its machine dies, Ray starts it
again, the same places come once more, and the driver drops what comes twice. One pipeline serves the whole run: a
worker loads its models once.
"""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mtsum.corpus.chunks import Chunk
from mtsum.corpus.executors import Crew, Observe
from mtsum.corpus.ray_cluster import Pool, connected, pool_on, runs_here
from mtsum.corpus.ray_desk import Desk
from mtsum.corpus.ray_worker import RayWorker, settings_on_this_machine
from mtsum.corpus.work import Done, Task
from mtsum.errors import EngineError, MtsumError
from mtsum.loading import model_entry

# Chunks that the driver has read and nobody has done, so that no worker waits for it.
_OUT_A_WORKER = 4


def ray_settings(task: Task, crew: Crew) -> dict[str, Any]:
    """As ``mtsum.corpus.executors.Settings``: those of this machine, or of a worker on the cluster of ``crew``."""
    task = _portable(task)
    if runs_here(crew):
        found = settings_on_this_machine(task)
    else:
        with connected(crew) as ray:
            pool = _pool(ray, task, crew)
            remote = ray.remote(settings_on_this_machine).options(num_cpus=pool.cpus, num_gpus=pool.gpus)
            found = ray.get(remote.remote(_for_pool(task, pool)))
    if isinstance(found, MtsumError):
        raise found
    return found


def run_ray(
    chunks: Iterator[Chunk], task: Task, memory_path: Path | None, observe: Observe, crew: Crew
) -> Iterator[tuple[int, Done]]:
    """As ``mtsum.corpus.executors.Run``, in the order in which chunks are done.

    Raises ``UsageError`` (no ray, no such cluster, no room on it), what a worker raised, with its machine's name, and
    ``EngineError`` for a chunk under which worker after worker died and for what Ray itself could not overcome.
    """
    task = _portable(task)
    with connected(crew, task.choice.threads) as ray:
        pool = _pool(ray, task, crew)
        for chunk, done in _Pipeline(ray, _for_pool(task, pool), pool, memory_path).results(chunks):
            observe(done.generated, done.tokens)
            yield chunk.number, done


class _Pipeline:
    """The driver's side of a run. ``_out`` has the chunks that are out, by place, with their copies' references."""

    def __init__(self, ray: Any, task: Task, pool: Pool, memory_path: Path | None) -> None:
        self._ray, self._task, self._pool = ray, task, pool
        self._desk = _desk(ray, memory_path)
        self._has_memory = memory_path is not None
        self._out: dict[int, tuple[Chunk, Any]] = {}
        self._next_place = 0
        self._closed = False

    def results(self, chunks: Iterator[Chunk]) -> Iterator[tuple[Chunk, Done]]:
        """Each chunk with what was made of it."""
        self._lay_out(chunks)
        if not self._out:
            return
        with contextlib.closing(self._rows()) as rows:
            for place, pickled in rows:
                outcome: Done | MtsumError | None = pickle.loads(pickled)
                if isinstance(outcome, MtsumError):
                    raise outcome
                if outcome is None or place not in self._out:
                    continue  # done twice: the worker was lost after it had done it
                chunk, _ = self._out.pop(place)
                self._desk.clear.remote(place)
                self._lay_out(chunks)
                yield chunk, outcome
        if self._out:
            missing = ", ".join(str(chunk.number) for chunk, _ in self._out.values())
            raise EngineError(f"Ray ended without the chunks {missing}; the same command again does them")

    def _lay_out(self, chunks: Iterator[Chunk]) -> None:
        """Fill up what lies at the desk."""
        while not self._closed and len(self._out) < _OUT_A_WORKER * self._pool.workers:
            chunk = next(chunks, None)
            if chunk is None:
                self._closed = True
                self._desk.close.remote(self._next_place)
                return
            reference = self._ray.put(chunk)
            self._desk.lay.remote(self._next_place, [reference])
            self._out[self._next_place] = chunk, reference
            self._next_place += 1

    def _rows(self) -> Generator[tuple[int, bytes], None, None]:
        """Places and pickled outcomes, as they come out of Ray Data."""
        data = self._ray.data
        # The reading task only waits, so it takes no CPU from the workers; started from an item that is there, it
        # needs no other task before it, which would find no CPU left.
        start = data.from_items([0])
        start.context.enable_progress_bars = start.context.print_on_execution_start = False
        start.context.target_max_block_size = 1  # byte: every row is a block, so every chunk is a task of its own
        places = start.map_batches(_places, fn_args=(self._desk,), batch_size=1, num_cpus=0)
        # A GPU is done with a chunk in seconds, so its worker has the next one waiting. On CPUs it takes far longer than
        # fetching one, and a chunk that waits for a certain worker would only keep others idle at the end.
        in_hand = 2 if self._pool.gpus else 1
        outcomes = places.map_batches(
            RayWorker,
            fn_constructor_args=(self._task, self._desk, self._has_memory),
            batch_size=1,
            compute=data.ActorPoolStrategy(size=self._pool.workers, max_tasks_in_flight_per_actor=in_hand),
            num_cpus=self._pool.cpus,
            num_gpus=self._pool.gpus,
        )
        for block in outcomes.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
            yield from zip(block["place"].to_pylist(), block["outcome"].to_pylist(), strict=True)


def _places(batch: Mapping[str, Any], desk: Any) -> Iterator[dict[str, list[int]]]:
    """The reading task: every place, once the driver has come to it."""
    import ray

    place = 0
    while ray.get(desk.has.remote(place)):
        yield {"place": [place]}
        place += 1


def _desk(ray: Any, memory_path: Path | None) -> Any:
    """A desk on this machine, as the memory's file is here."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    return ray.remote(Desk).options(num_cpus=0, scheduling_strategy=here).remote(memory_path)


def _pool(ray: Any, task: Task, crew: Crew) -> Pool:
    machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    return pool_on(machines, task.choice.device, crew.workers, task.choice.threads)


def _for_pool(task: Task, pool: Pool) -> Task:
    return replace(task, choice=replace(task.choice, device=pool.device, threads=pool.cpus))


def _portable(task: Task) -> Task:
    """The task with models' directories as absolute paths: workers have another current directory."""
    absolute: dict[str, Any] = {}
    for field, kind in (("translator", "translation"), ("summarizer", "summarization")):
        name = getattr(task, field)
        if name is not None and (entry := model_entry(name, kind)).local:
            absolute[field] = entry.path
    return replace(task, **absolute)
