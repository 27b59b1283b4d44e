"""Turn a run of train_translator.py or train_summarizer.py into a model directory: Hugging Face, then CTranslate2 int8.

python scripts/export_model.py --run runs/translator --data ../shared/data --encoder ENCODER.npz --output models/sq-en-draft
"""

from __future__ import annotations

import argparse
import lzma
import shutil
import tempfile
from pathlib import Path


def main() -> None:
    """Prune the vocabulary to the pieces that the chosen languages use, then write and convert."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True, help="CTranslate2 directory to write")
    parser.add_argument("--hugging-face", type=Path, help="keep the Hugging Face directory here")
    parser.add_argument(
        "--source", choices=["sq", "en"], default="sq", help="language that the encoder must spell well"
    )
    arguments = parser.parse_args()

    from ctranslate2.converters import TransformersConverter

    from mtsum.training.encoder_archive import EncoderArchive, unigram_tokenizer
    from mtsum.training.export import export_hugging_face, load_run
    from mtsum.training.vocabulary import used_rows

    archive = EncoderArchive(arguments.encoder)
    tokenizer = unigram_tokenizer(archive.pieces, archive.scores)
    with tempfile.TemporaryDirectory() as temporary:
        directory = arguments.hugging_face or Path(temporary) / "hugging-face"
        rows = used_rows(tokenizer, archive.pieces, texts_in(arguments.source, arguments.data), least=1)
        if arguments.source == "sq":  # names in Albanian news are spelled with English pieces: keep the common ones
            rows = sorted({*rows, *used_rows(tokenizer, archive.pieces, texts_in("en", arguments.data), least=6)})
        export_hugging_face(load_run(arguments.run, archive), archive, rows, directory)
        converted = Path(temporary) / "ctranslate2"
        TransformersConverter(str(directory)).convert(str(converted), quantization="int8")
        shutil.copy(directory / "tokenizer.json", converted)
        # Into what is there already: the model's card stays.
        shutil.copytree(converted, arguments.output, dirs_exist_ok=True)
    size = sum(file.stat().st_size for file in arguments.output.iterdir()) / 1e6
    print(f"{arguments.output}: {len(rows)} source pieces, {size:.1f} MB")


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
