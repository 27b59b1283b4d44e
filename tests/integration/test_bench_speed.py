"""The speed comparison, run as a user runs it, on the tiny model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts/bench_speed.py"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    out = tmp_path_factory.mktemp("speed")
    done = subprocess.run(
        [
            *(sys.executable, str(SCRIPT), "--out", str(out), "--models", "tiny", "--tiny-sentences", "12"),
            *("--decode-length", "8", "--repeats", "2", "--threads", "1", "--argos-python", sys.executable),
        ],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done, out


@pytest.fixture(scope="module")
def rows(run: tuple[subprocess.CompletedProcess[str], Path]) -> dict[tuple[str, str], dict[str, Any]]:
    done, out = run
    assert done.returncode == 0, done.stderr
    (model,) = json.loads((out / "speed.json").read_text("utf-8"))["models"]
    return {(row["contestant"], row["precision"]): row for row in model["rows"]}


def test_mtsum_and_raw_ctranslate2_and_transformers_write_the_same(rows: dict[tuple[str, str], dict[str, Any]]) -> None:
    for lane in (("mtsum", "float32"), ("mtsum", "int8"), ("transformers, batched", "float32")):
        assert rows[lane]["equal_to_raw"] >= 11  # of 12: rounding may choose between two hypotheses of the same score
    assert rows["transformers, single", "float32"]["equal_to_raw"] >= 11


def test_ratios_and_spreads_follow_from_the_passes(rows: dict[tuple[str, str], dict[str, Any]]) -> None:
    mtsum, raw = rows["mtsum", "float32"], rows["CTranslate2", "float32"]
    pairs = [theirs / own for own, theirs in zip(mtsum["seconds"], raw["seconds"], strict=True)]
    assert mtsum["of_raw"] == pytest.approx(sum(pairs) / 2)  # the median of two
    assert mtsum["sentences_per_second"]["high"] == pytest.approx(12 / min(mtsum["seconds"]))
    pairs = [theirs / own for own, theirs in zip(mtsum["cpu_seconds"], raw["cpu_seconds"], strict=True)]
    assert mtsum["of_raw_cpu"] == pytest.approx(sum(pairs) / 2)
    assert rows["transformers, batched", "float32"]["of_batched_transformers"] == 1.0


def test_what_is_not_installed_stands_in_the_table_as_that(
    run: tuple[subprocess.CompletedProcess[str], Path], rows: dict[tuple[str, str], dict[str, Any]]
) -> None:
    # EasyNMT cannot be installed beside transformers 5, which mtsum needs.
    assert rows["EasyNMT", "float32"]["cannot"] == "not installed"
    assert "| EasyNMT | float32 | not installed |" in (run[1] / "speed.md").read_text("utf-8")


def test_the_plot_is_a_picture(run: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    assert (run[1] / "speed.png").read_bytes().startswith(b"\x89PNG")
