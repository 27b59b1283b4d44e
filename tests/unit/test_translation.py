import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.corpus import ALBANIAN
from support.word_engine import WordEngine

from mtsum.documents import Article
from mtsum.errors import InputError
from mtsum.reading import article_from_text
from mtsum.splitting import best_boundary, join_pieces
from mtsum.translation import Translator

TEXT = """Titulli i lajmit

Presidenti u takua me ministrat.   Ata folën
për ekonominë e vendit.

- Presidenti u takua me ministrat.
"""


def translator(**options: object) -> Translator:
    return Translator(WordEngine(**options), "words")


def test_the_paragraphs_of_the_text_stay_and_hard_wrapped_lines_become_spaces() -> None:
    made = translator().translate([article_from_text(TEXT, "sq")])[0]
    assert made.text == (
        "TITULLI I LAJMIT\n\nPRESIDENTI U TAKUA ME MINISTRAT.   ATA FOLËN PËR EKONOMINË E VENDIT.\n\n"
        "- PRESIDENTI U TAKUA ME MINISTRAT.\n"
    )


def test_each_sentence_has_its_own_id_source_and_score() -> None:
    article = article_from_text(TEXT, "sq")
    made = translator().translate([article])[0]
    assert [sentence.id for sentence in made.sentences] == [sentence.id for sentence in article.sentences]
    assert [sentence.source for sentence in made.sentences] == [sentence.text for sentence in article.sentences]
    assert {sentence.score for sentence in made.sentences} == {-0.25}


def test_a_sentence_that_occurs_twice_is_translated_once() -> None:
    engine = WordEngine()
    Translator(engine, "words").translate([article_from_text(TEXT, "sq"), article_from_text(TEXT, "sq")])
    assert len(engine.seen) == len(set(engine.seen)) == 3


def test_what_holds_no_language_passes_through_verbatim() -> None:
    engine = WordEngine(write=str.lower)
    article = article_from_text("https://example.com/Faqja\n\n1.234,5\n\nPo.", "sq")
    made = Translator(engine, "words").translate([article])[0]
    assert made.text == "https://example.com/Faqja\n\n1.234,5\n\npo."
    assert [sentence.flags for sentence in made.sentences][:2] == [("verbatim",), ("verbatim",)]
    assert made.sentences[0].score is None
    assert engine.seen == ["Po."]


LONG = (
    "Presidenti u takua me ministrat në Tiranë dhe foli për ekonominë e vendit; ministrat thanë se buxheti është gati, "
    "por deputetët kërkuan më shumë kohë për ta lexuar."
)


def test_a_sentence_over_the_window_is_split_joined_again_and_recorded() -> None:
    made = translator(window=14).translate([article_from_text(LONG, "sq")])[0]
    (sentence,) = made.sentences
    assert len(sentence.pieces) > 1
    assert " ".join(piece.source for piece in sentence.pieces) == LONG
    assert all(len(piece.source.split()) + 2 <= 14 for piece in sentence.pieces)
    assert sentence.target == LONG.upper()
    assert made.errors == ()


def test_the_strongest_boundary_near_the_middle_is_taken_first() -> None:
    made = translator(window=22).translate([article_from_text(LONG, "sq")])[0]
    assert made.sentences[0].pieces[0].source.endswith(";")


def test_what_cannot_be_split_is_an_error_and_stays_in_the_text() -> None:
    class Letters(WordEngine):
        def count_tokens(self, texts):
            return [len(text) + 2 for text in texts]

    word = "Pa" * 30
    made = Translator(Letters(window=40), "letters").translate([article_from_text(f"Po. {word}. Jo.", "sq")])[0]
    assert ["error" in sentence.flags for sentence in made.sentences] == [False, True, False]
    assert made.text == f"PO. {word}. JO."
    assert len(made.errors) == 1
    assert made.errors[0].startswith("s2: ")
    assert "40 tokens" in made.errors[0]


def test_an_empty_hypothesis_is_flagged_and_keeps_its_place() -> None:
    made = translator(write=lambda text: "").translate([article_from_text("Ai erdhi. Ajo shkoi.", "sq")])[0]
    assert [sentence.flags for sentence in made.sentences] == [("empty",), ("empty",)]


