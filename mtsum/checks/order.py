"""How much of a sentence is another sentence with words left out."""

from __future__ import annotations

from collections.abc import Sequence

from mtsum.checks.words import fold, words


def in_order(sentence: str, sources: Sequence[str]) -> float:
    """The share (0 to 1) of the words of ``sentence`` that one of ``sources`` has in the same order.

    The longest common subsequence, over the words of the sentence; 1 for a sentence without words, 0 without sources.
    """
    wanted = folded(sentence)
    if not wanted:
        return 1.0
    return max((len(aligned(folded(source), wanted)) for source in sources), default=0) / len(wanted)


def nearest(wanted: Sequence[str], sources: Sequence[Sequence[str]]) -> tuple[int, list[int]]:
    """Which of ``sources`` shares most words with ``wanted`` in the same order, and where in it those stand (ascending)."""
    alignments = ((at, aligned(source, wanted)) for at, source in enumerate(sources))
    return max(alignments, key=lambda pair: len(pair[1]), default=(0, []))


def folded(text: str) -> list[str]:
    """The words of ``text`` in order, folded."""
    return [fold(word) for word in words(text)]


def aligned(source: Sequence[str], words: Sequence[str]) -> list[int]:
    """Positions in ``source`` (ascending) of a longest common subsequence of it and ``words``."""
    # longest[i][j] is the length of the longest common subsequence of source[i:] and words[j:].
    longest = [[0] * (len(words) + 1) for _ in range(len(source) + 1)]
    for i in range(len(source) - 1, -1, -1):
        row, below = longest[i], longest[i + 1]
        for j in range(len(words) - 1, -1, -1):
            row[j] = below[j + 1] + 1 if source[i] == words[j] else max(below[j], row[j + 1])
    places, i, j = [], 0, 0
    while i < len(source) and j < len(words):
        if source[i] == words[j]:
            places.append(i)
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return places
