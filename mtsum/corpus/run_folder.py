"""The folder of a run: what is done, on disk, so that a run that is killed goes on where it was.

    OUT/manifest.json              what the run is, its counts, and its state
    OUT/records-00000.jsonl ...    shards: the records of a fixed number of chunks each, in the input's order
    OUT/work/part-000000.jsonl ... chunks that are done and wait for the others of their shard
    OUT/journal.json               when the run was worked on, and how long each stage took

Every file appears whole or not at all. A part or shard that exists is done; all else is done again. A shard appears
before its parts go and before the manifest names it, so at every moment each finished chunk is in one place at least.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from mtsum.corpus.durable import delete_unfinished
from mtsum.corpus.manifest import MANIFEST, Manifest, Shard
from mtsum.corpus.parts import Parts
from mtsum.corpus.shards import ShardFormat, Shards
from mtsum.corpus.tally import Tally
from mtsum.errors import MtsumError, UsageError

WORK = "work"
_LOCK = ".lock"


def check_place(path: Path) -> None:
    """Raises ``UsageError`` unless ``path`` is the folder of a run, or can become one: empty, or not there."""
    if not path.exists():
        return
    if not path.is_dir():
        raise UsageError(f"{path}: is a file; give -o the name of a folder for the run")
    if not (path / MANIFEST).is_file() and any(not each.name.startswith(".") for each in path.iterdir()):
        raise UsageError(f"{path}: is not empty and not the folder of a run (no {MANIFEST}); give -o another folder")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Makes the folder if it is not there and keeps other processes out of it. Raises ``UsageError`` where one is in.

    A folder in which no run was begun goes again.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); give -o another folder") from error
    try:
        _lock(descriptor, path)
        yield
    finally:
        # Deleted while it is held, so that whoever has opened it before finds out (see `_lock`).
        if not (path / MANIFEST).exists():
            with contextlib.suppress(OSError):
                (path / _LOCK).unlink()
                path.rmdir()
        os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UsageError(f"{path}: another mtsum batch is at work in it; wait for it, or stop it") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be locked ({error.strerror}); choose a folder on another disk") from error
    with contextlib.suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(descriptor), os.stat(path / _LOCK)):
            return
    raise UsageError(f"{path}: another mtsum batch has just left it; start again")


class RunFolder:
    """A run folder that this process has locked. ``chunks_a_shard`` is fixed by the job."""

    def __init__(self, path: Path, manifest: Manifest, chunks_a_shard: int, format: ShardFormat) -> None:
        """Opens it, deletes what was half-written, and takes note of what is done."""
        self.path = path
        self.manifest = manifest
        self.shards = Shards(path, format)
        self._chunks_a_shard = chunks_a_shard
        delete_unfinished(path)
        self.parts = Parts(path / WORK)
        self._complete = set(self.shards.numbers())
        named = {shard.file for shard in manifest.shards}
        nameless = [number for number in sorted(self._complete) if self.shards.name(number) not in named]
        self._take_in([self.shards.describe(number) for number in nameless])
        for number in self._complete:
            self.parts.remove(chunk for chunk in self._chunks_of(number) if chunk in self.parts)
        self.tally = self.manifest.tally
        self._tallies = {number: Tally.of(self.parts.records([number])) for number in self.parts.numbers}
        for tally in self._tallies.values():
            self.tally.merge(tally)

    def is_done(self, number: int) -> bool:
        """Whether the records of this chunk are there."""
        return number in self.parts or number // self._chunks_a_shard in self._complete

    def write_part(self, number: int, records: Sequence[dict[str, Any]]) -> None:
        """Keeps the records of a chunk and, when it was the last one of its shard, writes that."""
        self.parts.write(number, records)
        self._tallies[number] = Tally.of(records)
        self.tally.merge(self._tallies[number])
        shard = number // self._chunks_a_shard
        if all(chunk in self.parts for chunk in self._chunks_of(shard)):
            self._assemble(shard, self._chunks_of(shard))

    def finish(self, chunks: int) -> None:
        """Writes the shards that are not there yet, once all ``chunks`` of the run are done; the last may be shorter.

        That is the last one, and one whose parts were all there when the run was interrupted.
        """
        for first in range(0, chunks, self._chunks_a_shard):
            shard = first // self._chunks_a_shard
            if shard not in self._complete:
                self._assemble(shard, range(first, min(first + self._chunks_a_shard, chunks)))
        self.set_state("finished")
        self.delete_work()

    def set_state(self, state: Literal["running", "finished"]) -> None:
        """Writes the manifest with another state."""
        self.manifest = replace(self.manifest, state=state)
        self.manifest.write(self.path)

    def replace_shards(self, shards: Sequence[Shard]) -> None:
        """Takes note of shards that were written anew."""
        self._take_in(shards)
        self.tally = self.manifest.tally

    def describe_again(self) -> None:
        """Has the manifest say what is in the shards now, whatever it said before."""
        self.replace_shards([self.shards.describe(number) for number in self.shards.numbers()])

    def delete_work(self) -> None:
        """Deletes the folder of unfinished work."""
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self.path / WORK)

    def _assemble(self, number: int, chunks: range) -> None:
        tally = Tally()
        for chunk in chunks:
            tally.merge(self._tallies.pop(chunk))
        self._take_in([self.shards.write(number, self.parts.lines(chunks), tally)])
        self._complete.add(number)
        self.manifest.write(self.path)
        self.parts.remove(chunks)

    def _take_in(self, shards: Sequence[Shard]) -> None:
        """Has the manifest name these shards, in the place of older ones of the same names."""
        new = {shard.file for shard in shards}
        kept = [shard for shard in self.manifest.shards if shard.file not in new]
        self.manifest = self.manifest.with_shards([*kept, *shards])

    def _chunks_of(self, shard: int) -> range:
        return range(shard * self._chunks_a_shard, (shard + 1) * self._chunks_a_shard)


def full_disk(path: Path, error: OSError) -> MtsumError:
    """What to say when the run's folder cannot be written any more."""
    what = "its disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else f"{error.strerror or error}"
    return MtsumError(
        f"{path}: cannot be written: {what}. What is done is kept: make room there, then run the same command again"
    )
