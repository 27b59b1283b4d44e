"""Articles in files: one file of records or one article, or a folder of any of them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import Any

from mtsum.corpus.chunks import Item
from mtsum.corpus.inputs.counting import count_articles
from mtsum.corpus.inputs.places import InputFile, Place
from mtsum.corpus.inputs.remote import shown
from mtsum.corpus.inputs.source import Source
from mtsum.errors import InputError
from mtsum.formats import FORMATS, Document, Format, Origin, find_format, format_of_suffix, read_opened
from mtsum.formats.compression import compression_of, without_compression

_BLOCK = 1 << 18


@dataclass(frozen=True)
class Files:
    """The files of ``place``, read in its order, each by the format of its suffix."""

    source: Source
    place: Place

    def items(self) -> Iterator[Item]:
        """Every document of every file, a file or record that cannot be read as its error.

        What has no identifier of its own is called after its file: the path below the folder, and the line.
        """
        for position, (id, found) in enumerate(self._documents()):
            yield Item(position, id, found)

    def fingerprint(self) -> dict[str, Any]:
        """A digest of paths and contents; ``by`` says what stands for content: itself, or what a remote store knows."""
        digest = hashlib.blake2b(digest_size=16)
        count = total = 0
        by: set[str] = set()
        for file, _ in self._read():
            path = file.path if self.place.kind == "folder" else ""
            mark = file.mark() if file.mark else None
            content, size = hashed(file) if mark is None else (mark, file.size or 0)
            digest.update(f"{path}\0{content}\0".encode())
            count, total = count + 1, total + size
            by.add("content" if mark is None else mark.partition("=")[0])
        return {
            "kind": self.place.kind,
            "path": shown_path(self.source.path),
            "files": {"count": count, "bytes": total},
            "digest": f"blake2b:{digest.hexdigest()}",
            "by": sorted(by),
        }

    def count(self) -> int | None:
        """The articles of all files; ``None`` where a file would have to be read as a whole by its format to know."""
        counts = [count_articles(file, format) for file, format in self._read()]
        return None if None in counts else sum(count for count in counts if count is not None)

    def ignored(self) -> dict[str, int]:
        """The files of a folder whose suffix no format has, counted by suffix."""
        if self.source.format or self.place.kind == "file":
            return {}
        left = Counter(_suffix(file.path) for file in self.place.files() if not format_of_suffix(file.path))
        return dict(sorted(left.items()))

    def require_any(self) -> None:
        """Raise ``InputError`` when there is no file to read, or a folder that may not be listed."""
        if sum(1 for _ in self._read()):
            return
        left = ", ".join(f"{suffix} {number}" for suffix, number in self.ignored().items()) or "no file at all"
        known = ", ".join(suffix for format in FORMATS.values() for suffix in format.suffixes)
        raise InputError(
            f"no file that can be read; there are: {left}; read are: {known}", shown_path(self.source.path)
        )

    def _read(self) -> Iterator[tuple[InputFile, Format]]:
        """The files that are read, each with its format."""
        for file in self.place.files():
            if self.source.format or self.place.kind == "file":
                yield file, find_format(self.source.format, file.path)
            elif format := format_of_suffix(file.path):
                yield file, format

    def _documents(self) -> Iterator[tuple[str, Document | InputError]]:
        for file, format in self._read():
            origin = Origin(file.name, self._stem(file), self.source.text_column, self.source.id_column)
            for found in read_opened(file.open, format, compression_of(file.path), origin):
                yield found.id if isinstance(found, Document) else id_of_error(found, origin), found

    def _stem(self, file: InputFile) -> str:
        return file.path if self.place.kind == "folder" else PurePosixPath(without_compression(file.path)).stem


def shown_path(path: str) -> str:
    """What the user named, as messages and records name it: ``./news/`` as ``news``, a URL without keys in it."""
    return shown(path) if "://" in path else str(PurePath(path))


def id_of_error(error: InputError, origin: Origin) -> str:
    """The record's own identifier, else the file's and the line as a good record there would have."""
    line = (error.where or "").removeprefix(origin.name)
    return error.id or (origin.stem + line if re.fullmatch(r":\d+", line) else origin.stem)


def hashed(file: InputFile) -> tuple[str, int]:
    """A digest of the content of ``file``, which is read for it, and its size in bytes."""
    digest = hashlib.blake2b(digest_size=16)
    size = 0
    try:
        with file.open() as opened:
            while block := opened.read(_BLOCK):
                digest.update(block)
                size += len(block)
    except OSError as error:
        # It may not be read, and becomes a record that says so; a run that finds it readable is another run.
        return f"unreadable: {type(error).__name__}", 0
    return digest.hexdigest(), size


def _suffix(path: str) -> str:
    name = PurePosixPath(path)
    unpacked = PurePosixPath(without_compression(name.name))
    return (unpacked.suffix + name.name[len(unpacked.name) :]).lower() or "no suffix"
