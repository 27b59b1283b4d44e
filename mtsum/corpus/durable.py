"""Files that are there whole or not at all, also after a power cut."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

# A neighbour that did not get its name: what an interrupted process leaves, and the next one deletes.
UNFINISHED = ".unfinished"


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A neighbour of ``path`` to write to, which takes its name when the block ends well and goes when it does not."""
    neighbour = path.with_name(f".{path.name}{UNFINISHED}")
    try:
        yield neighbour
        _sync(neighbour)
        os.replace(neighbour, path)
    except BaseException:
        with suppress(OSError):
            neighbour.unlink()
        raise
    _sync(path.parent)


def write_json(path: Path, value: Any) -> None:
    """``value`` as a JSON file for people to read too."""
    with appearing(path) as neighbour:
        neighbour.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def delete_unfinished(folder: Path) -> None:
    """Deletes what interrupted processes left in ``folder``."""
    for path in folder.glob(f".*{UNFINISHED}"):
        path.unlink()


def _sync(path: Path) -> None:
    """Has the file, or the names in the folder, written to the disk and not only handed to the system."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
