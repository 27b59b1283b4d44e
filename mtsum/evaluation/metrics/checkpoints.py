"""Where a neural metric's checkpoint is, and what tells it from another. No socket is ever opened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from mtsum.errors import ModelNotFound


def find_checkpoint(name: str) -> Path:
    """The file or directory ``name``, else the snapshot of that repository in the Hugging Face cache.

    Raises ``ModelNotFound``, saying how to fetch it.
    """
    if Path(name).exists():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError):
        raise ModelNotFound(
            f"the checkpoint {name} is neither a path nor in the Hugging Face cache; fetch it once with "
            f"`hf download {name}`, or give the path of a copy"
        ) from None


def checkpoint_digest(files: Iterable[Path]) -> str:
    """Twelve hexadecimal digits of the SHA-256 of the files' contents, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda path: path.name):
        digest.update(path.name.encode() + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]
