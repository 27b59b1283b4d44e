"""Parts of the report that hold for any input: differences, labels of plots, scales, colours."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mtsum.evaluation.report
from mtsum.evaluation.report.differences import ADDED, MISSING, SAME, closest, runs, tokens
from mtsum.evaluation.report.labels import Box, place
from mtsum.evaluation.report.page import parts
from mtsum.evaluation.report.plots import AREA, plots
from mtsum.evaluation.report.results import Measures, Results, Spread, StoredScore, System, TestSet
from mtsum.evaluation.report.scale import Digits
from mtsum.evaluation.report.segments import script_safe

TEMPLATES = Path(mtsum.evaluation.report.__file__).parent / "templates"


def test_differences_are_of_whole_words_and_numbers() -> None:
    assert tokens("It's 12.5%, well-known.") == ["It's ", "12.5", "%", ", ", "well-known", "."]
    assert runs("The bread cost 12.5 euros.", "The bread costs 12,5 euros.") == [
        (SAME, "The bread "),
        (MISSING, "costs 12,5 "),
        (ADDED, "cost 12.5 "),
        (SAME, "euros."),
    ]


def test_an_empty_hypothesis_lacks_the_whole_reference() -> None:
    assert runs("", "All of it.") == [(MISSING, "All of it.")]
    assert closest("", []) == (-1, [])


def test_of_several_references_the_one_with_the_fewest_differences_is_taken() -> None:
    assert closest("a b c", ["x y z", "a b d", "a"]) == (1, runs("a b c", "a b d"))
    assert closest("a b c", []) == (-1, [(SAME, "a b c")])


@given(st.text(), st.text())
def test_the_runs_give_both_texts_back(hypothesis: str, reference: str) -> None:
    found = runs(hypothesis, reference)
    assert "".join(text for kind, text in found if kind != MISSING) == hypothesis
    wanted = "".join(text for kind, text in found if kind != ADDED)
    assert "".join(wanted.split()) == "".join(reference.split())


@given(st.dictionaries(st.text(), st.lists(st.text() | st.integers() | st.none())))
def test_data_in_a_script_element_comes_back_and_cannot_end_it(data: object) -> None:
    text = script_safe(data)
    assert json.loads(text) == data
    assert not set("<>&\u2028\u2029") & set(text)


@given(st.lists(st.tuples(st.floats(AREA.left, AREA.right), st.floats(AREA.top, AREA.bottom)), max_size=6))
def test_labels_lie_within_the_plot_and_cover_neither_each_other_nor_points(points: list[tuple[float, float]]) -> None:
    taken = [Box(x - 5, y - 5, x + 5, y + 5) for x, y in points]
    labels = place([f"system-{at}" for at in range(len(points))], points, taken, AREA)
    if labels is None:
        return
    assert all(label.box.within(AREA) for label in labels)
    assert not any(one.box.meets(other.box) for one, other in combinations(labels, 2))
    assert not any(label.box.meets(box) for label in labels for box in taken)


def results(values: dict[str, tuple[float, float]], metric: str = "chrF") -> Results:
    """Systems with their score and their sentences a second."""
    return Results(
        mtsum="0",
        created="now",
        baseline=None,
        systems=tuple(System(name, name, {}) for name in values),
        testsets=(TestSet("set", "translation", 3, 1),),
        scores=tuple(StoredScore(name, "set", metric, score, "", score - 1, score + 1) for name, (score, _) in values.items()),
        comparisons=(),
        measures=tuple(
            Measures(name, "set", Spread(speed, speed * 0.9, speed * 1.1)) for name, (_, speed) in values.items()
        ),
        breakdowns=(),
        outliers=(),
        errors=(),
        warnings=(),
        segments=(),
        environment={},
        configuration=None,
    )  # fmt: skip


def test_points_stand_where_their_values_are() -> None:
    made = results({"slow": (40.0, 2.0), "fast": (30.0, 200.0)})
    (plot,) = plots(made, Digits(made))
    slow, fast = plot.points
    assert slow.x < fast.x
    assert slow.y < fast.y
    assert slow.upright is not None
    assert slow.upright[0] > slow.y > slow.upright[1]
    assert plot.x.title.endswith("logarithmic")
    assert [text for _, text in plot.x.ticks] == ["2", "5", "10", "20", "50", "100", "200"]
    assert plot.x.at(20) - plot.x.at(2) == pytest.approx(plot.x.at(200) - plot.x.at(20))
    assert not plot.keyed


def test_speeds_that_are_alike_are_on_a_scale_from_nought() -> None:
    made = results({"one": (40.0, 50.0), "other": (30.0, 60.0)})
    (plot,) = plots(made, Digits(made))
    assert plot.x.ticks[0] == (AREA.left, "0")


def test_many_systems_in_one_place_are_named_by_their_letters() -> None:
    made = results({f"a-system-with-a-long-name-{at}": (40.0, 50.0 + at / 100) for at in range(12)})
    (plot,) = plots(made, Digits(made))
    assert plot.keyed
    assert [point.label.text for point in plot.points] == list("ABCDEFGHIJKL")


@given(
    st.dictionaries(
        st.sampled_from("abcdefgh"), st.tuples(st.floats(0, 100), st.floats(0.001, 1e6)), min_size=2, max_size=8
    )
)
def test_any_values_make_a_plot_within_its_picture(values: dict[str, tuple[float, float]]) -> None:
    made = results(values)
    (plot,) = plots(made, Digits(made))
    for point in plot.points:
        assert AREA.left <= point.x <= AREA.right
        assert AREA.top <= point.y <= AREA.bottom
    assert plot.y.ticks
    assert all(AREA.left - 0.01 <= at <= AREA.right + 0.01 for at, _ in plot.x.ticks)


def test_a_long_name_breaks_at_its_settings() -> None:
    assert parts("sq-en-draft+beam1+int8") == ["sq-en-draft", "+beam1", "+int8"]


def luminance(colour: str) -> float:
    digits = colour if len(colour) == 6 else "".join(2 * one for one in colour)
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_every_text_has_the_contrast_that_wcag_asks_for(mode: int) -> None:
    css = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6});", css.split(":root {")[1 + mode].split("}")[0]))
    pairs = [
        (text, under) for text in ("ink", "soft", "link", "missing", "good", "bad") for under in ("paper", "raised")
    ]
    pairs += [("error", "error-paper"), ("warning", "warning-paper"), ("ink", "added")]
    pairs += [("on-key", f"c{at}") for at in range(8)]
    for text, under in pairs:
        one, other = sorted((luminance(colours[text]), luminance(colours[under])))
        assert (other + 0.05) / (one + 0.05) >= 4.5, (text, under)
