"""What a translation lacks is found, translated through stand-ins and put back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtsum.engines.base import GenerationSettings, Hypothesis
from mtsum.reading import article_from_text
from mtsum.stand_ins import Restored, StandIns, english_number, lost, masked, put_back
from mtsum.translation import Translator

STAND_INS = StandIns(names=("David", "John"), numbers=("2017", "200"))


def unknown(word: str) -> bool:
    return False


def said(text: str) -> Hypothesis:
    return Hypothesis(text, -0.5, 5, 5, "eos")


@pytest.mark.parametrize(
    ("source", "hypothesis", "expected"),
    [
        ("Rritet niveli në Pinellas dhe Sarasota.", "It rises in Pinllas and Sarato.", ["Pinellas", "Sarasota"]),
        ("Dje foli Christine Blasey Ford.", "Yesterday Christic spoke.", ["Christine Blasey Ford"]),
        ("Dje ai foli në stadiumin e Juventusit.", "He spoke at the stadium.", ["Juventus"]),
        ("Ai vdiq në vitin 1945.", "He died in 1955.", ["1945"]),
        ("Kanali kishte 5,69 milionë shikues.", "It had 5.66 million.", ["5.69"]),
        ("Ka 379 800 banorë.", "It has 3,778 people.", ["379,800"]),
        ("Kështu njoftoi WSMV sot.", "So said NSM today.", ["WSMV"]),
        ("Treni shkon nga Prishtina drejt Tiranës.", "It goes from Pristi to Tiranti.", ["Pristina", "Tirana"]),
    ],
)
def test_names_and_numbers_that_a_translation_garbles_are_lost(
    source: str, hypothesis: str, expected: list[str]
) -> None:
    assert [each.written for each in lost(source, hypothesis, unknown)] == expected


@pytest.mark.parametrize(
    ("source", "hypothesis"),
    [
        ("Ai jeton në Londër.", "He lives in London."),
        ("Ajo shkoi në Prishtinë e në Tiranë.", "She went to Prishtina and Tirana."),
        ("Dje Putini u takua me Macronin.", "Yesterday Putin met Macron."),
        ("Foli Këshilli i Sigurimit.", "The Security Council spoke."),
        ("Sot OKB u mblodh.", "The UN met today."),
        ("Ka tre vjet.", "It has been three years."),
    ],
)
def test_what_is_translated_is_not_lost(source: str, hypothesis: str) -> None:
    assert lost(source, hypothesis, lambda word: word in ("Macron", "Putin")) == ()


def test_a_name_that_became_a_known_word_like_it_was_translated() -> None:
    source, hypothesis = "Zjarri në Kalifornia vazhdon.", "The fire in California goes on."
    assert lost(source, hypothesis, lambda word: word == "California") == ()
    assert [each.written for each in lost(source, hypothesis, unknown)] == ["Kalifornia"]


def test_a_lost_name_stands_twice_under_one_stand_in_and_comes_back_twice() -> None:
    source = "Sot Tellis tha se nuk e njeh askush Tellis."
    attempt = masked(source, lost(source, "Nobody.", unknown), STAND_INS)
    assert attempt is not None
    assert attempt.text == "Sot David tha se nuk e njeh askush David."
    assert put_back(said("Today David said nobody knows David's."), attempt.originals).text == (
        "Today Tellis said nobody knows Tellis's."
    )


def test_a_stand_in_that_the_source_has_itself_is_not_used() -> None:
    source = "Foli David Tellis në vitin 1945."
    attempt = masked(source, lost(source, "David spoke.", unknown), STAND_INS)
    assert attempt is not None and attempt.text == "Foli David John në vitin 2017."


def test_without_enough_stand_ins_nothing_is_masked() -> None:
    source = "Foli Tellis, foli Chambers, foli Pinellas."
    assert masked(source, lost(source, "They spoke.", unknown), STAND_INS) is None


def test_a_stand_in_inside_another_word_is_left_alone() -> None:
    restored = put_back(said("Davidson and 12017 and David."), {"David": "Tellis", "2017": "1945"})
    assert restored.text == "Davidson and 12017 and Tellis." and isinstance(restored, Restored)


@pytest.mark.parametrize(
    ("albanian", "english"),
    [
        ("5,69", "5.69"),
        ("0,125", "0.125"),
        ("379 800", "379,800"),
        ("350,000", "350,000"),
        ("1.500", "1,500"),
        ("1.234,5", "1,234.5"),
        ("1.234.567", "1,234,567"),
        ("1945", "1945"),
        ("04:00", "04:00"),
        ("12.05.2019", "12.05.2019"),
    ],
)
def test_numbers_are_written_as_english_writes_them(albanian: str, english: str) -> None:
    assert english_number(albanian) == english


@given(st.integers(0, 10**9))
def test_whole_numbers_keep_their_digits(number: int) -> None:
    written = f"{number:,}".replace(",", ".")
    assert english_number(written).replace(",", "") == str(number)


class EnglishByEar:
    """Gives a sentence back as it is, but spells every word wrong that is not on its list, by dropping a letter."""

    name, device, compute_type, window, max_target = "ear", "cpu", "float32", 100, 100
    sure = frozenset("David John 2017 200 foli në vitin dhe".split())  # noqa: SIM905

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def generate(self, texts: Sequence[str], settings: GenerationSettings) -> list[Hypothesis]:
        return [said(" ".join(map(self._heard, text.rstrip(".").split())) + ".") for text in texts]

    def _heard(self, word: str) -> str:
        return word if word in self.sure else word[:1] + word[2:]


def test_a_translator_puts_back_what_its_model_garbles_and_says_so() -> None:
    article = article_from_text("Kështu foli Wayde Chambers në vitin 1945.", "sq")
    plain = Translator(EnglishByEar(), "ear").translate([article])[0].sentences[0]
    assert "Wyde Cambers" in plain.target and "1945" not in plain.target and "restored" not in plain.flags
    mended = Translator(EnglishByEar(), "ear", stand_ins=STAND_INS).translate([article])[0].sentences[0]
    assert mended.target.endswith("foli Wayde Chambers në vitin 1945.")
    assert "restored" in mended.flags
