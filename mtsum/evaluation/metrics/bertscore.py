"""BERTScore (Zhang et al., 2020, https://arxiv.org/abs/1904.09675), as the package ``bert-score`` computes it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from mtsum.engines.weights import find_weights
from mtsum.errors import InputError, ModelBroken, UsageError
from mtsum.evaluation.metrics.base import MeanMetric, MetricOptions, Signature
from mtsum.evaluation.metrics.checkpoints import checkpoint_digest, find_checkpoint

DEFAULT_CHECKPOINT = "FacebookAI/roberta-large"
"""What the package itself takes for English texts."""
_NO_LIMIT = 1_000_000
"""Tokenizers that state no limit on tokens have one of 10^30."""


def bertscore(options: MetricOptions) -> BertScore:
    """BERTScore by ``options.bertscore_checkpoint``. Raises ``UsageError`` where the package is missing."""
    return BertScore(options.bertscore_checkpoint or DEFAULT_CHECKPOINT, options.bertscore_layer)


class BertScore(MeanMetric):
    """100 times BERTScore's F1, not rescaled and without idf weights; the best over the references of a segment.

    ``checkpoint`` is a Hugging Face directory, or a repository in the Hugging Face cache. ``layer`` is the layer whose
    states are compared; by default that which the package found best for a checkpoint of this name, else the last.
    An empty hypothesis scores 0. Texts run on the CPU unless there is a CUDA device.
    """

    name = "BERTScore"

    def __init__(self, checkpoint: str, layer: int | None = None) -> None:
        try:
            self._version = version("bert-score")
        except PackageNotFoundError:
            raise UsageError("BERTScore needs the package bert-score: pip install 'mtsum[comet]'") from None
        self._name = checkpoint
        self._directory = find_checkpoint(checkpoint)
        self._layer = layer

    @cached_property
    def layer(self) -> int:
        """The layer whose states are compared."""
        from transformers import AutoConfig

        config = AutoConfig.from_pretrained(self._directory, local_files_only=True)
        if self._layer is None:
            from bert_score.utils import model2layers

            named = {name.rpartition("/")[2]: layer for name, layer in model2layers.items()}
            return int(named.get(Path(self._name).name, config.num_hidden_layers))
        if not 1 <= self._layer <= config.num_hidden_layers:
            raise UsageError(f"{self._name} has layers 1 to {config.num_hidden_layers}, no layer {self._layer}")
        return self._layer

    @cached_property
    def _checkpoint(self) -> str:
        return f"{Path(self._name).name}-{checkpoint_digest(find_weights(self._directory))}"

    @cached_property
    def _scorer(self) -> Any:
        from bert_score import BERTScorer

        try:
            scorer = BERTScorer(model_type=str(self._directory), num_layers=self.layer, use_fast_tokenizer=True)
        except Exception as error:  # a broken checkpoint surfaces as any of a dozen exception classes
            raise ModelBroken(f"BERTScore cannot load {self._name}: {' '.join(str(error).split())}") from error
        tokenizer = scorer._tokenizer
        if tokenizer.model_max_length > _NO_LIMIT:
            tokenizer.model_max_length = scorer._model.config.max_position_embeddings
        return scorer

    def signature(self, references: int) -> Signature:
        """Checkpoint with a digest of its weights, layer, and versions: a score by another is on another scale."""
        return Signature(
            (
                ("nrefs", str(references)),
                ("checkpoint", self._checkpoint),
                ("layer", str(self.layer)),
                ("idf", "no"),
                ("rescaled", "no"),
                ("transformers", version("transformers")),
                ("version", self._version),
            )
        )

    def values(
        self, hypotheses: Sequence[str], references: Sequence[Sequence[str]], sources: Sequence[str] | None = None
    ) -> np.ndarray:
        """100 times F1 of each segment, [segments]. Raises ``InputError`` for a text that the package would cut."""
        for texts in (hypotheses, *references):
            self._check_lengths(texts)
        groups = [[reference for reference in each if reference.strip()] for each in zip(*references, strict=True)]
        scored = [at for at, text in enumerate(hypotheses) if text.strip() and groups[at]]
        values = np.zeros(len(hypotheses))
        if scored:
            _, _, f1 = self._scorer.score([hypotheses[at] for at in scored], [groups[at] for at in scored])
            values[scored] = 100 * f1.double().numpy()
        return values

    def _check_lengths(self, texts: Sequence[str]) -> None:
        limit = self._scorer._tokenizer.model_max_length
        encoded = self._scorer._tokenizer(list(texts), truncation=False, verbose=False)["input_ids"] if texts else []
        for number, tokens in enumerate(encoded, 1):
            if len(tokens) > limit:
                raise InputError(f"segment {number} has {len(tokens)} tokens; {self._name} takes at most {limit}")
