"""A table for a spreadsheet: one line an article, in CSV as Excel opens it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import Any, TextIO

from mtsum.corpus.export.base import Record, flagged, register
from mtsum.records import json_line

COLUMNS = ("id", "title", "text", "translation", "summary", "summary_sources", "flags", "error")

# Excel takes a file for UTF-8 when it begins with this mark.
_BYTE_ORDER_MARK = "\ufeff"
_MOST_CHARACTERS = 32_767
_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*%?")


@register("csv", ".csv")
def write_csv(records: Iterable[Record], stream: TextIO, title: str) -> list[str]:
    """Writes a header and a line an article; the input's other columns come last, under their own names.

    A cell that a spreadsheet would run as a formula gets an apostrophe before it. An input column with the name of one
    of mtsum's is called ``input.NAME``. Values that are no text are written as JSON.
    """
    others = _other_columns(records)
    stream.write(_BYTE_ORDER_MARK)
    lines = csv.writer(stream)
    lines.writerow([*COLUMNS, *(_guarded(name) for name in others.values())])
    guarded = long = 0
    for record in records:
        extra = record.get("extra", {})
        cells = [*_cells(record), *(_text(extra[column]) if column in extra else "" for column in others)]
        safe = [_guarded(cell) for cell in cells]
        guarded += sum(before != after for before, after in zip(cells, safe, strict=True))
        long += sum(len(cell) > _MOST_CHARACTERS for cell in safe)
        lines.writerow(safe)
    notes = []
    if guarded:
        notes.append(f"{guarded:,} cells that a spreadsheet would run as a formula have an apostrophe before them")
    if long:
        notes.append(
            f"{long:,} cells are longer than the {_MOST_CHARACTERS:,} characters that Excel shows; they are whole"
        )
    return notes


def _other_columns(records: Iterable[Record]) -> dict[str, str]:
    """The input's other columns in the order they first occur -> their names in the table."""
    found: dict[str, str] = {}
    for record in records:
        for column in record.get("extra", {}):
            found.setdefault(column, f"input.{column}" if column in COLUMNS else column)
    return found


def _cells(record: Record) -> list[str]:
    """The cells of ``COLUMNS``. Flags are ``s1: names, numbers; summary 2: extracted``."""
    translation, summary = record["translation"] or {}, record["summary"] or {}
    sources = [", ".join(sentence["sources"]) for sentence in summary.get("sentences", ())]
    return [
        record["id"],
        record.get("title") or "",
        record["source"]["text"] or "",
        translation.get("text", ""),
        summary.get("text", ""),
        "; ".join(sources),
        "; ".join(f"{place}: {', '.join(flags)}" for place, flags in flagged(record)),
        record["error"] or "",
    ]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json_line(value)


def _guarded(cell: str) -> str:
    """``cell`` so that a spreadsheet takes it for text; a plain number stays one."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell
