"""Where an over-long sentence may be split."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtsum.segmentation import clause_boundaries

TEXTS = st.one_of(
    st.text(),
    st.lists(st.sampled_from(["fjala", "dhe", "por", ",", ";", " – ", " ", "\n", "1,5", "”", ":"])).map("".join),
)


@given(TEXTS, st.sampled_from(["sq", "en", "de"]))
def test_boundaries_lie_strictly_inside_and_leave_something_on_both_sides(text: str, language: str) -> None:
    boundaries = clause_boundaries(text, language)
    assert len(set(boundaries)) == len(boundaries)
    for at in boundaries:
        assert text[:at].strip() and text[at:].strip()
        assert text[at - 1].isspace() and not text[at].isspace()


@given(TEXTS, st.sampled_from(["sq", "en", "de"]))
def test_every_gap_between_words_is_among_them(text: str, language: str) -> None:
    pieces = [text[a:b].strip() for a, b in _spans(text, clause_boundaries(text, language))]
    assert pieces == text.split() or not text.split()


def _spans(text: str, boundaries: list[int]) -> list[tuple[int, int]]:
    edges = [0, *sorted(boundaries), len(text)]
    return list(pairwise(edges))


@pytest.mark.parametrize(
    ("language", "text", "right_sides"),
    [
        ("sq", "Erdhi vonë, foli pak e iku; askush nuk e pa", ["askush nuk e pa", "foli pak e iku; askush nuk e pa"]),
        ("sq", "Ministri foli gjatë, por salla heshti, e lodhur", ["por salla heshti, e lodhur", "e lodhur"]),
        ("sq", "Ministri foli gjate ndersa salla heshti", ["ndersa salla heshti"]),
        ("sq", "Takimi – i treti këtë javë – dështoi", ["i treti këtë javë – dështoi", "dështoi"]),
        ("en", "He spoke, and the hall was silent", ["and the hall was silent"]),
        ("en", "The minister said: nothing has changed", ["nothing has changed"]),
        ("de", "Er kam, sah", ["sah"]),
    ],
)
def test_the_strongest_boundary_comes_first(language: str, text: str, right_sides: list[str]) -> None:
    assert [text[at:] for at in clause_boundaries(text, language)][: len(right_sides)] == right_sides


def test_a_decimal_comma_is_no_boundary() -> None:
    assert clause_boundaries("1,5", "sq") == []
    assert clause_boundaries("fjalë", "sq") == []


def test_of_equal_boundaries_the_middle_one_comes_first() -> None:
    text = "a b c d e f g"
    assert text[clause_boundaries(text, "de")[0] :] in ("d e f g", "e f g")
