"""Convert a BART whose table holds source rows and target rows to a CTranslate2 model with a vocabulary for each side.

In one table every step of the decoder would compute logits of source rows too, only to forbid them. Apart, it computes
those of the target rows alone, which makes beam search nearly twice as fast, and the outputs are the same.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from mtsum.engines.tokenization import read_vocabulary
from mtsum.errors import ModelBroken

SPECIAL_TOKENS = 4
"""``<s> <pad> </s> <unk>``: the first tokens of both vocabularies."""
FORBIDDEN = -1e4
"""The bias of a token that must never come out (``final_logits_bias``)."""


def convert_separately(directory: Path, output: Path, target_mark: str, quantization: str | None = "int8") -> None:
    """Convert the Hugging Face directory of a BART to the CTranslate2 directory ``output``, which must not exist.

    The tokens of the target vocabulary are the special ones and those that start with ``target_mark``. Raises
    ``ModelBroken`` where a token that the target vocabulary would lack could come out of the model.
    """
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):
        def _load(self) -> Any:
            specification = super()._load()
            _separate(specification, target_mark)
            return specification

    Converter(str(directory)).convert(str(output), quantization=quantization)
    shutil.copy(directory / "tokenizer.json", output)


def joint_vocabulary(directory: Path) -> list[str]:
    """The tokens of a CTranslate2 directory in the order that its BART's one table has them."""
    if (directory / "shared_vocabulary.json").is_file():
        return _tokens(directory / "shared_vocabulary.json")
    source, target = (_tokens(directory / f"{side}_vocabulary.json") for side in ("source", "target"))
    if source[:SPECIAL_TOKENS] != target[:SPECIAL_TOKENS]:
        raise ModelBroken(f"{directory}: its two vocabularies do not begin with the same special tokens")
    return source + target[SPECIAL_TOKENS:]


def _tokens(file: Path) -> list[str]:
    numbered = read_vocabulary(file)
    return sorted(numbered, key=lambda token: numbered[token])


def _separate(specification: Any, target_mark: str) -> None:
    """Leave the decoder of ``specification`` its own rows, and each side its own vocabulary."""
    tokens = specification._vocabularies["target"][0]
    of_target = [row for row, token in enumerate(tokens) if row < SPECIAL_TOKENS or _is_target(token, target_mark)]
    of_source = [row for row, token in enumerate(tokens) if not _is_target(token, target_mark)]
    decoder, embeddings = specification.decoder, specification.encoder.embeddings
    embeddings = embeddings[0] if isinstance(embeddings, list) else embeddings
    table, bias = decoder.embeddings.weight.detach(), decoder.projection.bias.detach()
    if any(bias[row] > FORBIDDEN for row in of_source[SPECIAL_TOKENS:]):
        raise ModelBroken("source tokens of this model can be generated: its final_logits_bias does not forbid them")
    embeddings.weight = table[of_source].contiguous()
    decoder.embeddings.weight = table[of_target].contiguous()
    decoder.projection.weight = table[of_target].clone()
    decoder.projection.bias = bias[of_target].contiguous()
    specification._vocabularies["source"] = [[tokens[row] for row in of_source]]
    specification._vocabularies["target"] = [[tokens[row] for row in of_target]]


def _is_target(token: str, mark: str) -> bool:
    """A source piece may be the mark itself: then it marks nothing."""
    return token.startswith(mark) and token != mark
