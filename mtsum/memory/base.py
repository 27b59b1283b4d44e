"""What a translator asks of a memory: hypotheses made before, and sentences that an editor has corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from mtsum.engines.base import Hypothesis


class Memory(Protocol):
    """Translations kept between calls. ``maker`` stands for all that a hypothesis depends on but the text.

    ``mtsum.memory.maker`` writes it: the model's checksums, generation settings, engine, compute type, languages and
    the version of mtsum's code.
    """

    def hypotheses(self, maker: str, texts: Sequence[str]) -> dict[str, Hypothesis]:
        """Those of ``texts`` that ``maker`` has translated before, with what came out."""
        ...

    def remember(self, maker: str, made: Mapping[str, Hypothesis], sentences: Mapping[str, str]) -> None:
        """Keep what ``maker`` made of some texts: all of it or, when the process dies, nothing.

        The texts may be parts of sentences, and may have been tried in vain; ``sentences`` maps whole ones to their
        translations as records show them, which is what an editor is to see.
        """
        ...

    def corrections(self, source: str, target: str, sentences: Sequence[str]) -> dict[str, str]:
        """Those of ``sentences`` that an editor has translated, languages as ISO 639-1 codes."""
        ...
