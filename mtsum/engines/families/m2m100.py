"""M2M100: a hundred languages, as ``__sq__`` tokens."""

from __future__ import annotations

from pathlib import Path

from mtsum.engines.families.base import ForcedLanguageFamily, register
from mtsum.engines.tokenization import SentencePieceTokenizer, Tokenizer, read_vocabulary


@register("m2m100")
class M2M100(ForcedLanguageFamily):
    """``__sq__ text </s>``; the hypothesis starts with ``__en__``."""

    default_window = 1024
    files = ("sentencepiece.bpe.model",)

    def load_tokenizer(self, directory: Path, *, has_torch: bool) -> Tokenizer:
        """One sentencepiece model; language tokens are numbered after the vocabulary's pieces."""
        if (directory / "shared_vocabulary.json").is_file() or not has_torch:
            vocabulary = read_vocabulary(directory / "shared_vocabulary.json")
        else:
            from transformers import M2M100Tokenizer

            tokenizer = M2M100Tokenizer.from_pretrained(directory, local_files_only=True)
            vocabulary = {**tokenizer.get_vocab(), **tokenizer.lang_token_to_id}
        # Rows that pad the model's vocabulary to a round number stand for nothing.
        vocabulary = {token: number for token, number in vocabulary.items() if not token.startswith("madeupword")}
        languages = [token for token in vocabulary if token.startswith("__") and token.endswith("__")]
        model = directory / "sentencepiece.bpe.model"
        return SentencePieceTokenizer(model, model, vocabulary, ["<s>", "</s>", "<pad>", *languages])

    def spell_language(self, code: str) -> str:
        """``__sq__``."""
        return f"__{code}__"
