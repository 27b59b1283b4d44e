"""A run from its beginning, or from where it was, to its end: ``run_batch``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from mtsum import __version__
from mtsum.corpus.chunks import MOST_ARTICLES, MOST_CHARACTERS, Chunk, Item, chunked
from mtsum.corpus.executors import Crew, executor
from mtsum.corpus.inputs import Source, count_items, fingerprint, read_items
from mtsum.corpus.journal import Journal
from mtsum.corpus.manifest import Manifest, differences, read_manifest, versions_here
from mtsum.corpus.progress import Watcher
from mtsum.corpus.report import Report
from mtsum.corpus.retry import Retry, may_differ, pending_retry, plan_retry
from mtsum.corpus.run_folder import RunFolder, check_place, full_disk, locked
from mtsum.corpus.shards import ShardFormat
from mtsum.corpus.work import Task
from mtsum.errors import InputError, MtsumError, UsageError

# The first errors of a run are told as they come; the records have all of them.
_ERRORS_TOLD = 10

Keep = Callable[[int, Sequence[dict[str, Any]]], None]


@dataclass(frozen=True)
class Batch:
    """A run as it was asked for. ``out`` is its folder, ``engine`` the name of an executor and ``crew`` who works.

    ``memory_path`` is the translation memory's file, ``None`` to go without. A shard has at most ``shard_articles``.
    The run stops when more than ``most_errors`` records are errors (``None``: never). ``retry_errors`` does the
    records that failed once more.
    """

    source: Source
    task: Task
    out: Path
    engine: str = "local"
    crew: Crew = field(default_factory=Crew)
    memory_path: Path | None = None
    output_format: ShardFormat = "jsonl"
    shard_articles: int = 5000
    most_errors: int | None = None
    retry_errors: bool = False

    @property
    def chunk_articles(self) -> int:
        """The most articles of a chunk: a shard is a whole number of chunks."""
        return min(MOST_ARTICLES, self.shard_articles)

    @property
    def chunks_a_shard(self) -> int:
        """How many chunks a shard is made of."""
        return self.shard_articles // self.chunk_articles


class Voice(Protocol):
    """Lines for people."""

    def note(self, text: str) -> None:
        """What they should know."""

    def error(self, text: str) -> None:
        """What failed."""


def run_batch(batch: Batch, watcher: Watcher, voice: Voice) -> Report:
    """Does what is left to do of a run, all of it in a folder that is new, and returns what became of it.

    The run may be ended at any moment, also by a signal or
    a full disk; called again with an equal ``batch`` it goes on, and ends with the same bytes as an undisturbed one.

    Raises ``UsageError`` for a folder that holds something else, is in use, or holds the run of another job; the
    message shows what differs. Raises ``MtsumError`` when there are too many errors or the disk is full, and what input
    and executor raise.
    """
    check_place(batch.out)
    with locked(batch.out):
        return _Run(batch, watcher, voice).complete()


def job_of(batch: Batch) -> dict[str, Any]:
    """All that the records of a run depend on, as JSON values. Reads local input once and loads the models."""
    source = {name: value for name, value in asdict(batch.source).items() if name not in ("path", "offline")}
    return {
        "mtsum": __version__,
        "input": fingerprint(batch.source) | source,
        "settings": executor(batch.engine).settings(batch.task, batch.crew),
        "chunks": {"articles": batch.chunk_articles, "characters": MOST_CHARACTERS},
        "shard_articles": batch.shard_articles,
        "output_format": batch.output_format,
    }


class _Run:
    """The run of ``batch``, in a folder that is locked."""

    def __init__(self, batch: Batch, watcher: Watcher, voice: Voice) -> None:
        self.batch = batch
        self.watcher = watcher
        self.voice = voice
        self.told = 0
        self.report = Report()

    def complete(self) -> Report:
        batch = self.batch
        job = job_of(batch)
        there = read_manifest(batch.out)
        retry = pending_retry(batch.out)
        self._compare(job, there, retry)
        versions = versions_here()
        with self._writing():
            manifest = there or Manifest(job, versions)
            if there is None:
                manifest.write(batch.out)
            journal = Journal(batch.out, versions)
            folder = RunFolder(batch.out, manifest, batch.chunks_a_shard, batch.output_format)
        self._say_versions(journal)
        how = "failed"
        try:
            self._do(folder, job, retry)
            how = "finished"
        except MtsumError as error:
            how = f"failed: {error}"
            raise
        except (KeyboardInterrupt, SystemExit):
            how = "interrupted"
            raise
        finally:
            self.report.total = folder.tally
            self.watcher.end()
            with suppress(OSError):
                journal.end(how, self.report.values())
        return self.report

    def _do(self, folder: RunFolder, job: dict[str, Any], retry: Retry | None) -> None:
        if retry is not None and retry.job != job:
            with self._writing():
                retry.discard(folder)
            retry = None
        if retry is None and folder.manifest.state != "finished":
            self._finish(folder)
        if retry is None and self.batch.retry_errors:
            with self._writing():
                retry = plan_retry(folder, job, read_items(self.batch.source))
            self.voice.note("no record failed: there is nothing to try again" if retry is None else retry.summary)
        if retry is not None:
            self._try_again(folder, retry)
        with self._writing():
            folder.delete_work()

    def _finish(self, folder: RunFolder) -> None:
        self._stop_for_errors(folder)
        done = folder.tally
        if done.records:
            self.voice.note(f"going on: {done.records:,} article{' is' if done.records == 1 else 's are'} done")
        self.watcher.begin(count_items(self.batch.source), done.records, done.errors.total())
        chunks = items = 0

        def left() -> Iterator[Chunk]:
            nonlocal chunks, items
            for chunk in chunked(read_items(self.batch.source), self.batch.chunk_articles):
                chunks += 1
                items += len(chunk.items)
                if not folder.is_done(chunk.number):
                    yield chunk

        self._work(left(), folder.write_part, lambda: self._stop_for_errors(folder))
        if not items:
            raise InputError("holds no articles", self.batch.source.path)
        if folder.tally.records != items:
            raise MtsumError(
                f"{folder.path}: holds {folder.tally.records:,} records for {items:,} of the input; was it changed "
                "while it was read? Start again with a new folder"
            )
        with self._writing():
            folder.finish(chunks)

    def _try_again(self, folder: RunFolder, retry: Retry) -> None:
        self.watcher.begin(len(retry.positions), retry.done, 0)
        wanted = set(retry.positions)

        def items() -> Iterator[Item]:
            return (item for item in read_items(self.batch.source) if item.position in wanted)

        chunks = chunked(items(), self.batch.chunk_articles)
        self._work((chunk for chunk in chunks if chunk.number not in retry.parts), retry.parts.write, lambda: None)
        with self._writing():
            retry.apply(folder)

    def _work(self, chunks: Iterator[Chunk], keep: Keep, then: Callable[[], None]) -> None:
        """Has ``chunks`` worked on and their records kept, each chunk once; ``then`` is called after every one."""
        batch, report = self.batch, self.report
        given: dict[int, list[str]] = {}

        def noted() -> Iterator[Chunk]:
            for chunk in report.reading(chunks):
                given[chunk.number] = [item.id for item in chunk.items]
                yield chunk

        run = executor(batch.engine).run
        with closing(run(noted(), batch.task, batch.memory_path, self.watcher.wrote, batch.crew)) as results:
            for number, done in results:
                ids = given.pop(number)
                if len(ids) != len(done.records):
                    raise MtsumError(f"chunk {number}: {len(done.records)} records for {len(ids)} articles")
                with self._writing(), report.stage("write"):
                    keep(number, done.records)
                report.add(ids, done)
                failed = [str(record["error"]) for record in done.records if record["error"] is not None]
                self._tell(failed)
                self.watcher.finished(len(ids), len(failed))
                then()
        if given:
            raise MtsumError(f"{len(given)} chunks were not worked on, the first is {min(given)}; start again")

    def _tell(self, errors: Sequence[str]) -> None:
        for error in errors[: max(0, _ERRORS_TOLD - self.told)]:
            self.voice.error(error)
        if self.told <= _ERRORS_TOLD < self.told + len(errors):
            self.voice.note("more records failed; the field error of each says why")
        self.told += len(errors)

    def _compare(self, job: dict[str, Any], there: Manifest | None, retry: Retry | None) -> None:
        """Raises ``UsageError`` where the folder holds a run of another job."""
        then = retry.job if retry else there.job if there else job
        found = differences(then, job)
        finished = retry is not None or (there is not None and there.state == "finished")
        if finished and self.batch.retry_errors:
            found = {name: line for name, line in found.items() if not may_differ(name)}
        if found:
            lines = "".join(f"\n  {line}" for line in found.values())
            raise UsageError(
                f"{self.batch.out}: holds the run of another job:{lines}\n"
                "Run it with what it was begun with, or give -o another folder"
            )

    def _stop_for_errors(self, folder: RunFolder) -> None:
        errors, most = folder.tally.errors, self.batch.most_errors
        if most is not None and errors.total() > most:
            kinds = ", ".join(f"{kind} {count:,}" for kind, count in errors.most_common())
            raise MtsumError(
                f"stopped: {errors.total():,} of {folder.tally.records:,} records failed ({kinds}), more than "
                f"--max-errors {most}. What is done is kept: the same command with a larger --max-errors goes on"
            )

    def _say_versions(self, journal: Journal) -> None:
        now = versions_here()
        for name, before in journal.versions_before.items():
            if before != now.get(name):
                self.voice.note(f"{name} is {now.get(name, 'gone')}; the run was worked on with {before} before")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise full_disk(self.batch.out, error) from error
