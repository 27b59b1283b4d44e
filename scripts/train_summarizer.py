"""Train the default English summarizer, starting from a trained translator.

    python scripts/train_summarizer.py --data ../shared/data --encoder ENCODER.npz --translator runs/translator \\
        --run runs/summarizer --minutes 25 --workers 2

The translator's decoder already writes English from encoder states; what is learnt here is to say a sentence in fewer of
its own words. The same command resumes a run that was stopped. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mtsum.errors import MtsumError
from mtsum.training.arguments import add_training_options, settings_from
from mtsum.training.codec import ArchiveCodec
from mtsum.training.compression_pairs import NEWS_FILE, SUMMARY_FILES, read_compression_pairs, read_news
from mtsum.training.curves import draw_own_curves
from mtsum.training.encoded_pairs import EncodedPairs
from mtsum.training.encoder_archive import EncoderArchive
from mtsum.training.pairs import Pair
from mtsum.training.preparation import Encoded, cached, checksums, write_provenance
from mtsum.training.pretraining_pairs import PRETRAINING, pretraining_pairs
from mtsum.training.settings import Stage
from mtsum.training.validation import DevSet
from mtsum.training.workers import join_workers, start_workers

if TYPE_CHECKING:
    from mtsum.training.transfer_model import TransferModel

MIXTURE = {
    "highlight": 4.0,
    "highlight_noisy": 3.0,
    "reference": 3.0,
    "reference_noisy": 2.0,
    "whole": 0.3,
    "whole_noisy": 0.2,
    "clause": 0.5,
    "clause_noisy": 0.25,
    "insertion": 0.2,
    "copy": 0.05,
}
STARTS = ("translator", "archive", "random")
MOST_SOURCE, MOST_TARGET = 120, 80
DEV_PAIRS = 300
PRETRAINING_PAIRS = 40_000
DEFAULTS = {
    "token_budget": 2000,
    "learning_rate": 4e-4,
    "encoder_learning_rate": 6e-5,
    "warmup_steps": 100,
    "decay_from": 0.3,
    "validate_sentences": 0,  # BLEU says nothing of a summary; --validate-sentences 100 for chrF all the same
}


def main() -> None:
    """Parse the call, then train in as many processes as asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True, help="the multilingual encoder's archive (.npz)")
    parser.add_argument("--translator", type=Path, required=True, help="run folder of train_translator.py")
    parser.add_argument("--cache", type=Path, help="folder for encoded pairs (default: encoded/ in the run folder)")
    parser.add_argument(
        "--start",
        choices=STARTS,
        default="translator",
        help="weights to begin with; the others measure what the translator's, and the archive's, are worth",
    )
    parser.add_argument(
        "--pretraining", choices=PRETRAINING, default="none", help="what to learn from news before the pairs are drawn"
    )
    parser.add_argument("--pretraining-share", type=float, default=0.3, help="fraction of the run that this takes")
    add_training_options(parser, DEFAULTS)
    arguments = parser.parse_args()
    try:
        start_workers(work, arguments.workers, prepare(arguments))
        draw_own_curves(arguments.run)
    except MtsumError as error:
        print(f"train_summarizer.py: {error}", file=sys.stderr)
        sys.exit(error.exit_status)


@dataclass(frozen=True)
class Prepared:
    """What all workers share: the archive and the encoded pairs."""

    arguments: argparse.Namespace
    archive: EncoderArchive
    training: EncodedPairs
    dev: DevSet


def prepare(arguments: argparse.Namespace) -> Prepared:
    """Make and encode the pairs, with the translator's vocabulary, and write into the run folder what they are."""
    archive = EncoderArchive(arguments.encoder)
    rows = json.loads((arguments.translator / "target_rows.json").read_text())
    codec = ArchiveCodec(archive, rows)
    sums = checksums([arguments.encoder, *(arguments.data / name for name in (*SUMMARY_FILES, NEWS_FILE))])
    key = {"task": "compression", "sha256": sums, "target_rows": rows, "limit": arguments.limit}

    def encode() -> Encoded:
        pairs = read_compression_pairs(arguments.data)
        pairs += pretraining_pairs(read_news(arguments.data), PRETRAINING_PAIRS, np.random.default_rng(0))
        random.Random(0).shuffle(pairs)
        pairs = pairs[: arguments.limit or None]
        held_back = [pair for pair in pairs if pair.group == "reference"][:DEV_PAIRS]
        # A sentence stands in several pairs: all that share one, or its shorter form, with the dev pairs go.
        seen = {text for pair in held_back for text in (pair.source, pair.target)}
        training = [pair for pair in pairs if not {pair.source, pair.target} & seen]
        dev = [[pair.source, pair.target] for pair in held_back]
        encoded = EncodedPairs.encode(training, codec, MOST_SOURCE, MOST_TARGET)
        return Encoded(encoded, tables={"target_rows": rows, "dev": dev})

    encoded = cached(arguments.cache or arguments.run / "encoded", key, encode)
    write_provenance(arguments.run, sums, encoded, {})
    held_back = [Pair("dev", source, target) for source, target in encoded.tables["dev"]]
    dev = DevSet.of(held_back, codec, MOST_TARGET, arguments.validate_sentences)
    return Prepared(arguments, archive, encoded.pairs, dev)


def work(rank: int, prepared: Prepared) -> None:
    """One worker: load the translator and train it to compress."""
    from mtsum.training.loop import train

    arguments = prepared.arguments
    join_workers(rank, arguments.workers)
    model = first_model(arguments.start, arguments.translator, prepared.archive)
    extra = {
        "kind": "archive",
        "decoder_layers": model.decoder_layers,
        "frozen_layers": model.frozen_layers,
        "pairs": len(prepared.training),
        "left_out": sum(prepared.training.left_out.values()),
        "translator": arguments.translator.name,
        "start": arguments.start,
        "pretraining": arguments.pretraining,
    }
    settings = settings_from(arguments, stages=stages(arguments.pretraining, arguments.pretraining_share), extra=extra)
    train(model, prepared.training, prepared.dev, settings, arguments.run, rank)


def stages(pretraining: str, share: float) -> tuple[Stage, ...]:
    """The stages of a run: ``share`` of it is pretraining, where there is any."""
    first = (Stage(share, PRETRAINING[pretraining]),) if PRETRAINING[pretraining] else ()
    return (*first, Stage(1.01, MIXTURE))


def first_model(start: str, translator: Path, archive: EncoderArchive) -> TransferModel:
    """The translator's model, or one of its shape with the archive's weights alone or with random ones."""
    from mtsum.training.export import load_run
    from mtsum.training.transfer_model import TransferModel

    model = load_run(translator, archive)
    if start == "translator":
        return model
    known = start == "archive"
    return TransferModel(
        archive,
        model.target_rows,
        model.decoder_layers,
        model.frozen_layers if known else 0,
        random_encoder=not known,
        random_decoder=not known,
    )


if __name__ == "__main__":
    main()
