"""The records of a finished run, read as a stream: from a run folder, or from one file of records."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mtsum.corpus.records_parquet import read_parquet
from mtsum.errors import InputError, UsageError

SUFFIXES = (".jsonl", ".parquet")


def read_records(path: str | os.PathLike[str]) -> Iterator[dict[str, Any]]:
    """The records of ``path`` in the order of the input: a run folder, or one file of JSON lines or Parquet.

    They are the same from either kind of file. Raises ``UsageError`` at once where there are no records, and
    ``InputError``, while reading, for a file or line that is none of mtsum's.
    """
    files = record_files(path)
    return (record for file in files for record in _read_file(file))


def record_files(path: str | os.PathLike[str]) -> list[Path]:
    """The files that hold the records of ``path``, in order. Raises ``UsageError`` where there are none."""
    place = Path(path)
    if place.is_dir():
        return _shards(place)
    if not place.exists():
        raise UsageError(f"{place}: no such file or folder; name the folder of a run, or a file of its records")
    if place.suffix not in SUFFIXES:
        raise UsageError(f"{place}: records are read from {' and '.join(SUFFIXES)} files, or from the folder of a run")
    return [place]


def _shards(folder: Path) -> list[Path]:
    """The shards of a run folder, which holds one kind of them."""
    found = {suffix: sorted(folder.glob(f"records-*{suffix}")) for suffix in SUFFIXES}
    if all(found.values()):
        raise UsageError(f"{folder}: holds both .jsonl and .parquet shards, of different runs; name the files to read")
    shards = [file for files in found.values() for file in files]
    if not shards:
        why = (
            "the run is not finished: start it again with the same command"
            if (folder / "manifest.json").is_file()
            else ""
        )
        raise UsageError(
            f"{folder}: holds no records-*.jsonl or records-*.parquet; {why or 'is it the folder of a run?'}"
        )
    return shards


def _read_file(path: Path) -> Iterator[dict[str, Any]]:
    return read_parquet(path) if path.suffix == ".parquet" else _read_json_lines(path)


def _read_json_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            yield _record(line, f"{path}:{number}")


def _record(line: bytes, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"not a record: {error}", where) from error
    if not isinstance(record, dict) or not {"id", "source", "translation", "summary", "error"} <= set(record):
        raise InputError("not a record of mtsum, which has id, source, translation, summary, meta and error", where)
    return record
