"""Pairs are made of monolingual text by the shipped model, and what its checks flag is counted, not kept."""

from __future__ import annotations

import lzma
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts/back_translate.py"
LINES = [
    "Kryeministri vizitoi qytetin e Shkodrës të hënën.",
    "Dy fjalë.",
    "Kryeministri vizitoi qytetin e Shkodrës të hënën.",
    "Qeveria miratoi buxhetin e ri për shkollat.",
]


def call(*options: object) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    words = [sys.executable, str(SCRIPT), *map(str, options)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("suffix", [".txt", ".xz"])
def test_each_fitting_line_becomes_the_target_of_one_pair(tmp_path: Path, suffix: str) -> None:
    text, output = tmp_path / f"lajme{suffix}", tmp_path / "back.tsv"
    content = "\n".join(LINES).encode() + b"\n"
    text.write_bytes(lzma.compress(content) if suffix == ".xz" else content)
    done = call("--model", "sq-en-draft", "--from", "sq", "--to", "en", "--text", text, "--output", output)
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in output.read_text("utf-8").splitlines()]
    assert all(len(row) == 2 and row[0] for row in rows)
    assert {row[1] for row in rows} <= {LINES[0], LINES[3]}
    said = re.search(r": (\d+) pairs of 2 lines; left out: (.*)", done.stderr)
    assert said is not None
    left_out = sum(int(count) for count in re.findall(r"\d+", said[2]))
    assert int(said[1]) == len(rows) == 2 - left_out


def test_a_direction_that_the_model_has_not_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "news.txt"
    text.write_text("The prime minister visited the city of Shkodra.\n")
    done = call("--model", "sq-en-draft", "--from", "en", "--to", "sq", "--text", text, "--output", tmp_path / "x")
    assert done.returncode == 2
    assert "sq-en-draft" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "x").exists()
