"""How a run on Ray grows with workers, on this machine: a Markdown table, and what it says of larger clusters.

    python scripts/bench_ray.py [--workers 1 2] [--articles 256] [--threads 1] [--input corpus.jsonl] [--beam N]

Each line is a whole run of ``--engine ray`` on the same articles, Ray started for it, without a translation memory. Its
start is the time until the first chunk is in a worker's hands with the models loaded: the time to the first result less
what that chunk took. ``seconds an article`` is the rest, times the workers, over the articles; ``efficiency`` is that of
one worker (the first line) over it. Workers have ``--threads`` cores each: give no more in all than the machine has, and
let nothing else run.

The articles are those of bench_batch.py.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from bench_batch import documents_of

from mtsum.corpus.chunks import Chunk, Item, chunked
from mtsum.corpus.executors import Crew, executor
from mtsum.corpus.work import Task
from mtsum.loading import EngineChoice


@dataclass(frozen=True)
class Timing:
    """A run's seconds: until work began, and of work."""

    start: float
    work: float


def main() -> None:
    """Time a run for each count of workers; print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="counts of workers, the first one 1")
    parser.add_argument("--articles", type=int, default=256)
    parser.add_argument("--chunk", type=int, default=8, help="articles a chunk; a run of mtsum batch has up to 64")
    parser.add_argument("--threads", type=int, default=1, help="of a worker")
    parser.add_argument("--input", help="what `mtsum batch` reads; by default articles made from examples/lajm.txt")
    parser.add_argument("--model", help="the shipped translator by default")
    parser.add_argument("--beam", type=int, help="the model's own by default")
    arguments = parser.parse_args()
    if arguments.workers[0] != 1:
        parser.error("the first count of --workers must be 1: efficiency is against one worker")
    choice = EngineChoice(device="cpu", beam=arguments.beam, threads=arguments.threads)
    task = Task("translate", translator=arguments.model, any_language=True, choice=choice)
    documents = islice(documents_of(arguments.input), arguments.articles)
    items = [Item(position, document.id, document) for position, document in enumerate(documents)]
    chunks = [*chunked(items, most_articles=arguments.chunk)]
    print(f"{len(items)} articles in {len(chunks)} chunks, {arguments.threads} threads a worker\n")
    print("| workers | start, s | work, s | articles a minute of work | seconds an article | efficiency |")
    print("|---:|---:|---:|---:|---:|---:|")
    alone = None
    for workers in arguments.workers:
        timing = timed(chunks, task, workers)
        each = timing.work * workers / len(items)
        alone = alone or each
        rate = 60 * len(items) / timing.work
        print(
            f"| {workers} | {timing.start:.1f} | {timing.work:.1f} | {rate:.0f} | {each:.3f} | {alone / each:.2f} |",
            flush=True,
        )


def timed(chunks: Sequence[Chunk], task: Task, workers: int) -> Timing:
    """The seconds of a run on a cluster that is started and ended with it."""
    started = time.perf_counter()
    start = last = 0.0
    for _, done in executor("ray").run(iter(chunks), task, None, lambda *_: None, Crew(workers)):
        last = time.perf_counter() - started
        start = start or last - sum(done.seconds.values())
    return Timing(start, last - start)


if __name__ == "__main__":
    main()
