"""Records as a table, a digest and a page for people to read."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from support.word_engine import WordEngine

from mtsum.corpus.export.base import FORMATS
from mtsum.corpus.export.csv import COLUMNS
from mtsum.corpus.export.html import FLAG_MEANINGS
from mtsum.corpus.export.markdown import escaped
from mtsum.reading import article_from_text
from mtsum.records import error_record, record
from mtsum.summarization import Summarizer
from mtsum.translation import NEUTRAL_FLAGS, Translator

NASTY = '<script>alert("x")</script> & <b onclick="y">'
TEXT = f"Ai erdhi në shtëpi. Ajo shkoi në shkollë me {NASTY} një libër. Ata folën për ekonominë e vendit të tyre."


def records() -> list[dict[str, Any]]:
    article = article_from_text(TEXT, "sq", id="a", title=f"Një lajm {NASTY}")
    translation = Translator(WordEngine(), "t").translate([article])[0]
    summary = Summarizer(WordEngine(write=lambda text: ""), "s").summarize(article, translation, 12)
    english = article_from_text("They met on Monday. The road will open in May.", "en", id="e")
    own = Summarizer(WordEngine(write=lambda text: ""), "s").summarize(english, None, 5)
    full = record(article, translation, summary)
    full["summary"]["sentences"][0]["sources"] = ["s1", "s3"]
    return [
        full | {"extra": {"site": "=1+1", "summary": None, "tags": ["x"]}},
        error_record("b.txt", f"b.txt: empty {NASTY}"),
        record(english, None, own),
        record(article, translation),
    ]


def written(format: str, made: list[dict[str, Any]] | None = None, title: str = "Run") -> tuple[str, list[str]]:
    stream = io.StringIO(newline="")
    notes = FORMATS[format].write(records() if made is None else made, stream, title)
    return stream.getvalue(), notes


def table(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_a_table_has_a_line_for_each_article_and_the_other_columns_last() -> None:
    made = records()
    lines = table(written("csv")[0])
    assert list(lines[0]) == [*COLUMNS, "site", "input.summary", "tags"]
    assert [line["id"] for line in lines] == ["a", "b.txt", "e", "a"]
    assert lines[0]["text"] == TEXT
    assert lines[0]["translation"] == made[0]["translation"]["text"]
    assert lines[0]["tags"] == '["x"]'
    assert lines[1]["error"] == made[1]["error"]
    sources = [", ".join(sentence["sources"]) for sentence in made[0]["summary"]["sentences"]]
    assert lines[0]["summary_sources"] == "; ".join(sources)
    assert "summary 1: extracted" in lines[0]["flags"]


def test_a_formula_in_a_cell_is_text_and_a_note_says_so() -> None:
    text, notes = written("csv")
    assert table(text)[0]["site"] == "'=1+1"
    assert notes == ["1 cells that a spreadsheet would run as a formula have an apostrophe before them"]


def test_a_cell_beyond_what_excel_shows_is_whole_and_a_note_says_so() -> None:
    long = error_record("a", "x" * 40_000)
    text, notes = written("csv", [long])
    assert table(text)[0]["error"] == long["error"]
    assert "longer than the 32,767" in notes[0]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_every_cell_reads_back_and_none_begins_a_formula(error: str) -> None:
    cell = table(written("csv", [error_record("a", error)])[0])[0]["error"]
    assert cell in (error, f"'{error}")
    assert cell[:1] not in ("=", "@", "\t", "\r", "\n")
    assert cell[:1] not in ("+", "-") or re.fullmatch(r"[+-]?\d+([.,]\d+)*%?", cell)


def test_a_digest_has_a_section_for_each_article() -> None:
    made = records()
    text, notes = written("md", title="Lajme")
    assert notes == []
    page = lxml_html.fromstring(MarkdownIt().render(text))
    headings = [" ".join(each.text_content().split()) for each in page.iter("h1", "h2")]
    assert headings == ["Lajme", f"Një lajm {NASTY}", "b.txt", "e", f"Një lajm {NASTY}"]
    items = [item.text_content() for item in page.iter("li")]
    first = made[0]["summary"]["sentences"][0]
    assert items[0] == f"{first['text']} [{', '.join(first['sources'])}]"
    assert f"Error: {made[1]['error']}" in page.text_content()
    assert "Flags: " in page.text_content()
    assert made[3]["translation"]["text"] in page.text_content()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_text_shows_in_markdown_as_it_is(text: str) -> None:
    shown = MarkdownIt().render(f"# x\n\n{escaped(text)}\n\n- {escaped(text)}\n")
    line = " ".join(text.split())
    blocks = [each.text_content().strip() for each in lxml_html.fromstring(f"<div>{shown}</div>").iter("p", "li")]
    assert [" ".join(block.split()) for block in blocks] == [line, line] if line else True


def page_of(made: list[dict[str, Any]] | None = None) -> Any:
    return lxml_html.document_fromstring(written("html", made, title=f"Run {NASTY}")[0])


def test_every_summary_sentence_leads_to_the_sentences_it_rests_on_and_back() -> None:
    page = page_of()
    number = 0
    for at, made in enumerate(records(), start=1):
        for of, sentence in enumerate(made["summary"]["sentences"] if made["summary"] else (), start=1):
            number += 1
            item = page.get_element_by_id(f"a{at}-u{of}")
            links = [link.get("href") for link in item.iter("a") if link.get("class") == "place"]
            assert links == [f"#a{at}-{name}" for name in sentence["sources"]]
            for name in sentence["sources"]:
                source = page.get_element_by_id(f"a{at}-{name}")
                assert f"from-u{of}" in source.get("class").split()
                assert f"#a{at}-u{of}" in [link.get("href") for link in source.iter("a")]
    assert number == 2


def test_every_link_of_the_page_leads_somewhere_on_it() -> None:
    page = page_of()
    names = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(names) == len(set(names))
    links = [each.get("href") for each in page.iter() if each.get("href")]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(names)


def test_the_page_holds_every_sentence_and_runs_nothing_from_its_texts() -> None:
    made = records()
    page = page_of()
    text = page.text_content()
    for sentence in made[0]["translation"]["sentences"]:
        assert sentence["source"] in text
        assert sentence["target"] in text
    assert made[1]["error"] in text
    assert "They met on Monday." in text
    assert not list(page.iter("script", "img", "link", "b"))
    assert not [each for each in page.iter() if each.get("onclick")]
    assert "http" not in written("html")[0].replace("http-equiv", "")


def test_a_record_without_sentences_shows_its_text() -> None:
    made = records()[0] | {"translation": None, "summary": None}
    assert TEXT in page_of([made]).text_content()


def test_the_flags_on_a_page_are_explained() -> None:
    assert set(FLAG_MEANINGS) >= NEUTRAL_FLAGS
    text = page_of().text_content()
    assert FLAG_MEANINGS["extracted"] in text
    assert FLAG_MEANINGS["repetition"] not in text
