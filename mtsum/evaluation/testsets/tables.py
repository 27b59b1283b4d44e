"""Tables with a source and its references in columns: TSV, JSON lines and Parquet, as rows of segments."""

from __future__ import annotations

import gzip
import json
import lzma
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtsum.errors import InputError
from mtsum.evaluation.testsets.segments import Segment
from mtsum.formats.encoding import decode

TABLE_SUFFIXES = (".tsv", ".jsonl", ".parquet")
COMPRESSED_SUFFIXES = ("", ".xz", ".gz")
# What a table's columns may be called, pair by pair: the first pair that is there counts. The last field is whether the
# source is a whole article and the reference a summary of it.
PAIRS: tuple[tuple[tuple[str, ...], tuple[str, ...], bool], ...] = (
    (("source", "src"), ("references", "reference", "ref", "target", "tgt"), False),
    (("sq",), ("en",), False),
    (("document", "article", "text"), ("highlights", "summary", "headline", "title"), True),
)
_IDS = ("id",)
_DOCUMENTS = ("document_id", "doc_id", "doc", "document")

Row = tuple[int, Mapping[str, Any]]


@dataclass(frozen=True)
class Columns:
    """Which column holds what. ``summaries``: the sources are articles and the references summaries of them."""

    source: str
    reference: str
    id: str | None = None
    document: str | None = None
    summaries: bool = False


@dataclass(frozen=True)
class Table:
    """The segments of a table, whether they are articles with summaries, and how many rows had no text."""

    segments: tuple[Segment, ...]
    summaries: bool
    empty: int


def suffix_of(path: Path) -> str:
    """The suffix that tells the kind of table, without that of a compression: ``.jsonl`` of ``test.jsonl.xz``."""
    return _unpacked(path).suffix.lower()


def stem_of(path: Path) -> str:
    """The file's name without suffixes of its format and compression."""
    bare = _unpacked(path)
    return bare.stem if bare.suffix.lower() in (*TABLE_SUFFIXES, ".txt") else bare.name


def read_text(path: Path) -> list[str]:
    """The lines of a text file, plain or ``.gz`` or ``.xz``, without their ends. Raises ``InputError``."""
    try:
        opened: Any = {".xz": lzma.open, ".gz": gzip.open}.get(path.suffix, open)
        with opened(path, "rb") as stream:
            data = stream.read()
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as problem:
        raise InputError(f"cannot be read: {getattr(problem, 'strerror', None) or problem}", str(path)) from problem
    text = decode(data, str(path))[0]
    # A line ends at a line feed and nowhere else: the other marks that Python knows may stand in a sentence.
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def read_table(path: Path, columns: Mapping[str, str], allow_empty: bool = False) -> Table:
    """The segments of the table at ``path``; ``columns`` says what its columns mean, where they are not called as usual.

    A TSV file without a header has the columns source and reference, or document, source and reference. A row without
    text is an error, or with ``allow_empty`` left out and counted. Raises ``InputError`` with the line.
    """
    rows = {".tsv": _tsv, ".jsonl": _json_lines, ".parquet": _parquet}[suffix_of(path)](path)
    segments: list[Segment] = []
    chosen: Columns | None = None
    empty = 0
    for number, row in rows:
        where = f"{path}:{number}"
        chosen = chosen or choose_columns(list(row), columns, where)
        segment = _segment(row, chosen, where, str(number))
        if segment.source.strip() and all(reference.strip() for reference in segment.references):
            segments.append(segment)
        elif allow_empty:
            empty += 1
        else:
            side = "source" if not segment.source.strip() else "reference"
            raise InputError(f"the {side} is empty", where)
    return Table(tuple(segments), chosen.summaries if chosen else False, empty)


def choose_columns(names: Sequence[str], given: Mapping[str, str], where: str) -> Columns:
    """Which of the columns ``names`` hold what: those of ``given`` where all of them are there, else by their names."""
    wanted = {role: column for role, column in given.items() if role in ("source", "reference")}
    known = [pair for pair in PAIRS if any(a in names for a in pair[0]) and any(b in names for b in pair[1])]
    if wanted and all(column in names for column in wanted.values()) and len(wanted) == 2:
        source, reference = given["source"], given["reference"]
        summaries = any(source in pair[0] and reference in pair[1] and pair[2] for pair in PAIRS)
    elif known:
        # A file of articles may also say, in a column "source", where each is from.
        pair = known[0]
        source = next(name for name in pair[0] if name in names)
        reference = next(name for name in pair[1] if name in names)
        summaries = pair[2]
    else:
        accepted = "; ".join(f"{'|'.join(pair[0])} with {'|'.join(pair[1])}" for pair in PAIRS)
        raise InputError(f"columns {', '.join(names)}: no source with a reference among them; known: {accepted}", where)
    others = [name for name in names if name not in (source, reference)]
    document = given.get("document") or next((name for name in _DOCUMENTS if name in others), None)
    return Columns(source, reference, next((name for name in _IDS if name in others), None), document, summaries)


def _unpacked(path: Path) -> Path:
    return path.with_suffix("") if path.suffix in COMPRESSED_SUFFIXES[1:] else path


def _segment(row: Mapping[str, Any], columns: Columns, where: str, number: str) -> Segment:
    source = row.get(columns.source)
    if source is not None and not isinstance(source, str):
        raise InputError(f"{columns.source} should be a text, not {source!r}", where)
    document = row.get(columns.document) if columns.document else None
    id_ = row.get(columns.id) if columns.id else None
    return Segment(
        id=str(id_) if id_ not in (None, "") else number,
        source=source or "",
        references=_references(row.get(columns.reference), columns.reference, where),
        document=None if document in (None, "") else str(document),
    )


def _references(value: Any, column: str, where: str) -> tuple[str, ...]:
    """A column's value as references: several in a list called ``references``, else one, of a list's texts as lines."""
    if value is None:
        return ("",)
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return tuple(value) if column == "references" else ("\n".join(value),)
    raise InputError(f"{column} should be a text or a list of texts, not {value!r}", where)


def _tsv(path: Path) -> Iterator[Row]:
    lines = read_text(path)
    if not lines:
        raise InputError("empty: nothing to read", str(path))
    header = lines[0].split("\t")
    start = 1
    if not any(any(a in header for a in pair[0]) and any(b in header for b in pair[1]) for pair in PAIRS):
        layouts = {2: ["source", "reference"], 3: ["document", "source", "reference"]}
        if len(header) not in layouts:
            raise InputError(
                f"{len(header)} columns and no header: expected 2 (source, reference) or 3 (document, source, reference)",
                f"{path}:1",
            )
        header, start = layouts[len(header)], 0
    for number, line in enumerate(lines[start:], start=start + 1):
        fields = line.split("\t")
        if len(fields) != len(header):
            raise InputError(f"{len(fields)} columns where {len(header)} should be", f"{path}:{number}")
        yield number, dict(zip(header, fields, strict=True))


def _json_lines(path: Path) -> Iterator[Row]:
    for number, line in enumerate(read_text(path), start=1):
        try:
            row = json.loads(line)
        except ValueError as problem:
            raise InputError(f"not JSON: {problem}", f"{path}:{number}") from problem
        if not isinstance(row, dict):
            raise InputError("an object was expected", f"{path}:{number}")
        yield number, row


def _parquet(path: Path) -> Iterator[Row]:
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(path)
        number = 0
        for batch in table.iter_batches(256):
            for row in batch.to_pylist():
                number += 1
                yield number, row
    except (pyarrow.ArrowException, OSError) as problem:
        raise InputError(f"not a Parquet file, or a damaged one ({problem})", str(path)) from problem
