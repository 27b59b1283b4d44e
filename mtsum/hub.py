"""Where a model's files are: shipped with mtsum, put or pulled into mtsum's home, or in the Hugging Face cache.

``locate`` looks on this machine only and never opens a socket; ``pull`` is the one function that downloads. Files whose
SHA-256 is known (shipped models, and pulled ones by the lock written then) are checked before use; a stamp with each
file's size and modification time spares hashing them again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from mtsum.errors import ModelBroken, ModelNotFound, UsageError
from mtsum.registry import ModelEntry, models_directory

LOCK_FILE = "mtsum-revision.json"

_WEIGHTS = (
    "model.bin",  # CTranslate2
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
# What a seq2seq model needs to run; other frameworks' weights (TensorFlow, Flax, ONNX, Marian .npz) are left there.
_NEEDED_SUFFIXES = (".json", ".model", ".spm", ".txt")
_SETTLED = 2_000_000_000  # nanoseconds after which a file counts as no longer being written
_OFFLINE_VARIABLES = ("MTSUM_OFFLINE", "HF_HUB_OFFLINE")


def is_offline(offline: bool = False) -> bool:
    """Whether the network is off: by the caller's ``offline``, ``MTSUM_OFFLINE`` or ``HF_HUB_OFFLINE``."""
    return offline or any(
        os.environ.get(variable, "").strip().casefold() in ("1", "true", "yes", "on") for variable in _OFFLINE_VARIABLES
    )


def home() -> Path:
    """The directory for pulled models and stamps: ``$MTSUM_HOME``, else the user's cache directory."""
    if chosen := os.environ.get("MTSUM_HOME"):
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("mtsum"))


def directory_for(entry: ModelEntry) -> Path:
    """Where ``entry``'s files belong, whether or not they are there: where a copy may be put by hand."""
    if entry.path is not None:
        return models_directory() / entry.path  # an absolute path (a local directory) stays itself
    return home() / "models" / entry.alias


def find(entry: ModelEntry) -> Path | None:
    """The directory on this machine that holds ``entry``'s files, unchecked; None where there is none."""
    places = [directory_for(entry)]
    if entry.repository is not None and (cached := _hugging_face_snapshot(entry)) is not None:
        places.append(cached)
    return next((place for place in places if _holds_model(place)), None)


def locate(entry: ModelEntry, offline: bool = False) -> Path:
    """The checked directory of ``entry``'s files. Never opens a socket.

    Raises ``ModelNotFound`` with what to run and where to put a copy, ``ModelBroken`` for files that fail a checksum.
    """
    directory = find(entry)
    if directory is None:
        raise ModelNotFound(_how_to_get(entry, offline))
    _check(directory, _expected(entry, directory), stamped=True)
    return directory


def verify(entry: ModelEntry) -> int:
    """Hash every file of ``entry`` whose checksum is known and return how many there were.

    Raises ``ModelBroken`` naming the file that is missing or differs, or where no checksum is known at all;
    ``ModelNotFound`` where the model is not on this machine.
    """
    directory = find(entry)
    if directory is None:
        raise ModelNotFound(_how_to_get(entry, offline=False))
    expected = _expected(entry, directory)
    if not expected:
        raise ModelBroken(
            f"{entry.alias}: no checksums are known for {directory}: shipped models have theirs in models.toml, "
            f"pulled ones in {LOCK_FILE}"
        )
    _check(directory, expected, stamped=False)
    return len(expected)


def checksums_of(directory: Path) -> dict[str, str]:
    """SHA-256 of every file of a model directory, by file name (``/``-separated path), sorted; the lock left out."""
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    names = {path.relative_to(directory).as_posix(): path for path in files if path.name != LOCK_FILE}
    # The client's bookkeeping is left out; mtsum's home itself may lie in a folder called .cache.
    return {name: _sha256(path) for name, path in names.items() if not name.startswith(".cache/")}


