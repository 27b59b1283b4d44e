"""``mtsum benchmark`` on tiny real models: outputs stored once, scored as often as wanted, crashes kept to one system."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from support.corpus import ALBANIAN, ENGLISH

from mtsum.cli.main import cli

ROOT = Path(__file__).parents[2]
SENTENCES = list(zip(ALBANIAN, ENGLISH, strict=False))[:12]
ARTICLE = " ".join(ALBANIAN[:8])
FEW = {"bootstrap": 50, "shuffles": 50, "repeats": 1, "threads": 1}


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MTSUM_TESTSETS", raising=False)


@pytest.fixture
def translator(converted_model: Callable[..., Path], tmp_path: Path) -> Path:
    """A tiny translator of the test's own, so that it may be broken or taken away."""
    return Path(shutil.copytree(converted_model("marian"), tmp_path / "models" / "tiny"))


@pytest.fixture
def testset(tmp_path: Path) -> Path:
    rows = [f"lajmi-{at // 4}\t{source}\t{reference}\n" for at, (source, reference) in enumerate(SENTENCES)]
    (tmp_path / "lajme.tsv").write_text("".join(rows), encoding="utf-8")
    return tmp_path / "lajme.tsv"


def benchmark(out: Path, *arguments: str | Path, config: dict[str, Any] | None = None) -> Result:
    options = [str(argument) for argument in arguments]
    if config is not None:
        file = out.with_suffix(".yaml")
        file.write_text(yaml.safe_dump(config), encoding="utf-8")
        options.insert(0, str(file))
    return CliRunner().invoke(cli, ["benchmark", *options, "--out", str(out)])


