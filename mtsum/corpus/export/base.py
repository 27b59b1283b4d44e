"""What an export is: the records of a run for people to read, in a format named in one table.

A writer goes through the records as often as it needs to, so they are an iterable that starts anew each time, and
never a list: memory does not grow with the run.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import Any, TextIO

from mtsum.corpus.records_reading import read_records
from mtsum.errors import UsageError

Record = dict[str, Any]
# (records, open text stream, title of the whole) -> what the reader must know of the file, a line each.
Writer = Callable[[Iterable[Record], TextIO, str], list[str]]


@dataclass(frozen=True)
class ExportFormat:
    """A named format, the file suffixes that mean it, and its writer; ``most`` is what one file sensibly holds."""

    name: str
    suffixes: tuple[str, ...]
    write: Writer
    most: int | None = None


FORMATS: dict[str, ExportFormat] = {}


def register(name: str, *suffixes: str, most: int | None = None) -> Callable[[Writer], Writer]:
    """Enter the decorated writer in the table as ``name``, for files that end in one of ``suffixes``."""

    def enter(write: Writer) -> Writer:
        FORMATS[name] = ExportFormat(name, suffixes, write, most)
        return write

    return enter


def find_export_format(name: str | None, path: str | None) -> ExportFormat:
    """The format called ``name``, else that of ``path``'s suffix. Raises ``UsageError`` with those there are."""
    suffix = PurePath(path or "").suffix.lower()
    for found in FORMATS.values():
        if found.name == name or (name is None and suffix in found.suffixes):
            return found
    known = ", ".join(FORMATS)
    if name is not None:
        close = difflib.get_close_matches(name, FORMATS, n=1)
        meant = f" (did you mean {close[0]!r}?)" if close else ""
        raise UsageError(f"unknown export format {name!r}{meant}; known are: {known}")
    where = f"{path}: the suffix does not say the format" if path else "stdout has no suffix to say the format"
    raise UsageError(f"{where}; add --format, one of: {known}")


class Selection:
    """The records of ``path`` from ``skip`` on, at most ``limit`` of them; each iteration reads them anew.

    ``more`` says, after an iteration, whether the limit left records out.
    """

    def __init__(self, path: str, skip: int = 0, limit: int | None = None) -> None:
        self.path, self.skip, self.limit = path, skip, limit
        self.more = False

    def __iter__(self) -> Iterator[Record]:
        rest = islice(read_records(self.path), self.skip, None)
        yield from islice(rest, self.limit)
        self.more = next(rest, None) is not None


def heading(record: Record) -> str:
    """What an article is called: its title on one line, or its identifier."""
    return " ".join(str(record.get("title") or record["id"]).split())


def flagged(record: Record) -> list[tuple[str, list[str]]]:
    """Where the record has flags, and which: sentence ids of the translation, ``summary 1``, ... of the summary."""
    found = [(sentence["id"], sentence["flags"]) for sentence in _sentences(record, "translation")]
    summary = _sentences(record, "summary")
    found += [(f"summary {number}", sentence["flags"]) for number, sentence in enumerate(summary, start=1)]
    return [(place, flags) for place, flags in found if flags]


def _sentences(record: Record, part: str) -> list[dict[str, Any]]:
    return record[part]["sentences"] if record[part] else []
