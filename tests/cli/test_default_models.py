"""The shipped default models through the real command line: what a new user gets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mtsum.checks import ends_a_sentence
from mtsum.hub import find
from mtsum.reading import read_articles
from mtsum.registry import load_registry

ROOT = Path(__file__).parents[2]
SHARED_ARTICLE = ROOT / "../shared/articles/000_e3205ef2ff94cdfa.txt"
TEXT = (
    "Kryeministri u takua të premten në Tiranë me presidentin e Kosovës. Ata folën për ekonominë, sigurinë dhe rrugën e "
    "re mes dy vendeve. Rruga do të kushtojë 120 milionë euro dhe do të përfundojë në vitin 2027. Opozita tha se "
    "projekti është shumë i shtrenjtë. Punimet do të fillojnë në muajin mars.\n"
)

pytestmark = pytest.mark.skipif(
    any(find(load_registry().default(task)) is None for task in ("translation", "summarization")),
    reason="the default models are not in models/ yet",
)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "MTSUM_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}


def mtsum(environment: dict[str, str], *arguments: str, stdin: str | None = TEXT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mtsum", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment, check=True)


def test_as_many_sentences_come_out_as_went_in(environment: dict[str, str]) -> None:
    made = json.loads(mtsum(environment, "translate", "--json").stdout)
    sentences = made["translation"]["sentences"]
    assert len(sentences) == 5
    assert all(one["target"].strip() for one in sentences)
    assert made["error"] is None


def test_a_draft_is_called_one_on_stderr_unless_quiet(environment: dict[str, str]) -> None:
    if not load_registry().default("translation").draft:
        pytest.skip("the default translator is no draft any more")
    said = mtsum(environment, "translate").stderr
    assert "draft" in said
    assert "README.md" in said
    assert mtsum(environment, "translate", "-q").stderr == ""


def test_a_summary_is_english_shorter_and_traceable(environment: dict[str, str]) -> None:
    made = json.loads(mtsum(environment, "summarize", "--json", "--length", "20").stdout)
    summary = made["summary"]
    assert len(summary["text"].split()) < len(made["translation"]["text"].split())
    assert ends_a_sentence(summary["text"])
    assert {name for one in summary["sentences"] for name in one["sources"]} <= {f"s{number}" for number in range(1, 6)}


def test_one_sentence_cold_takes_less_than_one_and_a_half_seconds(environment: dict[str, str]) -> None:
    times = []
    for _ in range(4):
        started = time.perf_counter()
        mtsum(environment, "translate", "--threads", "2", stdin="Ata folën për ekonominë e vendit.")
        times.append(time.perf_counter() - started)
    # The best of a few: the first also hashes the model, and other processes on the machine only add to it.
    assert min(times) < 1.5


def test_the_default_path_never_imports_torch(environment: dict[str, str]) -> None:
    code = (
        "import sys\nfrom mtsum.cli.main import cli\ncli(sys.argv[1:], standalone_mode=False)\n"
        "print([name for name in ('torch', 'transformers') if name in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "translate", "-q"]
    done = subprocess.run(command, input=TEXT, capture_output=True, text=True, env=environment, check=True)
    assert done.stderr.strip() == "[]"


def test_the_article_of_the_issue_is_translated_without_a_missing_sentence(environment: dict[str, str]) -> None:
    if not SHARED_ARTICLE.is_file():
        pytest.skip("the article is not at ../shared/articles")
    (article,) = read_articles([str(SHARED_ARTICLE)], language="sq")
    made = json.loads(mtsum(environment, "summarize", str(SHARED_ARTICLE), "--json", stdin=None).stdout)
    sentences = made["translation"]["sentences"]
    assert [one["source"] for one in sentences] == [one.text for one in article.sentences]
    assert all(one["target"].strip() for one in sentences)
    assert made["error"] is None
    words = len(made["summary"]["text"].split())
    assert 48 <= words <= 72
    assert all(one["sources"] for one in made["summary"]["sentences"])


def test_names_and_years_of_the_article_are_on_the_english_side(environment: dict[str, str]) -> None:
    if not SHARED_ARTICLE.is_file():
        pytest.skip("the article is not at ../shared/articles")
    made = json.loads(mtsum(environment, "translate", str(SHARED_ARTICLE), "--json", stdin=None).stdout)
    sentences = made["translation"]["sentences"]
    for name in ("Putin", "Kim", "Kimmage", "Everard", "Cha", "2019", "1980", "1990"):
        held = [one for one in sentences if name in one["source"]]
        kept = [one for one in held if name in one["target"]]
        # A draft may lose a name in one sentence of several, never altogether.
        assert held and len(kept) >= 0.7 * len(held), f"{name}: kept in {len(kept)} of {len(held)} sentences"
