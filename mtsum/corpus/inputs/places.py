"""Where the files of an input are: on this machine's disks, or wherever fsspec reaches. Listed in a stable order."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol

from mtsum.errors import InputError, InputUnreachable, UsageError

# Errors on opening a file that say nothing about the file: the disk or share is gone, or this process is short of something.
_GONE = {
    errno.EIO,
    errno.ESTALE,
    errno.ENOTCONN,
    errno.ETIMEDOUT,
    errno.EHOSTDOWN,
    errno.ENODEV,
    errno.ENXIO,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
}


@dataclass(frozen=True)
class InputFile:
    """One file of an input.

    ``name`` stands for it in messages. ``path`` is its path below the input's folder, ``/`` between its parts, or the
    file's own name where the input is that file. ``size`` is in bytes, ``None`` where it is not known. ``mark`` asks a
    remote store what it knows of the content (a checksum, an etag); ``None`` where the content is near enough to hash.
    """

    name: str
    path: str
    size: int | None
    open: Callable[[], AbstractContextManager[BinaryIO]]
    mark: Callable[[], str] | None = None


class Place(Protocol):
    """A file, or a folder of files."""

    @property
    def kind(self) -> Literal["file", "folder"]:
        """Which of the two."""

    def files(self) -> Iterator[InputFile]:
        """Every file that is not hidden, sorted by the parts of its path; names of one folder at a time are held."""


@dataclass(frozen=True)
class LocalFile:
    """A file of this machine."""

    path: Path
    kind: Literal["file", "folder"] = "file"

    def files(self) -> Iterator[InputFile]:
        """The one file."""
        yield _local(str(self.path), self.path.name, self.path.stat().st_size)


@dataclass(frozen=True)
class LocalFolder:
    """A folder of this machine; links in it are followed, but not back to a folder they stand in."""

    path: Path
    kind: Literal["file", "folder"] = "folder"

    def files(self) -> Iterator[InputFile]:
        """Its files, at any depth. Raises ``InputError`` for a folder that may not be listed."""
        yield from self._walk(self.path, "", (self.path.resolve(),))

    def _walk(self, folder: Path, prefix: str, above: tuple[Path, ...]) -> Iterator[InputFile]:
        try:
            names = sorted(entry.name for entry in os.scandir(folder) if not hidden(entry.name))
        except OSError as error:
            raise InputError(f"this folder cannot be listed ({error.strerror or error})", str(folder)) from error
        for name in names:
            path = folder / name
            if not path.is_dir():
                size = path.stat().st_size if path.exists() else None  # a link to nothing: reading it says so
                yield _local(str(path), prefix + name, size)
            elif (real := path.resolve()) not in above:
                yield from self._walk(path, f"{prefix}{name}/", (*above, real))


def local_place(path: str) -> Place:
    """The file or folder at ``path``. Raises ``InputError`` where there is none, ``UsageError`` for a pipe."""
    if path == "-":
        raise UsageError("standard input can be read only once; a run that may be resumed needs a file")
    found = Path(path)
    if "\0" in path or not found.exists():
        raise InputError("no such file or folder", path.replace("\0", "\\0"))
    if not found.is_dir() and not found.is_file():
        raise UsageError(f"{path}: a pipe or device can be read only once; a run that may be resumed needs a file")
    return LocalFolder(found) if found.is_dir() else LocalFile(found)


def hidden(name: str) -> bool:
    """Whether a file or folder of this name is left out: hidden, or the lock file of an open Word document."""
    return name.startswith((".", "~$"))


def _local(name: str, path: str, size: int | None) -> InputFile:
    return InputFile(_printable(name), _printable(path), size, lambda: io.BufferedReader(_DiskFile(name)))


class _DiskFile(io.FileIO):
    """A file of a disk, or a share, that may be gone in the middle of a run: that makes no bad records."""

    def __init__(self, path: str) -> None:
        try:
            super().__init__(path)
        except OSError as error:
            if error.errno in _GONE:
                raise InputUnreachable(_unreadable(path, error)) from error
            raise

    def readinto(self, buffer: Any) -> int | None:
        try:
            return super().readinto(buffer)
        except OSError as error:
            raise InputUnreachable(_unreadable(str(self.name), error)) from error

    def readall(self) -> bytes:
        try:
            return super().readall() or b""
        except OSError as error:
            raise InputUnreachable(_unreadable(str(self.name), error)) from error


def _unreadable(path: str, error: OSError) -> str:
    return f"{_printable(path)}: cannot be read for now ({error.strerror}); start again to go on"


def _printable(name: str) -> str:
    """A file name whose bytes are no UTF-8 with those bytes as ``\\xNN``, so that records can hold it."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
