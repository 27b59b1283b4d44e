import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtsum.checks.names import missing_names, names, unsupported_names


@pytest.mark.parametrize(
    ("albanian", "english"),
    [
        ("Kur e pyetën për Putinin, heshti.", "When asked about Putin, he was silent."),
        ("Një takim me Kimin dhe Vladimir Putinin.", "A meeting with Kim and Vladimir Putin."),
        ("Tha Xhon Houard në Uashington.", "Said John Howard in Washington."),
        ("Sanksionet kundër Phenianit dhe Kinës vazhdojnë.", "Sanctions on Pyongyang and China go on."),
        ("Flet Këshilli i Sigurimit për Korenë e Veriut.", "The Security Council speaks about North Korea."),
        ("E tha këtë Gjykata Penale Ndërkombëtare.", "The International Criminal Court said so."),
        ("Ai jeton në Nju-Jork.", "He lives in New York."),
    ],
)
def test_a_name_passes_in_whatever_case_it_stands(albanian: str, english: str) -> None:
    assert missing_names(albanian, english) == []


def test_a_person_who_got_lost_is_named() -> None:
    assert missing_names("“Po”, tha Michael Kimmage për gazetën.", "Yes, he told the paper.") == ["Michael", "Kimmage"]


def test_a_short_name_is_not_found_in_a_pronoun() -> None:
    assert missing_names("Ai e pa Kimin.", "He saw him.") == ["Kimin"]


def test_a_country_that_became_another_one_is_named() -> None:
    assert missing_names("Ai shkoi në Kinë.", "He went to Russia.") == ["Kinë"]


def test_words_that_begin_a_sentence_or_a_quotation_are_no_names() -> None:
    assert names("Samiti u mbajt: “Nevojat janë të mëdha”, tha ai.") == []


def test_a_summary_may_not_bring_its_own_names() -> None:
    sources = "Putin met Kim in Vladivostok."
    assert unsupported_names("Leaders Putin and Trump met.", sources) == ["Trump"]
    assert unsupported_names("Putin's guest was Kim.", sources) == []


@given(st.text())
def test_any_text_supports_its_own_names(text: str) -> None:
    assert unsupported_names(text, text) == []
