"""TER, translation edit rate (Snover et al., 2006, https://aclanthology.org/2006.amta-papers.25/), as sacreBLEU computes it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from mtsum.evaluation.metrics.base import MetricOptions
from mtsum.evaluation.metrics.over_sacrebleu import OverSacrebleu


def ter(options: MetricOptions) -> Ter:
    """TER with Tercom's own settings, which ignore case."""
    return Ter()


class Ter(OverSacrebleu):
    """Edits, shifts of words among them, a hundred words of reference: the lower the better, and above 100 at times."""

    higher_is_better: ClassVar[bool] = False

    def __init__(self) -> None:
        from sacrebleu.metrics.ter import TER

        super().__init__("TER", TER())

    def aggregate(self, sums: np.ndarray) -> np.ndarray:
        """TER of summed edits and mean reference lengths, [..., 2]."""
        edits, length = sums[..., 0], sums[..., 1]
        rate = np.where(length > 0, edits / np.where(length > 0, length, 1), np.where(edits > 0, 1, 0))
        return 100 * rate.astype(sums.dtype)
