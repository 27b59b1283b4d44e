import dataclasses

import pytest

from mtsum.documents import Article, Paragraph, Sentence, rebuild

TEXT = "  Një.  Dy!\r\n\r\nTri."
ONE, TWO, THREE = Sentence("s1", "Një.", 2, 6), Sentence("s2", "Dy!", 8, 11), Sentence("s3", "Tri.", 15, 19)
ARTICLE = Article(
    "a", TEXT, "sq", (Paragraph("p1", "text", 2, 11, (ONE, TWO)), Paragraph("p2", "text", 15, 19, (THREE,)))
)


def test_an_untranslated_article_is_rebuilt_to_its_text() -> None:
    assert rebuild(ARTICLE) == TEXT


def test_replaced_sentences_keep_all_that_stands_between_them() -> None:
    assert rebuild(ARTICLE, {"s1": "One.", "s2": "Two!", "s3": "Three."}) == "  One.  Two!\r\n\r\nThree."


def test_a_sentence_without_replacement_is_an_error() -> None:
    with pytest.raises(KeyError, match="s2"):
        rebuild(ARTICLE, {"s1": "One."})


def test_sentences_are_those_of_all_paragraphs_in_order() -> None:
    assert ARTICLE.sentences == (ONE, TWO, THREE)


def test_the_content_of_a_sentence_has_no_line_ends_and_no_markup() -> None:
    assert Sentence("s1", "Një\r\n  rresht.", 0, 14).content == "Një rresht."
    assert Sentence("s1", "Një\n> **rresht**.", 0, 17, "Një\nrresht.").content == "Një rresht."


def test_articles_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ARTICLE.text = ""  # type: ignore[misc]
