"""The multilingual encoder that the default models start from, read from its 4-bit archive.

The archive is intfloat/multilingual-e5-small (MIT): 12 layers, d=384, an XLM-R unigram vocabulary. Its matrices are
q4_0 blocks: 32 weights in 18 bytes, a little-endian float16 scale and 16 bytes of two 4-bit weights each.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import BartForConditionalGeneration

BOS, PAD, EOS, UNK = 0, 1, 2, 3
WIDTH, FEED_FORWARD, HEADS, POSITIONS = 384, 1536, 12, 512


def dequantize(raw: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """q4_0 blocks (uint8, flat) as float32 of ``shape``; -1 in ``shape`` is inferred."""
    blocks = raw.reshape(-1, 18)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    low = (blocks[:, 2:] & 15).astype(np.float32) - 8
    high = (blocks[:, 2:] >> 4).astype(np.float32) - 8
    return (np.concatenate([low, high], 1) * scale).reshape(shape)


class EncoderArchive:
    """The archive's vocabulary and weights. ``pieces[i]`` has unigram log-probability ``scores[i]`` and row ``i``."""

    def __init__(self, path: Path) -> None:
        self._arrays = dict(np.load(path))
        self.pieces: list[str] = self._arrays["vocab.pieces"].tobytes().decode().split("\n")
        self.scores: list[float] = self._arrays["vocab.scores"].tolist()

    def embeddings(self) -> np.ndarray:
        """Word embeddings, float32 [pieces, 384]."""
        return dequantize(self._arrays["emb.word"].reshape(-1), (-1, WIDTH))

    def positions(self) -> np.ndarray:
        """Position embeddings with the type embedding added, float32 [512, 384]."""
        return self.vector("emb.pos").reshape(POSITIONS, WIDTH) + self.vector("emb.type").reshape(-1, WIDTH)[0]

    def matrix(self, name: str, shape: tuple[int, int]) -> np.ndarray:
        """A weight matrix by name, float32 [out, in]."""
        return dequantize(self._arrays[name].reshape(-1), shape)

    def vector(self, name: str) -> np.ndarray:
        """A bias, norm or position array by name, float32, flat."""
        return self._arrays[name].astype(np.float32).reshape(-1)


def unigram_tokenizer(pieces: list[str], scores: list[float]) -> Tokenizer:
    """The archive's tokenizer over these pieces; rows 0..3 are ``<s> <pad> </s> <unk>``; encodes as ``<s> $A </s>``."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, scores, strict=True)), unk_id=UNK, byte_fallback=False))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", BOS), ("</s>", EOS)]
    )
    return tokenizer


def build_model(
    archive: EncoderArchive,
    rows: list[int],
    encoder_layers: list[int],
    decoder_layers: list[int],
    dropout: float = 0.1,
    random_encoder: bool = False,
    random_decoder: bool = False,
) -> BartForConditionalGeneration:
    """A BART-shaped model whose encoder is the archive's layers ``encoder_layers`` over the vocabulary ``rows``.

    Decoder layer ``k`` starts as a copy of the archive's layer ``decoder_layers[k]``; its attention over the encoder
    starts as that layer's self-attention. A ``random`` side's layers keep what torch's generator drew for them.
    """
    import torch
    from transformers import BartConfig, BartForConditionalGeneration

    config = BartConfig(
        vocab_size=len(rows),
        d_model=WIDTH,
        encoder_layers=len(encoder_layers),
        decoder_layers=len(decoder_layers),
        encoder_attention_heads=HEADS,
        decoder_attention_heads=HEADS,
        encoder_ffn_dim=FEED_FORWARD,
        decoder_ffn_dim=FEED_FORWARD,
        max_position_embeddings=POSITIONS,
        activation_function="gelu",
        dropout=dropout,
        scale_embedding=False,
        bos_token_id=BOS,
        pad_token_id=PAD,
        eos_token_id=EOS,
        decoder_start_token_id=EOS,
        forced_eos_token_id=None,
    )
    # What CTranslate2's BART converter reads from config.json.
    config.normalize_before, config.normalize_embedding = False, True
    # Plain attention: the fused kernel's backward pass is several times slower in bfloat16 on a CPU.
    config._attn_implementation = "eager"
    model = BartForConditionalGeneration(config)
    with torch.no_grad():
        table = torch.from_numpy(archive.embeddings())
        model.model.shared.weight.copy_(table[torch.tensor(rows)])
        positions = torch.from_numpy(archive.positions())
        for side in (model.model.encoder, model.model.decoder):
            # BART keeps two rows before the first position.
            side.embed_positions.weight[2 : 2 + POSITIONS].copy_(positions)
            side.layernorm_embedding.weight.copy_(torch.from_numpy(archive.vector("emb.ln.w")))
            side.layernorm_embedding.bias.copy_(torch.from_numpy(archive.vector("emb.ln.b")))
        for layer, source in zip(model.model.encoder.layers, encoder_layers, strict=True) if not random_encoder else ():
            _copy_layer(archive, source, layer)
        for layer, source in zip(model.model.decoder.layers, decoder_layers, strict=True) if not random_decoder else ():
            _copy_layer(archive, source, layer)
            _copy_attention(archive, source, layer.encoder_attn)
            _copy_norm(archive, f"l{source}.aln", layer.encoder_attn_layer_norm)
    return model


def _copy_layer(archive: EncoderArchive, source: int, layer: Any) -> None:
    import torch

    _copy_attention(archive, source, layer.self_attn)
    for linear, name, shape in (
        (layer.fc1, "fi", (FEED_FORWARD, WIDTH)),
        (layer.fc2, "fo", (WIDTH, FEED_FORWARD)),
    ):
        linear.weight.copy_(torch.from_numpy(archive.matrix(f"l{source}.{name}.w", shape)))
        linear.bias.copy_(torch.from_numpy(archive.vector(f"l{source}.{name}.b")))
    _copy_norm(archive, f"l{source}.aln", layer.self_attn_layer_norm)
    _copy_norm(archive, f"l{source}.oln", layer.final_layer_norm)


def _copy_attention(archive: EncoderArchive, source: int, attention: Any) -> None:
    import torch

    for attribute, name in (("q_proj", "q"), ("k_proj", "k"), ("v_proj", "v"), ("out_proj", "ao")):
        linear = getattr(attention, attribute)
        linear.weight.copy_(torch.from_numpy(archive.matrix(f"l{source}.{name}.w", (WIDTH, WIDTH))))
        linear.bias.copy_(torch.from_numpy(archive.vector(f"l{source}.{name}.b")))


def _copy_norm(archive: EncoderArchive, name: str, norm: Any) -> None:
    import torch

    norm.weight.copy_(torch.from_numpy(archive.vector(f"{name}.w")))
    norm.bias.copy_(torch.from_numpy(archive.vector(f"{name}.b")))
