"""An English decoder on top of the multilingual encoder, trained where it pays.

Source words keep the encoder's own embeddings, which are never trained, so what the encoder knows of Albanian survives
training on other languages (Chen et al. 2021, "Zero-Shot Cross-Lingual Transfer of Neural Machine Translation with
Multilingual Pretrained Encoders"). The decoder has a small English vocabulary with embeddings of its own, tied to its
output layer. The lower encoder layers stay frozen, so no gradient is computed for them.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from mtsum.training.encoder_archive import PAD, EncoderArchive, build_model
from mtsum.training.vocabulary import SPECIAL_ROWS


class TransferModel(nn.Module):
    """Frozen source embeddings and lower encoder layers; trained upper layers, decoder and English embeddings."""

    source_table: torch.Tensor

    def __init__(
        self, archive: EncoderArchive, target_rows: list[int], decoder_layers: list[int], frozen_layers: int
    ) -> None:
        super().__init__()
        self.bart = build_model(archive, target_rows, list(range(12)), decoder_layers)
        self.target_rows = target_rows
        self.decoder_layers = decoder_layers
        self.frozen_layers = frozen_layers
        self.register_buffer(
            "source_table", torch.from_numpy(archive.embeddings()).to(torch.bfloat16), persistent=False
        )
        encoder, table = self.bart.model.encoder, self.bart.model.shared.weight
        for part in (encoder.embed_positions, encoder.layernorm_embedding, *encoder.layers[:frozen_layers]):
            part.requires_grad_(False)
        keep = torch.ones(len(target_rows), 1)
        keep[:SPECIAL_ROWS] = 0
        table.register_hook(lambda gradient: gradient * keep.to(gradient.device))

    def train(self, mode: bool = True) -> TransferModel:
        """As ``nn.Module.train``, but frozen layers stay without dropout."""
        super().train(mode)
        for layer in self.bart.model.encoder.layers[: self.frozen_layers]:
            layer.eval()
        return self

    def parameter_groups(self) -> dict[str, list[nn.Parameter]]:
        """Trained parameters: ``table`` (English embeddings), ``decoder`` and ``encoder`` (its upper layers)."""
        table = self.bart.model.shared.weight
        decoder = [p for p in self.bart.model.decoder.parameters() if p is not table]
        encoder = [p for p in self.bart.model.encoder.layers[self.frozen_layers :].parameters()]
        return {"table": [table], "decoder": decoder, "encoder": encoder}

    def encode(self, source: torch.Tensor, train_encoder: bool) -> tuple[torch.Tensor, torch.Tensor]:
        """Encoder states [pairs, source tokens, 384] and the mask [pairs, source tokens] of int64 ``source``."""
        mask = (source != PAD).long()
        encoder = self.bart.model.encoder
        with torch.set_grad_enabled(train_encoder and torch.is_grad_enabled()):
            embedded = functional.embedding(source, self.source_table).float()
            return encoder(inputs_embeds=embedded, attention_mask=mask).last_hidden_state, mask

    def loss(
        self, source: torch.Tensor, target: torch.Tensor, train_encoder: bool, label_smoothing: float
    ) -> tuple[torch.Tensor, int]:
        """Mean cross-entropy a target token (nats), and how many target tokens there were."""
        states, mask = self.encode(source, train_encoder)
        hidden = self.bart.model.decoder(
            input_ids=target[:, :-1], encoder_hidden_states=states, encoder_attention_mask=mask, use_cache=False
        ).last_hidden_state
        gold = target[:, 1:]
        real = gold != PAD
        logits = hidden[real] @ self.bart.model.shared.weight.T
        loss = functional.cross_entropy(logits.float(), gold[real], label_smoothing=label_smoothing)
        return loss, int(real.sum())
