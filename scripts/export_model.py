"""Turn a run of train_translator.py or train_summarizer.py into a model directory: Hugging Face, then CTranslate2 int8.

    python scripts/export_model.py --run runs/translator --data ../shared/data --encoder ENCODER.npz --output models/sq-en-draft
    python scripts/export_model.py --run runs/nllb-news --average 4 --output my-model --hugging-face my-model-hf

By default the exponentially averaged weights of the last checkpoint; ``--average K`` takes the mean of the last K
validations' weights, ``--best`` those of the best validation.
"""

from __future__ import annotations

import argparse
import json
import lzma
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mtsum.errors import MtsumError, UsageError

if TYPE_CHECKING:
    from mtsum.training.encoder_archive import EncoderArchive


def main() -> None:
    """Write the Hugging Face directory, convert it, and say how large the result is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True, help="CTranslate2 directory to write")
    parser.add_argument("--hugging-face", type=Path, help="keep the Hugging Face directory here")
    parser.add_argument("--quantization", default="int8", help="CTranslate2 type of the weights (default: int8)")
    weights = parser.add_mutually_exclusive_group()
    weights.add_argument("--average", type=int, metavar="K", help="average the weights of the last K validations")
    weights.add_argument("--best", action="store_true", help="take the weights of the best validation")
    archive = parser.add_argument_group("a model on the encoder's archive")
    archive.add_argument("--encoder", type=Path, help="the archive that the run began from")
    archive.add_argument("--data", type=Path, help="mtsum's training data: the source pieces that it uses are kept")
    archive.add_argument(
        "--source", choices=["sq", "en"], default="sq", help="language of --data that the encoder must spell well"
    )
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as temporary:
            export(arguments, Path(temporary))
    except MtsumError as error:
        print(f"export_model.py: {error}", file=sys.stderr)
        sys.exit(error.exit_status)


def export(arguments: argparse.Namespace, temporary: Path) -> None:
    """Export whichever kind of run it is."""
    if not (arguments.run / "config.json").is_file():
        raise UsageError(f"{arguments.run} is no run folder: it has no config.json")
    if arguments.average is not None and arguments.average < 1:
        raise UsageError(f"--average {arguments.average}: it must be at least 1")
    extra = json.loads((arguments.run / "config.json").read_text())["extra"]
    directory, converted = arguments.hugging_face or temporary / "hugging-face", temporary / "ctranslate2"
    if extra.get("kind") == "model":
        export_model_run(arguments, directory, converted)
    else:
        export_archive_run(arguments, extra, directory, converted)
    # Into what is there already: the model's card stays.
    shutil.copytree(converted, arguments.output, dirs_exist_ok=True)
    size = sum(file.stat().st_size for file in arguments.output.iterdir() if file.is_file()) / 1e6
    print(f"{arguments.output}: {size:.1f} MB")


def export_model_run(arguments: argparse.Namespace, directory: Path, converted: Path) -> None:
    """A fine-tuned Hugging Face model."""
    from mtsum.engines.conversion import convert
    from mtsum.registry import DESCRIPTION_FILE
    from mtsum.training.fine_tuning import export_fine_tuned

    entry = export_fine_tuned(arguments.run, directory, arguments.average, arguments.best)
    convert(directory, converted, entry.family, arguments.quantization)
    shutil.copy(directory / DESCRIPTION_FILE, converted)


def export_archive_run(arguments: argparse.Namespace, extra: dict, directory: Path, converted: Path) -> None:
    """A model on the encoder's archive, its vocabulary pruned to the pieces that the chosen texts use."""
    from mtsum.engines.separate_vocabularies import convert_separately
    from mtsum.training.encoder_archive import EncoderArchive
    from mtsum.training.export import DECODER_MARK, describe, export_hugging_face, load_run

    if arguments.encoder is None:
        raise UsageError("the run began from the encoder's archive: give it with --encoder")
    archive = EncoderArchive(arguments.encoder)
    rows = source_rows(arguments, archive)
    export_hugging_face(load_run(arguments.run, archive, arguments.average, arguments.best), archive, rows, directory)
    convert_separately(directory, converted, DECODER_MARK, arguments.quantization)
    if extra.get("own_data"):
        describe(converted, extra, arguments.run.name)
        describe(directory, extra, arguments.run.name)
    print(f"{len(rows)} source pieces")


def source_rows(arguments: argparse.Namespace, archive: EncoderArchive) -> list[int]:
    """The source pieces to keep: those that the run's own files used, and those of ``--data``."""
    from mtsum.training.encoder_archive import unigram_tokenizer
    from mtsum.training.vocabulary import used_rows

    kept = arguments.run / "source_rows.json"
    rows: set[int] = set(json.loads(kept.read_text())) if kept.is_file() else set()
    if arguments.data is not None:
        tokenizer = unigram_tokenizer(archive.pieces, archive.scores)
        rows |= set(used_rows(tokenizer, archive.pieces, texts_in(arguments.source, arguments.data), least=1))
        if arguments.source == "sq":  # names in Albanian news are spelled with English pieces: keep the common ones
            rows |= set(used_rows(tokenizer, archive.pieces, texts_in("en", arguments.data), least=6))
    if not rows:
        raise UsageError(f"{arguments.run} was trained on mtsum's own data: give its folder with --data")
    return sorted(rows)


def texts_in(language: str, data: Path) -> list[str]:
    """Training texts in ``language``, by which source pieces are kept."""
    with lzma.open(data / f"mono/{language}-news.txt.xz", "rt", encoding="utf-8") as lines:
        texts = [line.strip() for line in lines]
    if language == "sq":
        with lzma.open(data / "mt/train/sq-en.tsv.xz", "rt", encoding="utf-8") as lines:
            texts += [line.split("\t")[1] for line in lines]
    return texts


if __name__ == "__main__":
    main()
