import json

from hypothesis import given
from hypothesis import strategies as st
from support.word_engine import WordEngine

from mtsum.reading import article_from_text
from mtsum.records import RunMeta, error_record, json_line, record
from mtsum.summarization import Summarizer
from mtsum.translation import Translator

META = RunMeta("0.1.0", "words", "cpu", {"from": "sq"}, 0.5)
TEXT = "Ai erdhi në shtëpi. Ajo shkoi në shkollë; ata folën për ekonominë e vendit të tyre."


def test_a_record_has_the_keys_of_the_design_and_no_others() -> None:
    made = record(article_from_text(TEXT, "sq"))
    assert list(made) == ["id", "source", "translation", "summary", "meta", "error"]
    assert made["source"] == {"lang": "sq", "text": TEXT}


def test_a_full_record_ties_summary_to_translation_to_source() -> None:
    article = article_from_text(TEXT, "sq")
    translation = Translator(WordEngine(), "t").translate([article])[0]
    summary = Summarizer(WordEngine(write=lambda text: ""), "s").summarize(article, translation, 5)
    made = record(article, translation, summary, META)
    by_id = {sentence["id"]: sentence for sentence in made["translation"]["sentences"]}
    for sentence in made["summary"]["sentences"]:
        assert all(by_id[name]["target"] for name in sentence["sources"])
    assert made["translation"]["model"] == "t"
    assert made["summary"]["model"] == "s"
    assert made["meta"] == {
        "mtsum": "0.1.0",
        "engine": "words",
        "device": "cpu",
        "settings": {"from": "sq"},
        "seconds": 0.5,
    }
    assert "pieces" not in by_id["s1"]


def test_a_summary_without_a_translation_brings_the_sentences_it_names() -> None:
    article = article_from_text("They met on Monday. The road will open in May.", "en")
    made = record(article, None, Summarizer(WordEngine(), "s").summarize(article, None, 5))
    texts = {sentence["id"]: sentence["text"] for sentence in made["source"]["sentences"]}
    assert texts == {"s1": "They met on Monday.", "s2": "The road will open in May."}
    assert all(name in texts for sentence in made["summary"]["sentences"] for name in sentence["sources"])


def test_only_a_sentence_that_was_split_has_pieces() -> None:
    article = article_from_text(TEXT, "sq")
    made = record(article, Translator(WordEngine(window=9), "t").translate([article])[0])
    first, second = made["translation"]["sentences"]
    assert "pieces" not in first
    assert next(piece["source"] for piece in second["pieces"]) == "Ajo shkoi në shkollë;"


def test_errors_of_the_translation_stand_in_the_record() -> None:
    article = article_from_text("Pa" * 30, "sq")
    engine = WordEngine(window=2)
    made = record(article, Translator(engine, "t").translate([article])[0], error="first")
    assert made["error"].startswith("first; s1: ")


def test_an_input_that_could_not_be_read_has_a_record_with_every_key() -> None:
    made = error_record("a.txt", "a.txt: no such file", META)
    assert list(made) == list(record(article_from_text(TEXT, "sq")))
    assert made["error"] == "a.txt: no such file"


@given(st.text().filter(str.strip))
def test_any_text_is_one_line_of_json_that_reads_back(text: str) -> None:
    line = json_line({"id": text, "source": {"lang": "sq", "text": text}})
    assert "\n" not in line
    assert json.loads(line)["id"] == text


def test_albanian_letters_stay_letters() -> None:
    assert "ë" in json_line({"id": "Tiranë"})
