"""BART: English summarizers, and the models that mtsum ships."""

from __future__ import annotations

from mtsum.engines.families.base import Family, register


@register("bart")
class Bart(Family):
    """``<s> text </s>``; the decoder starts from ``</s>``, and some checkpoints force ``<s>`` first."""

    default_window = 1024