def content_digest(directory: Path) -> str:
    """One SHA-256 over the names and contents of all files in a model directory, cards and licences aside.

    A file unchanged since it was last hashed (size, times and inode) is not read again, so that a model of gigabytes is
    read once and not at every start. Raises ``ModelBroken`` for a directory that cannot be read.
    """
    stamp_file = _stamp_file(directory, "-content")
    stamps: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        stamps = json.loads(stamp_file.read_text(encoding="utf-8"))
    kept: dict[str, list[object]] = {}
    digest = hashlib.sha256()
    now = time.time_ns()
    try:
        for path in sorted(path for path in directory.rglob("*") if path.is_file()):
            name, status = path.relative_to(directory).as_posix(), path.stat()
            if name in ("LICENSE", LOCK_FILE) or name.endswith(".md") or name.startswith(".cache/"):
                continue
            state = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
            known = stamps.get(name, [])
            checksum = known[-1] if known[:-1] == state else _sha256(path)
            digest.update(f"{name}\0{checksum}\n".encode())
            # A file written just now may be written once more within the clock's tick: it is hashed again next time.
            if now - status.st_ctime_ns > _SETTLED:
                kept[name] = [*state, checksum]
    except OSError as problem:
        raise ModelBroken(f"{problem.filename or directory}: cannot be read: {problem.strerror}") from problem
    if kept != stamps:
        _write_quietly(stamp_file, json.dumps(kept))
    return digest.hexdigest()


