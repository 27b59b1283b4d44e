"""chrF (Popović, 2015, https://aclanthology.org/W15-3049/) and chrF++ (2017, W17-4770), as sacreBLEU computes them."""

from __future__ import annotations

import numpy as np

from mtsum.evaluation.metrics.base import MetricOptions
from mtsum.evaluation.metrics.over_sacrebleu import OverSacrebleu

CHARACTER_ORDER = 6
BETA = 2


def chrf(options: MetricOptions) -> Chrf:
    """chrF; chrF+ or chrF++ where the options ask for words too."""
    return Chrf(options.chrf_word_order, options.lowercase)


def chrf_plus_plus(options: MetricOptions) -> Chrf:
    """chrF++: character n-grams to 6 and word n-grams to 2."""
    return Chrf(2, options.lowercase)


class Chrf(OverSacrebleu):
    """F2 of character n-grams, and of word n-grams up to ``word_order``; the name has a plus for each of these."""

    def __init__(self, word_order: int = 0, lowercase: bool = False) -> None:
        from sacrebleu.metrics.chrf import CHRF

        super().__init__(
            "chrF" + "+" * word_order,
            CHRF(char_order=CHARACTER_ORDER, word_order=word_order, beta=BETA, lowercase=lowercase),
        )

    def aggregate(self, sums: np.ndarray) -> np.ndarray:
        """chrF of summed statistics: hypothesis, reference and matched n-grams for each order, [..., 3 * orders].

        The order of operations, and the number format, are those of sacreBLEU's ``_compute_f_score``.
        """
        factor = BETA**2
        precision = np.zeros(sums.shape[:-1], dtype=sums.dtype)
        recall, orders = precision.copy(), precision.copy()
        for n in range(sums.shape[-1] // 3):
            hypothesis, reference, matched = (sums[..., 3 * n + at] for at in range(3))
            there = (hypothesis > 0) & (reference > 0)
            precision += np.where(there, matched / np.where(there, hypothesis, 1), 0)
            recall += np.where(there, matched / np.where(there, reference, 1), 0)
            orders += there
        divisor = np.maximum(orders, 1)
        precision, recall = precision / divisor, recall / divisor
        some = precision + recall > 0
        score = (1 + factor) * precision * recall / np.where(some, factor * precision + recall, 1)
        return np.where(some, 100 * score, 0)
