"""Hypotheses, references and sources out of files, segment by segment, and whether they belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from mtsum.errors import InputError
from mtsum.evaluation.texts_reading import STDIN, Row, read_rows
from mtsum.formats.records import kind_of

# What the column with the texts is called where no key is given: the first of these that is there.
HYPOTHESIS_KEYS = ("hypothesis", "translation", "text")
REFERENCE_KEYS = ("references", "reference", "ref", "target", "highlights", "summary", "translation", "text")
SOURCE_KEYS = ("source", "src", "document", "article", "text")

_RECORD = {"id", "source", "translation", "summary", "error"}  # the keys by which a record of mtsum is known
_SHOWN = 10


@dataclass(frozen=True)
class Texts:
    """The texts of a file in their order: ``lines[i]`` is the line, record or row (from 1) of ``texts[i]``.

    ``ids`` are the segments' own identifiers where all have one. ``key`` is the column that was read, ``None`` in a file of
    plain lines.
    """

    name: str
    texts: tuple[str, ...]
    lines: tuple[int, ...]
    ids: tuple[str, ...] | None = None
    key: str | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def place(self, segment: int) -> str:
        """``file:line`` of segment number ``segment`` (from 0)."""
        return f"{self.name}:{self.lines[segment]}"

    @property
    def empty(self) -> tuple[int, ...]:
        """The lines of the texts that hold nothing but white space."""
        return tuple(line for line, text in zip(self.lines, self.texts, strict=True) if not text.strip())


def read_hypotheses(
    path: str, key: str | None = None, format: str | None = None, stdin: BinaryIO | None = None
) -> Texts:
    """A system's output: a text a line, or a column of JSON lines, TSV, CSV or Parquet, or records of mtsum.

    ``key`` is the column's name, dots leading into objects (``summary.text``), or its number (from 1) in a TSV or CSV file
    without header. An empty text is an empty hypothesis. Of records of mtsum the summary is taken where there are any, else
    the translation. ``format`` is that of a file whose suffix says none. Raises ``InputError``, with file and line.
    """
    return _read(path, key, HYPOTHESIS_KEYS, format, stdin, "--hyp-key")[0]


def read_references(path: str, key: str | None = None, format: str | None = None) -> list[Texts]:
    """The references in a file, read as hypotheses are; several where the column holds lists of them.

    Raises ``InputError``, with file and line, also for a reference that is empty.
    """
    found = _read(path, key, REFERENCE_KEYS, format, None, "--ref-key")
    for texts in found:
        if texts.empty:
            raise InputError("the reference is empty", f"{texts.name}:{texts.empty[0]}")
    return found


def read_sources(path: str, key: str | None = None, format: str | None = None) -> Texts:
    """The sources in a file, read as hypotheses are."""
    return _read(path, key, SOURCE_KEYS, format, None, "--src-key")[0]


def check_aligned(texts: Texts, others: Sequence[Texts]) -> None:
    """Raise ``InputError`` where ``texts`` do not go with ``others``, segment by segment.

    They do where they are as many, and where segments with identifiers of their own have them in the same order.
    """
    for other in others:
        if len(texts) != len(other):
            raise InputError(_unequal(texts, other))
        if texts.ids and other.ids and texts.ids != other.ids:
            known = set(other.ids)
            for at, (own, its) in enumerate(zip(texts.ids, other.ids, strict=True)):
                # Names that one file alone uses say nothing; one that stands elsewhere there says the order differs.
                if own != its and own in known:
                    raise InputError(
                        f"the segment's id is {own!r}, where {other.place(at)} has {its!r}; "
                        "both files should be in the same order",
                        texts.place(at),
                    )


def listed(numbers: Sequence[int]) -> str:
    """Numbers for a message: the first ten, and how many more there are."""
    more = f" and {len(numbers) - _SHOWN:,} more" if len(numbers) > _SHOWN else ""
    return ", ".join(map(str, numbers[:_SHOWN])) + more


def _unequal(one: Texts, other: Texts) -> str:
    short, long = sorted((one, other), key=len)
    ends = f"ends at line {short.lines[-1]}" if len(short) else "is empty"
    return (
        f"{one.name} has {len(one):,} segments and {other.name} {len(other):,}: {short.name} {ends}, "
        f"and {long.place(len(short))} has no counterpart"
    )


def _read(
    path: str, key: str | None, keys: Sequence[str], format: str | None, stdin: BinaryIO | None, option: str
) -> list[Texts]:
    name = STDIN if path == "-" else path
    rows = read_rows(path, key, format, stdin)
    if not rows:
        raise InputError("empty: there is no segment in it", name)
    lines = tuple(line for line, _ in rows)
    if all(isinstance(row, str) for _, row in rows):
        return [Texts(name, tuple(str(row) for _, row in rows), lines)]
    chosen = key or _default_key(rows, keys, name, option)
    columns = [_texts(_value(row, chosen, f"{name}:{line}", option), chosen, f"{name}:{line}") for line, row in rows]
    for line, column in zip(lines, columns, strict=True):
        if len(column) != len(columns[0]):
            raise InputError(
                f"{len(column)} texts in {chosen!r}, where line {lines[0]} has {len(columns[0])}; "
                "every segment should have as many",
                f"{name}:{line}",
            )
    ids = _ids(rows)
    return [Texts(name, tuple(texts), lines, ids, chosen) for texts in zip(*columns, strict=True)]


def _default_key(rows: Sequence[Row], keys: Sequence[str], name: str, option: str) -> str:
    records = [row for _, row in rows if isinstance(row, dict)]
    if set(records[0]) >= _RECORD and "translation" in keys:
        return "summary.text" if any(record.get("summary") for record in records) else "translation.text"
    found = next((key for key in keys if key in records[0]), None)
    if found is None:
        there = ", ".join(repr(column) for column in list(records[0])[:12])
        raise InputError(
            f"no column {', '.join(map(repr, keys[:-1]))} or {keys[-1]!r}; the columns are: {there}; say which one holds the "
            f"texts ({option} NAME), or its number where the file is a TSV or CSV file without header ({option} 1)",
            f"{name}:{rows[0][0]}",
        )
    return found


def _value(row: str | dict[Any, Any], key: str, where: str, option: str) -> Any:
    """What stands under ``key``, dots leading into objects; an object with a ``text`` stands for that text."""
    values = row if isinstance(row, dict) else {}
    if key in values:
        value = values[key]
    elif key.isdigit() and 1 in values:
        if int(key) not in values:
            raise InputError(f"there is no column {key} ({option}); there are {len(values)}", where)
        value = values[int(key)]
    else:
        value = _inside(values, key, where, option)
    if value is None and values.get("error"):
        raise InputError(f"this record failed and has no {key!r}: {values['error']}", where)
    return value["text"] if isinstance(value, dict) and "text" in value else value


def _inside(values: dict[Any, Any], key: str, where: str, option: str) -> Any:
    """What a dotted ``key`` leads to; ``None`` where an object on the way is null."""
    value: Any = values
    for part in key.split("."):
        if value is None:
            return None
        if not isinstance(value, dict) or part not in value:
            there = ", ".join(map(repr, list(value)[:12])) if isinstance(value, dict) else kind_of(value)
            raise InputError(f"there is no {key!r} ({option}); there is: {there}", where)
        value = value[part]
    return value


def _texts(value: Any, key: str, where: str) -> list[str]:
    values = value if isinstance(value, list) and value else [value]
    for each in values:
        if not isinstance(each, str):
            raise InputError(f"{key!r} is {kind_of(each)} and not text", where)
    return values


def _ids(rows: Sequence[Row]) -> tuple[str, ...] | None:
    ids = [row.get("id") if isinstance(row, dict) else None for _, row in rows]
    good = all(isinstance(id, str | int) and not isinstance(id, bool) and id != "" for id in ids)
    return tuple(map(str, ids)) if good and len(set(ids)) == len(ids) else None
