"""What a metric is: texts to sufficient statistics a segment, summed statistics to a score, and a signature.

The statistics of the segments are worked out once; the score of the corpus, of a segment, of every bootstrap resample and
of every shuffle of a paired test is then ``aggregate`` of a sum of some of them. The idea is sacreBLEU's (Post, 2018, "A
Call for Clarity in Reporting BLEU Scores", https://aclanthology.org/W18-6319/).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mtsum.errors import UsageError

# The statistical parts of a signature, in sacreBLEU's order; they stand after the number of references.
_STATISTICAL = ("bs", "ar", "seed")
_STEPS = float(1 << 30)


@dataclass(frozen=True)
class Signature:
    """What one must know to get the same score again: ``(key, value)`` pairs, in the order they are written in.

    ``str`` gives them as sacreBLEU writes them: ``nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0``.
    """

    parts: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> Signature:
        """The signature that ``text`` writes out."""
        return cls(tuple((key, value) for key, _, value in (part.partition(":") for part in text.split("|"))))

    def resampled(
        self, *, bootstrap: int | None = None, randomization: int | None = None, seed: int | None = None
    ) -> Signature:
        """The signature of a score with an interval or a paired test.

        ``bootstrap`` and ``randomization`` are the numbers of resamples and of shuffles.
        """
        said = {"bs": bootstrap, "ar": randomization, "seed": seed}
        added = tuple((key, str(said[key])) for key in _STATISTICAL if said[key] is not None)
        rest = [part for part in self.parts if part[0] not in _STATISTICAL]
        head = [part for part in rest if part[0] == "nrefs"]
        return Signature((*head, *added, *(part for part in rest if part[0] != "nrefs")))

    def __str__(self) -> str:
        return "|".join(f"{key}:{value}" for key, value in self.parts)


@dataclass(frozen=True)
class Score:
    """A metric's value for a corpus, with the signature to cite beside it.

    ``low`` and ``high`` bound the 95% bootstrap interval and ``mean`` is that of the resamples; all three are ``None``
    where no resamples were taken. BLEU, chrF, TER and ROUGE are on a scale of 0 to 100 (TER may be above).
    """

    metric: str
    value: float
    signature: str
    low: float | None = None
    high: float | None = None
    mean: float | None = None


class Metric(ABC):
    """A metric with its settings; what it was given stands in its signature."""

    name: str
    higher_is_better: ClassVar[bool] = True
    needs_source: ClassVar[bool] = False
    needs_reference: ClassVar[bool] = True
    # The number format in which resampled statistics are summed. sacreBLEU takes float32, and its scores are only had
    # again, to the last digit, in the same.
    resampled_in: ClassVar[str] = "float64"

    @abstractmethod
    def signature(self, references: int) -> Signature:
        """The signature of a corpus score against this number of references a segment (0 where none are used)."""

    @abstractmethod
    def statistics(
        self, hypotheses: Sequence[str], references: Sequence[Sequence[str]], sources: Sequence[str] | None = None
    ) -> np.ndarray:
        """The sufficient statistics of the segments, float64 [segments, k].

        ``references[r][i]`` is reference ``r`` of segment ``i``; it may be empty, as ``sources`` may be ``None``, where
        the metric needs none.
        """

    @abstractmethod
    def aggregate(self, sums: np.ndarray) -> np.ndarray:
        """The scores of summed statistics, [..., k] -> [...], in the number format that they come in."""

    def segment_scores(self, statistics: np.ndarray) -> np.ndarray:
        """The score of each segment by itself, [segments, k] -> [segments]."""
        return self.aggregate(statistics)

    def segment_signature(self, references: int) -> Signature:
        """The signature of scores of single segments, where it differs from that of a corpus."""
        return self.signature(references)

    def score(
        self, hypotheses: Sequence[str], references: Sequence[Sequence[str]], sources: Sequence[str] | None = None
    ) -> Score:
        """The score of a corpus, without an interval."""
        statistics = self.statistics(hypotheses, references, sources)
        value = float(self.aggregate(statistics.sum(0)))
        return Score(self.name, value, str(self.signature(len(references) if self.needs_reference else 0)))


class MeanMetric(Metric):
    """A metric whose corpus score is the mean of its segments' scores: its statistics are the score and a count of 1."""

    @abstractmethod
    def values(
        self, hypotheses: Sequence[str], references: Sequence[Sequence[str]], sources: Sequence[str] | None = None
    ) -> np.ndarray:
        """The score of each segment, float64 [segments]; the arguments are those of ``statistics``."""

    def statistics(
        self, hypotheses: Sequence[str], references: Sequence[Sequence[str]], sources: Sequence[str] | None = None
    ) -> np.ndarray:
        """The segments' scores and ones, [segments, 2]; the scores are rounded to 2^-30, about 1e-9."""
        values = np.asarray(self.values(hypotheses, references, sources), dtype=np.float64)
        # Sums of such numbers are exact in any order. In a paired test a tie then stays a tie, and is not made a difference
        # by the order of adding up.
        values = np.round(values * _STEPS) / _STEPS
        return np.column_stack([values, np.ones_like(values)])

    def aggregate(self, sums: np.ndarray) -> np.ndarray:
        """The mean: summed scores over their count."""
        return sums[..., 0] / sums[..., 1]


@dataclass(frozen=True)
class MetricOptions:
    """The settings of all metrics; a metric takes those that mean something to it.

    ``tokenizer`` is BLEU's. ``lowercase`` is for BLEU and chrF: TER and ROUGE ignore case by their definition.
    ``chrf_word_order`` is the longest word n-gram of the metric called chrF: 0 for chrF itself, 2 for chrF++.
    ``stemmer`` turns Porter's stemmer on for ROUGE, as in published summarization results.
    ``comet_checkpoint`` and ``bertscore_checkpoint`` are paths, or repositories in the Hugging Face cache; ``None`` is
    each metric's own default. ``comet_python`` is the interpreter that has ``unbabel-comet``, by default
    ``$MTSUM_COMET_PYTHON``; ``bertscore_layer`` the layer whose states BERTScore compares.
    """

    tokenizer: str = "13a"
    lowercase: bool = False
    chrf_word_order: int = 0
    stemmer: bool = True
    comet_checkpoint: str | None = None
    comet_python: str | None = None
    bertscore_checkpoint: str | None = None
    bertscore_layer: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.chrf_word_order <= 9:
            raise UsageError(f"chrF's word order should be from 0 to 9, not {self.chrf_word_order}")
