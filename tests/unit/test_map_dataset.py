"""``mtsum.map_dataset`` on tiny models."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, DatasetDict, IterableDataset

import mtsum
from mtsum.corpus.work import Task, Worker
from mtsum.errors import ModelNotFound, UsageError
from mtsum.loading import EngineChoice
from mtsum.memory import open_memory
from mtsum.memory.store import Correction

ROOT = Path(__file__).parents[2]
CHOICE = EngineChoice(beam=1, threads=1, precision="float32")
ROWS = [
    {"id": "a", "text": "Kryeministri vizitoi dje qytetin. Ai u takua me banorët e zonës.", "site": 1},
    {"id": "b", "text": "", "site": 2},
    {"id": "c", "text": None, "site": 3},
    {"id": "d", "text": "The council met on Monday and voted on the new road.", "site": 4},
    {"id": "e", "text": "Qeveria miratoi buxhetin e vitit të ardhshëm me 74 vota pro.", "site": 5},
]
ADDED = ["translation", "summary", "summary_sources", "flags", "error"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "home"))


@pytest.fixture
def options(converted_model: Callable[..., Path]) -> dict[str, Any]:
    model = converted_model("unigram-bart")
    return {"translator": model, "summarizer": model, "length": 10, "choice": CHOICE}


def test_columns_are_added_and_nothing_else_changes(options: dict[str, Any]) -> None:
    made = mtsum.map_dataset(Dataset.from_list(ROWS), **options)
    assert made.column_names == ["id", "text", "site", *ADDED]
    assert made.remove_columns(ADDED).to_list() == ROWS


def test_a_bad_row_stays_with_its_error(options: dict[str, Any]) -> None:
    made = mtsum.map_dataset(Dataset.from_list(ROWS), **options)
    assert [bool(error) for error in made["error"]] == [False, True, True, True, False]
    assert "row:1" in made[1]["error"]
    assert "null" in made[2]["error"]
    assert "English" in made[3]["error"]
    assert [made[2][column] for column in ADDED] == [None, None, None, [], made[2]["error"]]


def test_each_summary_sentence_has_the_sentences_it_rests_on(options: dict[str, Any]) -> None:
    row = mtsum.map_dataset(Dataset.from_list(ROWS), **options)[0]
    assert " ".join(one["sentence"] for one in row["summary_sources"]) == row["summary"]
    for one in row["summary_sources"]:
        assert one["ids"]
        assert len(one["ids"]) == len(one["sources"])
        assert all(source in ROWS[0]["text"] for source in one["sources"])


def test_an_english_row_is_summarized_where_both_languages_may_come(options: dict[str, Any]) -> None:
    row = mtsum.map_dataset(Dataset.from_list(ROWS), source=None, **options)[3]
    assert (row["error"], row["translation"]) == (None, None)
    assert row["summary_sources"][0]["sources"] == [ROWS[3]["text"]]


def test_translating_adds_no_summary(options: dict[str, Any]) -> None:
    made = mtsum.map_dataset(Dataset.from_list(ROWS), task="translate", **options)
    assert made.column_names == ["id", "text", "site", "translation", "flags", "error"]
    assert made[0]["translation"]


def test_a_stream_gives_the_same_rows_and_names_its_columns(options: dict[str, Any]) -> None:
    dataset = Dataset.from_list(ROWS)
    streamed = mtsum.map_dataset(dataset.to_iterable_dataset(), batch_size=2, **options)
    assert streamed.column_names == ["id", "text", "site", *ADDED]
    assert list(streamed) == mtsum.map_dataset(dataset, **options).to_list()


def test_a_stream_of_unknown_columns_is_checked_when_it_is_read(options: dict[str, Any]) -> None:
    unknown = IterableDataset.from_generator(lambda: iter(ROWS))
    assert [row["site"] for row in mtsum.map_dataset(unknown, **options)] == [1, 2, 3, 4, 5]
    with pytest.raises(UsageError, match="no column 'body'"):
        next(iter(mtsum.map_dataset(unknown, text_column="body", **options)))


def test_a_wrong_call_says_what_would_be_right(options: dict[str, Any]) -> None:
    dataset = Dataset.from_list(ROWS)
    for wrong, call, said in (
        (dataset, {"text_column": "body"}, "it has 'id', 'text', 'site'"),
        (dataset.rename_column("site", "summary"), {}, "already has 'summary'"),
        (dataset, {"task": "sing"}, "'translate', 'summarize'"),
        (dataset, {"length": "huge"}, "short"),
        (DatasetDict(train=dataset), {}, r"dataset\['train'\]"),
        (dataset.to_iterable_dataset(), {"num_proc": 2}, "num_proc"),
    ):
        with pytest.raises(UsageError, match=said):
            mtsum.map_dataset(wrong, **{**options, **call})
    with pytest.raises((ModelNotFound, UsageError)):
        mtsum.map_dataset(dataset, translator="no-such-model")


def test_the_same_call_is_served_from_the_cache_and_other_models_are_not(
    options: dict[str, Any], converted_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Dataset.from_list(ROWS).save_to_disk(str(tmp_path / "saved"))
    calls: list[int] = []
    work = Worker.work
    monkeypatch.setattr(Worker, "work", lambda self, items: calls.append(len(items)) or work(self, items))

    def made(**changes: Any) -> Dataset:
        return mtsum.map_dataset(Dataset.load_from_disk(str(tmp_path / "saved")), **{**options, **changes})

    assert made().to_list() == made().to_list()
    assert calls == [5]
    made(length=12)
    made(translator=converted_model("unigram-bart", "int8"))
    assert calls == [5, 5, 5]


def test_an_editors_correction_is_used_and_makes_another_result(options: dict[str, Any], tmp_path: Path) -> None:
    dataset, memory = Dataset.from_list(ROWS[:1]), tmp_path / "memory.sqlite"
    before = mtsum.map_dataset(dataset, memory=memory, **options)
    with open_memory(memory) as opened:
        opened.correct("sq", "en", [Correction("Ai u takua me banorët e zonës.", "He met the people there.")])
    after = mtsum.map_dataset(dataset, memory=memory, **options)
    assert "He met the people there." in after[0]["translation"]
    assert "s2: edited" in after[0]["flags"]
    assert before._fingerprint != after._fingerprint


def test_processes_load_their_own_models_and_another_session_finds_the_cache(options: dict[str, Any]) -> None:
    # A process of its own, so that nothing of this one's threads is forked and a hang is a failure.
    program = (
        "import sys, mtsum\nfrom datasets import Dataset\nfrom mtsum.loading import EngineChoice\n"
        f"dataset = Dataset.from_list({ROWS!r})\n"
        f"options = dict(translator={str(options['translator'])!r}, summarizer={str(options['summarizer'])!r}, length=10)\n"
        "options['choice'] = EngineChoice(beam=1, threads=1, precision='float32')\n"
        "one = mtsum.map_dataset(dataset, **options)\n"
        "two = mtsum.map_dataset(dataset, num_proc=2, **options)\n"
        "assert one.to_list() == two.to_list()\n"
        "print(one._fingerprint)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == mtsum.map_dataset(Dataset.from_list(ROWS), **options)._fingerprint


def test_the_models_of_the_last_task_only_are_kept(options: dict[str, Any]) -> None:
    from mtsum.corpus import datasets_map

    first, second = Task(name="translate"), Task(name="translate", length=7)
    worker = datasets_map._worker(first, None)
    assert datasets_map._worker(first, None) is worker
    assert datasets_map._worker(second, None) is not worker
    assert list(datasets_map._WORKERS[os.getpid()]) == [(second, None)]
