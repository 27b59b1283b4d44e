"""Sentences of a longer quotation are known for what they are, and come last in a summary."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtsum.reading import article_from_text
from mtsum.summarization.quotations import unattributed, with_whole_quotations
from mtsum.summarization.selection import salience, tf_idf
from mtsum.summarization.source import source_sentences

MARKS = re.compile('["“”„«»]')


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        (['She came.', '"We know.', "It rains.", 'We go," she said.', "He left."], [False, True, True, False, False]),
        (["“We know.", "It rains.", "We go,” she said."], [True, True, False]),
        (['He said "no" twice.', "It rains."], [False, False]),
        (['"We know," he said.', "It rains."], [False, False]),
        (['"We know.', '"It rains, too.', 'We go," she said.'], [True, True, False]),
        (["“We know.”", "“It rains,” she said.", "It is “ours”."], [True, False, False]),
        ([], []),
    ],
)  # fmt: skip
def test_a_sentence_within_a_quotation_is_unattributed_and_the_closing_one_is_not(
    sentences: list[str], expected: list[bool]
) -> None:
    assert unattributed(sentences) == expected


def test_a_mark_that_nobody_closes_does_not_reach_to_the_end() -> None:
    assert unattributed(['The 5" pipe broke.', *["It rains."] * 30])[-10:] == [False] * 10


@given(st.lists(st.text('ab ".')))
def test_each_sentence_gets_its_answer(sentences: list[str]) -> None:
    assert len(unattributed(sentences)) == len(sentences)


def test_words_without_their_speaker_matter_less() -> None:
    told = "Mira Kola, if she is elected president, will take a pay cut of a quarter."
    others = "The candidate spoke in Tirana today. She was asked about the wages of women."
    plain, quoted = (source_sentences(article_from_text(text, "en"))
                     for text in (f"{told} {others}", f'"{told} {others} That is all," she said.'))  # fmt: skip
    assert (plain[0].spoken, quoted[0].spoken) == (False, True)
    values = [salience(each, tf_idf([sentence.text for sentence in each]))[0] for each in (plain, quoted)]
    assert values[1] < 0.7 * values[0]


def test_a_sentence_of_a_quotation_keeps_its_marks_and_is_known_for_one() -> None:
    text = 'She came. "We gave him pills. He went home today," she said. He is well.'
    found = source_sentences(article_from_text(text, "en"))
    assert [sentence.text for sentence in found][1:3] == ['"We gave him pills."', '"He went home today," she said.']
    assert [sentence.quotes for sentence in found] == [False, True, True, False]


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        (["“We know.", "It rains.", "We go,” she said."], ["“We know.”", "“It rains.”", "“We go,” she said."]),
        (['"We know.', '"It rains, too.', 'We go," she said.'], ['"We know."', '"It rains, too."', '"We go," she said.']),
        (["Ajo tha: «Ne dimë.", "Bie shi»."], ["Ajo tha: «Ne dimë.»", "«Bie shi»."]),
        (['The 5" pipe broke.', "It rains.", "We go."], ["The 5 pipe broke.", "It rains.", "We go."]),
        (['"We know.', 'Named: "It rains', "We go."], ["We know.", "Named: It rains", "We go."]),
        (['He said "no" twice.', "“It rains,” he said."], ['He said "no" twice.', "“It rains,” he said."]),
    ],
)  # fmt: skip
def test_each_sentence_of_a_quotation_gets_both_its_marks(sentences: list[str], expected: list[str]) -> None:
    assert with_whole_quotations(sentences) == expected


@given(st.lists(st.text('ab ".“”')))
def test_marks_come_in_pairs_and_nothing_else_changes(sentences: list[str]) -> None:
    for before, after in zip(sentences, with_whole_quotations(sentences), strict=True):
        assert len(MARKS.findall(after)) % 2 == 0
        assert MARKS.sub("", after).strip() == MARKS.sub("", before).strip()
