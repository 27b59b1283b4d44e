"""Downloading test sets once, and holding what was downloaded to its checksums ever after.

A file whose SHA-256 the registry knows must have it. Any other is trusted when it is first pulled: what came is recorded
in a lock beside the data, and both later use and a later pull are held to that.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mtsum.errors import InputError, InputUnreachable, UsageError
from mtsum.evaluation.testsets.download import fetch, fetch_from_hub, sha256_of, unpack
from mtsum.evaluation.testsets.registry import RemoteFile, SetEntry
from mtsum.hub import home, is_offline

LOCK_FILE = "mtsum-testset.json"


def directory_for(entry: SetEntry) -> Path:
    """Where ``entry`` lies once it has been pulled."""
    return home() / "testsets" / entry.name


def pulled(entry: SetEntry) -> Path | None:
    """The directory of ``entry``, if it has been pulled."""
    directory = directory_for(entry)
    return directory if (directory / LOCK_FILE).is_file() else None


def verify(entry: SetEntry) -> Mapping[str, str]:
    """The SHA-256 of each file of the pulled ``entry``, all found as recorded. Raises ``InputError`` where one is not."""
    directory = directory_for(entry)
    recorded = read_lock(entry)["files"]
    sums = {name: sha256_of(directory / name) for name in recorded}
    for name, said in recorded.items():
        if sums[name] != said["sha256"]:
            raise InputError(
                f"its SHA-256 is not the recorded one (damaged or changed); `mtsum testsets pull {entry.name} --force` "
                "gets it again",
                str(directory / name),
            )
    return sums


def read_lock(entry: SetEntry) -> dict[str, Any]:
    """What was recorded when ``entry`` was pulled. Raises ``InputError`` where it can't be read."""
    path = directory_for(entry) / LOCK_FILE
    try:
        lock: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not all("sha256" in said for said in lock["files"].values()):
            raise ValueError("a file without its checksum")
    except (OSError, ValueError, KeyError, AttributeError) as problem:
        raise InputError(f"cannot be read: {problem}; pull the test set again", str(path)) from problem
    return lock


def pull(entry: SetEntry, force: bool = False) -> Path:
    """Downloads ``entry`` into mtsum's home, unless it is there and as recorded, and returns its directory.

    What came before an interruption is kept and gone on with. The directory appears whole. With ``force`` it is
    downloaded again, and must be what it was. Raises ``UsageError`` for a set that is not published, ``InputUnreachable``
    for a network or server that fails, ``InputError`` for a file that is not what its checksum says.
    """
    if not entry.files:
        raise UsageError(
            f"{entry.name} is not published in this form: give a copy as --testset {entry.name}=PATH; "
            f"the whole is at {entry.source}"
        )
    target = directory_for(entry)
    known = read_lock(entry)["files"] if pulled(entry) else {}
    if known and not force:
        verify(entry)
        return target
    if is_offline():
        raise InputUnreachable(
            f"{entry.name}: offline (MTSUM_OFFLINE or HF_HUB_OFFLINE is set); pull where there is network"
        )
    partial = target.with_name(f".{entry.name}.partial")
    partial.mkdir(parents=True, exist_ok=True)
    files, revisions = {}, set()
    for file in entry.files:
        revision = _download(entry, file, partial)
        revisions |= {revision} - {None}
        files[file.name] = {"url": entry.url(file), "sha256": sha256_of(partial / file.name)}
    for name, said in known.items():
        if name in files and files[name]["sha256"] != said["sha256"]:
            raise InputError(
                f"{entry.url(_named(entry, name))} is not what it was when first pulled (SHA-256 {said['sha256']}, now "
                f"{files[name]['sha256']}); delete {target} to take the new one"
            )
    for leftover in partial.iterdir():
        if leftover.name not in files:
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    lock = {
        "name": entry.name,
        "revision": next(iter(revisions), entry.revision),
        "licence": entry.licence,
        "pulled": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": files,
    }
    (partial / LOCK_FILE).write_text(json.dumps(lock, indent=1) + "\n", encoding="utf-8")
    if target.exists():
        shutil.rmtree(target)
    partial.rename(target)
    return target


def _download(entry: SetEntry, file: RemoteFile, folder: Path) -> str | None:
    """Puts ``file`` into ``folder`` under its own name; the commit it is of, where that is only known now."""
    target = folder / file.name
    if file.repository is not None:
        commit = fetch_from_hub(file.repository, file.file or "", entry.revision or "main", target)
        _check(target, file.sha256, entry.url(file))
        return commit
    url = entry.url(file)
    if file.member is None:
        fetch(url, target)
        _check(target, file.sha256, url)
        return None
    archive = folder / f"archive-{hashlib.sha256(url.encode()).hexdigest()[:12]}-{url.rsplit('/', 1)[-1]}"
    if not archive.exists():
        fetch(url, archive)
    _check(archive, file.sha256, url)
    unpack(archive, file.member, target)
    return None


def _check(path: Path, sha256: str | None, url: str) -> None:
    if sha256 is None:
        return
    found = sha256_of(path)
    if found != sha256:
        path.unlink()  # so that the next pull does not go on with it
        raise InputError(
            f"{url}: its SHA-256 is {found}, not {sha256} as the registry has it: not the file that was meant"
        )


def _named(entry: SetEntry, name: str) -> RemoteFile:
    return next(file for file in entry.files if file.name == name)
