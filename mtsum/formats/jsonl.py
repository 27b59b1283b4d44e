"""JSON lines: an object a line. Line N gives document N, or the error of line N."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO

from mtsum.errors import InputError
from mtsum.formats.base import Document, Origin, register
from mtsum.formats.compression import piped
from mtsum.formats.encoding import lines, require_clean
from mtsum.formats.records import kind_of, record_document


@register("jsonl", ".jsonl", ".ndjson", ".json")
def read_json_lines(file: BinaryIO, origin: Origin) -> Iterator[Document | InputError]:
    """The documents of a JSON lines file as its lines are read; a bad line yields its error.

    An empty line between records is an error too, so that every line has its result; empty lines at the end are none.
    """
    empty: list[int] = []
    records = 0
    for number, line in enumerate(lines(file, origin.name), start=1):
        if not line.strip():
            empty.append(number)
            continue
        if not records:
            _refuse_one_document(line, origin.name)
        yield from (InputError("the line is empty", f"{origin.name}:{skipped}") for skipped in empty)
        empty.clear()
        records += 1
        try:
            yield record_document(_parse(line, origin, number), origin, number)
        except InputError as error:
            yield error
    if not records:
        raise InputError("empty: nothing to read", origin.name)


def _parse(line: str, origin: Origin, number: int) -> dict[str, object]:
    where = f"{origin.name}:{number}"
    require_clean(line, where, number)
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg} at column {error.colno}", where) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"JSON that cannot be read: {error}", where) from error
    if not isinstance(record, dict):
        raise InputError(f"{kind_of(record)} where an object with {origin.text_column!r} should be", where)
    if "\\u" in line:
        try:
            json.dumps(record, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            # It can be written as an escape, but not as UTF-8 in any output.
            raise InputError("holds half of a surrogate pair, which is no character", where) from error
    return record


def _refuse_one_document(line: str, where: str) -> None:
    start = line.strip()
    if start.startswith("[") or start == "{":
        command = f"jq -c '{'.[]' if start.startswith('[') else '.'}'"
        remedy = f"{command if where == 'stdin' else piped(command, where)} > records.jsonl"
        raise InputError(f"one JSON document and not JSON lines; make it an object a line: {remedy}", where)
