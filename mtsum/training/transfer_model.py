"""An English decoder on top of the multilingual encoder, trained where it pays.

Source words keep the encoder's own embeddings, which are never trained, so what the encoder knows of Albanian survives
training on other languages (Chen et al. 2021, "Zero-Shot Cross-Lingual Transfer of Neural Machine Translation with
Multilingual Pretrained Encoders"). The decoder has a small English vocabulary with embeddings of its own, tied to its
output layer. The lower encoder layers stay frozen, so no gradient is computed for them.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from mtsum.errors import UsageError
from mtsum.training.encoder_archive import EOS, PAD, EncoderArchive, build_model
from mtsum.training.trainable import Trainable, up_to_end
from mtsum.training.vocabulary import SPECIAL_ROWS

LAYERS = 12
"""Encoder layers of the archive."""
_MOST_NEW_TOKENS = 2, 20
"""A hypothesis has at most so many times its source's tokens, and so many more."""


class TransferModel(Trainable):
    """Frozen source embeddings and lower encoder layers; trained upper layers, decoder and English embeddings.

    ``decoder_layers`` are the archive's layers that the decoder's start from. ``random_encoder`` and ``random_decoder``
    begin their layers at random instead (embeddings and positions stay the archive's), to measure what starting from
    the archive brings.
    """

    source_table: torch.Tensor

    def __init__(
        self,
        archive: EncoderArchive,
        target_rows: list[int],
        decoder_layers: list[int],
        frozen_layers: int,
        dropout: float = 0.1,
        *,
        random_encoder: bool = False,
        random_decoder: bool = False,
    ) -> None:
        super().__init__()
        if not 0 <= frozen_layers <= LAYERS:
            raise UsageError(f"{frozen_layers} frozen layers; the encoder has {LAYERS}")
        if not decoder_layers or not all(0 <= layer < LAYERS for layer in decoder_layers):
            raise UsageError(f"decoder layers {decoder_layers}; they start from the archive's layers 0 to {LAYERS - 1}")
        if random_encoder and frozen_layers:
            raise UsageError("a random encoder must be trained as a whole: with 0 frozen layers")
        self.bart = build_model(
            archive, target_rows, list(range(LAYERS)), decoder_layers, dropout, random_encoder, random_decoder
        )
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

    def encode(
        self, source: torch.Tensor, train_encoder: bool, dtype: torch.dtype = torch.float32
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Encoder states [pairs, source tokens, 384] and the mask [pairs, source tokens] of int64 ``source``.

        The frozen layers are in ``dtype`` altogether, as in inference; the upper ones are as autocast has them.
        """
        mask = (source != PAD).long()
        encoder = self.bart.model.encoder
        self._frozen_layers_in(dtype)
        positions = encoder.embed_positions.weight[2 : 2 + source.shape[1]]
        barrier = torch.zeros(mask.shape, dtype=dtype, device=mask.device)
        barrier = barrier.masked_fill(mask == 0, torch.finfo(dtype).min)[:, None, None, :]
        with torch.no_grad(), torch.autocast(source.device.type, enabled=False):
            embedded = functional.embedding(source, self.source_table).float() + positions
            states = encoder.layernorm_embedding(embedded).to(dtype)
            for layer in encoder.layers[: self.frozen_layers]:
                states = layer(states, barrier)
        states = states.float()
        with torch.set_grad_enabled(train_encoder and torch.is_grad_enabled()):
            for layer in encoder.layers[self.frozen_layers :]:
                states = layer(states, barrier)
        return states, mask

    def _frozen_layers_in(self, dtype: torch.dtype) -> None:
        """They need no float32 copy, since no gradient ever adds to them."""
        layers = self.bart.model.encoder.layers[: self.frozen_layers]
        if len(layers) and layers[0].fc1.weight.dtype != dtype:
            layers.to(dtype)

    def loss(
        self,
        source: torch.Tensor,
        target: torch.Tensor,
        train_encoder: bool,
        label_smoothing: float,
        dtype: torch.dtype = torch.float32,
    ) -> tuple[torch.Tensor, int]:
        """Mean cross-entropy a target token (nats), and how many target tokens there were."""
        states, mask = self.encode(source, train_encoder, dtype)
        hidden = self.bart.model.decoder(
            input_ids=target[:, :-1], encoder_hidden_states=states, encoder_attention_mask=mask, use_cache=False
        ).last_hidden_state
        gold = target[:, 1:]
        real = gold != PAD
        logits = hidden[real] @ self.bart.model.shared.weight.T
        loss = functional.cross_entropy(logits.float(), gold[real], label_smoothing=label_smoothing)
        return loss, int(real.sum())

    def translate(self, source: torch.Tensor, beam: int, dtype: torch.dtype = torch.float32) -> list[list[int]]:
        """Ids of the decoder's vocabulary."""
        from transformers import GenerationConfig
        from transformers.modeling_outputs import BaseModelOutput

        states, mask = self.encode(source, False, dtype)
        times, more = _MOST_NEW_TOKENS
        bart: Any = self.bart
        generated = bart.generate(
            encoder_outputs=BaseModelOutput(last_hidden_state=states),
            attention_mask=mask,
            generation_config=GenerationConfig(
                num_beams=beam,
                do_sample=False,
                early_stopping=beam > 1,
                min_new_tokens=1,
                max_new_tokens=times * source.shape[1] + more,
                decoder_start_token_id=EOS,
                eos_token_id=EOS,
                pad_token_id=PAD,
                suppress_tokens=[PAD],
            ),
        )
        return up_to_end([row[1:] for row in generated.tolist()], EOS, PAD)
