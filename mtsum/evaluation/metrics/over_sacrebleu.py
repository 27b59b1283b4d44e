"""What BLEU, chrF and TER share: statistics and signatures are sacreBLEU's own.

sacreBLEU keeps the statistics of segments behind methods it calls private; its public ones give scores only, and scores
can't be summed. The golden tests compare every number with sacreBLEU's command line, so a change there is seen at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mtsum.evaluation.metrics.base import Metric, Signature

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric as SacrebleuMetric


class OverSacrebleu(Metric):
    """A metric of sacreBLEU, its score worked out here for many sums at once."""

    resampled_in: ClassVar[str] = "float32"

    def __init__(self, name: str, scorer: SacrebleuMetric) -> None:
        self.name = name
        self._scorer = scorer

    def signature(self, references: int) -> Signature:
        """sacreBLEU's own signature of this metric."""
        self._scorer.num_refs = references
        return Signature.parse(str(self._scorer.get_signature()))

    def statistics(
        self, hypotheses: Sequence[str], references: Sequence[Sequence[str]], sources: Sequence[str] | None = None
    ) -> np.ndarray:
        """sacreBLEU's statistics of the segments, [segments, k]."""
        found = self._scorer._extract_corpus_statistics(list(hypotheses), [list(each) for each in references])
        return np.array(found, dtype=np.float64)
