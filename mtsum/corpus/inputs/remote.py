"""Files that fsspec reaches by URL: object stores (s3://, gs://, abfs://), web servers, sftp and others."""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, Literal, cast
from urllib.parse import unquote, urlsplit

from mtsum.corpus.inputs.places import InputFile, Place, hidden, local_place
from mtsum.errors import InputError, InputUnreachable, UsageError

_BLOCK = 1 << 16
# What is fetched from a store at a time; some fetch 50 MB when they are not told.
_FETCHED = 1 << 22
# A read that fails is tried again after these many seconds; stores with a client of their own try more often by themselves.
_WAITS = (1, 4)
# What stores call the checksum of a file, those of the content alone first.
_CHECKSUMS = (
    "md5Hash",
    "md5",
    "Content-MD5",
    "Digest",
    "crc32c",
    "CRC",
    "blob_id",
    "checksum",
    "ETag",
    "etag",
    "Last-Modified",
)


def remote_place(url: str, offline: bool = False) -> Place:
    """The file or folder at ``url``; a web address is a folder where it ends in ``/``.

    Raises ``UsageError`` for a kind of URL that is not known, lacks its driver or needs a network while ``offline``,
    ``InputError`` where there is nothing, ``InputUnreachable`` when the server cannot be asked.
    """
    protocol = url.partition("://")[0].lower()
    if protocol in ("file", "local"):
        return local_place(unquote(url.partition("://")[2]))
    if offline and _needs_network(url):
        raise UsageError(f"{shown(url)}: needs the network, and --offline forbids it; copy it to this machine first")
    files, root = _open_store(url, protocol)
    if protocol in ("http", "https") and "::" not in url:
        folder = urlsplit(url).path.endswith("/")
        _asked(partial(files.ls if folder else files.info, root), url)
    else:
        folder = _asked(partial(files.info, root), url)["type"] == "directory"
    if not folder:
        return RemoteFile(url, files, root)
    place = RemoteFolder(url, files, root)
    if {"dataset_dict.json", "dataset_info.json"} & set(place.names()):
        raise UsageError(f"{shown(url)}: a saved data set is read from a disk only; copy it to this machine first")
    return place


def shown(url: str) -> str:
    """``url`` for messages and records: without user, password and query, which may hold a key."""
    return re.sub(r"\?(?:(?!::)[^\s'\")])*", "", re.sub(r"(?<=//)[^/@\s]*@", "", url))


@dataclass(frozen=True)
class RemoteFile:
    """The file ``path`` of the store ``store`` (an fsspec file system), which the user named as ``url``."""

    url: str
    store: Any
    path: str
    kind: Literal["file", "folder"] = "file"

    def files(self) -> Iterator[InputFile]:
        """The one file."""
        info = _asked(partial(self.store.info, self.path), self.url)
        path = urlsplit(self.path).path if _is_web(self.store) else self.path
        yield _remote(self.store, self.path, shown(self.url), _last_part(self.store, path), info)


@dataclass(frozen=True)
class RemoteFolder:
    """All files below ``path`` of the store ``store``, which the user named as ``url``."""

    url: str
    store: Any
    path: str
    kind: Literal["file", "folder"] = "folder"

    def files(self) -> Iterator[InputFile]:
        """Its files, at any depth."""
        yield from self._walk(self.path, "")

    def names(self) -> list[str]:
        """The names of what stands directly in it."""
        return [name for name, _ in self._entries(self.path)]

    def _walk(self, folder: str, prefix: str) -> Iterator[InputFile]:
        for name, entry in self._entries(folder):
            if hidden(name):
                continue
            if entry["type"] == "directory":
                yield from self._walk(entry["name"], f"{prefix}{name}/")
            else:
                path = prefix + name
                yield _remote(self.store, entry["name"], f"{shown(self.url).rstrip('/')}/{path}", path, entry)

    def _entries(self, folder: str) -> list[tuple[str, dict[str, Any]]]:
        """What stands directly in ``folder``: names and what the store says of each, sorted."""
        listed = _asked(partial(self.store.ls, folder, detail=True), self.url)
        self.store.invalidate_cache()  # else a store's listing of all its folders is held to the end
        here = folder.rstrip("/")
        below = f"{here}/" if here else ""
        # Stores list a folder's own empty mark in it.
        entries = [entry for entry in listed if entry["name"].startswith(below) and entry["name"].rstrip("/") != here]
        if _is_web(self.store):
            # Pages link to themselves in another order, and to places on a page.
            entries = [entry for entry in entries if not re.search("[?#]", entry["name"])]
        return sorted(
            ((_last_part(self.store, entry["name"]), entry) for entry in entries),
            key=lambda found: (found[0], found[1]["type"], found[1]["name"]),
        )


def _needs_network(url: str) -> bool:
    """Whether a chain of URLs (``zip://::corpus.zip``) ends anywhere but on this machine."""
    protocol, colon, _ = url.rpartition("::")[2].partition("://")
    return bool(colon) and protocol not in ("file", "local", "memory")


def _remote(store: Any, path: str, name: str, shown_path: str, info: dict[str, Any]) -> InputFile:
    return InputFile(name, shown_path, info.get("size"), partial(_open, store, path, name), _mark(store, path, info))


