"""Tiny models of every family, each with its real tokenizer class and random weights from a fixed seed.

A model is written as an ordinary Hugging Face directory. Weights are drawn large enough that hypotheses differ with the
source and beams do not tie.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.corpus import ALBANIAN, ENGLISH

PIECES = 300
SIZES: dict[str, Any] = {
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
    "max_position_embeddings": 256,
}
T5_SIZES: dict[str, Any] = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4}


@dataclass(frozen=True)
class TinyModel:
    """How to build one: ``family`` and codes as ``load_engine`` takes them."""

    family: str
    build: Callable[[Path], None]
    source_code: str | None = None
    target_code: str | None = None


def train_sentencepiece(path: Path, texts: tuple[str, ...] = ALBANIAN + ENGLISH, **options: Any) -> None:
    """Train a sentencepiece model of about ``PIECES`` pieces and write it to ``path``."""
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=model,
        vocab_size=PIECES,
        hard_vocab_limit=False,
        character_coverage=1.0,
        minloglevel=2,
        **options,
    )
    path.write_bytes(model.getvalue())


def save_model(directory: Path, model_class: Any, config: Any, end_bias: float = 0.0, spread: float = 0.4) -> None:
    """Draw weights with standard deviation ``spread`` and save them. ``end_bias`` makes the end token likelier."""
    import torch

    torch.manual_seed(20)
    model = model_class(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1 and parameter.requires_grad and not _is_sinusoidal(name, model_class):
                parameter.normal_(0.0, spread)
        if model.config.model_type == "marian":  # its decoder starts from the padding token's zero vector
            model.get_input_embeddings().weight[config.pad_token_id] = 0.0
        if end_bias:
            model.final_logits_bias[0, config.eos_token_id] = end_bias
    model.save_pretrained(directory)


def _is_sinusoidal(name: str, model_class: Any) -> bool:
    return "embed_positions" in name and model_class.__name__.startswith(("Marian", "Pegasus"))


def from_sentencepiece(directory: Path, class_name: str, file: str, options: dict[str, Any], **training: Any) -> Any:
    """Build a tokenizer of the given class from a sentencepiece model, as it is made for a released checkpoint."""
    import transformers

    train_sentencepiece(directory / file, **training)
    settings = {"tokenizer_class": class_name, **options}
    (directory / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    tokenizer = getattr(transformers, class_name).from_pretrained(directory, **options)
    tokenizer.save_pretrained(directory)
    return tokenizer


def marian(directory: Path) -> None:
    """OPUS-MT: a sentencepiece model for each side, one vocab.json over both, padding last."""
    import sentencepiece
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    sides = {"source": ALBANIAN, "target": ENGLISH}
    pieces: dict[str, None] = {"</s>": None, "<unk>": None}
    for side, texts in sides.items():
        train_sentencepiece(directory / f"{side}.spm", texts)
        model = sentencepiece.SentencePieceProcessor(model_file=str(directory / f"{side}.spm"))
        pieces |= dict.fromkeys(model.id_to_piece(number) for number in range(3, model.get_piece_size()))
    vocabulary = {piece: number for number, piece in enumerate([*pieces, "<pad>"])}
    (directory / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    MarianTokenizer(
        str(directory / "source.spm"), str(directory / "target.spm"), str(directory / "vocab.json")
    ).save_pretrained(directory)
    padding = vocabulary["<pad>"]
    config = MarianConfig(
        **SIZES,
        vocab_size=len(vocabulary),
        pad_token_id=padding,
        eos_token_id=0,
        bos_token_id=0,
        forced_eos_token_id=0,
        decoder_start_token_id=padding,
        activation_function="swish",
        scale_embedding=True,
        static_position_embeddings=True,
    )
    save_model(directory, MarianMTModel, config, end_bias=4.0)


def nllb(directory: Path) -> None:
    """NLLB-200: byte-pair sentencepiece, language codes after the pieces."""
    from transformers import M2M100Config, M2M100ForConditionalGeneration

    codes = ["ace_Latn", "als_Latn", "eng_Latn", "mkd_Cyrl"]
    tokenizer = from_sentencepiece(
        directory, "NllbTokenizer", "sentencepiece.bpe.model", {"extra_special_tokens": codes}, model_type="bpe"
    )
    config = M2M100Config(
        **SIZES, vocab_size=len(tokenizer), tokenizer_class="NllbTokenizer", scale_embedding=True, max_length=200
    )
    save_model(directory, M2M100ForConditionalGeneration, config)


def m2m100(directory: Path) -> None:
    """M2M100: sentencepiece with a vocab.json, a hundred language tokens and eight unused rows."""
    import sentencepiece
    from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

    model_file = directory / "sentencepiece.bpe.model"
    train_sentencepiece(model_file, model_type="bpe")
    model = sentencepiece.SentencePieceProcessor(model_file=str(model_file))
    pieces = ["<s>", "<pad>", "</s>", "<unk>", *(model.id_to_piece(number) for number in range(3, len(model)))]
    vocabulary = directory / "vocab.json"
    vocabulary.write_text(json.dumps({piece: number for number, piece in enumerate(pieces)}), encoding="utf-8")
    tokenizer = M2M100Tokenizer(str(vocabulary), str(model_file))
    tokenizer.save_pretrained(directory)
    config = M2M100Config(**SIZES, vocab_size=len(pieces) + len(tokenizer.lang_token_to_id) + 8, scale_embedding=True)
    save_model(directory, M2M100ForConditionalGeneration, config)


def mbart(directory: Path) -> None:
    """mBART-50: unigram sentencepiece, language codes after the pieces, pre-norm layers."""
    from transformers import MBartConfig, MBartForConditionalGeneration

    tokenizer = from_sentencepiece(
        directory, "MBart50Tokenizer", "sentencepiece.bpe.model", {"src_lang": "mk_MK", "tgt_lang": "en_XX"}
    )
    config = MBartConfig(
        **SIZES,
        vocab_size=len(tokenizer),
        tokenizer_class="MBart50Tokenizer",
        decoder_start_token_id=2,
        scale_embedding=True,
    )
    save_model(directory, MBartForConditionalGeneration, config)


def t5(directory: Path) -> None:
    """T5 1.0: tied embeddings, ReLU, the task named in the text."""
    from transformers import T5Config, T5ForConditionalGeneration

    tokenizer = from_sentencepiece(
        directory, "T5Tokenizer", "spiece.model", {"extra_ids": 10}, pad_id=0, eos_id=1, unk_id=2, bos_id=-1
    )
    config = T5Config(
        **T5_SIZES,
        vocab_size=len(tokenizer) + 6,
        decoder_start_token_id=0,
        task_specific_params={
            "summarization": {"prefix": "summarize: "},
            "translation_en_to_de": {"prefix": "translate English to German: "},
        },
    )
    save_model(directory, T5ForConditionalGeneration, config, spread=0.8)


def mt5(directory: Path) -> None:
    """mT5, as the XL-Sum summarizers: gated GELU, a sentencepiece model and no tokenizer.json."""
    from transformers import MT5Config, MT5ForConditionalGeneration

    tokenizer = from_sentencepiece(
        directory, "T5Tokenizer", "spiece.model", {"extra_ids": 0}, pad_id=0, eos_id=1, unk_id=2, bos_id=-1
    )
    (directory / "tokenizer.json").unlink()
    config = MT5Config(**T5_SIZES, vocab_size=len(tokenizer), decoder_start_token_id=0, feed_forward_proj="gated-gelu")
    save_model(directory, MT5ForConditionalGeneration, config)


def madlad(directory: Path) -> None:
    """MADLAD-400: T5 1.1 with gated GELU, untied embeddings, and the target language as a token before the text."""
    from transformers import T5Config, T5ForConditionalGeneration

    tokenizer = from_sentencepiece(
        directory,
        "T5Tokenizer",
        "spiece.model",
        {"extra_ids": 0, "pad_token": "<s>"},
        unk_id=0,
        bos_id=1,
        eos_id=2,
        pad_id=-1,
        user_defined_symbols=["<2en>", "<2sq>"],
    )
    config = T5Config(
        **T5_SIZES,
        vocab_size=len(tokenizer),
        decoder_start_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        feed_forward_proj="gated-gelu",
        tie_word_embeddings=False,
    )
    save_model(directory, T5ForConditionalGeneration, config)


def bart(directory: Path) -> None:
    """facebook/bart-large-cnn: byte-level BPE, `<s>` forced first."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import BartConfig, BartForConditionalGeneration, BartTokenizer, GenerationConfig

    trainer = ByteLevelBPETokenizer()
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer.train_from_iterator(ENGLISH, vocab_size=500, special_tokens=specials, show_progress=False)
    trainer.save_model(str(directory))
    tokenizer = BartTokenizer.from_pretrained(directory)
    tokenizer.save_pretrained(directory)
    config = BartConfig(**SIZES, vocab_size=len(tokenizer))
    save_model(directory, BartForConditionalGeneration, config, end_bias=3.0)
    GenerationConfig(
        bos_token_id=0,
        decoder_start_token_id=2,
        eos_token_id=2,
        forced_bos_token_id=0,
        forced_eos_token_id=2,
        pad_token_id=1,
        max_length=142,
        min_length=56,
        no_repeat_ngram_size=3,
        num_beams=4,
        length_penalty=2.0,
        early_stopping=True,
    ).save_pretrained(directory)


