"""What a reader gives, what it is told, and the table of readers.

A reader is a function from an open binary file to documents. One for a format of a single document raises
``InputError``; one for a format of many records yields the error in the record's place and goes on.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import BinaryIO

from mtsum.documents import ParagraphKind
from mtsum.errors import InputError, UsageError
from mtsum.formats.compression import without_compression


@dataclass(frozen=True)
class Block:
    """A paragraph, heading or list item: ``text[start:end]`` of its document, markup before and after left out."""

    kind: ParagraphKind
    start: int
    end: int


@dataclass(frozen=True)
class Document:
    """A text with its paragraphs, before it is split into sentences.

    ``text`` is everything that was read, line ends included, and ``text.encode(encoding)`` the bytes of a text or
    Markdown file. ``hidden`` lists the spans of ``text`` inside blocks that are markup and no words, in order.
    ``id_given`` tells an identifier from the input from one made of the file's name. ``extra`` holds a record's other
    columns.
    """

    id: str
    text: str
    blocks: tuple[Block, ...]
    title: str | None = None
    name: str = ""
    encoding: str = "utf-8"
    hidden: tuple[tuple[int, int], ...] = ()
    id_given: bool = False
    extra: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """Where a file comes from and how to read its records: ``name`` for messages, ``stem`` for default identifiers."""

    name: str
    stem: str
    text_column: str = "text"
    id_column: str = "id"


Reader = Callable[[BinaryIO, Origin], Iterator[Document | InputError]]


@dataclass(frozen=True)
class Format:
    """A named format, the file suffixes that mean it, and its reader."""

    name: str
    suffixes: tuple[str, ...]
    read: Reader


FORMATS: dict[str, Format] = {}


def register(name: str, *suffixes: str) -> Callable[[Reader], Reader]:
    """Enter the decorated reader in the table as ``name``, for files that end in one of ``suffixes``."""

    def enter(read: Reader) -> Reader:
        FORMATS[name] = Format(name, suffixes, read)
        return read

    return enter


def find_format(name: str | None, path: str | None) -> Format:
    """The format called ``name`` (a suffix will do), else that of ``path``'s suffix, else plain text.

    Raises ``UsageError`` for a ``name`` that no format has.
    """
    if name is None:
        return format_of_suffix(path or "") or FORMATS["txt"]
    wanted = name.lower().lstrip(".")
    known = {**{suffix.lstrip("."): found for suffix, found in _by_suffix().items()}, **FORMATS}
    if wanted not in known:
        close = difflib.get_close_matches(wanted, known, n=1)
        meant = f" (did you mean {close[0]!r}?)" if close else ""
        raise UsageError(f"unknown input format {name!r}{meant}; known are: {', '.join(sorted(FORMATS))}")
    return known[wanted]


def format_of_suffix(path: str) -> Format | None:
    """The format that the suffix of ``path`` means, one of compression left out; ``None`` where it means none."""
    return _by_suffix().get(PurePath(without_compression(path)).suffix.lower())


def _by_suffix() -> dict[str, Format]:
    return {suffix: found for found in FORMATS.values() for suffix in found.suffixes}
