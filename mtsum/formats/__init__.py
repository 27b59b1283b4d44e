"""Readers of txt, Markdown, HTML, docx, JSON lines, CSV, TSV and Parquet, chosen by file suffix or by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from mtsum.errors import InputError
from mtsum.formats import docx, html, jsonl, markdown, parquet, tables, txt
from mtsum.formats.base import FORMATS, Block, Document, Format, Origin, find_format, format_of_suffix
from mtsum.formats.compression import compression_of, unpacked, without_compression

__all__ = [
    "FORMATS",
    "Block",
    "Document",
    "Format",
    "Origin",
    "find_format",
    "format_of_suffix",
    "read_documents",
    "read_opened",
]
_READERS = (docx, html, jsonl, markdown, parquet, tables, txt)  # importing them has registered their readers

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

    A file whose name ends in ``.gz`` or ``.zst`` is unpacked as it is read. What cannot be read is yielded as an
    ``InputError`` in its place: the file, or the one bad record of a file of many. Raises ``UsageError`` for an unknown
    ``format``.
    """
    if path == "-":
        origin = Origin(STDIN, STDIN, text_column, id_column)
        return read_opened(lambda: _standard(stdin), find_format(format, None), None, origin)
    origin = Origin(path, Path(without_compression(path)).stem, text_column, id_column)
    return read_opened(lambda: _open(path), find_format(format, path), compression_of(path), origin)


def read_opened(
    open_file: Callable[[], AbstractContextManager[BinaryIO]], format: Format, compression: str | None, origin: Origin
) -> Iterator[Document | InputError]:
    """The documents in what ``open_file`` opens, a file in ``format`` and packed as ``compression`` says (or ``None``).

    It is opened when the first document is asked for; errors are yielded as ``read_documents`` does.
    """
    name = origin.name
    try:
        with open_file() as file:
            yield from format.read(unpacked(file, compression, name), origin)
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


def _open(path: str) -> AbstractContextManager[BinaryIO]:
    if "\0" in path:
        raise InputError("no path may hold a NUL character", repr(path))
    return open(path, "rb")


def _standard(stdin: BinaryIO | None) -> AbstractContextManager[BinaryIO]:
    if stdin is None:
        raise InputError("no standard input was given", STDIN)
    return nullcontext(stdin)
