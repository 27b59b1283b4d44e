"""The written course of a run: ``log.jsonl``, a row for every hundred steps and every validation; ``scores.json``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

LOG, SCORES = "log.jsonl", "scores.json"


def read_log(run: Path) -> list[dict[str, Any]]:
    """The rows of a run's log, in order. A last line that a kill has cut short is left out."""
    path = run / LOG
    rows = []
    for line in path.read_text("utf-8").split("\n") if path.is_file() else ():
        try:
            rows.append(json.loads(line))
        except ValueError:
            break
    return rows


class RunLog:
    """Appends rows to a run's log and keeps ``scores.json``: all validations, the best of them, the metrics' signatures."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self._signatures: dict[str, str] = {}

    def rewind(self, step: int) -> None:
        """Take out the rows after ``step``: a kill came after them and before the next checkpoint, so they are redone."""
        kept = [row for row in read_log(self._run) if row["step"] <= step]
        partial = self._run / "log.partial"
        partial.write_text("".join(json.dumps(row) + "\n" for row in kept), "utf-8")
        os.replace(partial, self._run / LOG)

    def write(self, **row: Any) -> None:
        """Append one row, and print it."""
        line = json.dumps(row)
        print(line, flush=True)
        with (self._run / LOG).open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def write_validation(self, **row: Any) -> bool:
        """Append a validation and write scores.json; true where it is the best so far (see ``best_of``)."""
        self._signatures |= {name: row.pop(name) for name in list(row) if name.endswith("_signature")}
        self.write(**row)
        rows = [each for each in read_log(self._run) if "dev_loss" in each]
        best = best_of(rows)
        content = {"best": best, "last": rows[-1], "signatures": self._signatures, "validations": rows}
        partial = self._run / "scores.partial"
        partial.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
        os.replace(partial, self._run / SCORES)
        return best is rows[-1]


def best_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The validation of the highest chrF, or of the lowest dev loss where nothing was translated; the later of equals."""
    scored = [row for row in rows if "chrf" in row]
    if scored:
        return max(reversed(scored), key=lambda row: row["chrf"])
    return min(reversed(rows), key=lambda row: row["dev_loss"])
