"""The rows of a file of texts: its lines, JSON objects, table rows or records, each with the line it begins in."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from mtsum.corpus.records_reading import read_records
from mtsum.errors import InputError, UsageError
from mtsum.formats.compression import compression_of, piped, unpacked, without_compression
from mtsum.formats.encoding import lines, refuse_binary, require_clean
from mtsum.formats.records import kind_of
from mtsum.formats.tables import FIELD_LIMIT

STDIN = "stdin"
FORMATS = ("txt", "jsonl", "tsv", "csv", "parquet")
_SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".csv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
}

# The line, and what stands in it: a text by itself, or values by name, or by number (from 1) in a table without header.
Row = tuple[int, str | dict[Any, Any]]


def read_rows(path: str, key: str | None, format: str | None = None, stdin: BinaryIO | None = None) -> list[Row]:
    """All rows of ``path``: a file, the folder of a run of ``mtsum batch``, or ``stdin`` where it is ``-``.

    The suffix says the format, ``format`` where it says none; without either, it is a text a line. A ``key`` that is a
    number means a table without a header line. Raises ``InputError``, naming the line, for what can't be read, and
    ``UsageError`` for an unknown ``format``.
    """
    if format is not None and format not in FORMATS:
        raise UsageError(f"unknown input format {format!r}; known are: {', '.join(FORMATS)}")
    if path != "-" and Path(path).is_dir():
        return [(number, record) for number, record in enumerate(read_records(path), start=1)]
    name = STDIN if path == "-" else path
    chosen = _SUFFIXES.get(PurePath(without_compression(name)).suffix.lower(), format or "txt")
    opened = nullcontext(stdin) if path == "-" else _open(path)
    with opened as file:
        if file is None:
            raise InputError("no standard input was given", STDIN)
        try:
            if chosen == "parquet":
                return list(_parquet(file, name))
            return list(_READERS[chosen](unpacked(file, compression_of(name), name), name, key))
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror or error})", name) from error


def _open(path: str) -> BinaryIO:
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise InputError("no such file", path) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror or error})", path) from error


def _lines(file: BinaryIO, name: str) -> Iterator[tuple[int, str]]:
    """Numbered lines without their ends; a line ends at a line feed and nowhere else."""
    for number, line in enumerate(lines(file, name), start=1):
        require_clean(line, f"{name}:{number}", number)
        yield number, line.removesuffix("\n").removesuffix("\r")


def _text(file: BinaryIO, name: str, key: str | None) -> Iterator[Row]:
    yield from _lines(file, name)


def _json_lines(file: BinaryIO, name: str, key: str | None) -> Iterator[Row]:
    empty: list[int] = []
    for number, line in _lines(file, name):
        if not line.strip():
            empty.append(number)
            continue
        if empty:
            raise InputError("the line is empty, and records follow it", f"{name}:{empty[0]}")
        yield number, _json_object(line, name, number)


def _json_object(line: str, name: str, number: int) -> dict[Any, Any]:
    where = f"{name}:{number}"
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        if number == 1 and (line.lstrip().startswith("[") or line.strip() == "{"):
            command = f"jq -c '{'.[]' if line.lstrip().startswith('[') else '.'}'"
            remedy = command if name == STDIN else piped(command, name)
            raise InputError(
                f"JSON over several lines; make it an object a line: {remedy} > lines.jsonl", where
            ) from error
        said = f"{error.msg} at column {error.colno}" if isinstance(error, json.JSONDecodeError) else error
        raise InputError(f"not JSON: {said}", where) from error
    if not isinstance(record, dict):
        raise InputError(f"{kind_of(record)} where a JSON object should be", where)
    return record


def _tsv(file: BinaryIO, name: str, key: str | None) -> Iterator[Row]:
    """A tab ends a column and a line feed a row; quotation marks mean nothing, as in the test sets of translation."""
    rows = [(number, line.split("\t")) for number, line in _lines(file, name)]
    return _table(rows, name, key)


def _csv(file: BinaryIO, name: str, key: str | None) -> Iterator[Row]:
    """Commas separate, quotation marks hold a field together, which may run over several lines."""
    csv.field_size_limit(max(FIELD_LIMIT, csv.field_size_limit()))
    reader = csv.reader(lines(file, name), strict=True)
    rows: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for row in reader:
            require_clean("\n".join(row), f"{name}:{begins}", begins)
            rows.append((begins, row or [""]))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{error} (is a quotation mark left open, or not doubled?)", f"{name}:{begins}") from error
    return _table(rows, name, key)


def _table(rows: list[tuple[int, list[str]]], name: str, key: str | None) -> Iterator[Row]:
    """The rows by the names in the header, or by number where ``key`` is one: such a table has no header."""
    if not rows:
        return
    by_number = key is not None and key.isdigit()
    header: list[Any] = list(range(1, len(rows[0][1]) + 1)) if by_number else [each.strip() for each in rows[0][1]]
    twice = sorted({repr(each) for each in header if header.count(each) > 1})
    if twice:
        raise InputError(f"two columns of the header have one name: {', '.join(twice)}", f"{name}:{rows[0][0]}")
    while len(header) > 1 and rows[-1][1] == [""]:
        rows.pop()
    for line, row in rows if by_number else rows[1:]:
        if len(row) != len(header):
            raise InputError(f"{len(row)} columns where line {rows[0][0]} has {len(header)}", f"{name}:{line}")
        yield line, dict(zip(header, row, strict=True))


def _parquet(file: BinaryIO, name: str) -> Iterator[Row]:
    import pyarrow
    from pyarrow import parquet

    if not file.seekable() or compression_of(name):
        raise InputError("a Parquet file cannot be read from inside an archive or a pipe; unpack it first", name)
    first = file.read(4)
    if first != b"PAR1":
        refuse_binary(first, name)
        raise InputError("not a Parquet file", name)
    file.seek(0)
    try:
        rows = parquet.read_table(file).to_pylist()
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(f"a damaged Parquet file ({str(error).partition(chr(10))[0]})", name) from error
    yield from enumerate(rows, start=1)


_READERS: dict[str, Callable[[BinaryIO, str, str | None], Iterator[Row]]] = {
    "txt": _text,
    "jsonl": _json_lines,
    "tsv": _tsv,
    "csv": _csv,
}
