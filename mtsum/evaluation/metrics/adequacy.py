"""Reference-free adequacy: does a translation mean what its source says, by a multilingual encoder?

The encoder is that of the shipped translator, a fine-tuned multilingual-e5-small (Wang et al., 2024,
https://arxiv.org/abs/2402.05672), so nothing is downloaded. That sentence vectors of both languages lie in one space, and
that their cosine ranks translations, goes back to Artetxe and Schwenk (2019, https://aclanthology.org/Q19-1038/).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from mtsum.engines.encoder_part import EncoderPart, encoder_directory
from mtsum.errors import UsageError
from mtsum.evaluation.metrics.base import MeanMetric, MetricOptions, Signature
from mtsum.hub import home, locate
from mtsum.registry import ModelEntry, load_registry

_COMPUTE_TYPE = "int8"


def adequacy(options: MetricOptions) -> Adequacy:
    """Adequacy by the shipped translator's encoder; none of ``options`` means anything to it."""
    return Adequacy(load_registry().default("translation"))


class Adequacy(MeanMetric):
    """100 times the cosine between the mean encoder states of source and translation; 0 for an empty translation.

    What it is good for: finding translations that say something else altogether (a wrong line, a loop, another
    language's words). What it is not: a measure of quality. Its limits, measured by ``scripts/measure_adequacy.py``:

    - It correlates weakly with chrF from sentence to sentence, and literal nonsense can score above a free, right
      translation. Names, numbers and negation hardly move it.
    - The scale has no zero: unrelated sentences score well above 0, and right translations well below 100. Only
      differences between systems on the same sources mean something.
    - The encoder is that of one of the systems that are compared: hypotheses of the shipped translator may be favoured.
    - It knows the languages it was trained on; the vocabulary is cut to pieces of its training data.
    """

    name = "adequacy"
    needs_source = True
    needs_reference = False

    def __init__(self, entry: ModelEntry) -> None:
        self._entry = entry

    @cached_property
    def encoder(self) -> EncoderPart:
        """The encoder, loaded when first used."""
        return EncoderPart(encoder_directory(locate(self._entry, offline=True), home() / "encoders"), _COMPUTE_TYPE)

    def signature(self, references: int) -> Signature:
        """Names the encoder by its model and the checksum of its weights: another encoder is another scale."""
        return Signature(
            (
                ("nrefs", "0"),
                ("model", self._entry.alias),
                ("sha256", self._entry.checksums["model.bin"][:12]),
                ("pool", "mean"),
                ("precision", _COMPUTE_TYPE),
            )
        )

    def values(
        self, hypotheses: Sequence[str], references: Sequence[Sequence[str]], sources: Sequence[str] | None = None
    ) -> np.ndarray:
        """100 times the cosine of each segment, [segments]. Raises ``UsageError`` without ``sources``."""
        if sources is None:
            raise UsageError("adequacy compares translations with their sources: give the sources")
        distinct = list(dict.fromkeys([*sources, *hypotheses]))
        row = {text: at for at, text in enumerate(distinct)}
        if not distinct:
            return np.zeros(0)
        vectors = self.encoder.mean_states(distinct)
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        of_source, of_hypothesis = (vectors[[row[text] for text in texts]] for texts in (sources, hypotheses))
        cosine = np.einsum("ij,ij->i", of_source, of_hypothesis)
        return np.where([bool(text.strip()) for text in hypotheses], 100 * cosine, 0.0)
