"""A translator with a memory: the same translations as without, less work, and an editor's sentences as they are."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.corpus import ALBANIAN, NEWS
from support.word_engine import WordEngine

from mtsum.engines.base import GenerationSettings, Hypothesis
from mtsum.hub import content_digest
from mtsum.loading import EngineChoice, load_translator, model_entry
from mtsum.memory import open_memory
from mtsum.memory.maker import describe_maker
from mtsum.memory.store import Correction, TranslationMemory
from mtsum.reading import article_from_text
from mtsum.stand_ins import StandIns
from mtsum.summarization import source_sentences
from mtsum.translation import Translator

LONG = (
    "Presidenti u takua me ministrat në Tiranë dhe foli për ekonominë e vendit; ministrat thanë se buxheti është gati, "
    "por deputetët kërkuan më shumë kohë për ta lexuar."
)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "home"))


@pytest.fixture
def memory(tmp_path: Path) -> TranslationMemory:
    return open_memory(tmp_path / "memory.sqlite")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The files of a model, as far as the memory looks at them."""
    directory = tmp_path / "model"
    directory.mkdir()
    (directory / "model.bin").write_bytes(b"weights")
    (directory / "config.json").write_text("{}")
    (directory / "README.md").write_text("a card")
    return directory


def words(memory: TranslationMemory | None, directory: Path | None, **options: object) -> Translator:
    return Translator(WordEngine(**options), "words", memory=memory, directory=directory)


def articles(*texts: str) -> list:
    return [article_from_text(text, "sq") for text in texts]


def test_what_was_translated_before_is_not_translated_again(memory: TranslationMemory, directory: Path) -> None:
    first, second = words(memory, directory), words(memory, directory)
    made = first.translate(articles(NEWS[0], NEWS[1]))
    again = second.translate(articles(NEWS[1], NEWS[0], NEWS[2]))
    assert [one.sentences for one in again[:2]] == [one.sentences for one in reversed(made)]
    assert second.engine.seen == [NEWS[2]]
    (maker,) = memory.statistics().makers
    assert (maker.entries, maker.hits, maker.misses) == (3, 2, 3)


def test_progress_counts_what_is_remembered_and_corrected(memory: TranslationMemory, directory: Path) -> None:
    memory.correct("sq", "en", [Correction(NEWS[2], "Sunny.")])
    translator = words(memory, directory)
    translator.translate(articles(NEWS[0]))
    steps: list[int] = []
    translator.translate(articles(*NEWS[:4]), steps.append)
    assert sum(steps) == translator.size(articles(*NEWS[:4]))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from([*ALBANIAN, LONG]), min_size=1, max_size=4), max_size=4))
