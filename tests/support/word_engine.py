"""An engine without a network: it writes what a function makes of each text, and counts words as tokens.

It keeps the protocol of ``mtsum.engines.base`` to the letter, window and limits included, so that what is above the
engines can be tested on outputs that are known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mtsum.engines.base import GenerationSettings, Hypothesis
from mtsum.errors import SegmentTooLong


@dataclass
class WordEngine:
    """``write`` makes the hypothesis of a text; two special tokens are counted on every source."""

    write: Callable[[str], str] = str.upper
    window: int = 512
    max_target: int = 512
    name: str = "words"
    device: str = "cpu"
    compute_type: str = "float32"
    seen: list[str] = field(default_factory=list)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words and two special tokens."""
        return [len(text.split()) + 2 for text in texts]

    def generate(self, texts: Sequence[str], settings: GenerationSettings) -> list[Hypothesis]:
        """What ``write`` makes of the texts, cut at the limit on new tokens, which the stop reason then tells."""
        self.seen += texts
        return [self._one(text, settings) for text in texts]

    def _one(self, text: str, settings: GenerationSettings) -> Hypothesis:
        n_in = len(text.split()) + 2
        if n_in > self.window:
            raise SegmentTooLong(f"{n_in} tokens exceed the window of {self.window}")
        limit = settings.max_new_tokens or math.ceil(settings.max_length_ratio * n_in) + settings.max_length_offset
        limit = min(limit, self.max_target)
        words = self.write(text).split()
        stopped = "length" if len(words) > limit else "eos"
        kept = words[:limit]
        return Hypothesis(" ".join(kept), -0.25, n_in, len(kept), stopped)
