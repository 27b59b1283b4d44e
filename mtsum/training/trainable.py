"""What the training loop needs of a model."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import nn

from mtsum.training.settings import TrainingSettings


class Trainable(nn.Module, ABC):
    """A sequence-to-sequence model that the loop can train, score and translate with.

    ``source`` and ``target`` are int64 token ids [pairs, tokens], padded on the right, as ``Batch`` holds them.
    """

    @abstractmethod
    def parameter_groups(self) -> dict[str, list[nn.Parameter]]:
        """The trained parameters, each once: ``table`` (embeddings), ``decoder``, ``encoder``; in this order."""

    @abstractmethod
    def loss(
        self,
        source: torch.Tensor,
        target: torch.Tensor,
        train_encoder: bool,
        label_smoothing: float,
        dtype: torch.dtype = torch.float32,
    ) -> tuple[torch.Tensor, int]:
        """Mean cross-entropy a target token (nats), and how many target tokens there were.

        ``dtype`` is what autocast computes in around this call.
        """

    @abstractmethod
    def translate(self, source: torch.Tensor, beam: int, dtype: torch.dtype = torch.float32) -> list[list[int]]:
        """Generated ids of each source by beam search, without start, forced and padding tokens, up to the end."""

    def trained(self) -> list[nn.Parameter]:
        """All trained parameters, in the order of their groups: that of the weights in a checkpoint."""
        return [parameter for group in self.parameter_groups().values() for parameter in group]

    def optimizer(self, settings: TrainingSettings) -> torch.optim.Optimizer:
        """AdamW over the parameter groups; ``peak`` in each group is its peak learning rate."""
        peaks = {
            # Embeddings move at half the rate, and are not decayed: most rows have no gradient in most batches.
            "table": {"peak": settings.learning_rate / 2, "weight_decay": 0.0},
            "decoder": {"peak": settings.learning_rate, "weight_decay": 0.01},
            "encoder": {"peak": settings.encoder_learning_rate, "weight_decay": 0.01},
        }
        groups = [{"params": parameters, **peaks[name]} for name, parameters in self.parameter_groups().items()]
        return torch.optim.AdamW(groups, lr=settings.learning_rate, betas=(0.9, 0.98), fused=True)


def up_to_end(rows: list[list[int]], end: int, padding: int) -> list[list[int]]:
    """Each row cut before its first end token, padding taken out."""
    cut = (row[: row.index(end)] if end in row else row for row in rows)
    return [[number for number in row if number != padding] for row in cut]
