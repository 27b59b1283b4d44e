"""The race: every contestant loaded and warmed up, then passes in turns (A B C, A B C), so that all share the weather."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from speed.job import Job

SCRIPTS = Path(__file__).parents[1]
WARM_UP = 8


@dataclass(frozen=True)
class Lane:
    """One contestant in one precision: seconds of each pass and the texts of the last, or why there are none.

    ``cpu_seconds`` are those that all threads of its process spent computing (or spinning while they waited).
    """

    contestant: str
    precision: str
    version: str = ""
    seconds: tuple[float, ...] = ()
    cpu_seconds: tuple[float, ...] = ()
    texts: tuple[str, ...] = field(default=(), repr=False)
    cannot: str | None = None

    def speed(self) -> float:
        """Sentences a second: the median over the passes."""
        return statistics.median(self.speeds())

    def speeds(self) -> list[float]:
        """Sentences a second of each pass."""
        return [len(self.texts) / seconds for seconds in self.seconds]


class Worker:
    """A running ``speed.worker``; all of them load at the same time."""

    def __init__(self, job: Job, python: str) -> None:
        path = [str(SCRIPTS), str(SCRIPTS.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path),
            "OMP_NUM_THREADS": str(job.threads),
            "HF_HUB_OFFLINE": "1",
            "TOKENIZERS_PARALLELISM": "true",
        }
        self._log = (Path(job.place) / "stderr").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [python, "-m", "speed.worker"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
        )

        self._send(job.to_json())

    def loaded(self) -> dict[str, Any]:
        """What the contestant says when it is ready, or why it cannot run."""
        return self._reply()

    def run(self, sentences: int) -> dict[str, Any]:
        """One pass over the first ``sentences`` sentences."""
        self._send(str(sentences))
        return self._reply()

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        # A process that has ended is noticed at its reply, where it says why.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def _reply(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        reply = self._process.stdout.readline()
        if reply:
            return json.loads(reply)
        self._process.wait()
        self._log.seek(0)
        said = [line for line in self._log.read().splitlines() if line.strip()] or [
            f"it ended ({self._process.returncode})"
        ]
        return {"cannot": f"cannot run: {said[-1][:200]}"}

    def end(self) -> None:
        """Let the process end."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()
        self._log.close()


def race(jobs: Sequence[Job], repeats: int, pythons: Mapping[str, str], note: Callable[[str], None]) -> list[Lane]:
    """One ``Lane`` for each job, in order. ``pythons`` names the interpreter of contestants that have their own."""
    workers = [Worker(job, pythons.get(job.contestant, sys.executable)) for job in jobs]
    lanes = []
    try:
        for job, worker in zip(jobs, workers, strict=True):
            reply = worker.loaded()
            if "cannot" not in reply:
                reply |= {key: value for key, value in worker.run(WARM_UP).items() if key == "cannot"}
            lanes.append(Lane(job.contestant, job.precision, reply.get("version", ""), cannot=reply.get("cannot")))
            note(f"{job.contestant} {job.precision}: {reply.get('cannot') or 'ready'}")
        for number in range(1, repeats + 1):
            for at, (job, worker) in enumerate(zip(jobs, workers, strict=True)):
                if lanes[at].cannot is None:
                    lanes[at] = _with_pass(lanes[at], worker.run(len(job.sentences)))
            note(f"pass {number} of {repeats} done")
    finally:
        for worker in workers:
            worker.end()
    return lanes


def _with_pass(lane: Lane, reply: Mapping[str, Any]) -> Lane:
    if "cannot" in reply:
        return replace(lane, cannot=reply["cannot"])
    return replace(
        lane,
        seconds=(*lane.seconds, reply["seconds"]),
        cpu_seconds=(*lane.cpu_seconds, reply["cpu_seconds"]),
        texts=tuple(reply["texts"]),
    )


def ratio(own: Sequence[float], other: Sequence[float]) -> float:
    """How many times as fast: the median over passes of the other's seconds over one's own in the same turn."""
    return statistics.median(theirs / ours for ours, theirs in zip(own, other, strict=True))
