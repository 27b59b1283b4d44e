"""A sentence that tells news is worth more than one that asks, speaks to the reader, or names nothing."""

from __future__ import annotations

import pytest

from mtsum.reading import article_from_text
from mtsum.summarization.directness import directness, names_something, says_enough
from mtsum.summarization.source import SourceSentence, source_sentences

NEWS = "The army sent boats to the flooded city of Shkodra."


def worth(text: str) -> float:
    (sentence,) = source_sentences(article_from_text(text, "en"))
    return directness(sentence)


def test_news_is_worth_all_of_its_place() -> None:
    assert worth(NEWS) == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "The army sent boats to a flooded city in the north.",
        "Did the army send boats to the flooded city of Shkodra?",
        "When you need help, the army sends boats to Shkodra.",
        "My uncle saw the army send boats to the city of Shkodra.",
        "It sent boats to the flooded city of Shkodra.",
        "There were boats of the army in the flooded city of Shkodra.",
        "The army left Shkodra.",
        "“The army sent boats to the flooded city of Shkodra,” she said.",
    ],
)
def test_what_leads_up_to_news_is_worth_less(text: str) -> None:
    assert worth(text) < worth(NEWS)


@pytest.mark.parametrize(
    "text",
    [
        "The army sent “all the boats you and I have” to the city of Shkodra.",
        "The US army sent boats to the city of Shkodra.",
        "Youths of the army sent boats to the city of Shkodra.",
        "Items from 20 boats of the army were sold in Shkodra.",
    ],
)
def test_quoted_words_and_words_that_only_begin_alike_count_for_nothing(text: str) -> None:
    assert worth(text) == 1.0


def test_an_item_of_a_list_is_worth_less() -> None:
    assert directness(SourceSentence("s1", f"• {NEWS}", 10, True)) < 1.0


def test_a_name_is_a_capital_after_the_first_word_and_a_number_is_one_anywhere() -> None:
    assert names_something("He met Kola.")
    assert names_something("20 were hurt.")
    assert not names_something("Rain fell on the road.")
    assert not names_something("")


def test_five_content_words_say_enough() -> None:
    assert says_enough("Boats reached flooded northern houses.") == 1.0
    assert 0 < says_enough("Boats came.") < 1.0
