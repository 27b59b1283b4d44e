"""The memory itself: an SQLite file that several processes may use at once.

A row of ``entries`` is what one maker made of one text. Its ``id`` is its age: every row that is written or used goes to
the end, so the least recently used rows are the first of the table and leave whole pages free when they go. Corrections
are an editor's work: they stand in a table of their own, count into the file's size, and are never evicted.

Writing is one transaction a call, committed to disk (write-ahead log, ``synchronous=FULL``) before the call returns.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any
from unicodedata import normalize

from mtsum.engines.base import Hypothesis
from mtsum.errors import MemoryBroken, UsageError

_APPLICATION = 0x6D74736D  # "mtsm", in the file's header
_VERSION = 1
_SCHEMA = f"""
CREATE TABLE makers (
    number INTEGER PRIMARY KEY,
    maker TEXT NOT NULL UNIQUE,
    hits INTEGER NOT NULL DEFAULT 0,
    misses INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    maker INTEGER NOT NULL REFERENCES makers,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    score REAL,
    n_in INTEGER,
    n_out INTEGER,
    stop_reason TEXT,
    shown INTEGER NOT NULL  -- 1: a whole sentence as records show it, without a score put together from parts
);
CREATE TABLE corrections (
    source_language TEXT NOT NULL,
    target_language TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    editor TEXT,
    changed TEXT,
    PRIMARY KEY (source_language, target_language, source)
) WITHOUT ROWID;
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
"""
_SECONDS_TO_WAIT = 60.0
# Evicting goes on until the file is this much below its limit, so that not every call has to evict.
_AFTER_EVICTION = 0.9
_BYTES_A_ROW = 80  # of an entry beside its texts: numbers, key, index


@dataclass(frozen=True)
class Correction:
    """A sentence as an editor translated it. ``changed`` is the TMX date (``20261124T033000Z``) of the change."""

    source: str
    target: str
    editor: str | None = None
    changed: str | None = None


@dataclass(frozen=True)
class MachineTranslation:
    """What a maker made of a sentence; ``maker`` as ``mtsum.memory.maker`` wrote it."""

    source: str
    target: str
    maker: str


@dataclass(frozen=True)
class MakerStatistics:
    """Entries that one maker made, the bytes of their texts, and how many texts were asked of it: found, not found."""

    maker: str
    entries: int
    bytes: int
    hits: int
    misses: int


@dataclass(frozen=True)
class Statistics:
    """``bytes`` is what the file holds (free pages left out), ``limit`` how much it may.

    ``corrections`` counts them by source and target language.
    """

    path: Path
    bytes: int
    limit: int
    makers: tuple[MakerStatistics, ...]
    corrections: dict[tuple[str, str], int]


@dataclass
class _Seen:
    """What was looked up since the last write: keys found, and how many were not."""

    found: dict[bytes, None] = field(default_factory=dict)
    hits: int = 0
    misses: int = 0


class TranslationMemory:
    """The memory in a file. Keeps the ``Memory`` protocol; see ``mtsum.memory.open_memory``.

    Every method raises ``MemoryBroken`` when the file is damaged, cannot be read or written, or stays locked.
    """

    def __init__(self, path: Path, limit: int, read_only: bool = False) -> None:
        """Opens ``path``; makes it where it is missing, unless ``read_only``. Raises ``UsageError`` for a wrong limit."""
        if limit < 0:
            raise UsageError(f"the memory's limit is {limit} bytes; it must not be negative")
        self.path = path
        self.limit = limit
        self._seen: dict[str, _Seen] = {}
        self._lock = threading.RLock()
        with self._explained():
            if not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            where = f"{path.resolve().as_uri()}?mode={'ro' if read_only else 'rwc'}"
            # Readers of a log need a file beside it; where none can be made nobody else writes either.
            if read_only and not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists():
                where += "&immutable=1"
            self._connection = sqlite3.connect(
                where, uri=True, timeout=_SECONDS_TO_WAIT, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(read_only)
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Writes what was counted and closes the file."""
        with self._lock, self._explained():
            if any(seen.hits or seen.misses for seen in self._seen.values()):
                with self._transaction():
                    self._note_use()
            self._connection.close()

    def __enter__(self) -> TranslationMemory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def hypotheses(self, maker: str, texts: Sequence[str]) -> dict[str, Hypothesis]:
        """Those of ``texts`` that ``maker`` has translated before, equal to what it made then."""
        found: dict[str, Hypothesis] = {}
        with self._lock, self._explained():
            number = self._number(maker)
            seen = self._seen.setdefault(maker, _Seen())
            for text in dict.fromkeys(texts) if number is not None else ():
                key = _key(number, text)
                row = self._connection.execute(
                    "SELECT target, score, n_in, n_out, stop_reason FROM entries WHERE key = ?", (key,)
                ).fetchone()
                if row is not None:
                    found[text] = Hypothesis(*row)
                    seen.found[key] = None
            seen.hits += len(found)
            seen.misses += len(set(texts)) - len(found)
        return found

    def remember(self, maker: str, made: Mapping[str, Hypothesis], sentences: Mapping[str, str]) -> None:
        """Keeps all of it in one transaction, and evicts what was used longest ago where that exceeds the limit.

        What this call writes or what was found since the last one is never evicted by it, whatever the limit.
        """
        with self._lock, self._explained(), self._transaction():
            before = self._last_id()
            self._note_use()
            number = self._number(maker) or self._new_number(maker)
            self._insert(
                (_key(number, text), number, text, one.text, one.score, one.n_in, one.n_out, one.stop_reason, 0)
                for text, one in made.items()
            )
            joined = [
                sentence
                for sentence, target in sentences.items()
                if not self._connection.execute(
                    "UPDATE entries SET shown = 1 WHERE key = ? AND target = ?", (_key(number, sentence), target)
                ).rowcount
            ]
            self._insert(
                (_key(number, text, "joined"), number, text, sentences[text], None, None, None, None, 1)
                for text in joined
            )
            self._evict(before)

    def corrections(self, source: str, target: str, sentences: Sequence[str]) -> dict[str, str]:
        """Those of ``sentences`` that an editor has translated, compared without regard to Unicode composition."""
        found = {}
        query = "SELECT target FROM corrections WHERE source_language = ? AND target_language = ? AND source = ?"
        with self._lock, self._explained():
            for sentence in sentences:
                row = self._connection.execute(query, (source, target, sentence_key(sentence))).fetchone()
                if row is not None:
                    found[sentence] = row[0]
        return found

    def correction(self, source: str, target: str, sentence: str) -> Correction | None:
        """What an editor made of one sentence, with who and when."""
        with self._lock, self._explained():
            row = self._connection.execute(
                "SELECT source, target, editor, changed FROM corrections"
                " WHERE source_language = ? AND target_language = ? AND source = ?",
                (source, target, sentence_key(sentence)),
            ).fetchone()
        return None if row is None else Correction(*row)

    def correct(self, source: str, target: str, corrections: Iterable[Correction]) -> None:
        """Keeps corrections, each in place of an older one of its sentence; all of them or, on an error, none."""
        with self._lock, self._explained():
            self._connection.execute("CREATE TEMP TABLE IF NOT EXISTS incoming AS SELECT * FROM corrections LIMIT 0")
            self._connection.execute("DELETE FROM temp.incoming")
            # They may take long to come, from a large file: other writers must not wait for that.
            with self._transaction("DEFERRED"):
                self._connection.executemany(
                    "INSERT INTO temp.incoming VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        (source, target, sentence_key(one.source), one.target, one.editor, one.changed)
                        for one in corrections
                    ),
                )
            with self._transaction():
                self._connection.execute(
                    "INSERT OR REPLACE INTO corrections SELECT * FROM temp.incoming ORDER BY rowid"
                )
            self._connection.execute("DELETE FROM temp.incoming")

    def all_corrections(self, source: str, target: str) -> Iterator[Correction]:
        """Every correction of a pair of languages, by source sentence."""
        return (
            Correction(*row)
            for row in self._rows(
                "SELECT source, target, editor, changed FROM corrections"
                " WHERE source_language = ? AND target_language = ? ORDER BY source",
                (source, target),
            )
        )

    def machine_translations(self, makers: Sequence[str]) -> Iterator[MachineTranslation]:
        """Every sentence that one of ``makers`` translated, by source; of several translations the last used.

        They come as records show them: what was tried in vain, and parts of sentences, do not.
        """
        with self._lock, self._explained():
            self._connection.execute("CREATE TEMP TABLE IF NOT EXISTS chosen (number INTEGER PRIMARY KEY)")
            self._connection.execute("DELETE FROM temp.chosen")
            self._connection.executemany(
                "INSERT INTO temp.chosen SELECT number FROM makers WHERE maker = ?", ((maker,) for maker in makers)
            )
        # SQLite takes the other columns of a group from the row that holds its max().
        rows = self._rows(
            "SELECT source, target, makers.maker, max(id) FROM entries"
            " JOIN temp.chosen ON entries.maker = chosen.number JOIN makers USING (number)"
            " WHERE shown = 1 GROUP BY source ORDER BY source"
        )
        return (MachineTranslation(source, target, maker) for source, target, maker, _ in rows)

    def makers(self) -> list[str]:
        """All makers that the memory has something of, oldest first."""
        return [maker for (maker,) in self._rows("SELECT maker FROM makers ORDER BY number")]

    def statistics(self) -> Statistics:
        """What the memory holds and how often it helped. Reads the whole file: seconds for gigabytes."""
        with self._lock, self._explained():
            makers = self._rows(
                "SELECT makers.maker, count(id),"
                " coalesce(sum(length(CAST(source AS BLOB)) + length(CAST(target AS BLOB))), 0), hits, misses"
                " FROM makers LEFT JOIN entries ON entries.maker = number GROUP BY number ORDER BY number"
            )
            corrections = self._rows("SELECT source_language, target_language, count(*) FROM corrections GROUP BY 1, 2")
            return Statistics(
                self.path,
                self._bytes(),
                self.limit,
                tuple(MakerStatistics(*row) for row in makers),
                {(source, target): count for source, target, count in corrections},
            )

    def clear_machine(self, makers: Sequence[str] | None = None) -> int:
        """Forgets what ``makers`` made (None: all of them); the number of entries that went."""
        with self._lock, self._explained():
            with self._transaction():
                chosen = self.makers() if makers is None else makers
                numbers = [number for maker in chosen if (number := self._number(maker)) is not None]
                gone = 0
                for number in numbers:
                    gone += self._connection.execute("DELETE FROM entries WHERE maker = ?", (number,)).rowcount
                    self._connection.execute("DELETE FROM makers WHERE number = ?", (number,))
            self._connection.execute("VACUUM")
        return gone

    def clear_corrections(self) -> int:
        """Forgets all corrections; their number."""
        with self._lock, self._explained():
            with self._transaction():
                gone = self._connection.execute("DELETE FROM corrections").rowcount
            self._connection.execute("VACUUM")
        return gone

    def _prepare(self, read_only: bool) -> None:
        """Makes the tables of a new file, and refuses a file that is something else."""
        execute = self._connection.execute
        if not read_only:
            self._write_ahead()
            execute("PRAGMA synchronous = FULL")
            with self._transaction():
                if execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
                    for statement in _SCHEMA.split(";"):
                        execute(statement)
        application, version = (execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
        if application != _APPLICATION:
            raise MemoryBroken(f"{self.path}: an SQLite database, but no memory of mtsum's; name another file")
        if version != _VERSION:
            raise MemoryBroken(
                f"{self.path}: a memory of version {version}, and this mtsum reads version {_VERSION}; export it with "
                "the mtsum that made it, or name another file"
            )

    def _write_ahead(self) -> None:
        """Switches the write-ahead log on. Two processes that make one file at once may get in each other's way here,
        and SQLite does not wait by itself then."""
        for attempt in range(100):
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as problem:
                if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or attempt == 99:
                    raise
                threading.Event().wait(0.05)

    @contextmanager
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[None]:
        """All of what is written inside, or nothing. Other writers wait from the start, so nobody has to give up."""
        self._connection.execute(f"BEGIN {kind}")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _rows(self, query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        with self._explained():
            yield from self._connection.execute(query, values)

    def _number(self, maker: str) -> int | None:
        row = self._connection.execute("SELECT number FROM makers WHERE maker = ?", (maker,)).fetchone()
        return None if row is None else row[0]

    def _new_number(self, maker: str) -> int:
        return self._connection.execute("INSERT INTO makers (maker) VALUES (?)", (maker,)).lastrowid or 0

    def _insert(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Writes entries, all columns but their ids, to the end of the table, each in place of an older one."""
        at = self._last_id()
        self._connection.executemany(
            "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((at + position, *row) for position, row in enumerate(rows, 1)),
        )

    def _last_id(self) -> int:
        return self._connection.execute("SELECT coalesce(max(id), 0) FROM entries").fetchone()[0]

    def _note_use(self) -> None:
        """Moves what was found to the end of the table and adds up the counts, inside a transaction."""
        at = self._last_id()
        for maker, seen in self._seen.items():
            moved = ((at + position, key) for position, key in enumerate(seen.found, 1))
            self._connection.executemany("UPDATE entries SET id = ? WHERE key = ?", moved)
            at += len(seen.found)
            number = self._number(maker) or self._new_number(maker)
            self._connection.execute(
                "UPDATE makers SET hits = hits + ?, misses = misses + ? WHERE number = ?",
                (seen.hits, seen.misses, number),
            )
        self._seen = {}

    def _evict(self, newest: int) -> None:
        """Deletes the least recently used of the entries up to id ``newest`` while the file is over its limit."""
        size = self._bytes()
        if size <= self.limit:
            return
        while (excess := size - _AFTER_EVICTION * self.limit) > 0:
            last = self._oldest(newest, excess)
            if last is None:
                return
            self._connection.execute("DELETE FROM entries WHERE id <= ?", (last,))
            size = self._bytes()

    def _oldest(self, newest: int, wanted: float) -> int | None:
        """The id up to which the oldest entries make about ``wanted`` bytes; None where none is as old as ``newest``."""
        rows = self._connection.execute(
            "SELECT id, length(CAST(source AS BLOB)) + length(CAST(target AS BLOB)) FROM entries"
            " WHERE id <= ? ORDER BY id",
            (newest,),
        )
        last = None
        for number, length in rows:
            last = number
            wanted -= length + _BYTES_A_ROW
            if wanted <= 0:
                break
        rows.close()
        return last

    def _bytes(self) -> int:
        page, pages, free = (
            self._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_size", "page_count", "freelist_count")
        )
        return page * (pages - free)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns SQLite's errors into ``MemoryBroken`` that says what to do."""
        try:
            yield
        except sqlite3.Error as problem:
            raise MemoryBroken(_explanation(self.path, problem)) from problem
        except OSError as problem:
            raise MemoryBroken(f"{self.path}: the memory cannot be made there: {problem.strerror}") from problem


def sentence_key(sentence: str) -> str:
    """A sentence as corrections are looked up: white space single, letters composed (NFC), as editors' tools save them."""
    return normalize("NFC", " ".join(sentence.split()))


def _key(number: int | None, text: str, kind: str = "") -> bytes:
    return blake2b(f"{number}\0{kind}\0{text}".encode(), digest_size=16).digest()


def _explanation(path: Path, problem: sqlite3.Error) -> str:
    code = getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        what = "it is damaged, or no memory of mtsum's"
        mend = "`mtsum cache clear` deletes it (machine translations are made again; import corrections from their TMX)"
    elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        what, mend = f"another process has kept it locked for {_SECONDS_TO_WAIT:.0f} s", "try again when that has ended"
    elif code == sqlite3.SQLITE_FULL:
        what, mend = "its disk is full", "free some space, or `mtsum cache clear`"
    elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        what, mend = "it cannot be opened or written", "see its permissions and disk, or set MTSUM_HOME elsewhere"
    else:
        what, mend = "it cannot be used", "if that stays so, `mtsum cache clear` deletes it"
    return f"{path}: the memory: {what} ({problem}); {mend}"
