"""``mtsum cache`` as a user calls it, and corrections where articles are translated."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.corpus import ALBANIAN, NEWS

from mtsum.cli.main import cli
from mtsum.loading import EngineChoice, load_translator, model_entry
from mtsum.memory import memory_path, open_memory
from mtsum.memory.store import Correction
from mtsum.reading import article_from_text


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MTSUM_OFFLINE", "1")
    return tmp_path / "home"


@pytest.fixture
def model(converted_model: Callable[..., Path]) -> str:
    return str(converted_model("unigram-bart"))


@pytest.fixture
def translated(model: str) -> dict[str, str]:
    """A memory in mtsum's home of three sentences that the tiny model translated, as a long run leaves it."""
    from dataclasses import replace

    translator = load_translator(model_entry(model, "translation"), choice=EngineChoice(beam=1, threads=1))
    with open_memory() as memory:
        made = replace(translator, memory=memory).translate([article_from_text(" ".join(ALBANIAN[:3]), "sq")])[0]
    return {sentence.source: sentence.target for sentence in made.sentences}


def run(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["cache", *map(str, arguments)], input=stdin)


def translate(model: str, *arguments: object, stdin: str) -> Result:
    options = ["translate", "-m", model, "--threads", "1", "--beam", "1", *map(str, arguments)]
    return CliRunner().invoke(cli, options, input=stdin)


def correct(*pairs: tuple[str, str]) -> None:
    with open_memory() as memory:
        memory.correct("sq", "en", [Correction(*pair) for pair in pairs])


@pytest.mark.parametrize("command", ["show", "clear"])
def test_without_a_memory_it_says_where_it_would_be_and_makes_none(command: str) -> None:
    result = run(command)
    assert result.exit_code == 0
    assert f"no memory yet: {memory_path()} is not there" in result.stdout
    assert not memory_path().exists()


def test_show_tells_size_limit_models_and_how_often_it_helped(
    translated: dict[str, str], model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    correct((NEWS[0], "Yes."))
    monkeypatch.setenv("MTSUM_MEMORY_LIMIT", "5MB")
    shown = run("show")
    assert shown.exit_code == 0
    assert "of 5.0 MB allowed" in shown.stdout
    assert "corrected  1 sentence, sq to en" in shown.stdout
    assert f"by {model} on ctranslate2" in shown.stdout
    record = json.loads(run("show", "--json").stdout)
    (one,) = record["makers"]
    assert record["limit"] == 5_000_000
    assert one["maker"]["model"] == model
    assert one["entries"] >= one["misses"] >= 3
    assert one["hits"] == 0


def test_sentences_go_out_are_corrected_and_come_back(translated: dict[str, str], model: str, tmp_path: Path) -> None:
    file = tmp_path / "memory.tmx"
    out = run("export", file)
    assert out.exit_code == 0
    assert out.stdout == ""
    assert "3 machine translations and 0 corrections exported" in out.stderr
    corrected = file.read_text(encoding="utf-8")
    first = ALBANIAN[0]
    before, after = corrected.split(f"<seg>{first}</seg></tuv>\n")
    after = '<tuv xml:lang="en"><seg>By an editor.</seg></tuv>\n</tu>' + after.split("</tu>", 1)[1]
    file.write_text(f"{before}<seg>{first}</seg></tuv>\n{after}", encoding="utf-8")
    back = run("import", file)
    assert back.exit_code == 0
    assert back.stdout == (
        "1 correction imported, 0 of them in place of older ones; 0 known already; "
        "2 machine translations unchanged; 0 skipped\n"
    )
    made = translate(model, "--json", stdin=f"{first}\n")
    (sentence,) = json.loads(made.stdout)["translation"]["sentences"]
    assert (sentence["target"], sentence["score"], sentence["flags"]) == ("By an editor.", None, ["edited"])
    assert "1 sentence as corrected in the memory" in made.stderr
    assert "may be wrong" not in made.stderr
    again = run("export", "-", "--only", "edited")
    assert "By an editor." in again.stdout
    assert "0 machine translations and 1 correction exported" in again.stderr


def test_a_single_article_neither_uses_nor_fills_the_memory_of_long_runs(
    translated: dict[str, str], model: str
) -> None:
    before = run("show", "--json").stdout
    translate(model, stdin=f"{ALBANIAN[0]}\n\n{NEWS[0]}\n")
    assert run("show", "--json").stdout == before


def test_a_summary_rests_on_corrected_sentences_too(model: str, converted_model: Callable[..., Path]) -> None:
    correct((NEWS[0], "The prime minister visited the port of Durrës on Monday with two ministers."))
    options = ["--translator", model, "-m", str(converted_model("bart")), "--beam", "1", "--threads", "1", "--json"]
    result = CliRunner().invoke(cli, ["summarize", *options], input=f"{NEWS[0]}\n")
    assert result.exit_code == 0
    made = json.loads(result.stdout)
    assert made["translation"]["sentences"][0]["flags"] == ["edited"]
    assert made["summary"]["text"] == "The prime minister visited the port of Durrës on Monday with two ministers."
    assert "1 sentence as corrected in the memory" in result.stderr


def test_a_damaged_memory_does_not_keep_an_article_from_being_translated(model: str) -> None:
    memory_path().parent.mkdir()
    memory_path().write_bytes(b"nothing of the kind" * 100)
    result = translate(model, stdin=f"{NEWS[0]}\n")
    assert result.exit_code == 0
    assert "warning: no corrections are used" in result.stderr
    assert "mtsum cache clear" in result.stderr


def test_a_damaged_memory_is_told_and_deleted_as_a_whole_only() -> None:
    memory_path().parent.mkdir()
    memory_path().write_bytes(b"nothing of the kind" * 100)
    shown = run("show")
    assert shown.exit_code == 1
    assert "damaged" in shown.stderr
    assert run("clear", "--machine", "--yes").exit_code == 1
    assert memory_path().exists()
    assert run("clear", "--yes").exit_code == 0
    assert not memory_path().exists()


def test_nothing_is_cleared_without_a_yes(translated: dict[str, str]) -> None:
    result = run("clear", stdin="")
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert json.loads(run("show", "--json").stdout)["makers"]


@pytest.mark.parametrize(("answer", "status", "left"), [("y", 0, 0), ("n", 130, 1)])
def test_on_a_terminal_clear_asks(answer: str, status: int, left: int, own_home: Path) -> None:
    correct((NEWS[0], "Yes."))
    parent, child = pty.openpty()
    command = [sys.executable, "-c", "from mtsum.cli.main import main; main()", "cache", "clear"]
    process = subprocess.Popen(command, stdin=child, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.write(parent, f"{answer}\n".encode())
    _, said = process.communicate(timeout=60)
    os.close(child)
    os.close(parent)
    assert process.returncode == status
    assert f"Forget 0 machine translations and 1 correction in {memory_path()}?" in said
    assert len(json.loads(run("show", "--json").stdout)["corrections"]) == left


@pytest.mark.parametrize(
    ("options", "machine", "edited"), [(["--machine"], 0, 1), (["--edited"], 1, 0), ([], 0, 0), (["--model"], 0, 1)]
)
def test_a_part_can_be_cleared(
    options: list[str], machine: int, edited: int, translated: dict[str, str], model: str
) -> None:
    correct((NEWS[0], "Yes."))
    result = run("clear", "--yes", *options, *([model] if options == ["--model"] else []))
    assert result.exit_code == 0
    left = json.loads(run("show", "--json").stdout)
    assert (len(left["makers"]), len(left["corrections"])) == (machine, edited)


def test_a_model_can_be_named_by_the_id_that_show_prints(translated: dict[str, str]) -> None:
    (one,) = json.loads(run("show", "--json").stdout)["makers"]
    assert "<tu " in run("export", "-", "--model", one["maker"]["id"]).stdout
    assert run("clear", "--yes", "--model", one["maker"]["id"]).exit_code == 0
    assert json.loads(run("show", "--json").stdout)["makers"] == []


def test_an_unknown_model_lists_those_the_memory_has(translated: dict[str, str], model: str) -> None:
    for command in (["clear", "--yes"], ["export", "-"]):
        result = run(*command, "--model", "nllb-600m")
        assert result.exit_code == 2
        assert "nothing of model 'nllb-600m'" in result.stderr
        assert model in result.stderr


def test_import_says_what_it_skipped_and_where(tmp_path: Path) -> None:
    file = tmp_path / "foreign.tmx"
    file.write_text(
        '<tmx version="1.4"><header srclang="en" segtype="paragraph"/><body>\n'
        '<tu><tuv xml:lang="sq"><seg>Po.</seg></tuv><tuv xml:lang="en-GB"><seg>Yes.</seg></tuv></tu>\n'
        '<tu><tuv xml:lang="sq"><seg>Jo.</seg></tuv></tu>\n</body></tmx>',
        encoding="utf-8",
    )
    result = run("import", file)
    assert result.exit_code == 0
    assert "1 correction imported" in result.stdout
    assert f"skipped: 1 unit without a variant in English ({file}:3)" in result.stderr
    assert "its source language is en" in result.stderr
    assert "of type paragraph" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["import", "nowhere.tmx"], 1, "nowhere.tmx: cannot be read"),
        (["import", __file__], 1, "not well-formed XML"),
        (["import", __file__, "--from", "albanien"], 2, "Albanian"),
        (["export", "out.tmx"], 1, "there is no memory to export"),
        (["export", "/nowhere/out.tmx"], 2, "no folder /nowhere"),
        (["clear", "--machine", "--edited"], 2, "exclude each other"),
        (["export", "out.tmx", "--only", "all"], 2, "'machine', 'edited'"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(arguments: list[str], status: int, said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == status
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["show", "clear", "import", "export"])
def test_every_command_has_examples(command: str) -> None:
    assert f"mtsum cache {command}" in run(command, "--help").stdout.split("Examples:")[1]
