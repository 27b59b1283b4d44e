"""How much of a sentence is another sentence with words left out."""

from __future__ import annotations

from collections.abc import Sequence

from mtsum.checks.words import fold, words


def in_order(sentence: str, sources: Sequence[str]) -> float:
    """The share (0 to 1) of the words of ``sentence`` that one of ``sources`` has in the same order.

    The longest common subsequence, over the words of the sentence; 1 for a sentence without words, 0 without sources.
    """
    wanted = [fold(word) for word in words(sentence)]
    if not wanted:
        return 1.0
    return max((_common([fold(w) for w in words(source)], wanted) for source in sources), default=0) / len(wanted)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for left in one:
        diagonal = 0
        for at, right in enumerate(other, start=1):
            diagonal, row[at] = row[at], diagonal + 1 if left == right else max(row[at], row[at - 1])
    return row[-1]
