"""BLEU (Papineni et al., 2002, https://aclanthology.org/P02-1040/), as sacreBLEU computes it."""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np

from mtsum.errors import UsageError
from mtsum.evaluation.metrics.base import MetricOptions, Signature
from mtsum.evaluation.metrics.over_sacrebleu import OverSacrebleu

ORDER = 4  # the longest n-gram
TOKENIZERS = ("13a", "intl", "char", "none", "zh", "flores101", "flores200")
# These need a model that sacreBLEU fetches from the network when it is not yet in its cache.
_WITH_MODEL = ("flores101", "flores200")
# What sacreBLEU takes for the logarithm of 0.
_LOG_OF_ZERO = -9999999999

# The C library's, as sacreBLEU takes them: numpy's own may differ in the last bit, and in a paired test a tie must stay one.
_each_log = np.frompyfunc(math.log, 1, 1)
_each_exp = np.frompyfunc(math.exp, 1, 1)


def bleu(options: MetricOptions) -> Bleu:
    """BLEU of up to 4-grams with exponential smoothing. Raises ``UsageError`` for a tokenizer that can't be had."""
    return Bleu(options.tokenizer, options.lowercase)


class Bleu(OverSacrebleu):
    """Corpus BLEU; the score of a single segment leaves out the orders it is too short for (``eff:yes``)."""

    def __init__(self, tokenizer: str = "13a", lowercase: bool = False) -> None:
        from sacrebleu.metrics.bleu import BLEU

        _check(tokenizer)
        settings: dict[str, Any] = {"tokenize": tokenizer, "lowercase": lowercase, "force": True}
        super().__init__("BLEU", BLEU(**settings))

    def aggregate(self, sums: np.ndarray) -> np.ndarray:
        """BLEU of summed statistics ``[hypothesis length, reference length, 4 matches, 4 totals]``."""
        return _bleu(sums, effective_order=False)

    def segment_scores(self, statistics: np.ndarray) -> np.ndarray:
        """Sentence BLEU with effective order, as ``sacrebleu --sentence-level`` prints it."""
        return _bleu(statistics, effective_order=True)

    def segment_signature(self, references: int) -> Signature:
        """The signature of a corpus score, with ``eff:yes``."""
        parts = self.signature(references).parts
        return Signature(tuple((key, "yes" if key == "eff" else value) for key, value in parts))


def _bleu(sums: np.ndarray, effective_order: bool) -> np.ndarray:
    """sacreBLEU's ``compute_bleu`` with smoothing ``exp``, in its order of operations, for [..., 10] statistics."""
    lengths = sums[..., :2].astype(np.float64)
    correct, total = sums[..., 2 : 2 + ORDER], sums[..., 2 + ORDER :]
    logs = np.zeros(sums.shape[:-1])
    smoothing = np.ones(sums.shape[:-1], dtype=sums.dtype)
    orders = np.zeros(sums.shape[:-1])
    for n in range(ORDER):
        there = total[..., n] > 0
        matched = correct[..., n] > 0
        smoothing = np.where(there & ~matched, smoothing * 2, smoothing)
        divisor = np.where(there, total[..., n], 1)
        precision = np.where(matched, 100.0 * correct[..., n] / divisor, 100.0 / (smoothing * divisor))
        logs += np.where(there, _log(precision), 0.0 if effective_order else _LOG_OF_ZERO)
        orders += there
    mean = _exp(logs / (np.maximum(orders, 1) if effective_order else ORDER))
    return np.where(correct.any(-1), _brevity(lengths) * mean, 0.0)


def _log(values: np.ndarray) -> np.ndarray:
    return np.asarray(_each_log(values), dtype=np.float64)


def _exp(values: np.ndarray) -> np.ndarray:
    return np.asarray(_each_exp(values), dtype=np.float64)


def _brevity(lengths: np.ndarray) -> np.ndarray:
    hypothesis, reference = lengths[..., 0], lengths[..., 1]
    ratio = reference / np.where(hypothesis > 0, hypothesis, 1)
    penalty = np.where(hypothesis > 0, _exp(np.minimum(1 - ratio, 0.0)), 0.0)
    return np.where(hypothesis < reference, penalty, 1.0)


def _check(tokenizer: str) -> None:
    if tokenizer not in TOKENIZERS:
        raise UsageError(f"unknown tokenizer {tokenizer!r} for BLEU; known are: {', '.join(TOKENIZERS)}")
    if tokenizer in _WITH_MODEL:
        from sacrebleu.tokenizers.tokenizer_spm import SPM_MODELS
        from sacrebleu.utils import SACREBLEU_DIR

        url = SPM_MODELS[tokenizer]["url"]
        path = os.path.join(SACREBLEU_DIR, "models", os.path.basename(url))
        if not os.path.isfile(path):
            raise UsageError(f"the tokenizer {tokenizer} needs its model, which is not there: fetch {url} to {path}")
