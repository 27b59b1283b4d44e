"""What a run costs: repeated times with their spread, peak memory of this process and of the GPU, size on disk."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_SAMPLING_SECONDS = 0.2


def spread(values: Sequence[float]) -> dict[str, Any]:
    """The median of repeated measurements, the lowest and highest of them, and all of them in order."""
    return {
        "median": round(statistics.median(values), 3),
        "low": round(min(values), 3),
        "high": round(max(values), 3),
        "repeats": [round(value, 3) for value in values],
    }


def peak_memory_mb() -> float:
    """The most resident memory that this process has had, in megabytes."""
    # Linux hands the peak that getrusage tells on from the process that started this one; VmHWM begins anew.
    with suppress(OSError, ValueError, IndexError):
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return round(int(line.split()[1]) * 1024 / 1e6, 1)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)


def processor_time() -> tuple[int, int] | None:
    """Nanoseconds that this process' threads have run, and that they waited for a processor others had; None if unknown.

    The second grows only where other programs compete: threads that have nothing to do do not wait.
    """
    ran = waited = 0
    try:
        for thread in Path("/proc/self/task").iterdir():
            numbers = (thread / "schedstat").read_text(encoding="ascii").split()
            ran, waited = ran + int(numbers[0]), waited + int(numbers[1])
    except (OSError, ValueError, IndexError):
        return None
    return (ran, waited) if ran else None


def waiting_share(before: tuple[int, int] | None, after: tuple[int, int] | None) -> float | None:
    """Of the time between two ``processor_time``s that threads wanted to run, the share (0 to 1) that they waited."""
    if before is None or after is None:
        return None
    ran, waited = after[0] - before[0], after[1] - before[1]
    return round(waited / (ran + waited), 3) if ran + waited > 0 else None


def disk_mb(directories: Sequence[Path]) -> float:
    """The size of the files in the directories of models, in megabytes; the download client's bookkeeping left out."""
    files = (path for directory in dict.fromkeys(directories) for path in directory.rglob("*"))
    return round(sum(path.stat().st_size for path in files if path.is_file() and ".cache" not in path.parts) / 1e6, 1)


class GpuMemory:
    """Peak GPU memory between ``start`` and ``peak_mb``, whichever library takes it.

    With torch in use its own peak counts. CTranslate2 does not tell, so for it the whole device is looked at now and then
    by ``nvidia-smi``, and what was in use at the start taken off: other programs on the device would be counted.
    """

    def __init__(self, device: str) -> None:
        self._watch = device != "cpu" and shutil.which("nvidia-smi") is not None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._before = self._most = 0.0

    def start(self) -> None:
        """Begins to watch; nothing where there is no GPU."""
        used = _device_memory_mb() if self._watch else None
        if used is None:
            return
        self._before = self._most = used
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def peak_mb(self, device: str) -> float | None:
        """Ends watching; the peak in megabytes, ``None`` where the models did not run on a GPU or nothing tells."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        if device != "cuda":
            return None
        if "torch" in sys.modules:
            import torch

            if torch.cuda.is_available() and torch.cuda.max_memory_allocated():
                return round(torch.cuda.max_memory_allocated() / 1e6, 1)
        return round(self._most - self._before, 1) if self._thread is not None else None

    def _look(self) -> None:
        while not self._stop.wait(_SAMPLING_SECONDS):
            self._most = max(self._most, _device_memory_mb() or 0.0)


def _device_memory_mb() -> float | None:
    device = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0] or "0"
    command = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits", "-i", device]
    with suppress(OSError, ValueError, subprocess.SubprocessError):
        return int(subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout) * 1.048576
    return None