def unigram_bart(directory: Path) -> None:
    """The kind of model that mtsum ships: BART with a Unigram tokenizer.json, NFKC and Metaspace, `<s> text </s>`."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import BartConfig, BartForConditionalGeneration, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    trainer = trainers.UnigramTrainer(
        vocab_size=PIECES,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        unk_token="<unk>",
        show_progress=False,
    )
    tokenizer.train_from_iterator(ALBANIAN + ENGLISH, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(directory)
    config = BartConfig(
        **SIZES, vocab_size=tokenizer.get_vocab_size(), decoder_start_token_id=2, forced_eos_token_id=None
    )
    save_model(directory, BartForConditionalGeneration, config, end_bias=4.0)


def pegasus(directory: Path) -> None:
    """PEGASUS: unigram sentencepiece whose pieces start at 105, `<n>` between sentences."""
    from transformers import PegasusConfig, PegasusForConditionalGeneration

    tokenizer = from_sentencepiece(
        directory,
        "PegasusTokenizer",
        "spiece.model",
        {},
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        user_defined_symbols=["<n>"],
    )
    config = PegasusConfig(**SIZES, vocab_size=len(tokenizer), scale_embedding=True, decoder_start_token_id=0)
    save_model(directory, PegasusForConditionalGeneration, config, end_bias=4.0)


TINY_MODELS = {
    "marian": TinyModel("marian", marian, "sqi", "eng"),
    "nllb": TinyModel("nllb", nllb, "als_Latn", "eng_Latn"),
    "m2m100": TinyModel("m2m100", m2m100, "sq", "en"),
    "mbart": TinyModel("mbart", mbart, "mk_MK", "en_XX"),
    "t5": TinyModel("t5", t5),
    "mt5": TinyModel("t5", mt5),
    "madlad": TinyModel("madlad", madlad, "sq", "en"),
    "bart": TinyModel("bart", bart, "en", "en"),
    "unigram-bart": TinyModel("bart", unigram_bart, "sq", "en"),
    "pegasus": TinyModel("pegasus", pegasus, "en", "en"),
}
