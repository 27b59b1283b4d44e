"""Text to token strings and back, the same for every engine, without importing transformers.

Two kinds cover all families: a ``tokenizer.json`` read by the ``tokenizers`` library, and a pair of sentencepiece
models with a vocabulary (Marian, M2M100). Nothing here truncates or pads. Text that spells a special token (``</s>``,
``eng_Latn``) stays text: a space is put into it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from mtsum.errors import ModelBroken

_COMMON_SPECIALS = ("<s>", "</s>", "<pad>", "<unk>", "<mask>")
"""Special tokens also where a tokenizer.json does not mark them as such."""


class Tokenizer(Protocol):
    """What a family needs of a tokenizer."""

    def pieces(self, texts: Sequence[str]) -> list[list[str]]:
        """Token strings of each text, special tokens left out."""
        ...

    def pieces_with_specials(self, texts: Sequence[str]) -> list[list[str]]:
        """Token strings of each text, with the special tokens that the tokenizer itself puts around a text."""
        ...

    def target_pieces(self, texts: Sequence[str]) -> list[list[str]]:
        """As ``pieces``, of texts in the target language: what a model is trained to write."""
        ...

    def id_of(self, token: str) -> int | None:
        """The number of a token, or None for a string that is no token."""
        ...

    def token_of(self, token_id: int) -> str:
        """The token with this number; an empty string for a row of the model that no token stands for."""
        ...

    def text(self, tokens: Sequence[str]) -> str:
        """The text of token strings; special and unknown tokens are left out."""
        ...


class JsonTokenizer:
    """A ``tokenizer.json``, by the ``tokenizers`` library."""

    def __init__(self, serialized: str) -> None:
        from tokenizers import Tokenizer as Library

        self._tokenizer: Any = Library.from_str(serialized)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        added = self._tokenizer.get_added_tokens_decoder().values()
        self._specials = {token.content for token in added if token.special} | {
            token for token in _COMMON_SPECIALS if self._tokenizer.token_to_id(token) is not None
        }
        longest_first = sorted(self._specials, key=len, reverse=True)
        self._spelled = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")

    @classmethod
    def from_directory(cls, directory: Path) -> JsonTokenizer:
        """Read ``directory/tokenizer.json``; raises ``ModelBroken`` when it is missing or cannot be read."""
        path = directory / "tokenizer.json"
        if not path.is_file():
            raise ModelBroken(f"{directory} has no tokenizer.json")
        try:
            return cls(path.read_text(encoding="utf-8"))
        except Exception as error:  # the library raises bare Exception for a malformed file
            raise ModelBroken(f"{path} is not a readable tokenizer: {error}") from error

    def pieces(self, texts: Sequence[str]) -> list[list[str]]:
        """Token strings of each text, special tokens left out."""
        return self._encode(texts, add_special_tokens=False)

    def pieces_with_specials(self, texts: Sequence[str]) -> list[list[str]]:
        """Token strings of each text with the tokenizer's own special tokens."""
        return self._encode(texts, add_special_tokens=True)

    def target_pieces(self, texts: Sequence[str]) -> list[list[str]]:
        """As ``pieces``: one vocabulary serves both sides."""
        return self.pieces(texts)

    def _encode(self, texts: Sequence[str], *, add_special_tokens: bool) -> list[list[str]]:
        texts = [self._spelled.sub(_break_up, text) for text in texts]
        if len(texts) == 1:  # encode_batch starts a thread pool: needless for one sentence
            encodings = [self._tokenizer.encode(texts[0], add_special_tokens=add_special_tokens)]
        else:
            encodings = self._tokenizer.encode_batch(texts, add_special_tokens=add_special_tokens)
        # Encoding.tokens shows an unknown character as itself; the model knows it only as the unknown token.
        return [[self.token_of(token_id) for token_id in encoding.ids] for encoding in encodings]

    def id_of(self, token: str) -> int | None:
        """The number of a token, or None."""
        token_id: int | None = self._tokenizer.token_to_id(token)
        return token_id

    def token_of(self, token_id: int) -> str:
        """The token with this number, or an empty string."""
        return self._tokenizer.id_to_token(token_id) or ""

    def text(self, tokens: Sequence[str]) -> str:
        """The text of token strings, special and unknown tokens left out."""
        spoken = (self._tokenizer.token_to_id(token) for token in tokens if token not in self._specials)
        ids = [token_id for token_id in spoken if token_id is not None]
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True)
        return text.strip()


def _break_up(spelled: re.Match[str]) -> str:
    # A Unigram vocabulary holds its special tokens as pieces, so text that spells one would become one.
    return f"{spelled[0][0]} {spelled[0][1:]}"


class SentencePieceTokenizer:
    """Sentencepiece models for both sides and the model's vocabulary, which numbers the pieces in its own way."""

    def __init__(
        self, source: Path, target: Path, vocabulary: Mapping[str, int], specials: Sequence[str], unknown: str = "<unk>"
    ) -> None:
        self._source = _load_sentencepiece(source)
        self._target = self._source if target == source else _load_sentencepiece(target)
        self._ids = vocabulary
        self._tokens = {token_id: token for token, token_id in vocabulary.items()}
        self._specials = frozenset([*specials, unknown])
        self._unknown = unknown

    def pieces(self, texts: Sequence[str]) -> list[list[str]]:
        """Token strings of each text; pieces that the vocabulary lacks are the unknown token."""
        return self._known(self._source.encode(list(texts), out_type=str))

    def target_pieces(self, texts: Sequence[str]) -> list[list[str]]:
        """As ``pieces``, by the target side's sentencepiece model."""
        return self._known(self._target.encode(list(texts), out_type=str))

    def _known(self, encoded: list[list[str]]) -> list[list[str]]:
        return [[piece if piece in self._ids else self._unknown for piece in pieces] for pieces in encoded]

    def pieces_with_specials(self, texts: Sequence[str]) -> list[list[str]]:
        """As ``pieces``, with the end token."""
        return [[*pieces, "</s>"] for pieces in self.pieces(texts)]

    def id_of(self, token: str) -> int | None:
        """The number of a token, or None."""
        return self._ids.get(token)

    def token_of(self, token_id: int) -> str:
        """The token with this number, or an empty string."""
        return self._tokens.get(token_id, "")

    def text(self, tokens: Sequence[str]) -> str:
        """The text of token strings, special and unknown tokens left out."""
        pieces = [token for token in tokens if token in self._ids and token not in self._specials]
        text: str = self._target.decode(pieces) if pieces else ""
        return text.replace("▁", " ").strip()


def _load_sentencepiece(path: Path) -> Any:
    if not path.is_file():
        raise ModelBroken(f"{path.parent} has no {path.name}")
    import sentencepiece

    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(path))
    except Exception as error:  # sentencepiece raises RuntimeError, OSError and bare Exception
        raise ModelBroken(f"{path} is not a readable sentencepiece model: {error}") from error


def read_vocabulary(path: Path) -> dict[str, int]:
    """A vocabulary file, either ``{token: number}`` or a list of tokens in order, as token to number."""
    if not path.is_file():
        raise ModelBroken(f"{path.parent} has no {path.name}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelBroken(f"{path} is not readable JSON: {error}") from error
    if isinstance(content, list):
        return {token: number for number, token in enumerate(content)}
    return {str(token): int(number) for token, number in content.items()}
