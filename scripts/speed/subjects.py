"""The models that the contestants race on, each as a CTranslate2 directory and a Hugging Face one of the same weights."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtsum.engines.conversion import convert
from mtsum.engines.dequantize import dequantize
from mtsum.hub import locate
from mtsum.registry import load_registry
from speed.sentences import example_sentences


@dataclass(frozen=True)
class Subject:
    """A model. ``model`` is its name in the registry, None for random weights, which need a ``decode_length``."""

    name: str
    described: str
    family: str
    converted: Path
    hugging_face: Path
    model: str | None = None
    decode_length: int | None = None


@dataclass(frozen=True)
class Size:
    """The size of a Marian: layers a side, width, feed-forward width, heads, rows of its vocabulary."""

    layers: int
    width: int
    feed_forward: int
    heads: int
    vocabulary: int


SIZES = {"tiny": Size(2, 64, 128, 4, 1000), "opus": Size(6, 512, 2048, 8, 60_000)}
SUBJECTS = ("tiny", "default", "opus")


def subject(name: str, place: Path, decode_length: int) -> Subject:
    """Build the model called ``name`` under ``place``. Random weights decode ``decode_length`` tokens."""
    hugging_face = place / name
    if name == "default":
        entry = load_registry().default("translation")
        converted = locate(entry, offline=True)
        dequantize(converted, hugging_face)
        described = f"{entry.alias}, the shipped translator"
        return Subject(name, described, entry.family, converted, hugging_face, model=entry.alias)
    size = SIZES[name]
    random_marian(hugging_face, size)
    converted = place / f"{name}-converted"
    convert(hugging_face, converted, "marian", "float32")
    described = (
        f"Marian of {size.layers}+{size.layers} layers, d={size.width}, ffn {size.feed_forward}, {size.vocabulary:,} "
        f"pieces; random weights, {decode_length} new tokens a sentence"
    )
    return Subject(name, described, "marian", converted, hugging_face, decode_length=decode_length)


def random_marian(directory: Path, size: Size) -> None:
    """A Marian with a real tokenizer over the example's text, its vocabulary filled up to ``size``; fixed seed."""
    import sentencepiece
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    directory.mkdir(parents=True)
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(example_sentences()),
        model_writer=model,
        vocab_size=400,
        hard_vocab_limit=False,
        character_coverage=1.0,
        minloglevel=2,
    )
    for side in ("source", "target"):
        (directory / f"{side}.spm").write_bytes(model.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    pieces = ["</s>", "<unk>", *(processor.id_to_piece(number) for number in range(3, processor.get_piece_size()))]
    pieces += [f"▁w{number}" for number in range(size.vocabulary - 1 - len(pieces))]
    vocabulary = {piece: number for number, piece in enumerate([*pieces, "<pad>"])}
    (directory / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    MarianTokenizer(
        str(directory / "source.spm"), str(directory / "target.spm"), str(directory / "vocab.json")
    ).save_pretrained(directory)
    padding = vocabulary["<pad>"]
    shape: dict[str, Any] = {"scale_embedding": True, "static_position_embeddings": True}
    for side in ("encoder", "decoder"):
        shape |= {
            f"{side}_layers": size.layers,
            f"{side}_attention_heads": size.heads,
            f"{side}_ffn_dim": size.feed_forward,
        }
    config = MarianConfig(
        **shape,
        d_model=size.width,
        vocab_size=len(vocabulary),
        max_position_embeddings=512,
        pad_token_id=padding,
        eos_token_id=0,
        bos_token_id=0,
        forced_eos_token_id=None,
        decoder_start_token_id=padding,
        activation_function="swish",
        # As drawn by default (0.02) all tokens are nearly as likely, and rounding would choose between beams.
        init_std=0.1,
    )
    torch.manual_seed(20)
    marian: Any = MarianMTModel(config)
    with torch.no_grad():
        marian.get_input_embeddings().weight[padding] = 0.0
        # A released Marian never writes padding, and transformers would take it for the end.
        marian.final_logits_bias[0, padding] = -1e4
    marian.save_pretrained(directory)
