"""Quality against speed and against memory, as pictures: the geometry that the template draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from mtsum.evaluation.report.labels import CHARACTER_WIDTH, Box, Label, place
from mtsum.evaluation.report.results import Measures, Results, Spread, StoredScore, TestSet
from mtsum.evaluation.report.scale import LOWER_IS_BETTER, Digits, keys, main_metric, metrics_of, quantity

# User units; the page shows one at about a pixel, so that text keeps its size on a telephone.
WIDTH, HEIGHT = 400.0, 290.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 14.0, 14.0, 46.0
AREA = Box(LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM)
DOT = 6.0
# Half the length of the caps at the ends of an interval.
CAP = 4.0
# Values that differ by this factor and more are shown on a logarithmic scale.
_LOGARITHMIC_FROM = 5.0
_TICKS = 7


@dataclass(frozen=True)
class Axis:
    """A scale: from values to places in the picture, with its title and ``(place, text)`` of its ticks."""

    title: str
    at: Callable[[float], float]
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Point:
    """A system in a plot: its place, the ends of its intervals, its label and the values in words."""

    system: str
    x: float
    y: float
    across: tuple[float, float] | None
    upright: tuple[float, float] | None
    label: Label
    said: str


@dataclass(frozen=True)
class Plot:
    """One plot of systems. ``keyed`` says that labels are the systems' letters, as their names had no room."""

    title: str
    x: Axis
    y: Axis
    points: tuple[Point, ...]
    keyed: bool


def plots(results: Results, digits: Digits) -> list[Plot]:
    """For each test set its main metric against speed, memory and GPU memory, where two systems and more have them."""
    against: tuple[tuple[str, str, Callable[[Measures], Spread | None]], ...] = (
        ("speed", "sentences a second (more is better)", lambda row: row.sentences_per_second),
        ("memory", "peak memory, MB (less is better)", lambda row: _exact(row.peak_memory_mb)),
        ("GPU memory", "peak GPU memory, MB (less is better)", lambda row: _exact(row.peak_gpu_memory_mb)),
    )
    letters = keys([system.name for system in results.systems])
    made = []
    for testset in results.testsets:
        for name, title, measure in against:
            found = _pairs(results, testset, measure)
            # One point compares nothing.
            if len(found) > 1:
                metric = found[0][0].metric
                made.append(_plot(f"{testset.name}: {metric} against {name}", title, found, letters, digits))
    return made


def _exact(value: float | None) -> Spread | None:
    return None if value is None else Spread(value)


def _pairs(
    results: Results, testset: TestSet, measure: Callable[[Measures], Spread | None]
) -> list[tuple[StoredScore, Spread]]:
    metric = main_metric(testset.task, metrics_of(results, testset.name))
    scores = {row.system: row for row in results.scores if row.testset == testset.name and row.metric == metric}
    costs = {row.system: measure(row) for row in results.measures if row.testset == testset.name}
    return [(row, cost) for name, row in scores.items() if (cost := costs.get(name)) is not None]


def _plot(
    title: str, x_title: str, pairs: Sequence[tuple[StoredScore, Spread]], letters: dict[str, str], digits: Digits
) -> Plot:
    metric = pairs[0][0].metric
    direction = "less" if metric in LOWER_IS_BETTER else "more"
    x = _axis(x_title, [value for _, cost in pairs for value in _ends(cost.median, cost)], AREA.left, AREA.right, True)
    y = _axis(
        f"{metric} ({direction} is better)",
        [value for row, _ in pairs for value in _ends(row.value, row)],
        AREA.bottom,
        AREA.top,
        False,
    )
    places = [(x.at(cost.median), y.at(row.value)) for row, cost in pairs]
    taken = [Box(px - DOT, py - DOT, px + DOT, py + DOT) for px, py in places]
    for (row, cost), (px, py) in zip(pairs, places, strict=True):
        across, upright = _ends(cost.median, cost), _ends(row.value, row)
        taken.append(Box(x.at(min(across)) - 3, py - CAP, x.at(max(across)) + 3, py + CAP))
        taken.append(Box(px - CAP, y.at(max(upright)) - 2, px + CAP, y.at(min(upright)) + 2))
    names = [row.system for row, _ in pairs]
    labels = place(names, places, taken, AREA)
    keyed = labels is None
    if labels is None:
        short = [letters[name] for name in names]
        # Points that lie on each other leave no room even for letters; then letters may lie on intervals.
        labels = place(short, places, taken, AREA) or [
            _beside(text, at) for text, at in zip(short, places, strict=True)
        ]
    points = tuple(
        Point(
            row.system,
            px,
            py,
            (x.at(cost.low), x.at(cost.high)) if cost.low is not None and cost.high is not None else None,
            (y.at(row.low), y.at(row.high)) if row.low is not None and row.high is not None else None,
            label,
            f"{row.system}: {metric} {digits.score(metric, row.value)}, {x_title.split(' (')[0]} {quantity(cost.median)}",
        )
        for (row, cost), (px, py), label in zip(pairs, places, labels, strict=True)
    )
    return Plot(title, x, y, points, keyed)


def _beside(text: str, at: tuple[float, float]) -> Label:
    left = at[0] + DOT + 2
    return Label(text, Box(left, at[1] - 6, left + CHARACTER_WIDTH * len(text), at[1] + 6), False)


def _ends(value: float, interval: Spread | StoredScore) -> list[float]:
    return [value, *(end for end in (interval.low, interval.high) if end is not None)]


def _axis(title: str, values: Sequence[float], start: float, end: float, is_cost: bool) -> Axis:
    """A scale over ``values``; one of costs starts at nought, or is logarithmic where the values differ much."""
    low, high = min(values), max(values)
    if is_cost and low > 0 and high / low >= _LOGARITHMIC_FROM:
        return _logarithmic(title, low, high, start, end)
    if is_cost:
        low = min(0.0, low)
        high += (high - low or 1) * 0.12
    else:
        room = (high - low or abs(high) or 1) * 0.14
        low, high = low - room, high + room

    def at(value: float) -> float:
        return start + (value - low) / (high - low) * (end - start)

    step = _nice((high - low) / _TICKS)
    places = max(0, -floor(log10(step)))
    ticks = [number * step for number in range(ceil(low / step), floor(high / step) + 1)]
    return Axis(title, at, tuple((at(tick), f"{tick:,.{places}f}") for tick in ticks))


def _logarithmic(title: str, low: float, high: float, start: float, end: float) -> Axis:
    bottom, top = log10(low) - 0.12, log10(high) + 0.12

    def at(value: float) -> float:
        return start + (log10(value) - bottom) / (top - bottom) * (end - start)

    # Over three decades and more the twos and fives would stand too close.
    steps = (1, 2, 5) if top - bottom < 3 else (1,)
    numbers = [step * 10.0**power for power in range(floor(bottom), ceil(top) + 1) for step in steps]
    ticks = tuple((at(number), f"{number:,g}") for number in numbers if bottom <= log10(number) <= top)
    return Axis(f"{title}, logarithmic", at, ticks)


def _nice(step: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not under ``step``."""
    power = 10.0 ** floor(log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * 0.999)
