"""Where results go: stdout, or a file that appears whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from mtsum.errors import UsageError


def check_output(path: str | None) -> None:
    """Raises ``UsageError`` where ``path`` cannot be written, before any work; ``None`` and ``-`` are stdout."""
    if path is None or path == "-":
        return
    target = Path(path)
    if target.is_dir():
        raise UsageError(f"{path}: is a directory; give -o the name of a file")
    folder = target.resolve().parent
    if not folder.is_dir():
        raise UsageError(f"{path}: there is no folder {folder}; make it first")
    if not os.access(folder if not target.exists() else target, os.W_OK):
        raise UsageError(f"{path}: may not be written (permission denied)")


@contextmanager
def open_output(path: str | None) -> Iterator[TextIO]:
    """A UTF-8 text stream to ``path``, or stdout for ``None`` and ``-``.

    A file is written under another name in the same folder and takes its own name at the end; an error or interrupt
    leaves what was there before. Devices and pipes (``/dev/null``) are written directly.
    """
    if path is None or path == "-":
        yield sys.stdout
        sys.stdout.flush()
        return
    target = Path(path).resolve()
    if target.exists() and not target.is_file():
        with open(target, "w", encoding="utf-8", newline="") as stream:
            yield stream
        return
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as stream:
            yield stream
        os.chmod(temporary, target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
