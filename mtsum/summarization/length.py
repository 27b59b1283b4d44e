"""How long a summary is to be, in words (runs of characters between whitespace)."""

from __future__ import annotations

from dataclasses import dataclass

from mtsum.errors import UsageError

NAMED_LENGTHS = {"short": 30, "medium": 60, "long": 120}
TOLERANCE = 0.2
_LEAST, _MOST = 5, 2000


@dataclass(frozen=True)
class Budget:
    """The words a summary should have (``target``), and the range that still counts as honouring it."""

    target: int
    least: int
    most: int


def parse_length(value: str | int) -> int:
    """Words asked for: ``short`` (30), ``medium`` (60), ``long`` (120) or a number of words from 5 to 2000.

    Raises ``UsageError`` naming the choices for anything else.
    """
    if isinstance(value, str) and value.strip().lower() in NAMED_LENGTHS:
        return NAMED_LENGTHS[value.strip().lower()]
    try:
        asked = int(value)
    except ValueError:
        asked = 0
    if not _LEAST <= asked <= _MOST:
        raise UsageError(
            f"length {value!r} is none of short (30 words), medium (60), long (120) and a number of words "
            f"from {_LEAST} to {_MOST}"
        )
    return asked


def budget(asked: int, article_words: int) -> Budget:
    """The budget of a summary of ``asked`` words for an article of ``article_words``: at most half the article."""
    target = max(1, min(asked, article_words // 2))
    return Budget(target, -int(-target * (1 - TOLERANCE) // 1), int(target * (1 + TOLERANCE) + 1e-9))
