"""ROUGE (Lin, 2004, https://aclanthology.org/W04-1013/), as the package ``rouge-score`` computes it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from mtsum.evaluation.metrics.base import MeanMetric, MetricOptions, Signature
from mtsum.segmentation import sentence_spans

_WORDS_KEPT = 1 << 17


def rouge_1(options: MetricOptions) -> Rouge:
    """F1 of words."""
    return Rouge("ROUGE-1", "rouge1", options.stemmer)


def rouge_2(options: MetricOptions) -> Rouge:
    """F1 of word pairs."""
    return Rouge("ROUGE-2", "rouge2", options.stemmer)


def rouge_l(options: MetricOptions) -> Rouge:
    """F1 of the longest common subsequence of the whole text, line breaks ignored."""
    return Rouge("ROUGE-L", "rougeL", options.stemmer)


def rouge_lsum(options: MetricOptions) -> Rouge:
    """F1 of the union of longest common subsequences, sentence by sentence: ROUGE-L of published summaries."""
    return Rouge("ROUGE-Lsum", "rougeLsum", options.stemmer)


class Rouge(MeanMetric):
    """The mean F1 of the segments, times 100; against several references, a segment's best F1 counts."""

    def __init__(self, name: str, kind: str, stemmer: bool) -> None:
        from rouge_score.rouge_scorer import RougeScorer

        self.name = name
        self._kind = kind
        self._stemmer = stemmer
        self._scorer: Any = RougeScorer([kind], tokenizer=_Tokenizer(stemmer))

    def signature(self, references: int) -> Signature:
        """``split`` says where ROUGE-Lsum cuts sentences: ``newline/mtsum-en`` is at newlines, and by rules where none is."""
        from importlib.metadata import version

        said = {
            "nrefs": str(references),
            **({"multi": "max"} if references > 1 else {}),
            "case": "lc",
            "tok": "rouge_score",
            "stem": "porter" if self._stemmer else "no",
            "split": "newline/mtsum-en" if self._kind == "rougeLsum" else "no",
            "score": "f1",
            "version": f"rouge-score-{version('rouge-score')}",
        }
        return Signature(tuple(said.items()))

    def values(
        self, hypotheses: Sequence[str], references: Sequence[Sequence[str]], sources: Sequence[str] | None = None
    ) -> np.ndarray:
        """The F1 of each segment, 0 to 100."""
        prepared = sentence_lines if self._kind == "rougeLsum" else str
        found = [
            self._scorer.score_multi([prepared(each) for each in several], prepared(hypothesis))[self._kind].fmeasure
            for hypothesis, *several in zip(hypotheses, *references, strict=True)
        ]
        return 100 * np.array(found, dtype=np.float64)


def sentence_lines(text: str) -> str:
    """``text`` with a sentence a line: as it is where it has line breaks inside, else split by mtsum's English rules."""
    if "\n" in text.strip():
        return text
    return "\n".join(text[start:end] for start, end in sentence_spans(text, "en"))


class _Tokenizer:
    """rouge-score's own tokenizer; the stems of words are remembered, which is where its time goes."""

    def __init__(self, stemmer: bool) -> None:
        self._stemmer = _stemmer() if stemmer else None

    def tokenize(self, text: str) -> list[str]:
        from rouge_score.tokenize import tokenize

        return list(tokenize(text, self._stemmer))


class _Stemmer:
    def __init__(self) -> None:
        from nltk.stem.porter import PorterStemmer

        self.stem = lru_cache(_WORDS_KEPT)(PorterStemmer().stem)


@lru_cache(1)
def _stemmer() -> _Stemmer:
    return _Stemmer()
