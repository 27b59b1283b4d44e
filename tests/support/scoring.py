"""The scoring fixtures: forty segments of news with two references, a fair and a poor system, and six summaries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "golden" / "scoring"
REFERENCES = (FOLDER / "reference.txt", FOLDER / "reference2.txt")
FAIR, POOR = FOLDER / "fair.txt", FOLDER / "poor.txt"
SUMMARIES = FOLDER / "summaries.jsonl"


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def halves() -> tuple[list[str], list[str]]:
    """Two systems of about one quality: each has the fair hypotheses where the other has the poor ones."""
    both = list(zip(lines(FAIR), lines(POOR), strict=True))
    return [pair[at % 2] for at, pair in enumerate(both)], [pair[1 - at % 2] for at, pair in enumerate(both)]


def sacrebleu(*arguments: object) -> str:
    """What sacreBLEU's own command line prints."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SACREBLEU")}
    command = [sys.executable, "-m", "sacrebleu", *map(str, arguments), "--no-color"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, encoding="utf-8")
    return done.stdout


def sacrebleu_scores(*arguments: object) -> dict[str, dict[str, Any]]:
    """sacreBLEU's printed scores by name, every number as it was printed."""
    printed = json.loads(sacrebleu(*arguments, "-f", "json"), parse_float=str)
    found = printed if isinstance(printed, list) else [printed]
    return {each["name"]: each for each in found}
