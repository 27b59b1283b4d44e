"""What every model family shares, and the register of families.

A family knows its tokens: what goes around a source text, which tokens a hypothesis is forced to start with, how its
token strings become text again, and its limits. A new one is one small class with ``@register("name")``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from mtsum.engines.tokenization import JsonTokenizer, Tokenizer
from mtsum.errors import LanguageUnknown, ModelBroken, UsageError

_FAMILIES: dict[str, type[Family]] = {}

_OLDER_VOCABULARIES = ("spiece.model", "sentencepiece.bpe.model", "tokenizer.model", "vocab.json")

SOURCE_CONFIG = "source_config.json"
"""Name under which a converted directory keeps the config.json of the Hugging Face directory it was made from."""


def register(name: str) -> Callable[[type[Family]], type[Family]]:
    """Class decorator: make the family known as ``name``."""

    def add(family: type[Family]) -> type[Family]:
        family.name = name
        _FAMILIES[name] = family
        return family

    return add


def known_families() -> tuple[str, ...]:
    """The names of all registered families, sorted."""
    return tuple(sorted(_FAMILIES))


def family_class(name: str) -> type[Family]:
    """The registered class; raises ``UsageError`` listing the known ones for any other name."""
    try:
        return _FAMILIES[name]
    except KeyError:
        raise UsageError(f"no model family “{name}”; known families: {', '.join(known_families())}") from None


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; empty when there is no such file. Raises ``ModelBroken`` for one that cannot be read."""
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelBroken(f"{path} is not readable JSON: {error}") from error
    if not isinstance(content, dict):
        raise ModelBroken(f"{path} holds no JSON object")
    return content


class Family:
    """A family bound to one model directory and one pair of languages.

    ``source_code`` and ``target_code`` are the family's own language codes, None where the model has none to tell
    apart. ``prefix`` is what every hypothesis is forced to start with, after the decoder's start token.
    """

    name: ClassVar[str] = ""
    default_window: ClassVar[int] = 512
    half: ClassVar[Literal["float16", "bfloat16"]] = "float16"
    """The 16-bit type the family can be trusted with: T5 and PEGASUS overflow in float16."""
    needs_languages: ClassVar[bool] = False
    converts_padding: ClassVar[bool] = True
    """Whether the padding token is in the vocabulary of a converted model."""
    files: ClassVar[tuple[str, ...]] = ("tokenizer.json",)
    """Tokenizer files that a converted directory must keep."""

    def __init__(
        self,
        directory: Path,
        source_code: str | None = None,
        target_code: str | None = None,
        *,
        has_torch: bool = False,
    ) -> None:
        self.directory = directory
        self.config = read_json(directory / SOURCE_CONFIG) or read_json(directory / "config.json")
        self.generation = read_json(directory / "generation_config.json")
        self.source_code = source_code
        self.target_code = target_code
        self.tokenizer = self.load_tokenizer(directory, has_torch=has_torch)
        if self.needs_languages:
            for role, code in (("source", source_code), ("target", target_code)):
                if code is None:
                    raise UsageError(f"a model of the family {self.name} must be told its {role} language")
                self.language_token(code)
        self.prefix: list[str] = self.target_prefix()

    def load_tokenizer(self, directory: Path, *, has_torch: bool) -> Tokenizer:
        """The tokenizer of a directory. ``has_torch``: transformers may be imported to build one from older files."""
        if not (directory / "tokenizer.json").is_file() and has_torch:
            return JsonTokenizer(serialized_tokenizer(directory))
        return JsonTokenizer.from_directory(directory)

    def language_token(self, code: str) -> str:
        """The token of a language code; raises ``LanguageUnknown`` when the model has no such token."""
        token = self.spell_language(code)
        if self.tokenizer.id_of(token) is None:
            raise LanguageUnknown(
                f"the model in {self.directory} has no token {token}: it does not know the language “{code}”"
            )
        return token

    def spell_language(self, code: str) -> str:
        """How the family writes a language code as a token."""
        return code

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """Source token strings of each text, special tokens included."""
        return self.tokenizer.pieces_with_specials(texts)

    def target_prefix(self) -> list[str]:
        """The tokens that every hypothesis is forced to start with."""
        forced = self.generation.get("forced_bos_token_id", self.config.get("forced_bos_token_id"))
        return [] if forced is None else [self.tokenizer.token_of(int(forced))]

    def decode(self, tokens: Sequence[str]) -> str:
        """The text of a hypothesis' token strings."""
        return self.tokenizer.text(tokens)

    def positions(self) -> int | None:
        """The most positions the model has, where its configuration says so; None when it has no such limit."""
        positions = self.config.get("max_position_embeddings")
        return None if positions is None else int(positions)

    def padding(self) -> str | None:
        """The padding token, which no hypothesis may hold: engines differ in how they go on after one."""
        number = self.config.get("pad_token_id")
        token = "<pad>" if number is None else self.tokenizer.token_of(int(number))
        return token if self.tokenizer.id_of(token) is not None else None


class ForcedLanguageFamily(Family):
    """Families that write the source language before the text and force the target language's token first."""

    needs_languages = True

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """Language token, text, end token."""
        assert self.source_code is not None
        language = self.language_token(self.source_code)
        return [[language, *pieces, "</s>"] for pieces in self.tokenizer.pieces(texts)]

    def target_prefix(self) -> list[str]:
        """The target language's token."""
        assert self.target_code is not None
        return [self.language_token(self.target_code)]


def serialized_tokenizer(directory: Path) -> str:
    """The content of a ``tokenizer.json`` built by transformers from a directory with older tokenizer files."""
    # Without any of these, transformers would hand out an empty tokenizer of the right class and no complaint.
    if not any((directory / name).is_file() for name in _OLDER_VOCABULARIES):
        raise ModelBroken(f"{directory} has no tokenizer.json, and none of {', '.join(_OLDER_VOCABULARIES)}")
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(directory, local_files_only=True, trust_remote_code=False)
        serialized: str = tokenizer.backend_tokenizer.to_str()
    except Exception as error:  # whatever is missing or malformed, transformers has its own exception for it
        raise ModelBroken(f"{directory} has no tokenizer that can be read: {error}") from error
    return serialized
