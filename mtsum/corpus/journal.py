"""When a run folder was worked on: one entry a start, beside the manifest, which knows no times."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mtsum.corpus.durable import write_json

JOURNAL = "journal.json"


class Journal:
    """The journal of a run folder that this process has locked; its last entry is of this process."""

    def __init__(self, folder: Path, versions: dict[str, str]) -> None:
        """Writes that work begins. An unreadable journal is begun anew: nothing depends on it."""
        self._path = folder / JOURNAL
        self._runs: list[dict[str, Any]] = _read(self._path)
        entry = {"started": _now(), "ended": None, "how": "running", "host": platform.node(), "process": os.getpid()}
        self._runs.append(entry | {"versions": versions})
        self._write()

    @property
    def versions_before(self) -> dict[str, str]:
        """The versions that the run was last worked on with; empty at its first start."""
        return self._runs[-2].get("versions", {}) if len(self._runs) > 1 else {}

    def end(self, how: str, values: dict[str, Any]) -> None:
        """Writes that work has ended: ``finished``, ``interrupted`` or why it failed, and what was done."""
        self._runs[-1] |= {"ended": _now(), "how": how, **values}
        self._write()

    def _write(self) -> None:
        write_json(self._path, {"runs": self._runs})


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        runs = json.loads(path.read_text(encoding="utf-8"))["runs"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return runs if isinstance(runs, list) else []


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
