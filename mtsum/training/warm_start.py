"""Train on from a model that was exported: a Hugging Face directory of the recipe, or the CTranslate2 one that ships."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from mtsum.engines.dequantize import dequantize
from mtsum.engines.families.base import read_json
from mtsum.errors import ModelBroken
from mtsum.training.export import DECODER_MARK
from mtsum.training.vocabulary import SPECIAL_ROWS

if TYPE_CHECKING:
    from mtsum.training.encoder_archive import EncoderArchive
    from mtsum.training.transfer_model import TransferModel

_ROUNDING = 0.01
_OF_VOCABULARY = ("shared", "embed_tokens", "lm_head", "final_logits_bias")


def target_rows_of(directory: Path, archive: EncoderArchive) -> list[int]:
    """The archive's rows of the decoder pieces of an exported model, in its order; the special ones first.

    Raises ``ModelBroken`` for a directory that holds no model of the recipe, or one of another archive.
    """
    vocabulary = read_json(directory / "tokenizer.json").get("model", {}).get("vocab", [])
    # The archive has the mark itself as a source piece, which no input is spelled with.
    pieces = [str(entry[0]) for entry in vocabulary if entry[0] != DECODER_MARK]
    marked = [piece.removeprefix(DECODER_MARK) for piece in pieces if piece.startswith(DECODER_MARK)]
    if not marked:
        raise ModelBroken(f"{directory} has no tokenizer.json with decoder pieces: no exported model of this recipe")
    row_of = {piece: row for row, piece in enumerate(archive.pieces)}
    unknown = [piece for piece in marked if piece not in row_of]
    if unknown:
        raise ModelBroken(
            f"{directory} has pieces that the encoder's archive lacks: {unknown[:3]}; is it another archive?"
        )
    return [*range(SPECIAL_ROWS), *(row_of[piece] for piece in marked)]


def start_from(model: TransferModel, directory: Path) -> None:
    """Copy the weights of ``directory`` into ``model``, in place; the English rows are the last of its table.

    Raises ``ModelBroken`` where its layers or its English vocabulary have another shape than the model's.
    """
    from safetensors.torch import load_file

    with tempfile.TemporaryDirectory() as temporary:
        source = directory
        if (directory / "model.bin").is_file():
            source = Path(temporary)
            dequantize(directory, source)
        weights = load_file(source / "model.safetensors")
    table = weights["model.shared.weight"]
    own = {k: v for k, v in weights.items() if not any(name in k for name in _OF_VOCABULARY)}
    expected = {k for k in model.bart.state_dict() if not any(name in k for name in _OF_VOCABULARY)}
    if expected != own.keys():
        raise ModelBroken(
            f"{directory} has other layers than the model to train: {sorted(expected ^ own.keys())[:3]}; "
            "train with the number of layers that it has"
        )
    # What was frozen before and stays so is the archive's own, not a copy that was rounded when the model was exported.
    own = {
        name: own[name]
        for name, parameter in model.bart.named_parameters()
        if name in own and (parameter.requires_grad or _was_trained(name, own[name], parameter))
    }
    english = len(model.target_rows) - SPECIAL_ROWS
    with torch.no_grad():
        model.bart.load_state_dict(own, strict=False)
        model.bart.model.shared.weight[SPECIAL_ROWS:].copy_(table[len(table) - english :])


def _was_trained(name: str, weight: torch.Tensor, original: torch.Tensor) -> bool:
    """Whether a layer's ``weight`` differs from the archive's by more than eight bits a weight lose."""
    return ".layers." in name and bool((weight - original).abs().max() > _ROUNDING * original.abs().max())
