"""Rows of Arrow tables, as Parquet files and data sets hold them, as documents."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from datetime import date, time
from typing import TYPE_CHECKING, Any

from mtsum.errors import InputError
from mtsum.formats.base import Document, Origin
from mtsum.formats.records import no_text_column, record_document

if TYPE_CHECKING:
    import pyarrow

# Rows turned into Python values at a time: an article is large beside what a call costs.
ROWS = 32


def require_columns(names: list[str], origin: Origin) -> None:
    """Raise ``InputError`` when no column, or more than one, has the name of the text column."""
    if origin.text_column not in names:
        raise InputError(no_text_column(origin, names), origin.name)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"two columns have one name: {', '.join(map(repr, twice))}", origin.name)


def row_documents(
    batch: pyarrow.RecordBatch | pyarrow.Table, origin: Origin, first_row: int
) -> Iterator[Document | InputError]:
    """A document for each row of ``batch``, or what is wrong with it; its rows are counted from ``first_row``."""
    for row, record in enumerate(_records(batch), start=first_row):
        try:
            if isinstance(record, UnicodeDecodeError):
                raise InputError(f"a text of this row is not UTF-8 ({record})", f"{origin.name}:{row}")
            yield record_document(record, origin, row)
        except InputError as error:
            yield error


def json_value(value: Any) -> Any:
    """``value`` with nothing in it that JSON lacks.

    Dates and times become ISO 8601 text, bytes base64 text, a number that is none (NaN) or infinite ``None``, and any
    other kind (a decimal number, a duration) the text that Python writes for it.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): json_value(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(each) for each in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return str(value)


def _records(batch: pyarrow.RecordBatch | pyarrow.Table) -> Iterator[dict[str, Any] | UnicodeDecodeError]:
    for start in range(0, batch.num_rows, ROWS):
        part = batch.slice(start, ROWS)
        try:
            yield from map(json_value, part.to_pylist())
        except UnicodeDecodeError:
            # One bad text must not spoil the rows beside it.
            yield from (_record(part.slice(row, 1)) for row in range(part.num_rows))


def _record(row: pyarrow.RecordBatch | pyarrow.Table) -> dict[str, Any] | UnicodeDecodeError:
    try:
        return json_value(row.to_pylist()[0])
    except UnicodeDecodeError as error:
        return error