def test_calls_with_a_memory_give_what_calls_without_give(calls: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder, open_memory(Path(folder) / "memory.sqlite") as memory:
        model = Path(folder) / "model"
        model.mkdir()
        (model / "model.bin").write_bytes(b"weights")
        remembering, plain = words(memory, model, window=14), words(None, model, window=14)
        for call in calls:
            assert remembering.translate(articles(*call)) == plain.translate(articles(*call))


def test_a_real_model_gives_the_same_with_a_memory_as_without(
    converted_model: Callable[..., Path], memory: TranslationMemory
) -> None:
    entry = model_entry(converted_model("unigram-bart"), "translation")
    plain = load_translator(entry, choice=EngineChoice(beam=2, threads=1))
    remembering = dataclasses.replace(plain, memory=memory)
    texts = [" ".join(ALBANIAN[at : at + 4]) for at in range(0, 20, 2)]
    wanted = plain.translate(articles(*texts))
    assert [made for text in texts for made in remembering.translate(articles(text))] == wanted
    assert remembering.translate(articles(*texts)) == wanted
    (maker,) = memory.statistics().makers
    assert maker.hits > maker.entries


def test_sentences_put_together_from_parts_are_kept_as_they_are_shown(
    memory: TranslationMemory, directory: Path
) -> None:
    (made,) = words(memory, directory, window=14).translate(articles(LONG))
    (sentence,) = made.sentences
    assert len(sentence.pieces) > 1
    (kept,) = memory.machine_translations(memory.makers())
    assert (kept.source, kept.target) == (LONG, sentence.target)


class ByEar(WordEngine):
    """Spells what it is not sure of by ear."""

    def count_tokens(self, texts):
        return [len(text) for text in texts]

    def _one(self, text, settings):
        said = [word if word in ("David", "2017.", "foli") else word[:1] + word[2:] for word in text.split()]
        return Hypothesis(" ".join(said), -0.25, len(text), len(said), "eos")


def test_names_put_back_are_put_back_from_memory_too(memory: TranslationMemory, directory: Path) -> None:
    stand_ins = StandIns(("David",), ("2017",))
    made = []
    for engine in (ByEar(), ByEar()):
        translator = Translator(engine, "ear", stand_ins=stand_ins, memory=memory, directory=directory)
        made.append(translator.translate(articles("Kështu foli Wayde në vitin 1945.")))
    assert made[0] == made[1]
    assert engine.seen == []
    (sentence,) = made[1][0].sentences
    assert "restored" in sentence.flags
    assert [one.target for one in memory.machine_translations(memory.makers())] == [sentence.target]


def test_a_call_that_fails_keeps_nothing(memory: TranslationMemory, directory: Path) -> None:
    def fail(text: str) -> str:
        if text == NEWS[2]:
            raise KeyboardInterrupt
        return text.upper()

    with pytest.raises(KeyboardInterrupt):
        words(memory, directory, write=fail).translate(articles(*NEWS))
    assert memory.statistics().makers == ()


def test_an_editors_sentence_stands_as_it_is_and_no_model_sees_it(memory: TranslationMemory, directory: Path) -> None:
    memory.correct("sq", "en", [Correction(NEWS[1], "Oil is cheaper, the minister said.")])
    translator = words(memory, directory)
    (made,) = translator.translate(articles(f"{NEWS[0]}\n{NEWS[1].replace(' ', '  ', 1)}"))
    assert [sentence.flags for sentence in made.sentences][1] == ("edited",)
    assert made.sentences[1].score is None
    assert made.text == f"{NEWS[0].upper()}\nOil is cheaper, the minister said."
    assert translator.engine.seen == [NEWS[0]]


def test_an_editors_sentence_may_be_one_that_no_model_could_take(memory: TranslationMemory, directory: Path) -> None:
    class Letters(WordEngine):
        def count_tokens(self, texts):
            return [len(text) + 2 for text in texts]

    word = f"{'Pa' * 30}."
    translator = Translator(Letters(window=40), "letters", memory=memory, directory=directory)
    assert translator.translate(articles(word))[0].errors
    memory.correct("sq", "en", [Correction(word, "Without end.")])
    (made,) = translator.translate(articles(word))
    assert made.errors == ()
    assert made.text == "Without end."


def test_an_editors_sentence_may_stand_in_a_summary(memory: TranslationMemory, directory: Path) -> None:
    memory.correct("sq", "en", [Correction(NEWS[0], "The prime minister visited Durrës.")])
    (article,) = articles(NEWS[0])
    (made,) = words(memory, directory).translate([article])
    (sentence,) = source_sentences(article, made)
    assert sentence.quotable
    assert not sentence.doubtful


def test_without_the_models_files_only_corrections_are_used(memory: TranslationMemory) -> None:
    memory.correct("sq", "en", [Correction("Po.", "Yes.")])
    translator = words(memory, None)
    assert translator.translate(articles("Po.\n\nJo."))[0].text == "Yes.\n\nJO."
    assert memory.makers() == []


def maker(directory: Path, **changes: object) -> str | None:
    return dataclasses.replace(words(None, directory), **changes).maker


def test_all_that_a_hypothesis_depends_on_makes_another_maker(directory: Path, tmp_path: Path) -> None:
    other = shutil.copytree(directory, tmp_path / "other")
    (other / "model.bin").write_bytes(b"Weights")
    makers = [
        maker(directory),
        maker(other),
        maker(directory, model="named otherwise"),
        maker(directory, settings=GenerationSettings(beam_size=1)),
        maker(directory, target_language="de"),
        maker(directory, source_language="mk"),
        maker(directory, engine=WordEngine(name="transformers")),
        maker(directory, engine=WordEngine(compute_type="int8")),
        maker(directory, engine=WordEngine(device="cuda")),
        maker(directory, engine=WordEngine(max_target=64)),
    ]
    assert len(set(makers)) == len(makers)
    assert maker(directory) == makers[0]
    described = describe_maker(str(makers[0]))
    assert (described["model"], described["from"], described["to"]) == ("words", "sq", "en")
    assert {name: value for name, value in described.items() if name != "id"} == json.loads(str(makers[0]))


def test_a_models_content_is_told_by_every_file_but_its_card(directory: Path) -> None:
    digest = content_digest(directory)
    (directory / "README.md").write_text("another card")
    assert content_digest(directory) == digest
    (directory / "vocab.json").write_text("[]")
    longer = content_digest(directory)
    (directory / "vocab.json").rename(directory / "words.json")
    assert len({digest, longer, content_digest(directory)}) == 3


def test_a_file_changed_in_place_with_its_size_and_date_kept_is_noticed(directory: Path) -> None:
    weights = directory / "model.bin"
    for path in directory.iterdir():
        os.utime(path, ns=(10**18, 10**18))
    digest = content_digest(directory)
    assert content_digest(directory) == digest
    weights.write_bytes(b"WEIGHTS")
    os.utime(weights, ns=(10**18, 10**18))
    assert content_digest(directory) != digest


def test_an_unchanged_file_is_hashed_once(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtsum.hub._SETTLED", 0)
    digest = content_digest(directory)
    monkeypatch.setattr("mtsum.hub._sha256", lambda path: pytest.fail(f"{path} was read again"))
    assert content_digest(directory) == digest


def test_a_model_below_a_folder_called_cache_has_a_content(directory: Path, tmp_path: Path) -> None:
    place = tmp_path / ".cache" / "model"
    shutil.copytree(directory, place)
    assert content_digest(place) == content_digest(directory)
