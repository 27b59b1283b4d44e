"""The memory that ``mtsum batch`` takes does not grow with the corpus."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FEW, MANY = 500, 6_000


@pytest.mark.slow
def test_twelve_times_the_records_take_the_same_memory(converted_model: Callable[..., Path], tmp_path: Path) -> None:
    model = str(converted_model("unigram-bart"))
    few, many = (most_memory(count, model, tmp_path / str(count)) for count in (FEW, MANY))
    assert many < 1.1 * few


def most_memory(count: int, model: str, place: Path) -> int:
    """The most resident memory, in kB, of a run over short records with an identifier of their own each."""
    place.mkdir()
    with (place / "corpus.jsonl").open("w", encoding="utf-8") as file:
        for number in range(count):
            text = f"Moti do të jetë i mirë. {number % 7}"
            file.write(json.dumps({"id": f"article-{number}", "text": text, "place": f"Vlorë {number}"}) + "\n")
    arguments = [str(place / "corpus.jsonl"), "-o", str(place / "run"), "--task", "translate", "-m", model, "-q"]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "mtsum",
            "batch",
            *arguments,
            "--beam",
            "1",
            "--threads",
            "1",
            "--shard-articles",
            "256",
        ],
        env={**os.environ, "MTSUM_HOME": str(place / "home"), "MTSUM_OFFLINE": "1"},
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss
