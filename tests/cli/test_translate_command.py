"""``mtsum translate`` as a user calls it, on a tiny model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mtsum.cli.main import cli
from mtsum.reading import article_from_text

TEXT = (
    "Titulli i lajmit\n\nKryeministri vizitoi dje qytetin. Ai u takua me banorët e zonës.\n\nMoti do të jetë i mirë.\n"
)


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MTSUM_OFFLINE", "1")


@pytest.fixture
def model(converted_model: Callable[..., Path]) -> str:
    return str(converted_model("unigram-bart"))


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "lajm.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(*arguments: object, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["translate", "--threads", "1", "--beam", "1", *map(str, arguments)], input=stdin)


def records(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_text_goes_to_stdout_with_its_paragraphs_and_nothing_else(model: str, article: Path) -> None:
    result = run(article, "-m", model)
    assert result.exit_code == 0
    lines = result.stdout.split("\n")
    assert [bool(line) for line in lines] == [bool(line) for line in TEXT.split("\n")]


def test_stdin_is_read_without_a_file_and_for_a_dash(model: str, article: Path) -> None:
    from_file = run(article, "-m", model).stdout
    assert run("-m", model, stdin=TEXT).stdout == from_file
    assert run("-", "-m", model, stdin=TEXT).stdout == from_file


def test_a_record_has_one_output_for_each_input_sentence_and_all_that_made_it(model: str, article: Path) -> None:
    (made,) = records(run(article, "-m", model, "--json"))
    sentences = article_from_text(TEXT, "sq").sentences
    assert set(made) >= {"id", "source", "translation", "summary", "meta", "error"}
    assert made["source"] == {"lang": "sq", "text": TEXT}
    assert [one["source"] for one in made["translation"]["sentences"]] == [sentence.text for sentence in sentences]
    assert [one["id"] for one in made["translation"]["sentences"]] == ["s1", "s2", "s3", "s4"]
    assert set(made["translation"]["sentences"][0]) == {"id", "source", "target", "score", "flags"}
    assert made["summary"] is None
    assert made["error"] is None
    meta = made["meta"]
    assert meta["engine"] == "ctranslate2"
    assert meta["device"] == "cpu"
    assert meta["settings"]["translation"]["generation"]["beam_size"] == 1
    assert meta["settings"]["translation"]["model"] == model


def test_several_inputs_stand_under_their_names(model: str, article: Path, tmp_path: Path) -> None:
    other = tmp_path / "tjeter.txt"
    other.write_text("Moti do të jetë i mirë.\n", encoding="utf-8")
    result = run(article, other, "-m", model)
    assert [line for line in result.stdout.splitlines() if line.startswith("# ")] == [f"# {article}", f"# {other}"]
    assert result.stdout.startswith(f"# {article}\n\n{run(article, '-m', model).stdout}")


def test_a_file_that_fails_is_named_and_the_others_are_done(model: str, article: Path, tmp_path: Path) -> None:
    result = run(tmp_path / "nowhere.txt", article, "-m", model)
    assert result.exit_code == 1
    assert f"error: {tmp_path / 'nowhere.txt'}: no such file" in result.stderr
    assert f"# {article}" in result.stdout
    assert "Traceback" not in result.stderr


def test_a_bad_record_of_a_corpus_becomes_a_record_with_an_error_in_its_place(model: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    lines = [
        '{"id": "a", "text": "Moti do të jetë i mirë.", "place": "Vlorë"}',
        "no JSON",
        '{"id": "c", "text": "Po."}',
    ]
    corpus.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = run(corpus, "-m", model, "--json")
    made = records(result)
    assert result.exit_code == 1
    assert [one["error"] is None for one in made] == [True, False, True]
    assert made[0]["id"] == "a"
    assert made[0]["extra"] == {"place": "Vlorë"}
    assert ":2" in made[1]["error"]


def test_columns_are_named_by_options(model: str, tmp_path: Path) -> None:
    table = tmp_path / "corpus.csv"
    table.write_text('nr,body\n7,"Moti do të jetë i mirë."\n', encoding="utf-8")
    (made,) = records(run(table, "-m", model, "--json", "--text-column", "body", "--id-column", "nr"))
    assert (made["id"], made["source"]["text"]) == ("7", "Moti do të jetë i mirë.")


def test_output_goes_whole_into_a_file(model: str, article: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "english.txt"
    target.parent.mkdir()
    result = run(article, "-m", model, "-o", target)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert target.read_text(encoding="utf-8") == run(article, "-m", model).stdout
    assert [path.name for path in target.parent.iterdir()] == ["english.txt"]


def test_a_text_in_another_language_is_warned_about_and_quiet_keeps_that_back(model: str, tmp_path: Path) -> None:
    german = tmp_path / "artikel.txt"
    german.write_text(
        "Der Präsident traf die Minister und sprach lange über die Wirtschaft des Landes.", encoding="utf-8"
    )
    assert "looks like German, not Albanian" in run(german, "-m", model).stderr
    assert run(german, "-m", model, "-q").stderr == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "albanien"], "Albanian"),
        (["--to", "xx"], "xx"),
        (["-m", "nllb-600"], "nllb-600m"),
        (["--engine", "onnx"], "ctranslate2"),
        (["--precision", "int3"], "int8"),
        (["--format", "pdf"], "docx"),
        (["--beam", "0"], "1<=x<=64"),
        (["-o", "/nowhere/at/all.txt"], "no folder /nowhere/at"),
        (["--colour"], "No such option"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_would_be_right(arguments: list[str], said: str, article: Path) -> None:
    result = run(article, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_a_model_that_is_not_here_says_what_to_run_and_where_to_put_it(article: Path) -> None:
    result = run(article, "-m", "nllb-600m", "-o", article.with_suffix(".en"))
    assert result.exit_code in (1, 2)
    assert "mtsum models pull nllb" in result.stderr
    assert "put the files" in result.stderr
    assert not article.with_suffix(".en").exists()


def test_the_licence_of_a_model_is_said_where_it_is_chosen(article: Path) -> None:
    assert "may not be used commercially" in run(article, "-m", "nllb-600m").stderr


def test_both_engines_translate_alike_from_the_command_line(tiny_model: Callable[[str], Path], article: Path) -> None:
    model = tiny_model("unigram-bart")
    fast, slow = (
        run(article, "-m", model, "--engine", engine, "--precision", "fp32", "--json")
        for engine in ("ctranslate2", "transformers")
    )
    assert next(one["translation"] for one in records(fast))["text"] == records(slow)[0]["translation"]["text"]
    assert records(slow)[0]["meta"]["engine"] == "transformers"
