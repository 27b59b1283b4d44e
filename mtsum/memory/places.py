"""Where the memory lies, how large it may grow, and opening it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mtsum.errors import UsageError
from mtsum.hub import home

if TYPE_CHECKING:
    from mtsum.memory.corrections import CorrectionsOnly
    from mtsum.memory.store import TranslationMemory

DEFAULT_LIMIT = 2_000_000_000
LIMIT_VARIABLE = "MTSUM_MEMORY_LIMIT"
_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


def memory_path() -> Path:
    """The memory that is used unless another is named: a file in mtsum's home."""
    return home() / "memory.sqlite"


def open_memory(path: Path | None = None, limit: int | None = None) -> TranslationMemory:
    """The memory in the file ``path`` (None: ``memory_path()``), made now if it is not there.

    ``limit`` is the most bytes its file may hold; None is that of ``$MTSUM_MEMORY_LIMIT``, else 2 GB. Several processes
    may have it open, each opening it for itself; it must not lie on a network file system. Raises ``UsageError`` for a
    wrong limit and ``MemoryBroken`` for a file that cannot be opened.
    """
    from mtsum.memory.store import TranslationMemory

    return TranslationMemory(path or memory_path(), default_limit() if limit is None else limit)


def open_corrections(path: Path | None = None) -> CorrectionsOnly | None:
    """An editor's corrections in the memory at ``path``, to read and without its hypotheses; None without a file."""
    path = path or memory_path()
    # An empty file is one whose maker died before anything was in it.
    if not path.is_file() or not path.stat().st_size:
        return None
    from mtsum.memory.corrections import CorrectionsOnly
    from mtsum.memory.store import TranslationMemory

    return CorrectionsOnly(TranslationMemory(path, default_limit(), read_only=True))


def default_limit() -> int:
    """The limit in bytes that ``$MTSUM_MEMORY_LIMIT`` sets, else 2 GB. Raises ``UsageError`` for what is no size."""
    chosen = os.environ.get(LIMIT_VARIABLE)
    return DEFAULT_LIMIT if not chosen else size_in_bytes(chosen, LIMIT_VARIABLE)


def size_in_bytes(text: str, where: str = "size") -> int:
    """The bytes in a size as people write it: ``500MB``, ``2 GB``, ``1048576``. Raises ``UsageError`` naming ``where``."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?i?B?)", text.strip(), re.IGNORECASE)
    unit = found[2].upper().replace("I", "").rstrip("B") if found else ""
    if not found:
        raise UsageError(f"{where}: {text!r} is no size; write it like 500MB, 2GB or 1048576 (bytes)")
    return int(float(found[1]) * _UNITS[unit + "B"])
