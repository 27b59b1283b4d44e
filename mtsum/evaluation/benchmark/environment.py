"""Where something was measured: the machine, the versions and the commit."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from mtsum import __version__

_PACKAGES = ("ctranslate2", "numpy", "rouge-score", "sacrebleu", "sentencepiece", "tokenizers", "torch", "transformers")


def environment(threads: int | None = None) -> dict[str, Any]:
    """The machine this process runs on, as a JSON object; ``threads`` is what was asked for, ``None`` every core."""
    granted = cores()
    return {
        "cpu": _cpu(),
        "gpu": _gpu(),
        "cores": granted,
        "threads": threads or granted,
        "memory_mb": _memory_mb(),
        "os": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: version for name in _PACKAGES if (version := _version(name))},
        "mtsum": __version__,
        "commit": _commit(),
    }


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cpu() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _gpu() -> str | None:
    """The name and memory of the first GPU that may be used, as its driver tells: no library is loaded for it."""
    if shutil.which("nvidia-smi") is None:
        return None
    return _said("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader", "-i", "0")


def _memory_mb() -> int | None:
    with suppress(OSError, ValueError, AttributeError):
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6)
    return None


def _version(package: str) -> str | None:
    with suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version(package)
    return None


def _commit() -> str | None:
    """The commit of the checkout that this mtsum is run from, with ``-dirty`` where files were changed since."""
    root = Path(__file__).resolve().parents[3]
    if not (root / ".git").exists():
        return None
    commit = _said("git", "-C", str(root), "rev-parse", "HEAD")
    if commit is None:
        return None
    changed = _said("git", "-C", str(root), "status", "--porcelain", "--untracked-files=no")
    return f"{commit}-dirty" if changed else commit


def _said(*command: str) -> str | None:
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
        return done.stdout.strip().splitlines()[0] if done.stdout.strip() else ""
    return None
