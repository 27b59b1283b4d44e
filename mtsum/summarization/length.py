"""How long a summary is to be, in words (runs of characters between whitespace)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mtsum.errors import UsageError

_TOLERANCE = 0.2
_LEAST, _MOST = 5, 2000


@dataclass(frozen=True)
class Length:
    """A length as ``given``: about so many ``words``, and by how much of that a summary may miss it (``tolerance``)."""

    given: str | int
    words: int
    tolerance: float = _TOLERANCE

    def budget(self, article_words: int) -> Budget:
        """The budget of a summary of an article of ``article_words``: at most half the article."""
        target = max(1, min(self.words, article_words // 2))
        most_off = self.tolerance * target
        return Budget(target, math.ceil(target - most_off - 1e-9), int(target + most_off + 1e-9))

    def is_honoured_by(self, words: int) -> bool:
        """Whether so many words are the length asked for, whatever the article has to say."""
        wanted = self.budget(2 * self.words)
        return wanted.least <= words <= wanted.most


NAMED_LENGTHS = {
    # One sentence or two: one that says it all is better than a second to reach a number of words.
    "short": Length("short", 25, tolerance=0.4),
    "medium": Length("medium", 60),
    "long": Length("long", 120),
}


@dataclass(frozen=True)
class Budget:
    """The words a summary should have (``target``), and the range that still counts as honouring it."""

    target: int
    least: int
    most: int


def parse_length(value: str | int) -> Length:
    """``short`` (15 to 35 words), ``medium`` (60), ``long`` (120) or a number of words from 5 to 2000.

    Raises ``UsageError`` naming the choices for anything else.
    """
    if isinstance(value, str) and value.strip().lower() in NAMED_LENGTHS:
        return NAMED_LENGTHS[value.strip().lower()]
    try:
        words = int(value)
    except ValueError:
        words = 0
    if not _LEAST <= words <= _MOST:
        raise UsageError(
            f"length {value!r} is none of short (15 to 35 words), medium (60), long (120) and a number of words "
            f"from {_LEAST} to {_MOST}"
        )
    return Length(words, words)
