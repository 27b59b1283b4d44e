"""A memory that knows an editor's corrections and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mtsum.engines.base import Hypothesis
from mtsum.memory.store import TranslationMemory


class CorrectionsOnly:
    """For single articles: sentences as an editor corrected them, no hypotheses looked up or kept."""

    def __init__(self, memory: TranslationMemory) -> None:
        self._memory = memory

    def hypotheses(self, maker: str, texts: Sequence[str]) -> dict[str, Hypothesis]:
        """None at all."""
        return {}

    def remember(self, maker: str, made: Mapping[str, Hypothesis], sentences: Mapping[str, str]) -> None:
        """Keep nothing."""

    def corrections(self, source: str, target: str, sentences: Sequence[str]) -> dict[str, str]:
        """Those of ``sentences`` that an editor has translated."""
        return self._memory.corrections(source, target, sentences)