def pull(entry: ModelEntry, revision: str | None = None, offline: bool = False) -> Path:
    """Download ``entry`` at ``revision`` (its own by default) into mtsum's home and return the directory.

    Only safetensors weights are taken where the repository has them. The commit and every file's SHA-256 are recorded
    in ``mtsum-revision.json``; the files appear under their final name only when all are there and match what the Hub
    says. Raises ``UsageError`` for a model that is not downloaded, ``ModelNotFound`` without network or repository,
    ``ModelBroken`` for a download that does not match.
    """
    if entry.repository is None:
        raise UsageError(f"{entry.alias} is {'shipped with mtsum' if entry.shipped else 'a local directory'}: no pull")
    if is_offline(offline):
        raise ModelNotFound(_how_to_get(entry, offline=True))
    target = directory_for(entry)
    partial = target.with_name(f"{target.name}.partial")
    revision = revision or entry.revision or "main"
    try:
        commit, published = _download(entry.repository, revision, partial)
    # The client raises a dozen unrelated types (its own, httpx's, OSError); each means that the files did not come.
    except Exception as problem:
        raise ModelNotFound(
            f"{entry.alias}: {entry.repository} at {revision} could not be downloaded: {_first_line(problem)}\n"
            f"Try again where there is network (what came is kept), or copy the repository's files to {target}"
        ) from problem
    checksums = checksums_of(partial)
    for name, digest in published.items():
        if name not in checksums or digest not in (None, checksums[name]):
            raise ModelBroken(
                f"{partial / name}: missing or not what the Hub publishes; delete {partial} and pull again"
            )
    lock = {"repository": entry.repository, "revision": revision, "commit": commit, "files": checksums}
    (partial / LOCK_FILE).write_text(json.dumps(lock, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(partial / ".cache", ignore_errors=True)  # the client's bookkeeping for resuming
    if target.exists():
        shutil.rmtree(target)
    partial.rename(target)
    return target


def resolved_revision(entry: ModelEntry, directory: Path) -> str | None:
    """The commit that the files in ``directory`` are of: by the lock of the pull, else the entry's pinned revision."""
    return cast("str | None", _lock(directory).get("commit")) or entry.revision


def wanted_files(names: Sequence[str]) -> list[str]:
    """Of a repository's files, those that mtsum downloads: tokenizer, configuration and one set of PyTorch weights."""
    top = [name for name in names if "/" not in name]
    weights = [
        name for name in top if name.startswith("model") and name.endswith((".safetensors", ".safetensors.index.json"))
    ]
    if not weights:
        weights = [
            name for name in top if name.startswith("pytorch_model") and name.endswith((".bin", ".bin.index.json"))
        ]
    others = [name for name in top if name.endswith(_NEEDED_SUFFIXES) and not name.endswith(".index.json")]
    return sorted({*weights, *others, *(name for name in top if name in ("README.md", "LICENSE"))})


def _download(repository: str, revision: str, directory: Path) -> tuple[str, dict[str, str | None]]:
    """Fetch the wanted files; the commit they are of and, by file name, the SHA-256 the Hub publishes (None: none)."""
    import huggingface_hub

    endpoint = os.environ.get("HF_ENDPOINT")
    # token=False: all models of the registry are public, so no credential of the user's is read or sent.
    api = huggingface_hub.HfApi(endpoint=endpoint, token=False, library_name="mtsum")
    info = api.model_info(repository, revision=revision, files_metadata=True)
    siblings = {sibling.rfilename: sibling for sibling in info.siblings or []}
    wanted = wanted_files(list(siblings))
    if info.sha is None or not any(name.startswith(("model", "pytorch_model")) for name in wanted):
        raise FileNotFoundError("the repository holds no PyTorch weights")
    huggingface_hub.snapshot_download(
        repository,
        revision=info.sha,
        local_dir=directory,
        allow_patterns=wanted,
        token=False,
        endpoint=endpoint,
        library_name="mtsum",
    )
    # The client drops files that a former, interrupted pull left and this revision does not have.
    for path in directory.iterdir():
        if path.is_file() and path.name not in wanted:
            path.unlink()
    large = {name: siblings[name].lfs for name in wanted}  # only files in large file storage have a published SHA-256
    return info.sha, {name: stored.sha256 if stored else None for name, stored in large.items()}


def _holds_model(directory: Path) -> bool:
    return (directory / "config.json").is_file() and any((directory / name).is_file() for name in _WEIGHTS)


def _hugging_face_snapshot(entry: ModelEntry) -> Path | None:
    """``entry`` in the cache that transformers and huggingface_hub share, at the pinned revision, where it is there."""
    base = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface").expanduser()
    cache = Path(os.environ.get("HF_HUB_CACHE") or base / "hub").expanduser()
    folder = cache / f"models--{cast(str, entry.repository).replace('/', '--')}"
    revision = entry.revision or "main"
    with contextlib.suppress(OSError):
        revision = (folder / "refs" / revision).read_text(encoding="utf-8").strip()
    snapshot = folder / "snapshots" / revision
    return snapshot if snapshot.is_dir() else None


def _how_to_get(entry: ModelEntry, offline: bool) -> str:
    target = directory_for(entry)
    if entry.local:
        return f"{target}: no model there: it needs a config.json and one of {', '.join(_WEIGHTS)}"
    if entry.shipped:
        return (
            f"{entry.alias}: the shipped model is missing from {target}; reinstall mtsum, or in a clone run "
            f"`git checkout -- models/{entry.path}`"
        )
    where = "offline: run it where there is network" if is_offline(offline) else "needs network"
    return (
        f"{entry.alias} is not on this machine. Run `mtsum models pull {entry.alias}` ({where}; about "
        f"{_size(entry.size_mb)}, licence {entry.licence}), or put the files of {entry.repository} "
        f"(revision {entry.revision}) in {target}"
    )


def _size(megabytes: float) -> str:
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes:.0f} MB"


def _lock(directory: Path) -> dict[str, Any]:
    try:
        return cast("dict[str, Any]", json.loads((directory / LOCK_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise ModelBroken(f"{directory / LOCK_FILE}: cannot be read: {problem}; pull the model again") from problem


def _expected(entry: ModelEntry, directory: Path) -> Mapping[str, str]:
    if entry.checksums:
        return entry.checksums
    lock = _lock(directory)
    # A lock of another commit than the registry's pin is the user's own choice (`pull --revision`): held to its files.
    return cast("Mapping[str, str]", lock.get("files", {}))


def _check(directory: Path, expected: Mapping[str, str], stamped: bool) -> None:
    """Compare each file with its checksum; with ``stamped``, one unchanged since it last passed is spared."""
    if not expected:
        return
    stamp_file = _stamp_file(directory)
    stamps: dict[str, Any] = {}
    if stamped:
        with contextlib.suppress(OSError, ValueError):
            stamps = json.loads(stamp_file.read_text(encoding="utf-8"))
    passed: dict[str, list[object]] = {}
    for name, digest in expected.items():
        path = directory / name
        try:
            status = path.stat()
        except OSError as problem:
            raise ModelBroken(f"{path}: missing from the model; {_repair(directory)}") from problem
        passed[name] = [status.st_size, status.st_mtime_ns, status.st_ino, digest]
        if stamps.get(name) != passed[name] and _sha256(path) != digest:
            raise ModelBroken(f"{path}: its SHA-256 is not the recorded one (damaged or changed); {_repair(directory)}")
    if stamps != passed:
        _write_quietly(stamp_file, json.dumps(passed))


def _stamp_file(directory: Path, kind: str = "") -> Path:
    name = hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:24]
    return home() / "stamps" / f"{name}{kind}.json"


def _repair(directory: Path) -> str:
    return "pull it again" if (directory / LOCK_FILE).exists() else "restore the model's files"


def _write_quietly(file: Path, text: str) -> None:
    """Write ``file`` whole or not at all; where the home cannot be written, the check is only repeated next time."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(name, file)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _first_line(problem: Exception) -> str:
    lines = str(problem).strip().splitlines()
    return f"{type(problem).__name__}: {lines[0]}" if lines else type(problem).__name__
