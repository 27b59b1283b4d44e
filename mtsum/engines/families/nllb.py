"""NLLB-200. Albanian is ``als_Latn`` (Tosk); ``sqi_Latn`` is no token of it."""

from __future__ import annotations

from mtsum.engines.families.base import ForcedLanguageFamily, register


@register("nllb")
class Nllb(ForcedLanguageFamily):
    """``als_Latn text </s>``; the hypothesis starts with ``eng_Latn``."""

    default_window = 1024
