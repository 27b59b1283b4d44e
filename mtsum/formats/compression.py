"""Compressed input: gzip and Zstandard files, told by the last suffix of their names, unpacked as they are read."""

from __future__ import annotations

import gzip
import io
import shlex
import zlib
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from mtsum.errors import InputError

# What is taken out of an archive at a time, in bytes. Where an archive breaks off, so much at most is lost before the
# break, so it is no larger than speed asks for.
_BLOCK = 1 << 14

# Suffix -> the command that unpacks such a file to stdout, for advice.
COMPRESSIONS = {".gz": "gzip -dc", ".zst": "zstd -dc"}


def compression_of(path: str) -> str | None:
    """The suffix in ``path`` that means compression (a key of ``COMPRESSIONS``); ``None`` where there is none."""
    suffix = PurePath(path).suffix.lower()
    return suffix if suffix in COMPRESSIONS else None


def without_compression(path: str) -> str:
    """``path`` less the suffix that means compression: ``news.jsonl.gz`` is read as ``news.jsonl``."""
    compression = compression_of(path)
    return path[: -len(compression)] if compression else path


def unpacked(file: BinaryIO, compression: str | None, name: str) -> BinaryIO:
    """What is in ``file``, compressed as ``compression`` says, as a stream that cannot be rewound.

    Reading it raises ``InputError``, with ``name`` and the last line there is, where the data break off or are damaged.
    """
    if compression is None:
        return file
    read = {".gz": _gzip, ".zst": _zstandard}[compression](file)
    return io.BufferedReader(_Unpacked(read, compression, name), _BLOCK)


def piped(command: str, path: str) -> str:
    """The shell command that feeds the file ``path``, unpacked where it is compressed, to ``command``."""
    compression = compression_of(path)
    unpack = f"{COMPRESSIONS[compression]} {shlex.quote(path)} | " if compression else ""
    return f"{unpack}{command}" if unpack else f"{command} {shlex.quote(path)}"


def _gzip(file: BinaryIO) -> Callable[[int], bytes]:
    # read1 gives what was unpacked before a break; read would lose it.
    return gzip.GzipFile(fileobj=file).read1


def _zstandard(file: BinaryIO) -> Callable[[int], bytes]:
    import pyarrow

    return cast(Any, pyarrow.CompressedInputStream(pyarrow.PythonFile(file, mode="r"), "zstd")).read


class _Unpacked(io.RawIOBase):
    """The bytes that ``read`` gives, its errors named as what they mean for an archive."""

    def __init__(self, read: Callable[[int], bytes], compression: str, name: str) -> None:
        self._read = read
        self._compression = compression
        self._name = name
        self._lines = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._read(len(buffer))
        except (EOFError, zlib.error, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # of the disk, not of what the archive holds
            what = f"damaged or cut off after line {self._lines}" if self._lines else "damaged or no such archive"
            raise InputError(f"the {self._compression} archive is {what} ({error})", self._name) from error
        self._lines += data.count(b"\n")
        buffer[: len(data)] = data
        return len(data)
