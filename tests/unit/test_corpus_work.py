"""Chunks of a corpus and what a worker makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.corpus import ALBANIAN, ENGLISH

from mtsum.corpus import work
from mtsum.corpus.chunks import Item, chunked
from mtsum.corpus.work import Task, Worker
from mtsum.documents import Article
from mtsum.errors import EngineError, InputError
from mtsum.formats import Document
from mtsum.formats.txt import text_document
from mtsum.loading import EngineChoice

CHOICE = EngineChoice(beam=1, threads=1)


def items(*texts: str) -> list[Item]:
    return [
        Item(position, f"a{position}", text_document(text, f"a{position}", f"c.jsonl:{position + 1}"))
        for position, text in enumerate(texts)
    ]


@pytest.fixture(scope="module")
def translator(converted_model: Callable[..., Path]) -> str:
    return str(converted_model("unigram-bart"))


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 6), st.integers(1, 60))
def test_chunks_hold_every_item_once_and_keep_their_bounds(sizes: list[int], most: int, characters: int) -> None:
    documents = [Document("a", "x" * size, ()) for size in sizes]
    given_items = [Item(position, "a", document) for position, document in enumerate(documents)]
    chunks = list(chunked(given_items, most, characters))
    assert [item for chunk in chunks for item in chunk.items] == given_items
    assert [chunk.number for chunk in chunks] == list(range(len(chunks)))
    for chunk in chunks:
        assert 1 <= len(chunk.items) <= most
        assert len(chunk.items) == 1 or sum(sizes[item.position] for item in chunk.items) <= characters


def test_a_worker_gives_one_record_for_each_item_and_the_same_ones_again(translator: str) -> None:
    given_items = [*items(ALBANIAN[0], ALBANIAN[1] + " " + ALBANIAN[0]), Item(2, "bad", InputError("no", "c.jsonl:3"))]
    worker = Worker(Task("translate", translator=translator, choice=CHOICE))
    told: list[tuple[int, int]] = []
    done = worker.work(given_items, lambda texts, tokens: told.append((texts, tokens)))
    assert [record["id"] for record in done.records] == ["a0", "a1", "bad"]
    assert [record["error"] for record in done.records] == [None, None, "c.jsonl:3: no"]
    assert done.sentences == 3
    assert (done.generated, done.tokens) == tuple(map(sum, zip(*told, strict=True)))
    assert done.generated >= 2 and done.tokens >= done.generated
    assert set(done.seconds) == {"split", "translate", "summarize"}
    again = Worker(worker.task).work(given_items)
    assert json.dumps(again.records) == json.dumps(done.records)


def test_what_is_too_long_or_in_another_language_is_an_error_that_says_so(translator: str) -> None:
    task = Task("translate", translator=translator, choice=CHOICE, most_characters=200)
    long, foreign = (
        Worker(task).work(items(ALBANIAN[0] * 9, "Der Präsident traf gestern die Minister des Landes.")).records
    )
    assert long["error"].startswith("c.jsonl:1: 675 characters, over the 200 allowed")
    assert foreign["error"].startswith("c.jsonl:2: looks like German, not Albanian")
    assert long["source"]["text"] is None


def test_a_local_models_checksums_are_in_the_settings(translator: str) -> None:
    settings = Worker(Task("translate", translator=translator, choice=CHOICE)).settings()
    assert len(settings["translation"]["checksums"]["model.bin"]) == 64
    json.dumps(settings)


def test_to_summarize_only_what_is_not_english_is_translated(
    translator: str, converted_model: Callable[..., Path]
) -> None:
    summarizer = str(converted_model("bart"))
    task = Task("summarize", source=None, translator=translator, summarizer=summarizer, length=20, choice=CHOICE)
    albanian, english = Worker(task).work(items(" ".join(ALBANIAN[:4]), " ".join(ENGLISH[:4]))).records
    assert albanian["translation"] and not english["translation"]
    assert all(record["summary"]["sentences"] for record in (albanian, english))


def test_a_fault_that_one_article_brings_out_is_its_record_and_the_others_are_done(
    translator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = work.article_from_document

    def faulty(document: Document, language: str, id: str) -> Article:
        if ALBANIAN[1] in document.text:
            raise KeyError("unforeseen")
        return read(document, language, id)

    monkeypatch.setattr(work, "article_from_document", faulty)
    worker = Worker(Task("translate", translator=translator, choice=CHOICE))
    done = worker.work(items(ALBANIAN[0], ALBANIAN[1], ALBANIAN[2]))
    assert [record["error"] is None for record in done.records] == [True, False, True]
    assert done.records[1]["error"] == "c.jsonl:2: mtsum failed on it, please report this: KeyError: 'unforeseen'"
    assert done.records[0] == worker.work(items(ALBANIAN[0])).records[0]


def test_a_fault_of_no_article_in_particular_and_a_device_that_fails_end_the_work(
    translator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(error: Exception) -> Callable[..., Article]:
        def fail(*arguments: object) -> Article:
            raise error

        return fail

    worker = Worker(Task("translate", translator=translator, choice=CHOICE))
    for error in (KeyError("everywhere"), EngineError("the device is gone"), OSError("no such disk")):
        monkeypatch.setattr(work, "article_from_document", broken(error))
        with pytest.raises(type(error)):
            worker.work(items(ALBANIAN[0], ALBANIAN[1]))
