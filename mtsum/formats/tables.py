"""CSV and TSV with a header line, quoted as Excel and pandas do; a record may run over several lines."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from mtsum.errors import InputError
from mtsum.formats.base import Document, Origin, register
from mtsum.formats.encoding import lines, require_clean
from mtsum.formats.records import no_text_column, record_document

# The csv module's own limit (131,072 characters) is under a long article. No limit at all would let one quotation mark
# that is never closed take in the rest of the file.
FIELD_LIMIT = 10_000_000


@register("csv", ".csv")
def read_csv(file: BinaryIO, origin: Origin) -> Iterator[Document | InputError]:
    """The documents of a CSV file as they are read; a bad record yields its error.

    Commas separate, or semicolons or tabs when the header has the text column only then.
    """
    return _read(file, origin, ",;\t")


@register("tsv", ".tsv", ".tab")
def read_tsv(file: BinaryIO, origin: Origin) -> Iterator[Document | InputError]:
    """The documents of a tab-separated file as they are read; a bad record yields its error."""
    return _read(file, origin, "\t")


def _read(file: BinaryIO, origin: Origin, delimiters: str) -> Iterator[Document | InputError]:
    csv.field_size_limit(max(FIELD_LIMIT, csv.field_size_limit()))
    source = lines(file, origin.name)
    first = next(source, None)
    if first is None or not first.strip():
        raise InputError("empty: nothing to read" if first is None else "the header line is empty", origin.name)
    header, delimiter = _header(first, origin, delimiters)
    empty: list[int] = []
    count = 0
    for line, row in _rows(source, delimiter):
        if row == []:
            empty.append(line)
            continue
        yield from (InputError("the line is empty", f"{origin.name}:{skipped}") for skipped in empty)
        empty.clear()
        count += 1
        try:
            yield _document(row, header, origin, line)
        except InputError as error:
            yield error
    if not count:
        raise InputError("a header and no records", origin.name)


def _header(line: str, origin: Origin, delimiters: str) -> tuple[list[str], str]:
    require_clean(line, f"{origin.name}:1", 1)
    headers: dict[str, list[str]] = {}
    for delimiter in delimiters:
        try:
            headers[delimiter] = [name.strip() for name in next(csv.reader([line], delimiter=delimiter, strict=True))]
        except csv.Error as error:
            if delimiter == delimiters[-1] and not headers:
                raise InputError(f"the header cannot be read: {error}", f"{origin.name}:1") from error
    delimiter = next((mark for mark, names in headers.items() if origin.text_column in names), "")
    if not delimiter:
        raise InputError(no_text_column(origin, max(headers.values(), key=len)), origin.name)
    header = headers[delimiter]
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise InputError(f"two columns of the header have one name: {', '.join(map(repr, twice))}", origin.name)
    return header, delimiter


def _document(row: list[str] | csv.Error, header: list[str], origin: Origin, line: int) -> Document:
    where = f"{origin.name}:{line}"
    if isinstance(row, csv.Error):
        raise InputError(f"{row} (is a quotation mark left open, or not doubled?)", where)
    require_clean("\n".join(row), where, line)
    if len(row) != len(header):
        raise InputError(f"{len(row)} columns where the header has {len(header)}", where)
    return record_document(dict(zip(header, row, strict=True)), origin, line)


def _rows(source: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """The records after the header, each with the number of its first line, or what is wrong with that line.

    After a bad record reading goes on at the line after the bad one's first, so one open quotation mark does not
    swallow the good records below it.
    """
    again: deque[str] = deque()
    taken: list[str] = []

    def feed() -> Iterator[str]:
        while (line := again.popleft() if again else next(source, None)) is not None:
            taken.append(line)
            yield line

    number = 2
    while True:
        taken.clear()
        try:
            row = next(csv.reader(feed(), delimiter=delimiter, strict=True), None)
        except csv.Error as error:
            again.extendleft(reversed(taken[1:]))
            yield number, error
            number += 1
            continue
        if row is None:
            return
        yield number, row
        number += len(taken)
