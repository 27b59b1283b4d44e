"""PEGASUS: English summarizers."""

from __future__ import annotations

from collections.abc import Sequence

from mtsum.engines.families.base import Family, register


@register("pegasus")
class Pegasus(Family):
    """``text </s>``; sentences of a summary are parted by the piece ``<n>``."""

    half = "bfloat16"

    def decode(self, tokens: Sequence[str]) -> str:
        """Text with a line break for every ``<n>``."""
        lines = super().decode(tokens).split("<n>")
        return "\n".join(line.strip() for line in lines if line.strip())
