"""Train the default Albanian-English translator.

    python scripts/train_translator.py --data ../shared/data --encoder ENCODER.npz --run runs/translator --minutes 85 --workers 2

The same command resumes a run that was stopped. ``scripts/export_model.py`` turns the run into a model directory.
Needs the extra ``train``. One worker a core on a CPU; one on a GPU.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass

import numpy as np

from mtsum.training.augmentation import rare_names, with_other_names
from mtsum.training.encoder_archive import EncoderArchive, unigram_tokenizer
from mtsum.training.pairs import EncodedPairs, Pair, read_translation_pairs
from mtsum.training.vocabulary import frequent_pieces
from mtsum.training.workers import join_workers, start_workers, training_arguments, write_provenance

ALBANIAN_PROSE = {
    "rosetta_balcanica_osce": 4.0,
    "l10n_www-l10n": 3.0,
    "docs_fdroid_website": 3.0,
    "news_383lajme_headlines": 4.0,
    "site_wb_security_barometer": 4.0,
    "l10n_matomo": 1.0,
    "l10n_wordpress": 1.0,
    "phrases_bonin1_al_en_de": 2.0,
    "edu_german_vocab_app": 0.5,
}
RENAMED, RENAMED_PAIRS = ("news", "rosetta_balcanica_osce", "denoise"), 120_000  # pairs that may get other names
SHORT = {
    "names": 0.4,
    "tatoeba": 0.6,
    "news": 1.0,
    **ALBANIAN_PROSE,
    "l10n_short": 0.1,
    "dict_uniparser_lemmas": 0.2,
    "bible_albanian_web": 0.3,
    "denoise": 0.3,
    "*": 0.3,
}
MAIN = {
    "names": 0.5,
    "news": 0.8,
    "tatoeba": 0.15,
    **ALBANIAN_PROSE,
    "bible_albanian_web": 0.4,
    "l10n_short": 0.05,
    "dict_uniparser_lemmas": 0.15,
    "denoise": 0.2,
    "*": 0.25,
}
LAST = {
    "names": 0.4,
    "news": 0.4,
    "tatoeba": 0.05,
    **{k: 1.5 * v for k, v in ALBANIAN_PROSE.items()},
    "bible_albanian_web": 0.15,
    "l10n_short": 0.0,
    "dict_uniparser_lemmas": 0.05,
    "denoise": 0.1,
    "*": 0.15,
}


def main() -> None:
    """Parse the call, then train in as many processes as asked for."""
    parser = training_arguments(__doc__)
    parser.add_argument("--vocabulary", type=int, default=8000, help="English output pieces")
    arguments = parser.parse_args()
    start_workers(work, arguments, prepare(arguments))


@dataclass(frozen=True)
class Prepared:
    """What all workers share: the archive, the decoder's vocabulary and the encoded pairs."""

    archive: EncoderArchive
    target_rows: list[int]
    training: EncodedPairs
    dev: EncodedPairs


def prepare(arguments: argparse.Namespace) -> Prepared:
    """Read and encode the data, and choose the decoder's vocabulary."""
    archive = EncoderArchive(arguments.encoder)
    tokenizer = unigram_tokenizer(archive.pieces, archive.scores)
    pairs = read_translation_pairs(arguments.data)
    random.Random(0).shuffle(pairs)
    pairs = pairs[: arguments.limit or None]
    english = [p.target for p in pairs if p.group in ("denoise", "rosetta_balcanica_osce")]
    rows = frequent_pieces(tokenizer, archive.pieces, english, arguments.vocabulary)
    target_tokenizer = unigram_tokenizer([archive.pieces[i] for i in rows], [archive.scores[i] for i in rows])
    names, rng = rare_names(english), np.random.default_rng(0)
    renamed = [with_other_names(p, names, rng) for p in pairs if p.group in RENAMED][:RENAMED_PAIRS]
    pairs += [pair for pair in renamed if pair]
    training = EncodedPairs(pairs, tokenizer, target_tokenizer, max_source=140, max_target=110)
    dev_file = arguments.data / "mt/dev/ntrex-30-documents.tsv"
    dev_rows = [line.split("\t")[1:] for line in dev_file.read_text("utf-8").splitlines()[:200]]
    dev = EncodedPairs([Pair("dev", s, t) for s, t in dev_rows], tokenizer, target_tokenizer, 200, 200)
    return Prepared(archive, rows, training, dev)


def work(rank: int, arguments: argparse.Namespace, prepared: Prepared) -> None:
    """One worker: build the model and train it."""
    from mtsum.training.loop import Stage, TrainingSettings, train
    from mtsum.training.transfer_model import TransferModel

    join_workers(rank, arguments.workers)
    decoder_layers, frozen_layers = [3, 7, 11], 9
    settings = TrainingSettings(
        minutes=arguments.minutes,
        workers=arguments.workers,
        stages=(
            Stage(0.06, SHORT, 14, train_encoder=False),
            Stage(0.20, SHORT, 30),
            Stage(0.75, MAIN),
            Stage(1.01, LAST),
        ),
        extra={
            "vocabulary": arguments.vocabulary,
            "decoder_layers": decoder_layers,
            "frozen_layers": frozen_layers,
            "pairs": len(prepared.training.sources),
            "left_out": prepared.training.left_out,
        },
    )
    model = TransferModel(prepared.archive, prepared.target_rows, decoder_layers, frozen_layers)
    if rank == 0:
        names = ("mt/train/sq-en.tsv.xz", "mt/train/xx-en.tsv.xz", "mono/en-news.txt.xz")
        files = [arguments.encoder, *(arguments.data / name for name in names)]
        write_provenance(arguments.run, files, prepared.target_rows)
    train(model, prepared.training, prepared.dev, settings, arguments.run, rank)


if __name__ == "__main__":
    main()