def test_progress_adds_up_to_the_size() -> None:
    articles = [article_from_text(TEXT, "sq")]
    steps: list[int] = []
    one = translator()
    one.translate(articles, steps.append)
    assert sum(steps) == one.size(articles)


@pytest.mark.parametrize(
    ("sources", "targets", "joined"),
    [
        (("Ai erdhi,", "por ajo shkoi."), ("He came.", "But she left."), "He came, but she left."),
        (("Ai erdhi;", "Agimi iku."), ("He came", "Agim left."), "He came; Agim left."),
        (("Ai tha se", "Putini iku."), ("He said that.", "Putin left."), "He said that Putin left."),
        (("Ai erdhi", "vonë."), ("He came", ""), "He came"),
    ],
)
def test_pieces_are_joined_into_one_sentence(sources: tuple[str, ...], targets: tuple[str, ...], joined: str) -> None:
    assert join_pieces(sources, targets) == joined


def test_no_boundary_that_leaves_one_side_empty_is_taken() -> None:
    assert best_boundary("një", [0, 3]) is None


def articles_of(texts: list[str]) -> list[Article]:
    found = []
    for text in texts:
        try:
            found.append(article_from_text(text, "sq"))
        except InputError:
            continue
    return found


@settings(max_examples=60)
@given(st.lists(st.text(st.sampled_from("abçë .,;!?\n“”12-"), max_size=80), max_size=4), st.integers(4, 40))
def test_every_input_sentence_has_exactly_one_output_in_any_text_and_window(texts: list[str], window: int) -> None:
    articles = articles_of(texts)
    made = translator(window=window).translate(articles)
    for article, translation in zip(articles, made, strict=True):
        assert [sentence.id for sentence in translation.sentences] == [sentence.id for sentence in article.sentences]
        squeezed = re.sub(r"[\s.,;!?-]", "", article.text.upper())
        assert re.sub(r"[\s.,;!?-]", "", translation.text.upper()) == squeezed


@settings(max_examples=30)
@given(st.lists(st.sampled_from(ALBANIAN), min_size=1, max_size=6))
def test_one_article_alone_is_translated_as_in_company(texts: list[str]) -> None:
    articles = articles_of(texts)
    together = translator(window=12).translate(articles)
    assert together == [translator(window=12).translate([article])[0] for article in articles]


def test_a_real_engine_translates_alone_as_in_company(tiny_engine) -> None:
    one = Translator(tiny_engine("unigram-bart"), "tiny")
    articles = articles_of(list(ALBANIAN[:5]))
    together = one.translate(articles)
    alone = [one.translate([article])[0] for article in articles]
    assert [made.text for made in together] == [made.text for made in alone]


def forgetful(text: str) -> str:
    """Writes English filler for a text, with its capitalised words and numbers only where the text is short."""
    kept = [word for word in re.findall(r"\w+", text) if word[0].isupper() or word.isdigit()]
    filler = "the people of this country said that it was good for them and their children "
    return filler * 2 if len(text.split()) > 18 else f"{filler}{' '.join(kept)}"


FORGOTTEN = (
    "Kryetari Arben Gashi tha se qyteti do të ndërtojë një rrugë të re pranë lumit, "
    "kurse ministrja Vjosa Hoxha premtoi edhe një spital që do të hapet brenda disa muajve."
)


def test_a_sentence_that_lost_names_is_tried_again_in_halves_and_says_so() -> None:
    article = article_from_text(FORGOTTEN, "sq")
    whole = Translator(WordEngine(write=forgetful), "words", retry_flagged=False).translate([article])[0].sentences[0]
    mended = Translator(WordEngine(write=forgetful), "words").translate([article])[0].sentences[0]
    assert "names" in whole.flags and not whole.pieces
    assert "names" not in mended.flags
    assert {"Gashi", "Hoxha"} <= set(re.findall(r"\w+", mended.target))
    assert " ".join(piece.source for piece in mended.pieces) == FORGOTTEN


def test_halves_that_are_no_better_are_not_taken() -> None:
    article = article_from_text(FORGOTTEN, "sq")
    lost = Translator(WordEngine(write=lambda text: "they said that it was good " * 4), "words")
    assert not lost.translate([article])[0].sentences[0].pieces
