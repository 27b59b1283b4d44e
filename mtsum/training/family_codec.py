"""Texts as ids for a Hugging Face model, by the very classes that mtsum translates with (``mtsum.engines.families``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mtsum.engines.families import Family, family_class
from mtsum.errors import ModelBroken, UsageError
from mtsum.registry import ModelEntry
from mtsum.training.export import DECODER_MARK

_CHUNK = 20000  # texts encoded at once, to bound memory


class FamilyCodec:
    """A model family bound to a directory and a pair of languages, its token strings turned into numbers.

    ``forced`` is how many tokens every hypothesis is forced to start with after the decoder's start token; nothing is
    to be learnt about them. Raises ``UsageError`` for a model that can't be trained on this way.
    """

    def __init__(self, directory: Path, entry: ModelEntry, source: str, target: str) -> None:
        if (directory / "model.bin").is_file():
            raise UsageError(
                f"{directory} is a CTranslate2 directory, which cannot be trained; name the Hugging Face directory that it "
                "was converted from (a model of mtsum's own recipe: --encoder ARCHIVE --start-from DIRECTORY)"
            )
        source_code, target_code = entry.codes(source, target)
        self.family: Family = family_class(entry.family)(directory, source_code, target_code, has_torch=True)
        config = self.family.config
        self.padding = _number(config, directory, "pad_token_id")
        self.end = _number(config, directory, "eos_token_id")
        start = self.family.generation.get("decoder_start_token_id", config.get("decoder_start_token_id"))
        self.start = self.padding if start is None else int(start)
        self.unknown = self.family.tokenizer.id_of("<unk>") or 0
        if self.family.tokenizer.id_of(DECODER_MARK + "▁") is not None:
            raise UsageError(
                f"{directory} is a model of mtsum's own recipe, whose decoder has a vocabulary of its own; train on from "
                "it with --encoder ARCHIVE --start-from DIRECTORY"
            )
        self._prefix = self._ids(self.family.prefix)
        self.forced = len(self._prefix)

    def sources(self, texts: Sequence[str]) -> list[np.ndarray]:
        """As the family encodes for inference: language tokens, task prefixes and the end token included."""
        return [
            np.array(self._ids(tokens), np.int32)
            for start in range(0, len(texts), _CHUNK)
            for tokens in self.family.encode(list(texts[start : start + _CHUNK]))
        ]

    def targets(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Start token, the family's forced tokens, the text's pieces, the end token."""
        return [
            np.array([self.start, *self._prefix, *self._ids(pieces), self.end], np.int32)
            for start in range(0, len(texts), _CHUNK)
            for pieces in self.family.tokenizer.target_pieces(list(texts[start : start + _CHUNK]))
        ]

    def text(self, ids: Sequence[int]) -> str:
        """As the family decodes a hypothesis."""
        special = {self.padding, self.end, self.start}
        return self.family.decode([self.family.tokenizer.token_of(number) for number in ids if number not in special])

    def _ids(self, tokens: Sequence[str]) -> list[int]:
        numbers = (self.family.tokenizer.id_of(token) for token in tokens)
        return [self.unknown if number is None else number for number in numbers]


def _number(config: dict, directory: Path, name: str) -> int:
    value = config.get(name)
    value = value[0] if isinstance(value, list) else value
    if value is None:
        raise ModelBroken(f"the config.json of {directory} has no {name}")
    return int(value)
