"""MADLAD-400: T5 with the target language as a token before the text."""

from __future__ import annotations

from collections.abc import Sequence

from mtsum.engines.families.base import Family, register
from mtsum.errors import UsageError


@register("madlad")
class Madlad(Family):
    """``<2en> text </s>``; the source language is not named."""

    half = "bfloat16"

    def spell_language(self, code: str) -> str:
        """``<2en>``."""
        return f"<2{code}>"

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """Target language token, text, end token."""
        if self.target_code is None:
            raise UsageError("a model of the family madlad must be told its target language")
        language = self.language_token(self.target_code)
        return [[language, *pieces, "</s>"] for pieces in self.tokenizer.pieces(texts)]

    def positions(self) -> int | None:
        """None: relative positions have no end."""
        return None
