"""T5, mT5 and umT5. They have relative positions, so the window is what they were trained on, not a hard limit."""

from __future__ import annotations

from collections.abc import Sequence

from mtsum.engines.families.base import Family, register


@register("t5")
class T5(Family):
    """``prefix text </s>``: the original T5 names the task in the text; its config.json says how."""

    half = "bfloat16"

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """The task's prefix, the text, the end token."""
        prefix = self._task_prefix()
        return super().encode([prefix + text for text in texts])

    def _task_prefix(self) -> str:
        tasks = self.config.get("task_specific_params") or {}
        if self.source_code and self.target_code and self.source_code != self.target_code:
            translates = any(name.startswith("translation") for name in tasks)
            return f"translate {self.source_code} to {self.target_code}: " if translates else ""
        summarization = tasks.get("summarization") or {}
        return str(summarization.get("prefix") or self.config.get("prefix") or "")

    def positions(self) -> int | None:
        """None: relative positions have no end."""
        return None
