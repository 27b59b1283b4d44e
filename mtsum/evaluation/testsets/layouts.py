"""Everything that a test set may lie in: a table, parallel texts, a folder of either, a copy of the published files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mtsum.errors import InputError
from mtsum.evaluation.testsets.registry import RemoteFile, SetEntry
from mtsum.evaluation.testsets.segments import Segment
from mtsum.evaluation.testsets.tables import (
    COMPRESSED_SUFFIXES,
    TABLE_SUFFIXES,
    Table,
    read_table,
    read_text,
    suffix_of,
)

# Which file of a folder is meant, first come first served.
_SPLITS = ("test", "devtest", "dev", "validation")
_ACCEPTED = (
    "a table (.tsv, .jsonl, .parquet, also .gz and .xz), a folder with test.jsonl or the like, parallel texts "
    "source.txt and reference.txt (and documents.txt), two files NAME.sq and NAME.en, or SOURCE,REFERENCE"
)


@dataclass(frozen=True)
class Parallel:
    """Texts that belong together line by line."""

    source: Path
    references: tuple[Path, ...]
    documents: Path | None = None
    documents_column: str | None = None


def read_layout(place: str, entry: SetEntry | None, columns: Mapping[str, str]) -> Table:
    """The segments of what lies at ``place``: a file, a folder, or ``SOURCE,REFERENCE[,REFERENCE...]``.

    ``entry`` is the registered set that it should be, if any. Raises ``InputError``, which names the accepted layouts
    where there is none of them.
    """
    path = Path(place).expanduser()
    allow_empty = bool(entry and entry.empty)
    if path.is_file() and suffix_of(path) in TABLE_SUFFIXES:
        return read_table(path, columns, allow_empty)
    if path.is_dir():
        published = _published(path, entry) if entry else None
        if isinstance(published, Parallel):
            return read_parallel(published)
        if table := published or _table_in(path):
            return read_table(table, columns, allow_empty)
        if texts := _parallel_in(path):
            return read_parallel(texts)
        raise InputError(f"no test set in this folder; accepted are {_ACCEPTED}", str(path))
    names = place.split(",")
    if len(names) > 1:
        parts = [Path(name.strip()).expanduser() for name in names]
        return read_parallel(Parallel(parts[0], tuple(parts[1:])))
    raise InputError(f"no such test set; accepted are {_ACCEPTED}" if not path.exists() else f"accepted are {_ACCEPTED}",
                     place)  # fmt: skip


def read_parallel(texts: Parallel) -> Table:
    """Segments of texts that have line by line the same content. Raises ``InputError`` where their lines don't pair."""
    sources = read_text(texts.source)
    references = [read_text(path) for path in texts.references]
    documents = _documents(texts)
    for path, lines in (*zip(texts.references, references, strict=True), (texts.documents, documents)):
        if lines is not None and len(lines) != len(sources):
            raise InputError(f"{len(lines)} lines, but {texts.source} has {len(sources)}", str(path))
    segments = []
    for at, source in enumerate(sources):
        for path, line in ((texts.source, source), *((p, lines[at]) for p, lines in zip(texts.references, references,
                                                                                        strict=True))):  # fmt: skip
            if not line.strip():
                raise InputError("the line is empty", f"{path}:{at + 1}")
        document = documents[at] if documents else None
        segments.append(Segment(str(at + 1), source, tuple(lines[at] for lines in references), document))
    return Table(tuple(segments), summaries=False, empty=0)


def _documents(texts: Parallel) -> list[str] | None:
    if texts.documents is None:
        return None
    lines = read_text(texts.documents)
    if texts.documents_column is None:
        return lines
    header = lines[0].split("\t") if lines else []
    if texts.documents_column not in header:
        raise InputError(
            f"no column {texts.documents_column!r} in its header: {', '.join(header)}", str(texts.documents)
        )
    at = header.index(texts.documents_column)
    return [line.split("\t")[at] for line in lines[1:]]


def _published(folder: Path, entry: SetEntry) -> Parallel | Path | None:
    """The files of ``entry`` in ``folder``, by their own names or their paths as published; None where one is missing."""
    found = {file: _copy_of(file, folder) for file in entry.files}
    needed = {file: path for file, path in found.items() if file.role != "documents"}
    if not needed or None in needed.values():
        return None
    records = _of_role(found, "records")
    if records:
        return records[0]
    documents = next((file for file in entry.files if file.role == "documents" and found[file]), None)
    return Parallel(
        source=_of_role(found, "source")[0],
        references=tuple(_of_role(found, "reference")),
        documents=found[documents] if documents else None,
        documents_column=documents.column if documents else None,
    )


def _of_role(found: Mapping[RemoteFile, Path | None], role: str) -> list[Path]:
    return [path for file, path in found.items() if file.role == role and path is not None]


def _copy_of(file: RemoteFile, folder: Path) -> Path | None:
    parts = Path(file.upstream_path).parts
    # A clone or an unpacked archive may be named at any depth: NTREX/, NTREX/NTREX-128, flores200_dataset/devtest.
    tails = [Path(*parts[at:]) for at in range(len(parts))]
    return next((folder / tail for tail in tails if (folder / tail).is_file()), None)


def _table_in(folder: Path) -> Path | None:
    for split in _SPLITS:
        for suffix in TABLE_SUFFIXES:
            for compressed in COMPRESSED_SUFFIXES:
                path = folder / f"{split}{suffix}{compressed}"
                if path.is_file():
                    return path
    return None


def _parallel_in(folder: Path) -> Parallel | None:
    for names in (("source.txt", "reference.txt"), *_same_stems(folder)):
        source, reference = (folder / name for name in names)
        if source.is_file() and reference.is_file():
            documents = folder / "documents.txt"
            return Parallel(source, (reference,), documents if documents.is_file() else None)
    return None


def _same_stems(folder: Path) -> Sequence[tuple[str, str]]:
    sides = (("sq", "en"), ("sqi", "eng"), ("src", "ref"))
    return [
        (path.name, f"{path.stem}.{target}")
        for source, target in sides
        for path in sorted(folder.glob(f"*.{source}"))
    ]  # fmt: skip
