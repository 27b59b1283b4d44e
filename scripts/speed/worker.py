"""One contestant in a process of its own: ``python -m speed.worker``, lines of JSON in and out.

The first line in is the job; the answer is ``{"version"}``, or ``{"cannot"}`` with the reason. Each later line is the
number of sentences to translate, from the first; the answer is ``{"seconds", "cpu_seconds", "texts"}``. Other output goes
to stderr.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable

from speed.job import CannotRun, Contestant, Job

CONTESTANTS = (
    "mtsum",
    "mtsum, whole",
    "CTranslate2",
    "transformers, batched",
    "transformers, single",
    "argos",
    "EasyNMT",
)


def contestant(job: Job) -> Contestant:
    """The job's contestant, loaded. Raises ``CannotRun``."""
    if job.contestant in ("argos", "EasyNMT"):
        from speed import outside

        return outside.Argos(job) if job.contestant == "argos" else outside.EasyNmt(job)
    from speed import contestants

    if job.contestant.startswith("transformers"):
        return contestants.Transformers(job, batched=job.contestant.endswith("batched"))
    own: dict[str, Callable[[Job], Contestant]] = {
        "mtsum": contestants.Mtsum,
        "mtsum, whole": contestants.WholeMtsum,
        "CTranslate2": contestants.RawCTranslate2,
    }
    return own[job.contestant](job)


def main() -> None:
    """Load, then run a pass for each line until there are no more."""
    # Libraries print to stdout as they like: their prints must not stand among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(**content: object) -> None:
        answers.write(json.dumps(content) + "\n")
        answers.flush()

    job = Job.from_json(sys.stdin.readline())
    try:
        loaded = contestant(job)
    except CannotRun as reason:
        return answer(cannot=str(reason))
    except Exception as error:  # any package may fail in its own way; the table must say how, and the race go on
        traceback.print_exc()
        return answer(cannot=f"cannot run: {type(error).__name__}: {' '.join(str(error).split())[:200]}")
    answer(version=loaded.version)
    for line in sys.stdin:
        prepared = loaded.prepare(job.sentences[: int(line)])
        started, cpu_started = time.perf_counter(), time.process_time()
        translated = loaded.translate(prepared)
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
        answer(seconds=seconds, cpu_seconds=cpu_seconds, texts=loaded.texts(translated))


if __name__ == "__main__":
    main()
