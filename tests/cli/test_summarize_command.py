"""``mtsum summarize`` as a user calls it, on tiny models."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mtsum.cli.main import cli

ENGLISH = """The flood destroyed two hundred houses in the northern city of Shkodra on Monday night. The weather office \
had warned of heavy rain in the mountains since Saturday. Mayor Benet Beci asked the army for boats and tents the same \
evening. Soldiers carried 340 people out of their houses. Nobody was killed, the police said. Schools stay closed until \
Thursday, and the government promised money for roads and bridges.
"""
ALBANIAN = (
    "Kryeministri vizitoi dje qytetin e Shkodrës dhe u takua me banorët e zonës. Qeveria miratoi buxhetin e vitit të "
    "ardhshëm me 74 vota pro. Moti do të jetë i vranët në veri dhe me diell në jug të vendit.\n"
)


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MTSUM_OFFLINE", "1")


@pytest.fixture
def run(converted_model: Callable[..., Path]) -> Callable[..., Result]:
    translator, summarizer = converted_model("unigram-bart"), converted_model("bart")

    def call(*arguments: object, stdin: str | None = None) -> Result:
        models = ["--translator", str(translator), "-m", str(summarizer), "--beam", "1", "--threads", "1"]
        return CliRunner().invoke(cli, ["summarize", *models, *map(str, arguments)], input=stdin)

    return call


def test_an_english_article_is_summarized_as_it_is(run: Callable[..., Result]) -> None:
    result = run("--json", "--length", "20", stdin=ENGLISH)
    assert result.exit_code == 0
    made = json.loads(result.stdout)
    assert made["source"]["lang"] == "en"
    assert made["translation"] is None
    assert made["summary"]["text"]
    assert 16 <= len(made["summary"]["text"].split()) <= 24
    for sentence in made["summary"]["sentences"]:
        assert sentence["sources"]
        assert set(sentence["sources"]) <= {f"s{number}" for number in range(1, 7)}
    assert made["summary"]["selection"]["words_asked"] == 20


def test_an_albanian_article_is_translated_first(run: Callable[..., Result]) -> None:
    result = run("--json", stdin=ALBANIAN)
    assert result.exit_code == 0
    made = json.loads(result.stdout)
    assert made["source"]["lang"] == "sq"
    assert len(made["translation"]["sentences"]) == 3
    assert made["meta"]["settings"]["translation"]["model"]
    assert {name for one in made["summary"]["sentences"] for name in one["sources"]} <= {"s1", "s2", "s3"}


def test_articles_of_both_languages_keep_their_order(run: Callable[..., Result], tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    rows = [{"id": "e", "text": ENGLISH}, {"id": "a", "text": ALBANIAN}, {"id": "f", "text": ENGLISH}]
    corpus.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    made = [json.loads(line) for line in run(corpus, "--json").stdout.splitlines()]
    assert [one["id"] for one in made] == ["e", "a", "f"]
    assert [one["translation"] is None for one in made] == [True, False, True]
    assert made[0]["summary"] == made[2]["summary"]


def test_the_language_can_be_said(run: Callable[..., Result]) -> None:
    result = run("--from", "English", "--json", stdin=ALBANIAN)
    assert json.loads(result.stdout)["translation"] is None
    assert "looks like Albanian, not English" in result.stderr


def test_sources_are_shown_under_each_sentence(run: Callable[..., Result]) -> None:
    lines = run("--sources", "--length", "20", stdin=ENGLISH).stdout.splitlines()
    assert "[s" in lines[0]
    assert lines[1].startswith("    s")
    assert lines[1].split(": ", 1)[1] in ENGLISH


def test_the_translation_is_shown_after_the_summary_where_asked_for(run: Callable[..., Result]) -> None:
    alone = run("--length", "10", stdin=ALBANIAN).stdout
    both = run("--length", "10", "--show-translation", stdin=ALBANIAN).stdout
    assert both.startswith(alone.rstrip("\n") + "\n\nTranslation\n\n")


def test_a_summary_shorter_than_asked_is_explained(run: Callable[..., Result]) -> None:
    assert "the article is short" in run("--length", "long", stdin=ENGLISH).stderr
    assert run("--length", "long", "-q", stdin=ENGLISH).stderr == ""


def test_a_wrong_length_is_a_usage_error_with_the_choices(run: Callable[..., Result]) -> None:
    result = run("--length", "huge", stdin=ENGLISH)
    assert result.exit_code == 2
    assert "short (15 to 35 words), medium (60), long (120)" in result.stderr


def test_a_translator_is_no_summarizer(run: Callable[..., Result]) -> None:
    result = run("-m", "nllb-600m", stdin=ENGLISH)
    assert result.exit_code == 2
    assert "is a translation model" in result.stderr


def test_an_empty_input_is_an_error_that_names_it(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    result = run(tmp_path / "empty.txt")
    assert result.exit_code == 1
    assert "empty.txt" in result.stderr
    assert result.stdout == ""
