"""Convert a Hugging Face directory for CTranslate2: ``python -m mtsum.engines.convert SOURCE OUTPUT --family F``.

Run by ``mtsum.engines.conversion`` as a process of its own, because it imports torch.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

from mtsum.engines.families import family_class
from mtsum.engines.families.base import SOURCE_CONFIG, serialized_tokenizer
from mtsum.engines.weights import find_weights, is_safetensors
from mtsum.errors import MtsumError

# What the converter asks of a configuration and transformers 5 no longer has. Older config.json files may state it.
_LAYER_NORMS = {
    "bart": {"normalize_before": False, "normalize_embedding": True},
    "mbart": {"normalize_before": True, "normalize_embedding": True},
    "pegasus": {"normalize_before": True, "normalize_embedding": False},
}


def run(source: Path, output: Path, family: str, quantization: str) -> None:
    """Write the CTranslate2 model, the tokenizer and the source's configuration into the new directory ``output``."""
    from ctranslate2.converters import TransformersConverter

    kind = family_class(family)
    safe = is_safetensors(find_weights(source))

    class Converter(TransformersConverter):
        """Loads safely, and bridges what the converter expects and transformers 5 has changed."""

        def load_model(self, model_class: Any, model_name_or_path: str, **options: Any) -> Any:
            model = model_class.from_pretrained(
                model_name_or_path, **options, use_safetensors=safe, weights_only=True, local_files_only=True
            )
            _complete_configuration(model.config)
            return model

        def load_tokenizer(self, tokenizer_class: Any, model_name_or_path: str, **options: Any) -> Any:
            tokenizer = tokenizer_class.from_pretrained(model_name_or_path, **options, local_files_only=True)
            _complete_tokenizer(tokenizer)
            return tokenizer

    Converter(str(source)).convert(str(output), quantization=quantization)
    shutil.copy(source / "config.json", output / SOURCE_CONFIG)
    for name in ("generation_config.json", *kind.files):
        if (source / name).is_file():
            shutil.copy(source / name, output / name)
    if "tokenizer.json" in kind.files and not (output / "tokenizer.json").is_file():
        (output / "tokenizer.json").write_text(serialized_tokenizer(source), encoding="utf-8")


def _complete_configuration(config: Any) -> None:
    for name, value in _LAYER_NORMS.get(config.model_type, {}).items():
        if not hasattr(config, name):
            setattr(config, name, value)
    # The converter scales the decoder's output where embeddings are tied. transformers 5 says that they are tied in
    # every T5, and keeps in a setting of its own whether to scale; mT5 never does.
    if config.model_type == "t5":
        config.tie_word_embeddings = config.scale_decoder_outputs
    elif config.model_type == "mt5":
        config.tie_word_embeddings = False


def _complete_tokenizer(tokenizer: Any) -> None:
    if tokenizer.bos_token is None and "<s>" in tokenizer.get_vocab():
        tokenizer.bos_token = "<s>"  # mBART-50's has none any more, and CTranslate2 does not load a model without
    if languages := getattr(tokenizer, "lang_token_to_id", None):
        # M2M100's vocabulary no longer lists its language tokens, which the converter looks for there.
        vocabulary = {**tokenizer.get_vocab(), **languages}
        tokenizer.get_vocab = lambda: vocabulary


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and convert; the exit status is 1 with one line on stderr when that fails."""
    parser = argparse.ArgumentParser(prog="python -m mtsum.engines.convert", description=run.__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--family", required=True)
    parser.add_argument("--quantization", default="int8")
    options = parser.parse_args(arguments)
    try:
        run(options.source, options.output, options.family, options.quantization)
    except MtsumError as error:
        print(error, file=sys.stderr)
        return 1
    except Exception as error:  # torch, transformers and the converter raise whatever they like; the parent shows it
        print(f"{type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
