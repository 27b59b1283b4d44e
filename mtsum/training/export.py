"""A trained model as an ordinary Hugging Face BART directory, and from there as CTranslate2 int8.

BART has one vocabulary and one embedding table, while training used two. The exported table holds the source rows first
and the decoder's English rows after them; a decoder piece carries an invisible mark in the vocabulary, which the
tokenizer's decoder takes off again, and source rows can't be generated (``final_logits_bias`` -1e4).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from mtsum.registry import DESCRIPTION_FILE
from mtsum.training.checkpoints import assign, final_weights
from mtsum.training.encoder_archive import EOS, EncoderArchive, unigram_tokenizer
from mtsum.training.transfer_model import TransferModel
from mtsum.training.vocabulary import SPECIAL_ROWS

if TYPE_CHECKING:
    from tokenizers import Tokenizer

DECODER_MARK = "\u2060"  # word joiner: taken out of inputs by the normalizer


def load_run(run: Path, archive: EncoderArchive, average: int | None = None, best: bool = False) -> TransferModel:
    """The model of a run folder, with weights as ``final_weights`` chooses them."""
    extra = json.loads((run / "config.json").read_text())["extra"]
    rows = json.loads((run / "target_rows.json").read_text())
    model = TransferModel(archive, rows, extra["decoder_layers"], extra["frozen_layers"])
    assign(model.trained(), final_weights(run, average, best))
    return model.eval()


def joint_tokenizer(archive: EncoderArchive, source_rows: list[int], target_rows: list[int]) -> Tokenizer:
    """A tokenizer that encodes with the source pieces and decodes marked decoder pieces."""
    from tokenizers import decoders, normalizers

    decoder_rows = target_rows[SPECIAL_ROWS:]
    pieces = [archive.pieces[i] for i in source_rows] + [DECODER_MARK + archive.pieces[i] for i in decoder_rows]
    lowest = min(archive.scores) - 5  # never chosen, and not so low that it would distort the cost of <unk>
    tokenizer = unigram_tokenizer(pieces, [archive.scores[i] for i in source_rows] + [lowest] * len(decoder_rows))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Replace(DECODER_MARK, ""), normalizers.NFKC()])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace(DECODER_MARK, ""), decoders.Metaspace(replacement="▁", prepend_scheme="always")]
    )
    return tokenizer


def export_hugging_face(model: TransferModel, archive: EncoderArchive, source_rows: list[int], output: Path) -> None:
    """Write ``output``: config.json, model.safetensors and tokenizer files of a BART with ``source_rows`` kept.

    ``source_rows`` are ascending rows of the archive and start with the four special ones.
    """
    from transformers import BartForConditionalGeneration, PreTrainedTokenizerFast

    # The archive has the mark as a piece. No input is spelled with it, and it would pass for one of the decoder's.
    source_rows = [row for row in source_rows if DECODER_MARK not in archive.pieces[row]]
    table = torch.cat(
        [
            torch.from_numpy(archive.embeddings())[torch.tensor(source_rows)],
            model.bart.model.shared.weight.detach()[SPECIAL_ROWS:],
        ]
    )
    config = model.bart.config
    config.vocab_size = len(table)
    whole = BartForConditionalGeneration(config)
    of_vocabulary = ("shared", "embed_tokens", "lm_head", "final_logits_bias")
    state = {k: v for k, v in model.bart.state_dict().items() if not any(name in k for name in of_vocabulary)}
    whole.load_state_dict(state, strict=False)
    whole.final_logits_bias.zero_()
    whole.final_logits_bias[0, : len(source_rows)] = -1e4
    whole.final_logits_bias[0, EOS] = 0
    with torch.no_grad():
        whole.model.shared.weight.copy_(table)
    whole.tie_weights()
    whole.save_pretrained(output)
    PreTrainedTokenizerFast(
        tokenizer_object=joint_tokenizer(archive, source_rows, model.target_rows),
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
    ).save_pretrained(output)


def describe(directory: Path, extra: dict[str, Any], run: str) -> None:
    """Write the mtsum-model.json of a model trained on a user's own pair, so that mtsum knows its languages."""
    description = {
        "task": "translation",
        "family": "bart",
        "source_languages": [extra["source_language"]],
        "target_languages": [extra["target_language"]],
        "note": f"trained with scripts/train_translator.py, run {run}",
    }
    (directory / DESCRIPTION_FILE).write_text(json.dumps(description, indent=1) + "\n", "utf-8")
