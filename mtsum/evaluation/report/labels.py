"""Where to write the labels of points so that none covers another label, a point or an interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians, sin

# Of the widest of the fonts that browsers take for system-ui, at 11.5 units and half bold.
CHARACTER_WIDTH = 7.6
LINE_HEIGHT = 13.0
# Right, left, above and below come first: a reader looks for a label there.
_DIRECTIONS = (0, 180, 270, 90, 315, 225, 45, 135, 292, 248, 68, 112)
_DISTANCES = (10.0, 20.0, 34.0, 50.0, 70.0, 95.0)
# From this distance on a line leads from the label to its point.
_NEEDS_LINE = 20.0


@dataclass(frozen=True)
class Box:
    """A rectangle of the picture; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two have any area in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def within(self, other: Box) -> bool:
        """Whether all of this lies in ``other``."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


@dataclass(frozen=True)
class Label:
    """A label: its text, its box, and whether it lies so far off that a line should lead to its point."""

    text: str
    box: Box
    led: bool


def place(
    texts: Sequence[str], points: Sequence[tuple[float, float]], taken: Sequence[Box], area: Box
) -> list[Label] | None:
    """A place in ``area`` for the label of every point, clear of each other and of ``taken``; ``None`` if there is none."""
    occupied, placed = list(taken), []
    for text, (x, y) in zip(texts, points, strict=True):
        for label in _candidates(text, x, y):
            if label.box.within(area) and not any(label.box.meets(other) for other in occupied):
                placed.append(label)
                occupied.append(label.box)
                break
        else:
            return None
    return placed


def _candidates(text: str, x: float, y: float) -> Iterator[Label]:
    width = CHARACTER_WIDTH * len(text)
    for distance in _DISTANCES:
        for degrees in _DIRECTIONS:
            across, down = cos(radians(degrees)), sin(radians(degrees))
            # The box touches the circle of this distance with the side or corner that faces the point.
            centre_x = x + across * (distance + width / 2 if abs(across) > 0.1 else 0)
            centre_y = y + down * (distance + LINE_HEIGHT / 2)
            box = Box(
                centre_x - width / 2, centre_y - LINE_HEIGHT / 2, centre_x + width / 2, centre_y + LINE_HEIGHT / 2
            )
            yield Label(text, box, distance >= _NEEDS_LINE)
