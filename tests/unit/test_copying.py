"""A model's shorter sentence in its source's own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtsum.checks import check_summary
from mtsum.checks.order import in_order
from mtsum.summarization.copying import copied

SOURCE = "French striker Bafetimbi Gomis, who has a history of fainting, said on Wednesday that he is well."


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "French striker Bafetimbi Gomis said that he is well.",
            "French striker Bafetimbi Gomis said that he is well.",
        ),
        ("French strikr Bafettibi Gomes said he is well.", "French striker Bafetimbi Gomis said he is well."),
        (
            "French striker Gomis has a history history of faint fainting.",
            "French striker Gomis has a history of fainting.",
        ),
        ("Gomis has a record of fainting.", "Gomis has a history of fainting."),
        ("gomis said on Tuesday that he is well.", "Gomis said on Wednesday that he is well."),
    ],
)
def test_words_beside_the_sources_are_written_as_the_source_writes_them(written: str, expected: str) -> None:
    assert copied(written, SOURCE) == expected


def test_a_word_that_the_source_lacks_is_left_out_and_the_checks_see_what_is_missing() -> None:
    made = copied("Gomis said that he is dead and buried.", SOURCE)
    assert made == "Gomis said that he is."
    assert check_summary(made, [SOURCE], least_in_order=1) == ("cut",)


def test_marks_between_words_that_stay_together_are_the_sources() -> None:
    source = "In 2001, early into the final of one of tennis' biggest events, fans booed her, she says."
    written = "In 2001 early into the final of one of tennis biggest events, fans booed her."
    assert copied(written, source) == "In 2001, early into the final of one of tennis' biggest events, fans booed her."


def test_an_introduction_or_an_ending_keeps_its_comma_when_the_aside_goes() -> None:
    source = "In Egypt, where he was born, he is known."
    assert copied("In Egypt he is known.", source) == "In Egypt, he is known."
    source = "He sent it to a club, which is in Vlora, the newspaper reported."
    assert (
        copied("He sent it to a club the newspaper reported.", source)
        == "He sent it to a club, the newspaper reported."
    )
    said = "Nine were held in May, four of them at home, according to a statement."
    assert copied("Nine were held in May according to a statement.", said) == (
        "Nine were held in May, according to a statement."
    )
    assert copied("At first Kola asked.", "At first Kola, clad in white, asked.") == "At first Kola asked."
    assert copied("Kola even came.", "Kola, who is ill, even came.") == "Kola even came."
    said = "That was when, as he says, they came."
    assert copied("That was when, they came.", said) == "That was when they came."
    assert copied("The city is known.", "The city, where he was born, is known.") == "The city is known."


def test_nothing_is_made_of_a_sentence_that_shares_no_word_with_its_source() -> None:
    assert copied("!", SOURCE) == ""


def test_numbers_are_words_too() -> None:
    assert copied("Some 31,388 fans came.", "Some 31,683 fans came on Monday.") == "Some 31,683 fans came."


def test_a_number_after_a_comma_without_its_space_is_not_said_twice() -> None:
    assert copied("Moschetto, 54, pleaded not guilty.", "Moschetto,54, pleaded not guilty to it.").count("54") == 1


def test_no_space_stays_inside_an_opening_quotation_mark() -> None:
    assert copied('The " Tourists badly" file.', 'The "tourists badly" file.') == 'The "tourists badly" file.'


@given(st.lists(st.sampled_from(["road", "Drin", "opens", "in", "May", "5"]), min_size=1, max_size=8))
def test_a_source_is_its_own_copy(words: list[str]) -> None:
    text = " ".join(words) + "."
    assert copied(text, text) == text[:1].upper() + text[1:]


@given(
    st.lists(st.sampled_from(["road", "rod", "Drin", "drink", "opens", "in", "May", "5"]), max_size=8),
    st.lists(st.sampled_from(["road", "Drin", "opens", "opened", "in", "May", "6"]), min_size=1, max_size=8),
)
def test_whatever_the_model_writes_comes_out_as_its_source_with_words_left_out(
    written: list[str], source: list[str]
) -> None:
    made = copied(" ".join(written) + ".", " ".join(source) + ".")
    assert in_order(made, [" ".join(source)]) == 1
