"""Readers of txt, Markdown, HTML, docx, JSON lines, CSV and TSV, chosen by file suffix or by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from mtsum.errors import InputError
from mtsum.formats import docx, html, jsonl, markdown, tables, txt
from mtsum.formats.base import FORMATS, Block, Document, Format, Origin, find_format

__all__ = ["FORMATS", "Block", "Document", "Format", "Origin", "find_format", "read_documents"]
_READERS = (docx, html, jsonl, markdown, tables, txt)  # importing them has registered their readers

STDIN = "stdin"


def read_documents(
    path: str,
    *,
    format: str | None = None,
    text_column: str = "text",
    id_column: str = "id",
    stdin: BinaryIO | None = None,
) -> Iterator[Document | InputError]:
    """The documents of the file ``path``, or of ``stdin`` where ``path`` is ``-``, as they are read.

    What cannot be read is yielded as an ``InputError`` in its place: the file, or the one bad record of a file of many.
    Raises ``UsageError`` for an unknown ``format``.
    """
    chosen = find_format(format, None if path == "-" else path)
    name = STDIN if path == "-" else path
    origin = Origin(name, STDIN if path == "-" else Path(path).stem, text_column, id_column)
    try:
        with _open(path, stdin) as file:
            yield from chosen.read(file, origin)
    except InputError as error:
        yield error
    except FileNotFoundError:
        yield InputError("no such file", name)
    except IsADirectoryError:
        yield InputError("is a directory; name the files in it", name)
    except PermissionError:
        yield InputError("may not be read (permission denied)", name)
    except OSError as error:
        yield InputError(f"cannot be read ({error.strerror or error})", name)


def _open(path: str, stdin: BinaryIO | None) -> AbstractContextManager[BinaryIO]:
    if "\0" in path:
        raise InputError("no path may hold a NUL character", repr(path))
    if path != "-":
        return open(path, "rb")
    if stdin is None:
        raise InputError("no standard input was given", STDIN)
    return nullcontext(stdin)
