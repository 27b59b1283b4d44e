"""Doing the records that failed once more, without touching the others.

What is to be done is planned first and written down, so that a retry that is killed goes on with the same plan:

    OUT/work/retry/plan.json          the positions of the records that failed, and the job they are done with
    OUT/work/retry/part-000000.jsonl  their new records, chunk by chunk

When all are there the shards that hold them are written anew, one after the other. That can be done again without harm
until the plan is deleted.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from mtsum.corpus.chunks import Item
from mtsum.corpus.durable import write_json
from mtsum.corpus.parts import Parts
from mtsum.corpus.run_folder import WORK, RunFolder
from mtsum.errors import MtsumError, UsageError

_PLAN = "plan.json"
# What a user may change to have failed records succeed: the input itself, and the bounds that refused them. Records that
# did not fail are the same under either.
_CHANGEABLE = ("input.digest", "input.files", "settings.most_characters", "settings.any_language")


@dataclass(frozen=True)
class Retry:
    """A planned retry: the ``positions`` in the input of what failed, ascending, and the ``job`` it is done with."""

    folder: Path
    job: dict[str, Any]
    positions: tuple[int, ...]
    parts: Parts

    @property
    def summary(self) -> str:
        """What is about to be done."""
        count = len(self.positions)
        return f"trying {count:,} failed record{'' if count == 1 else 's'} again"

    @property
    def done(self) -> int:
        """How many of the records are done."""
        return sum(1 for _ in self.parts.lines(self.parts.numbers))

    def discard(self, folder: RunFolder) -> None:
        """Gives the plan up. Shards that were written anew already stay so."""
        folder.describe_again()
        self._end(folder)

    def apply(self, folder: RunFolder) -> None:
        """Puts the new records in the place of the old ones and ends the retry.

        Raises ``MtsumError`` when some of them are not there.
        """
        if self.done != len(self.positions):
            raise MtsumError(f"{self.folder}: {self.done:,} new records where {len(self.positions):,} were planned")
        new = zip(self.positions, self.parts.lines(self.parts.numbers), strict=True)
        position, line = next(new)
        changed = []
        start = 0
        for number, shard in enumerate(folder.manifest.shards):
            end = start + shard.counts["records"]
            here: dict[int, bytes] = {}
            while position < end:
                here[position] = line
                position, line = next(new, (_BEYOND, b""))
            if here:
                lines = (here.get(at, old) for at, old in enumerate(folder.shards.lines(number), start=start))
                changed.append(folder.shards.write(number, lines))
            start = end
        folder.manifest = replace(folder.manifest, job=self.job)
        folder.replace_shards(changed)
        self._end(folder)

    def _end(self, folder: RunFolder) -> None:
        folder.set_state("finished")
        (self.folder / _PLAN).unlink()
        shutil.rmtree(self.folder)


_BEYOND = 2**63


def may_differ(name: str) -> bool:
    """Whether a job may differ in the value of this dotted name when records that failed are done again."""
    return any(name == each or name.startswith(f"{each}.") for each in _CHANGEABLE)


def pending_retry(run: Path) -> Retry | None:
    """The retry that was begun in the folder of a run and has not ended."""
    folder = run / WORK / "retry"
    try:
        plan = json.loads((folder / _PLAN).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Retry(folder, plan["job"], tuple(plan["positions"]), Parts(folder))


def plan_retry(run: RunFolder, job: dict[str, Any], items: Iterable[Item]) -> Retry | None:
    """Plans to do the failed records of a finished run again, and writes the plan; ``None`` when none failed.

    Raises ``UsageError`` when the input has changed in more than the records that failed.
    """
    failed = list(_failed(run, items))
    if not failed:
        return None
    folder = run.path / WORK / "retry"
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    write_json(folder / _PLAN, {"job": job, "positions": failed})
    run.set_state("running")
    return Retry(folder, job, tuple(failed), Parts(folder))


def _failed(run: RunFolder, items: Iterable[Item]) -> Iterator[int]:
    records = (record for number in run.shards.numbers() for record in run.shards.records(number))
    for position, (record, item) in enumerate(zip_longest(records, items)):
        if record is None or item is None:
            more = "more" if record is None else "fewer"
            raise UsageError(f"the input has {more} records than the run, which has {run.tally.records:,}")
        if record["error"] is not None:
            yield position
        elif record["id"] != item.id:
            raise UsageError(
                f"record {position + 1:,} of the run is {record['id']!r}, and the input has {item.id!r} there now; "
                "only records that failed may change"
            )
