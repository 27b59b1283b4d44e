"""The training scripts as they are called: killed and resumed, with several workers, exported, translated with."""

from __future__ import annotations

import io
import json
import lzma
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.corpus import ALBANIAN, ENGLISH
from support.tiny_archive import write_archive

SCRIPTS = Path(__file__).parents[2] / "scripts"
pytestmark = pytest.mark.slow


def command(script: str, *options: object) -> list[str]:
    return [sys.executable, str(SCRIPTS / script), *map(str, options)]


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "MTSUM_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}


@dataclass
class Called:
    """What a script said."""

    stdout: str
    stderr: str


def call(script: str, *options: object, status: int = 0) -> Called:
    """Run a script as its command line does, in this process: torch is loaded here anyway."""
    words, found = sys.argv, 0
    stdout, stderr = io.StringIO(), io.StringIO()
    try:
        sys.argv = [script, *map(str, options)]
        with redirect_stdout(stdout), redirect_stderr(stderr):
            runpy.run_path(str(SCRIPTS / script), run_name="__main__")
    except SystemExit as ended:
        found = int(ended.code or 0)
    finally:
        sys.argv = words
    assert found == status, stderr.getvalue()[-3000:]
    return Called(stdout.getvalue(), stderr.getvalue())


def call_apart(words: list[str]) -> None:
    """Run a command in a process of its own."""
    done = subprocess.run(words, env=environment(), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def log_of(run: Path) -> list[dict]:
    return [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]


def killed_after_a_checkpoint(run: Path, *options: object) -> int:
    """Start training, kill it (and its workers) with SIGKILL in mid-run; the step of the checkpoint that is left."""
    import torch

    with (run.parent / "killed.txt").open("w") as output:
        process = subprocess.Popen(
            command("train_translator.py", "--run", run, *options),
            env=environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        deadline = time.monotonic() + 200
        while not (run / "scores.json").exists() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.05)
        time.sleep(0.3)  # into the steps, or the writing, after it
        assert process.poll() is None, (run.parent / "killed.txt").read_text()[-3000:]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return torch.load(run / "checkpoint.pt", weights_only=True)["step"]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Training and dev files of lines “Albanian<TAB>English”; one training line is bad."""
    folder = tmp_path_factory.mktemp("pairs")
    lines = [f"{source}\t{target}\n" for source, target in zip(ALBANIAN, ENGLISH, strict=True)]
    (folder / "train.tsv").write_text("".join([*lines, "no tab here\n"]), "utf-8")
    (folder / "dev.tsv").write_text("".join(lines[:4]), "utf-8")
    return folder


def test_a_killed_fine_tuning_goes_on_from_its_checkpoint_and_its_export_translates_as_it_validated(
    tiny_model: Callable[[str], Path], pairs: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    rates = ("--learning-rate", 3e-3, "--encoder-learning-rate", 3e-3, "--warmup-steps", 5)
    options = ["--model", tiny_model("marian"), "--train", f"{pairs}/train.tsv:2.0", "--dev", pairs / "dev.tsv", *rates]
    options += ["--validate-steps", 8, "--keep", 2]
    step = killed_after_a_checkpoint(run, *options, "--max-steps", 100000)
    last = step + 16
    call_apart(command("train_translator.py", "--run", run, *options, "--max-steps", last))

    rows = log_of(run)
    resumed = next(at for at, row in enumerate(rows) if row.get("resumed"))
    assert rows[resumed]["step"] == step
    # A kill between a checkpoint and its scores leaves them to be measured first, at the checkpoint's own step.
    assert all(row["step"] <= step for row in rows[:resumed]) and all(
        row["step"] >= step for row in rows[resumed + 1 :]
    )
    assert rows[-1]["finished"] and rows[-1]["step"] == last
    validated = [row["step"] for row in rows if "chrf" in row]
    assert validated == list(range(8, last + 1, 8))
    data = json.loads((run / "data.json").read_text())
    assert (
        data["pairs"] == {"train": len(ALBANIAN)} and data["bad_lines"] == 1 and len(data["sha256"]["train.tsv"]) == 64
    )
    assert json.loads((run / "bad_lines.jsonl").read_text())["where"].endswith(f"train.tsv:{len(ALBANIAN) + 1}")
    assert len(list((run / "weights").glob("step-*.pt"))) == 2

    assert "is finished" in call("train_translator.py", "--run", run, *options, "--max-steps", last).stdout
    other = call("train_translator.py", "--run", run, *options, "--max-steps", last + 8, "--frozen-layers", 1, status=2)
    assert "frozen_layers was 0, is now 1" in other.stderr

    exported, hugging_face = tmp_path / "exported", tmp_path / "hugging-face"
    call("export_model.py", "--run", run, "--output", exported, "--hugging-face", hugging_face)
    described = json.loads((exported / "mtsum-model.json").read_text())
    assert (described["family"], described["source_languages"], described["target_languages"]) == (
        "marian",
        ["sq"],
        ["en"],
    )
    assert "kept 2 sets" in call("export_model.py", "--run", run, "--output", exported, "--average", 3, status=2).stderr

    from mtsum.engines import GenerationSettings, load_engine

    engine = load_engine(
        hugging_face, "marian", engine="transformers", device="cpu", source_code="sqi", target_code="eng"
    )
    expected = [line.split("\t")[0] for line in (run / "dev_hypotheses.tsv").read_text("utf-8").splitlines()]
    found = engine.generate(list(ALBANIAN[:4]), GenerationSettings(beam_size=4))
    same = [a.text == b for a, b in zip(found, expected, strict=True) if a.stop_reason == "eos"]
    assert all(same)


def summary_data(folder: Path) -> Path:
    """A folder laid out as mtsum's summarization data, with one document: a sentence that is shortened in its summary, others."""
    late = "although it was late and cold."
    lead = f"The mayor met the army in Vlora on Friday, {late}"
    others = [f"The bridge in {town} was closed on Monday, {late}"
              for town in ("Shkodra", "Lezha", "Kruja", "Vlora", "Korça", "Berat", "Fier", "Durres")]  # fmt: skip
    text_of_all = " ".join([lead, *others])
    for name in ("sum/cnn_dm_subset/train.jsonl.xz", "sum/digitalgov_summary/train.jsonl.xz", "mono/en-news.txt.xz"):
        (folder / name).parent.mkdir(parents=True)
        document = json.dumps({"document": text_of_all, "summary": "The mayor met an army in Vlora."})
        text = document if name.endswith("jsonl.xz") else "\n".join(ENGLISH)
        (folder / name).write_bytes(lzma.compress(text.encode() + b"\n"))
    return folder


def test_two_workers_on_the_archive_are_killed_go_on_and_a_third_run_starts_from_their_model(
    pairs: Path, tmp_path: Path
) -> None:
    archive, run = tmp_path / "encoder.npz", tmp_path / "run"
    write_archive(archive)
    small = ["--encoder", archive, "--train", pairs / "train.tsv", "--dev", pairs / "dev.tsv", "--max-target", 140]
    small += ["--validate-sentences", 1, "--beam", 1, "--token-budget", 1000, "--sync-every", 2]
    options = [*small, "--decoder-layers", "7", "--workers", 2, "--validate-steps", 4, "--cache", tmp_path / "cache"]
    step = killed_after_a_checkpoint(run, *options, "--max-steps", 100000)
    call_apart(command("train_translator.py", "--run", run, *options, "--max-steps", step + 4))
    rows = log_of(run)
    assert [row["step"] for row in rows if row.get("resumed")] == [step]
    assert rows[-1]["finished"] and rows[-1]["step"] == step + 4
    other = call("train_translator.py", "--run", run, *options, "--max-steps", step + 8, "--dropout", 0.5, status=2)
    assert "dropout was 0.1, is now 0.5" in other.stderr  # said by a worker, in one line
    config = json.loads((run / "config.json").read_text())
    assert config["extra"]["decoder_layers"] == [7] and config["workers"] == 2

    exported, onward = tmp_path / "exported", tmp_path / "onward"
    call("export_model.py", "--run", run, "--encoder", archive, "--output", exported)
    call("export_model.py", "--run", run, "--encoder", archive, "--output", tmp_path / "averaged", "--average", 2)
    assert (tmp_path / "averaged/model.bin").read_bytes() != (exported / "model.bin").read_bytes()
    article = tmp_path / "lajm.txt"
    article.write_text(ALBANIAN[0], "utf-8")
    translate = [sys.executable, "-m", "mtsum", "translate", str(article), "-m", str(exported), "--beam", "1"]
    call_apart(translate)
    further = [*small, "--decoder-layers", "7", "--start-from", exported, "--max-steps", 2]
    call("train_translator.py", "--run", onward, *further)
    assert json.loads((onward / "target_rows.json").read_text()) == json.loads((run / "target_rows.json").read_text())
    summaries = ("--data", summary_data(tmp_path / "data"), "--encoder", archive, "--translator", run)
    call("train_summarizer.py", "--run", tmp_path / "summarizer", *summaries, "--max-steps", 1)
    assert log_of(tmp_path / "summarizer")[-1]["finished"]
    unknowing = ("--start", "random", "--cache", tmp_path / "summarizer/encoded", "--pretraining", "denoising")
    call("train_summarizer.py", "--run", tmp_path / "unknowing", *summaries, "--max-steps", 1, *unknowing)
    begun = json.loads((tmp_path / "unknowing/config.json").read_text())
    assert (begun["extra"]["start"], begun["extra"]["frozen_layers"]) == ("random", 0)
    assert begun["stages"][0] == {"until": 0.3, "mixture": {"denoise": 1.0}, "max_target": 10**9}
    wrong = call("train_translator.py", "--run", tmp_path / "x", *further, "--vocabulary", 100, status=2)
    assert "--start-from brings its own vocabulary" in wrong.stderr


def test_ablations_share_encoded_pairs_are_tabled_and_not_run_twice(
    tiny_model: Callable[[str], Path], pairs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "ablations"
    common = ["--", "--model", tiny_model("marian"), "--train", pairs / "train.tsv", "--dev", pairs / "dev.tsv"]
    common += ["--max-tokens", 2000, "--beam", 1]
    own = [
        "--out",
        out,
        "--variant",
        "all=",
        "--variant",
        "frozen=--frozen-layers 2",
        "--variant",
        "wrong=--frozen-layers 9",
    ]
    done = call("run_ablations.py", *own, *common, status=1)
    lines = (out / "table.md").read_text().splitlines()
    assert [line.split(" |")[0] for line in lines[2:5]] == ["| all", "| frozen", "| wrong"]
    assert lines[4].count("failed") == 1 and "the encoder of" in done.stderr
    assert len(list((out / "encoded").glob("*/pairs.npz"))) == 1
    before = (out / "all/log.jsonl").read_text()
    again = call("run_ablations.py", *own[:-2], *common)
    assert "training" not in again.stdout and (out / "all/log.jsonl").read_text() == before
    call("plot_training.py", out / "all", out / "frozen", "--output", tmp_path / "both.png")
    assert (tmp_path / "both.png").stat().st_size > 10000


def test_calls_that_cannot_work_say_what_would(tiny_model: Callable[[str], Path], pairs: Path, tmp_path: Path) -> None:
    model = ["--model", tiny_model("marian"), "--run", tmp_path / "run", "--max-steps", 1]
    train, dev = ["--train", pairs / "train.tsv"], ["--dev", pairs / "dev.tsv"]
    for options, said in (
        ([*model, *dev], "--train FILE.tsv"),
        ([*model, *train], "--dev FILE.tsv"),
        ([*model, *train, *dev, "--from", "klingon"], "unknown language"),
        ([*model, *train, *dev, "--decoder-layers", "7"], "--decoder-layers is for a model on the encoder's archive"),
        ([*model, *train, *dev, "--without", "bible"], "no group of training pairs is called"),
        ([*model[:-2], *train, *dev], "say how long to train"),
    ):
        done = call("train_translator.py", *options, status=2)
        assert said in done.stderr and "Traceback" not in done.stderr
