"""Marian: OPUS-MT and HPLT, one direction a model (or several target languages, named by a ``>>code<<`` token)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mtsum.engines.families.base import Family, register
from mtsum.engines.tokenization import SentencePieceTokenizer, Tokenizer, read_vocabulary
from mtsum.errors import ModelBroken


@register("marian")
class Marian(Family):
    """``text </s>``, before it ``>>code<<`` where the vocabulary has such tokens; the decoder starts from zeros."""

    converts_padding = False
    files = ("source.spm", "target.spm", "vocab.json")

    def load_tokenizer(self, directory: Path, *, has_torch: bool) -> Tokenizer:
        """Two sentencepiece models over one vocabulary."""
        if (directory / "target_vocab.json").is_file():
            raise ModelBroken(
                f"{directory} has separate source and target vocabularies, which no engine of mtsum reads; "
                "use a Marian model with one shared vocab.json"
            )
        vocabulary = read_vocabulary(directory / "vocab.json")
        self._targets = sorted(token for token in vocabulary if token.startswith(">>") and token.endswith("<<"))
        specials = ["</s>", "<pad>", "<s>", *self._targets]
        return SentencePieceTokenizer(directory / "source.spm", directory / "target.spm", vocabulary, specials)

    def spell_language(self, code: str) -> str:
        """``>>eng<<``."""
        return f">>{code}<<"

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """Text and end token, after the target's token in a model of several target languages."""
        before = [self.language_token(self.target_code)] if self._targets and self.target_code else []
        return [[*before, *pieces] for pieces in self.tokenizer.pieces_with_specials(texts)]
