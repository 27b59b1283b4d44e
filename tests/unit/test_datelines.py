"""Datelines are taken off a first sentence, and nothing else is."""

from __future__ import annotations

import pytest

from mtsum.reading import article_from_text
from mtsum.summarization.datelines import without_dateline
from mtsum.summarization.source import source_sentences


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Catania, Sicily (CNN)The boats arrived.", "The boats arrived."),
        ("(CNN)The boats arrived.", "The boats arrived."),
        ("Tirana (Reuters) - The boats arrived.", "The boats arrived."),
        ("TIRANA, Nov 25 (Reuters) - The boats arrived.", "The boats arrived."),
        ("Tiranë, 25 nëntor 2018 (ATSH) – Anijet mbërritën.", "Anijet mbërritën."),
        ("(The Hollywood Reporter)Melissa is ready.", "Melissa is ready."),
        ("New Delhi, India (CNN) “We know,” he said.", "“We know,” he said."),
    ],
)
def test_the_place_and_agency_before_a_sentence_are_taken_off(text: str, rest: str) -> None:
    assert without_dateline(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "NATO (North Atlantic Treaty Organization) Secretary General Stoltenberg came.",
        "Edi Rama (PS) said that it rains.",
        "The agency (CNN) reported it.",
        "Tirana is large.",
        "(It rains.) The boats arrived.",
        "",
    ],
)
def test_brackets_that_belong_to_a_sentence_stay(text: str) -> None:
    assert without_dateline(text) == text


def test_only_the_first_sentence_loses_its_dateline_and_is_marked_shortened() -> None:
    text = "The great heading\n\nTirana (Reuters) - It rains a lot today. Durrës (Reuters) - It rains there too."
    heading, first, second = source_sentences(article_from_text(text, "en"))
    assert (heading.text, heading.shortened) == ("The great heading", False)
    assert (first.text, first.words, first.shortened) == ("It rains a lot today.", 5, True)
    assert (second.text, second.shortened) == ("Durrës (Reuters) - It rains there too.", False)
