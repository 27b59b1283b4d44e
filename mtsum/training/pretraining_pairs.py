"""Pairs that teach to write news before a summarizer learns to shorten it: gap sentences, and sentences with noise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from mtsum.checks.words import content_stems
from mtsum.training.encoded_pairs import NOISED
from mtsum.training.pairs import Pair

GAP = "gap"
PRETRAINING: dict[str, dict[str, float]] = {
    "none": {},
    "gap-sentences": {GAP: 1.0},
    "denoising": {NOISED: 1.0},
    "both": {GAP: 1.0, NOISED: 1.0},
}
"""What a pretraining stage draws, by name."""

_WINDOW = 4
_MOST_WORDS = 75
_WORDS = range(6, 41)
_MASK = "..."


def pretraining_pairs(sentences: Sequence[str], most: int, rng: np.random.Generator) -> list[Pair]:
    """Up to ``most`` pairs of each group from ``sentences``, which stand in the order of their texts.

    Groups: ``gap`` (see ``gap_pairs``) and ``denoise`` (a sentence as its own; noise is put in when it is drawn).
    """
    windows = [sentences[at : at + _WINDOW] for at in range(0, len(sentences) - _WINDOW + 1, _WINDOW)]
    windows = [windows[at] for at in rng.permutation(len(windows))]
    gaps = [Pair(GAP, *pair) for window in windows for pair in gap_pairs(window)][:most]
    plain = [Pair(NOISED, text, text) for window in windows for text in window if len(text.split()) in _WORDS][:most]
    return [*gaps, *plain]


def gap_pairs(window: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Sentences that follow each other with “...” for the one that says most of what the others do, and that one.

    Gap-sentence generation (Zhang et al. 2020, PEGASUS), on a few sentences: “most” is the F-measure of content stems.
    Nothing where the sentence shares no stem with the others, or they have over 75 words.
    """
    stems = [set(content_stems(text)) for text in window]

    def shared(at: int) -> float:
        others = set().union(*(each for i, each in enumerate(stems) if i != at))
        return 2 * len(stems[at] & others) / max(1, len(stems[at]) + len(others))

    principal = max(range(len(window)), key=shared)
    source = " ".join(_MASK if at == principal else text for at, text in enumerate(window))
    if shared(principal) and len(source.split()) <= _MOST_WORDS and len(window[principal].split()) in _WORDS:
        yield source, window[principal]
