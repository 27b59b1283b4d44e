"""Texts as the token ids that a model is trained on, and back: the same ids that inference feeds and reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from mtsum.training.encoder_archive import BOS, EOS, PAD, UNK, EncoderArchive, unigram_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_CHUNK = 20000  # texts encoded at once, to bound memory
_SPELLED = re.compile(r"(<)(/?s>|pad>|unk>)")


class Codec(Protocol):
    """How texts become ids for one model and one pair of languages. Ids are int32 arrays of one dimension."""

    padding: int
    unknown: int

    def sources(self, texts: Sequence[str]) -> list[np.ndarray]:
        """What the encoder reads, special tokens included."""
        ...

    def targets(self, texts: Sequence[str]) -> list[np.ndarray]:
        """What the decoder reads and writes: its start token, forced tokens, the text's pieces, the end token."""
        ...

    def text(self, ids: Sequence[int]) -> str:
        """The text of generated ids, special tokens left out."""
        ...


class ArchiveCodec:
    """The encoder archive's pieces on the source side, its rows ``target_rows`` on the target side."""

    padding, unknown = PAD, UNK

    def __init__(self, archive: EncoderArchive, target_rows: Sequence[int]) -> None:
        self._source = unigram_tokenizer(archive.pieces, archive.scores)
        pieces, scores = [archive.pieces[i] for i in target_rows], [archive.scores[i] for i in target_rows]
        self._target = unigram_tokenizer(pieces, scores)

    def sources(self, texts: Sequence[str]) -> list[np.ndarray]:
        """``<s> text </s>``."""
        return _encode(self._source, texts)

    def targets(self, texts: Sequence[str]) -> list[np.ndarray]:
        """``</s> text </s>``: a BART decoder starts from the end token."""
        encoded = _encode(self._target, texts)
        for ids in encoded:
            ids[0] = EOS
        return encoded

    def text(self, ids: Sequence[int]) -> str:
        """Generated ids as text."""
        spoken = [number for number in ids if number not in (BOS, PAD, EOS, UNK)]
        text: str = self._target.decode(spoken, skip_special_tokens=False)
        return text.strip()


def _encode(tokenizer: Tokenizer, texts: Sequence[str]) -> list[np.ndarray]:
    ids: list[np.ndarray] = []
    for start in range(0, len(texts), _CHUNK):
        # As at inference (``mtsum.engines.tokenization``): text that spells a special token does not become one.
        chunk = [_SPELLED.sub(r"\1 \2", text) for text in texts[start : start + _CHUNK]]
        ids += [np.array(encoding.ids, np.int32) for encoding in tokenizer.encode_batch_fast(chunk)]
    return ids
