import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtsum.checks.numbers import invented_numbers, missing_numbers, unsupported_numbers


@pytest.mark.parametrize(
    ("albanian", "english"),
    [
        ("Buxheti është 1.234,5 milionë euro.", "The budget is 1,234.5 million euros."),
        ("Ai u takua me ta më 5 maj 2019.", "He met them on May 5, 2019."),
        ("Takimi u mbajt më 05.09.2023.", "The meeting was held on 5 September 2023."),
        ("Mori 1,5 milion euro.", "It got 1,500,000 euros."),
        ("Janë 10 000 banorë.", "There are 10,000 inhabitants."),
        ("Në vitet '80 ishte ndryshe.", "It was different in the 1980s."),
        ("Fillon në orën 20:30.", "It starts at 8:30 p.m."),
        ("Ka 3 fëmijë.", "He has three children."),
        ("Shekulli XX ishte i gjatë.", "The 20th century was long."),
        ("Dy mijë njerëz u mblodhën.", "2,000 people gathered."),
        ("Rritja ishte 3,2%.", "Growth was 3.2%."),
    ],
)
def test_the_same_number_in_albanian_and_english_writing_passes(albanian: str, english: str) -> None:
    assert missing_numbers(albanian, english) == []
    assert invented_numbers(albanian, english) == []


def test_a_number_that_the_hypothesis_lacks_is_missing() -> None:
    assert missing_numbers("Në vitin 2019 u vranë 312 veta.", "In 2019, 132 people were killed.") == ["312"]


def test_a_number_that_no_source_has_is_invented() -> None:
    assert invented_numbers("Ata u takuan në Tiranë.", "They met in Tirana in 2014.") == ["2014"]


def test_a_summary_may_not_bring_its_own_numbers() -> None:
    assert unsupported_numbers("Some 40 people died.", "The fire killed 14 people.") == ["40"]
    assert unsupported_numbers("Five people died.", "The fire killed 5 people.") == []


@given(st.integers(0, 10**9))
def test_any_number_is_found_under_the_separators_of_the_other_language(number: int) -> None:
    english = f"{number:,}"
    albanian = english.replace(",", ".")
    assert missing_numbers(f"Janë {albanian} euro.", f"It is {english} euros.") == []


@given(st.text())
def test_a_text_has_all_of_its_own_numbers(text: str) -> None:
    assert missing_numbers(text, text) == []
    assert unsupported_numbers(text, text) == []
