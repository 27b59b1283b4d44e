"""Which of the encoder's pieces a model keeps: those that texts use, and single characters to spell the rest."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPECIAL_ROWS = 4  # <s> <pad> </s> <unk>: shared by encoder and decoder, so never trained
_CHUNK = 20000  # texts encoded at once, to bound memory


def frequent_pieces(tokenizer: Tokenizer, pieces: list[str], texts: list[str], size: int) -> list[int]:
    """Rows of the ``size`` pieces that ``texts`` use most, and of every single character they use; ascending."""
    characters = Counter(character for text in texts for character in text)
    single = {row for row in _single(pieces) if pieces[row] == "▁" or characters[pieces[row].strip("▁")] >= 3}
    ranked = [row for row, _ in _counts(tokenizer, texts).most_common() if row >= SPECIAL_ROWS]
    return sorted(set(range(SPECIAL_ROWS)) | single | set(ranked[: size - len(single)]))


def used_rows(tokenizer: Tokenizer, pieces: list[str], texts: list[str], least: int) -> list[int]:
    """Rows that ``texts`` use at least ``least`` times, every single character and the special rows; ascending."""
    used = {row for row, times in _counts(tokenizer, texts).items() if times >= least}
    return sorted(set(range(SPECIAL_ROWS)) | set(_single(pieces)) | used)


def _counts(tokenizer: Tokenizer, texts: list[str]) -> Counter[int]:
    """How often ``texts`` use each row."""
    count: Counter[int] = Counter()
    for start in range(0, len(texts), _CHUNK):
        for encoding in tokenizer.encode_batch_fast(texts[start : start + _CHUNK]):
            count.update(encoding.ids)
    return count


def _single(pieces: list[str]) -> list[int]:
    """Rows of pieces of one character, with or without the mark of a word's start, and of that mark alone."""
    return [row for row, piece in enumerate(pieces) if len(piece.strip("▁")) <= 1]