def stored(file: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return made


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def test_models_are_run_and_scored_and_what_is_there_is_not_made_again(
    translator: Path, testset: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    options = ["--models", translator, "--beam", "1", "2", "--testset", testset, "--threads", "1", "--repeats", "2"]
    done = benchmark(out, *options, "--bootstrap", "50", "--shuffles", "50")
    assert done.exit_code == 0, done.output
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert lines[0] == ["testset", "system", "metric", "score", "low", "high", "p", "signature"]
    assert {tuple(line[:2]) for line in lines[1:]} == {("lajme", "tiny+beam1"), ("lajme", "tiny+beam2")}
    assert {line[2] for line in lines[1:]} == {"BLEU", "chrF", "chrF++", "TER"}
    assert "tiny+beam1 on lajme: 12 segments" in done.stderr

    outputs = out / "outputs/tiny+beam1/lajme"
    made = rows(outputs / "hypotheses.jsonl")
    assert [row["id"] for row in made] == [str(number) for number in range(1, 13)]
    assert set(made[0]) == {"id", "hypothesis", "score", "flags", "stop_reason"}
    measures = stored(outputs / "measures.json")
    assert measures["segments"] == 12
    assert len(measures["sentences_per_second"]["repeats"]) == 2
    assert measures["sentences_per_second"]["low"] <= measures["sentences_per_second"]["median"]
    assert 0 < measures["load_seconds"] < measures["first_sentence_seconds"]
    assert measures["tokens"] > 0
    assert 10 < measures["peak_memory_mb"] < 1000
    assert measures["peak_gpu_memory_mb"] is None
    assert measures["disk_mb"] == pytest.approx(sum(f.stat().st_size for f in translator.iterdir()) / 1e6, abs=0.1)
    assert (measures["device"], measures["engine"], measures["beam"]) == ("cpu", "ctranslate2", 1)
    assert measures["model"]["generation"]["beam_size"] == 1
    assert measures["environment"]["threads"] == 1

    scores = stored(out / "scores.json")
    assert [system["name"] for system in scores["systems"]] == ["tiny+beam1", "tiny+beam2"]
    assert scores["baseline"] == "tiny+beam1"
    assert scores["testsets"][0]["documents"] == 3
    assert len(scores["testsets"][0]["sha256"]) == 64
    assert {row["system"] for row in scores["comparisons"]} == {"tiny+beam2"}
    assert {row["kind"] for row in scores["breakdowns"]} >= {"length", "numbers", "document"}
    assert scores["errors"] == []
    segments = rows(out / "segments.jsonl")
    assert segments[0]["source"] == SENTENCES[0][0]
    assert segments[0]["systems"]["tiny+beam2"]["scores"].keys() == {"BLEU", "chrF", "chrF++", "TER"}
    assert {path.name for path in out.iterdir()} >= {"benchmark.yaml", "environment.json", "report.html", "scores.csv"}

    when = {path: path.stat().st_mtime_ns for path in (out / "outputs").rglob("*.json*")}
    again = benchmark(out, *options, "--bootstrap", "50", "--shuffles", "50")
    assert again.exit_code == 0
    assert "tiny+beam1 on lajme: there already" in again.stderr
    assert again.stdout == done.stdout
    assert {path: path.stat().st_mtime_ns for path in (out / "outputs").rglob("*.json*")} == when

    # A part of a file is no output: that system is run again, and no other.
    whole = (outputs / "hypotheses.jsonl").read_bytes()
    (outputs / "hypotheses.jsonl").write_bytes(b"".join(whole.splitlines(keepends=True)[:7]))
    mended = benchmark(out)
    assert mended.exit_code == 0
    assert (outputs / "hypotheses.jsonl").read_bytes() == whole
    assert "tiny+beam2 on lajme: there already" in mended.stderr

    # Differences are told without a test too, and from the baseline that is named.
    untested = benchmark(out, "--rescore", "--bootstrap", "0", "--shuffles", "0", "--baseline", "tiny+beam2")
    assert untested.exit_code == 0, untested.output
    rescored = stored(out / "scores.json")
    values = {(row["system"], row["metric"]): row["value"] for row in rescored["scores"]}
    assert next(iter(values)) == ("tiny+beam1", "BLEU")
    assert {(row["baseline"], row["system"]) for row in rescored["comparisons"]} == {("tiny+beam2", "tiny+beam1")}
    for row in rescored["comparisons"]:
        assert row["p_bootstrap"] is row["p_randomization"] is row["low"] is None
        assert row["difference"] == values["tiny+beam1", row["metric"]] - values["tiny+beam2", row["metric"]]


def test_other_settings_do_not_pass_for_stored_ones(translator: Path, testset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    config = {"systems": [str(translator)], "testsets": [str(testset)], **FEW}
    assert benchmark(out, config=config).exit_code == 0
    shorter = benchmark(out, "--limit", "3", config=config)
    assert shorter.exit_code == 2
    assert "holds 12 segments of lajme that are not the 3 asked for now" in shorter.stderr
    threads = benchmark(out, config=config | {"threads": 2})
    assert threads.exit_code == 2
    assert "tiny/lajme was made with other settings (threads)" in threads.stderr
    named = {"name": "tiny", "model": str(translator), "beam": 3}
    beam = benchmark(out, config=config | {"systems": [named]})
    assert beam.exit_code == 2
    assert "made with other settings (beam)" in beam.stderr


def test_scoring_again_loads_no_model(translator: Path, testset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    config = {"systems": [str(translator)], "testsets": [str(testset)], **FEW}
    assert benchmark(out, config=config).exit_code == 0
    shutil.rmtree(translator / "nothing", ignore_errors=True)
    (translator / "model.bin").write_bytes(b"no model")
    testset.unlink()
    program = (
        "import sys\nfrom mtsum.cli.main import cli\n"
        f"cli(['benchmark', '--rescore', '--metrics', 'chrF', 'TER', '--out', {str(out)!r}], standalone_mode=False)\n"
        "print('loaded:', *sorted(sys.modules), file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert {line.split("\t")[2] for line in done.stdout.splitlines()[1:]} == {"chrF", "TER"}
    loaded = set(done.stderr.rpartition("loaded:")[2].split())
    assert "mtsum.evaluation.benchmark.scoring" in loaded
    assert not loaded & {
        "ctranslate2",
        "torch",
        "transformers",
        "mtsum.engines.ctranslate2",
        "mtsum.engines.transformers",
    }
    refused = benchmark(out, "--rescore", "--beam", "2")
    assert refused.exit_code == 2
    assert "--rescore takes --metrics, --bootstrap" in refused.stderr
    nothing = benchmark(tmp_path / "empty", "--rescore")
    assert "empty holds no benchmark.yaml: there is nothing to score" in nothing.stderr


def kill_when_the_model_loads(called: str, killed: list[int], give_up: threading.Event) -> None:
    """Kills the worker whose job file is ``called``, once it has CTranslate2 in memory: in the middle of its work."""
    while not give_up.is_set():
        for process in Path("/proc").iterdir():
            try:
                command = (process / "cmdline").read_bytes() if process.name.isdigit() else b""
                if called.encode() in command and b"libctranslate2" in (process / "maps").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)
                    killed.append(int(process.name))
                    return
            except OSError:
                continue
        time.sleep(0.005)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc to see what a process has loaded")
def test_a_system_that_is_killed_costs_nothing_but_itself(translator: Path, testset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    systems = [{"model": str(translator), "beam": beam} for beam in (1, 2)]
    killed: list[int] = []
    give_up = threading.Event()
    watcher = threading.Thread(target=kill_when_the_model_loads, args=("tiny+beam1.lajme.json", killed, give_up))
    watcher.start()
    done = benchmark(out, config={"systems": systems, "testsets": [str(testset)], **FEW})
    give_up.set()
    watcher.join()
    assert killed
    assert done.exit_code == 1
    folder = out / "outputs/tiny+beam1/lajme"
    assert [path.name for path in folder.iterdir()] == ["error.json"]
    assert "ended by SIGKILL, perhaps for want of memory" in stored(folder / "error.json")["error"]
    assert "error: tiny+beam1 on lajme: the process was ended by SIGKILL" in done.stderr
    scores = stored(out / "scores.json")
    assert {row["system"] for row in scores["scores"]} == {"tiny+beam2"}
    assert [(row["system"], row["testset"]) for row in scores["errors"]] == [("tiny+beam1", "lajme")]
    mended = benchmark(out)
    assert mended.exit_code == 0, mended.stderr
    assert "tiny+beam2 on lajme: there already" in mended.stderr
    assert {row["system"] for row in stored(out / "scores.json")["scores"]} == {"tiny+beam1", "tiny+beam2"}


def test_a_model_that_does_not_load_costs_nothing_but_itself(translator: Path, testset: Path, tmp_path: Path) -> None:
    out, broken = tmp_path / "out", tmp_path / "models" / "broken"
    shutil.copytree(translator, broken)
    (broken / "model.bin").write_bytes(b"no model")
    done = benchmark(
        out, "--models", f"{broken},{translator}", "--testset", testset, "--threads", "1", "--repeats", "1"
    )
    assert done.exit_code == 1
    assert stored(out / "outputs/broken/lajme/error.json")["error"]
    assert {line.split("\t")[1] for line in done.stdout.splitlines()[1:]} == {"tiny"}
    alone = benchmark(tmp_path / "alone", config={"systems": [str(broken)], "testsets": [str(testset)], **FEW})
    assert alone.exit_code == 1
    assert "no system has outputs to score: broken on lajme: " in alone.stderr


def test_whole_articles_go_through_a_translator_and_a_summarizer(
    translator: Path, converted_model: Callable[..., Path], tmp_path: Path
) -> None:
    summarizer = converted_model("bart")
    albanian = {"id": "a", "document": ARTICLE, "summary": "A short one."}
    english = {"id": "e", "document": " ".join(ENGLISH[:8]), "summary": "A short one."}
    for name, row in (("artikuj", albanian), ("articles", english)):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    pair = {"translator": str(translator), "summarizer": str(summarizer), "length": "short"}
    config = {"systems": [pair], "testsets": ["artikuj.jsonl", "articles.jsonl"], **FEW}
    done = benchmark(tmp_path / "out", config=config)
    assert done.exit_code == 0, done.output
    scores = stored(tmp_path / "out/scores.json")
    assert {each["name"]: each["task"] for each in scores["testsets"]} == {
        "artikuj": "cross-lingual",
        "articles": "summarization",
    }
    assert {row["metric"] for row in scores["scores"]} == {"ROUGE-1", "ROUGE-2", "ROUGE-L", "ROUGE-Lsum"}
    first = scores["systems"][0]["name"]
    assert first == "tiny+bart-float32+length-short"
    models = {row["testset"]: set(row["model"]) for row in scores["measures"] if row["system"] == first}
    assert models["artikuj"] == {"translation", "summarization"}
    assert "generation" in models["articles"]
    assert rows(tmp_path / f"out/outputs/{first}/articles/hypotheses.jsonl")[0]["hypothesis"]


def test_references_in_albanian_are_translated_by_a_model_that_is_named(
    translator: Path, converted_model: Callable[..., Path], tmp_path: Path
) -> None:
    data = tmp_path / "data/lr-sum-sq"
    data.mkdir(parents=True)
    row = {"id": "a", "text": ARTICLE, "summary": ALBANIAN[0]}
    (data / "test.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    pair = {"translator": str(translator), "summarizer": str(converted_model("bart"))}
    config = {"systems": [pair], "testsets": ["lr-sum-sq"], "testsets_dir": "data", **FEW}
    refused = benchmark(tmp_path / "out", config=config)
    assert refused.exit_code == 2
    assert "references of lr-sum-sq are in sq and systems write en: name a model to translate them" in refused.stderr
    done = benchmark(tmp_path / "out", "--reference-translator", translator, config=config)
    assert done.exit_code == 0, done.output
    assert f"references machine-translated from sq by {translator}" in done.stderr
    assert stored(tmp_path / "out/scores.json")["testsets"][0]["notes"]
    reference = rows(tmp_path / "out/testsets/lr-sum-sq.jsonl")[0]["references"]
    assert reference != [ALBANIAN[0]]
    assert benchmark(tmp_path / "out").exit_code == 0
    assert rows(tmp_path / "out/testsets/lr-sum-sq.jsonl")[0]["references"] == reference


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give CONFIG.yaml, or --models and --testset"),
        (["--models", "sq-en-draft"], "give CONFIG.yaml, or --models and --testset"),
        (["--models", "sq-en-draft", "--testset", "no-such"], "no test set 'no-such'"),
        (["--models", "sq-en-drafd", "--testset", "xsum"], "did you mean sq-en-draft"),
        (["--models", "sq-en-draft", "--testset", "xsum", "--metrics", "BLUE"], "unknown metric 'BLUE'"),
        (["--models", "sq-en-draft", "--testset", "xsum", "--precision", "int4"], "'int4' is not one of"),
        (["c.yaml", "--models", "a"], "c.yaml says what is to be run: leave out --models"),
        (["c.yaml"], "c.yaml: cannot be read"),
    ],
)
def test_a_call_that_cannot_work_is_told_before_anything_runs(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    done = benchmark(tmp_path / "out", *arguments)
    assert done.exit_code in (1, 2)
    assert message in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_set_that_no_system_fits_is_refused(testset: Path, tmp_path: Path) -> None:
    done = benchmark(tmp_path / "out", "--models", "en-sum-draft", "--testset", testset)
    assert done.exit_code == 2
    assert "no system fits lajme (translation)" in done.stderr
