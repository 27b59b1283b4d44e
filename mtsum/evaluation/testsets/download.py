"""Files over HTTP, resumed after a break, out of archives, and from the Hugging Face Hub."""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import IO

from mtsum.errors import InputError, InputUnreachable

_BLOCK = 1 << 18
_TIMEOUT = 60
# Seconds to wait before trying again; after the last one the download has failed.
_WAITS: tuple[float, ...] = (1, 5)
# What trying again may mend: too many requests, and a server's own troubles.
_PASSING = {408, 429, 500, 502, 503, 504}


def fetch(url: str, target: Path) -> None:
    """Downloads ``url`` to ``target``, which appears whole; what came before a break is kept beside it and gone on with.

    Raises ``InputUnreachable`` where network or server fail.
    """
    partial = target.with_name(f"{target.name}.part")
    for wait in (*_WAITS, None):
        try:
            _go_on(url, partial)
            os.replace(partial, target)
            return
        except urllib.error.HTTPError as problem:
            # What is kept is no beginning of the file that is there now.
            if problem.code == 416:
                partial.unlink(missing_ok=True)
            elif problem.code not in _PASSING or wait is None:
                raise InputUnreachable(f"{url}: the server answers {problem.code} {problem.reason}") from problem
        except (OSError, http.client.HTTPException) as problem:
            if wait is None:
                reason = getattr(problem, "reason", None) or problem
                raise InputUnreachable(f"{url}: cannot be downloaded: {reason}; what came is kept") from problem
        if wait is None:
            raise InputUnreachable(f"{url}: the server refuses to send the file from its beginning")
        time.sleep(wait)


def fetch_from_hub(repository: str, file: str, revision: str, target: Path) -> str:
    """Downloads ``file`` of a data set on the Hugging Face Hub to ``target`` and returns the commit that it is of.

    The SHA-256 that the Hub publishes for large files is checked. Raises ``InputUnreachable``.
    """
    import huggingface_hub

    endpoint = os.environ.get("HF_ENDPOINT")
    try:
        # token=False: the sets are public, so no credential of the user's is read or sent.
        api = huggingface_hub.HfApi(endpoint=endpoint, token=False, library_name="mtsum")
        info = api.dataset_info(repository, revision=revision, files_metadata=True)
        commit = info.sha or revision
        got = huggingface_hub.hf_hub_download(
            repository,
            file,
            repo_type="dataset",
            revision=commit,
            local_dir=target.parent / "hub",
            token=False,
            endpoint=endpoint,
            library_name="mtsum",
        )
    # The client raises a dozen unrelated types (its own, httpx's, OSError); each means that the file did not come.
    except Exception as problem:
        first = str(problem).strip().splitlines() or [type(problem).__name__]
        raise InputUnreachable(f"{repository} at {revision}: {file} cannot be downloaded: {first[0]}") from problem
    published = next((s.lfs.sha256 for s in info.siblings or [] if s.rfilename == file and s.lfs), None)
    if published is not None and sha256_of(Path(got)) != published:
        Path(got).unlink()
        raise InputError(f"{repository} at {commit}: {file} is not what the Hub publishes; pull again")
    os.replace(got, target)
    return commit


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file. Raises ``InputError`` where it can't be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as problem:
        raise InputError(f"cannot be read: {problem.strerror}", str(path)) from problem


def unpack(archive: Path, member: str, target: Path) -> None:
    """Writes the one ``member`` of a tar or zip ``archive`` to ``target``; nothing else in it is touched.

    A leading ``./`` of the archive's names does not count. Raises ``InputError`` for an archive that is damaged or
    lacks the member.
    """
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as file:
                name = _member(file.namelist(), member, archive)
                with file.open(name) as stream:
                    _copy(stream, target)
            return
        with tarfile.open(archive) as tar:
            name = _member(tar.getnames(), member, archive)
            content = tar.extractfile(name)
            if content is None:
                raise InputError(f"{member} in it is no file", str(archive))
            _copy(content, target)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as problem:
        with suppress(OSError):
            archive.unlink()  # so that the next pull gets it again
        raise InputError(f"a damaged archive ({problem}); pull again", str(archive)) from problem


def _go_on(url: str, partial: Path) -> None:
    """Adds to ``partial`` what of ``url`` is missing from it; from the beginning where the server knows no ranges."""
    have = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(url, headers={"User-Agent": "mtsum", "Accept-Encoding": "identity"})
    tag = partial.with_name(f"{partial.name}.etag")
    if have:
        request.add_header("Range", f"bytes={have}-")
        if tag.exists():
            # Without the same tag the server sends the whole: halves of two versions never meet.
            request.add_header("If-Range", tag.read_text(encoding="utf-8"))
        else:
            request.remove_header("Range")
            have = 0
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:
        goes_on = have and response.status == 206
        if not goes_on:
            tag.unlink(missing_ok=True)
            if response.headers.get("ETag") and not response.headers["ETag"].startswith("W/"):
                tag.write_text(response.headers["ETag"], encoding="utf-8")
        expected = response.headers.get("Content-Length")
        came = 0
        with partial.open("ab" if goes_on else "wb") as stream:
            while block := response.read(_BLOCK):
                stream.write(block)
                came += len(block)
    if expected is not None and came != int(expected):
        raise http.client.IncompleteRead(b"", int(expected) - came)
    tag.unlink(missing_ok=True)


def _member(names: list[str], wanted: str, archive: Path) -> str:
    for name in names:
        if str(PurePosixPath(name)) == wanted:
            return name
    raise InputError(f"has no {wanted} in it", str(archive))


def _copy(stream: IO[bytes], target: Path) -> None:
    with target.open("wb") as out:
        shutil.copyfileobj(stream, out)
