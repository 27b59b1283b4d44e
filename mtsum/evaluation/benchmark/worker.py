"""One system on one test set, in a process of its own: so its peak memory is its own, and its end is its own too.

    python -m mtsum.evaluation.benchmark.worker JOB.json

The job is what ``generation`` writes. Outputs appear whole, and the measures last: both there means that all is there.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtsum.corpus.durable import write_json
from mtsum.errors import MtsumError
from mtsum.evaluation.benchmark.environment import cores, environment
from mtsum.evaluation.benchmark.folder import HYPOTHESES, MEASURES, Folder, write_json_lines
from mtsum.evaluation.benchmark.measuring import (
    GpuMemory,
    disk_mb,
    peak_memory_mb,
    processor_time,
    spread,
    waiting_share,
)
from mtsum.evaluation.benchmark.runner import Runner
from mtsum.evaluation.benchmark.systems import System

# Segments that are run and not timed, so that what is done once (pools of threads, caches) is done.
WARM_UP = 8
REFERENCES = "references.jsonl"


@dataclass(frozen=True)
class Job:
    """What a worker is to do: run ``system`` on the stored test set ``testset`` of the folder ``root``.

    Other kinds than ``benchmark``: ``references`` translates the set's references into ``references.jsonl`` of the folder,
    and ``prepare`` only loads the system, so that what is converted on first use has been.
    """

    root: str
    testset: str
    system: System
    threads: int | None
    repeats: int
    kind: str = "benchmark"

    def as_json(self) -> str:
        """The job as a worker reads it."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    @classmethod
    def parse(cls, text: str) -> Job:
        """The job in ``text``."""
        record = json.loads(text)
        return cls(**(record | {"system": System(**record["system"])}))


def run(job: Job) -> None:
    """Does the job. Raises the errors of loading and running models."""
    folder = Folder(Path(job.root))
    testset = folder.testset(job.testset)
    if job.kind == "references":
        _translate_references(job, folder)
        return
    if job.kind == "prepare":
        Runner(job.system, testset, job.threads)
        return
    gpu = GpuMemory(job.system.device)
    gpu.start()
    started = time.perf_counter()
    runner = Runner(job.system, testset, job.threads)
    loaded = time.perf_counter()
    runner.run(testset.segments[:1])
    first = time.perf_counter()
    runner.run(testset.segments[:WARM_UP])
    seconds, tokens, made = [], [], []
    cpu = processor_time()
    for _ in range(job.repeats):
        before, begun = runner.tokens, time.perf_counter()
        made.append(runner.run(testset.segments))
        seconds.append(time.perf_counter() - begun)
        tokens.append(runner.tokens - before)
    waited = waiting_share(cpu, processor_time())
    out = folder.outputs(job.system.name, testset.name)
    write_json_lines(out / HYPOTHESES, [dataclasses.asdict(each) for each in made[0]])
    sentences, main = runner.sentences(testset.segments), runner.main
    measures: dict[str, Any] = {
        "load_seconds": round(loaded - started, 3),
        "first_sentence_seconds": round(first - started, 3),
        "sentences_per_second": spread([sentences / each for each in seconds]),
        "tokens_per_second": spread([count / each for count, each in zip(tokens, seconds, strict=True)]),
        "seconds": spread(seconds),
        "segments": len(testset.segments),
        "sentences": sentences,
        "tokens": tokens[0],
        "same_output_each_time": all(each == made[0] for each in made),
        "waited_for_processor": waited,
        "peak_memory_mb": peak_memory_mb(),
        "peak_gpu_memory_mb": gpu.peak_mb(main["device"]),
        "disk_mb": disk_mb(runner.directories),
        "device": main["device"],
        "precision": main["compute_type"],
        "engine": main["engine"],
        "beam": main["generation"]["beam_size"],
        "threads": job.threads or cores(),
        "threads_asked": job.threads,
        "settings": job.system.record(),
        "model": runner.models,
        "environment": environment(job.threads),
    }
    write_json(out / MEASURES, measures)


def _translate_references(job: Job, folder: Folder) -> None:
    """The references of the set, each a text in ``reference_language``, in the language that systems write."""
    testset = folder.testset(job.testset)
    runner = Runner(job.system, dataclasses.replace(testset, source_language=testset.reference_language), job.threads)
    translated = [
        runner.run([dataclasses.replace(each, source=each.references[at]) for each in testset.segments])
        for at in range(len(testset.segments[0].references))
    ]
    rows = [
        {"id": each.id, "references": [made[at].hypothesis for made in translated]}
        for at, each in enumerate(testset.segments)
    ]
    write_json_lines(folder.root / REFERENCES, rows)


def main() -> None:
    """Does the job in the file that is named; errors of mtsum's own become one line on stderr and status 1."""
    try:
        run(Job.parse(Path(sys.argv[1]).read_text(encoding="utf-8")))
    except MtsumError as problem:
        print(f"error: {problem}", file=sys.stderr)
        raise SystemExit(1) from problem


if __name__ == "__main__":
    main()