def _mark(store: Any, path: str, info: dict[str, Any]) -> Callable[[], str] | None:
    """How to ask the store what it knows of the content; ``None`` for memory, whose content is at hand."""
    if _protocol(store) == "memory":
        return None

    def ask() -> str:
        known = info if any(info.get(key) for key in _CHECKSUMS) else _asked(partial(store.info, path), path)
        marks = [f"{key}={known[key]}" for key in _CHECKSUMS if known.get(key)]
        return " ".join([*marks[:1], f"size={known.get('size')}"])

    return ask


def _open_store(url: str, protocol: str) -> tuple[Any, str]:
    import fsspec
    from fsspec.core import url_to_fs
    from fsspec.registry import known_implementations

    options = {}
    if protocol in ("http", "https"):
        import aiohttp

        # A large file takes longer than aiohttp's five minutes in all; a server that falls silent is given up.
        patience = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=60)
        options = {"client_kwargs": {"timeout": patience, "trust_env": True}}
    try:
        return url_to_fs(url, **options)
    except ImportError as error:
        package = known_implementations.get(protocol, {}).get("class", "fsspec").partition(".")[0]
        remedy = f"pip install {package}" if package != "fsspec" else str(error)
        raise UsageError(f"{shown(url)}: {protocol}:// needs a driver that is not installed: {remedy}") from error
    except ValueError as error:
        if protocol not in fsspec.available_protocols():
            some = "s3, gs, abfs, https, sftp, hf, file"
            raise UsageError(f"{shown(url)}: no kind of URL is called {protocol}://; known are {some} ...") from error
        raise UsageError(f"{shown(url)}: not a URL that can be read ({error})") from error
    except Exception as error:
        raise InputUnreachable(f"{shown(url)}: {_reason(error)}") from error


def _asked(ask: Callable[[], Any], url: str) -> Any:
    """What ``ask`` gives, asked again where that may help; a store's errors as mtsum's own."""
    waits = list(_WAITS)
    while True:
        try:
            return ask()
        except Exception as error:
            own = _own_error(error, shown(url))
            if isinstance(own, InputError) or not waits:
                raise own from error
            time.sleep(waits.pop(0))


def _own_error(error: Exception, name: str) -> InputError | InputUnreachable:
    """What ``error`` of a store means for ``name``: nothing there, not allowed, or not now."""
    # fsspec calls every failure of a web server a missing file; what it came from tells.
    cause = error.__cause__ if isinstance(error, FileNotFoundError) else None
    status = getattr(cause or error, "status", None)
    if isinstance(error, FileNotFoundError | NotADirectoryError) and (cause is None or status in (404, 410)):
        return InputError("no such file or folder", name)
    if isinstance(error, PermissionError) or status in (401, 403):
        # Credentials run out while models work; what follows is no bad record.
        return InputUnreachable(
            f"{name}: may not be read ({_reason(cause or error)}); are the credentials set and valid?"
        )
    return InputUnreachable(f"{name}: cannot be read for now ({_reason(cause or error)}); start again to go on")


def _open(store: Any, path: str, name: str) -> AbstractContextManager[BinaryIO]:
    if _is_web(store) and not _asked(partial(_gives_ranges, store, path), name):
        return _asked(partial(_downloaded, store, path), name)
    file = _asked(partial(store.open, path, "rb", block_size=_FETCHED), name)
    return cast(BinaryIO, io.BufferedReader(_Patient(file, name), _BLOCK))


def _gives_ranges(store: Any, path: str) -> bool:
    """Whether the web server sends a part of a file when asked for one."""
    try:
        with store.open(path, "rb", block_size=1, cache_type="none") as file:
            file.seek(1)
            file.read(1)
        return True
    except ValueError:
        return False


def _downloaded(store: Any, path: str) -> BinaryIO:
    """A copy of the file, on this machine until it is closed: no server holds a connection open while models work."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    with store.open(path, "rb", block_size=0) as file:
        shutil.copyfileobj(file, copy, 1 << 20)
    copy.seek(0)
    return cast(BinaryIO, copy)


class _Patient(io.RawIOBase):
    """A remote file whose failing reads are tried again, and that must give as many bytes as it has."""

    def __init__(self, file: Any, name: str) -> None:
        self._file = file
        self._name = name
        self._size: int | None = getattr(file, "size", None)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        at = self._file.tell()
        data = _asked(lambda: self._read_at(at, len(buffer)), self._name)
        if not data and self._size is not None and at < self._size:
            raise InputUnreachable(
                f"{self._name}: broke off after {at:,} of {self._size:,} bytes; start again to go on"
            )
        buffer[: len(data)] = data
        return len(data)

    def _read_at(self, at: int, length: int) -> bytes:
        if self._file.tell() != at:
            self._file.seek(at)
        return self._file.read(length)


def _protocol(store: Any) -> str:
    return store.protocol if isinstance(store.protocol, str) else store.protocol[0]


def _is_web(store: Any) -> bool:
    return _protocol(store) in ("http", "https")


def _last_part(store: Any, path: str) -> str:
    last = path.rstrip("/").rpartition("/")[2]
    return (unquote(last) if _is_web(store) else last) or "input"


def _reason(error: BaseException) -> str:
    first = str(error).strip().partition("\n")[0]
    return shown(f"{type(error).__name__}: {first}" if first else type(error).__name__)
