"""An engine that tells how much it writes while it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mtsum.engines.base import Engine, GenerationSettings, Hypothesis


class MeteredEngine:
    """``engine``, with ``wrote`` called after every batch: the texts in it, and the tokens generated for them."""

    def __init__(self, engine: Engine, wrote: Callable[[int, int], None]) -> None:
        self._engine = engine
        self._wrote = wrote
        self.name = engine.name
        self.device = engine.device
        self.compute_type = engine.compute_type
        self.window = engine.window
        self.max_target = engine.max_target

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As the engine's."""
        return self._engine.count_tokens(texts)

    def generate(self, texts: Sequence[str], settings: GenerationSettings) -> list[Hypothesis]:
        """As the engine's, told to ``wrote``."""
        made = self._engine.generate(texts, settings)
        self._wrote(len(made), sum(hypothesis.n_out for hypothesis in made))
        return made
