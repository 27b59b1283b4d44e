"""Train the default English summarizer, starting from a trained translator.

    python scripts/train_summarizer.py --data ../shared/data --encoder ENCODER.npz --translator runs/translator \\
        --run runs/summarizer --minutes 25 --workers 2

The translator's decoder already writes English from encoder states; what is learnt here is what to leave out. The same
command resumes a run that was stopped. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass
from pathlib import Path

from mtsum.training.condensation import read_condensation_pairs
from mtsum.training.encoder_archive import EncoderArchive, unigram_tokenizer
from mtsum.training.pairs import EncodedPairs
from mtsum.training.workers import join_workers, start_workers, training_arguments, write_provenance

MIXTURE = {"condense": 1.0, "condense_noisy": 1.0, "copy": 0.05}


def main() -> None:
    """Parse the call, then train in as many processes as asked for."""
    parser = training_arguments(__doc__)
    parser.add_argument("--translator", type=Path, required=True, help="run folder of train_translator.py")
    arguments = parser.parse_args()
    start_workers(work, arguments, prepare(arguments))


@dataclass(frozen=True)
class Prepared:
    """What all workers share: the archive and the encoded pairs."""

    archive: EncoderArchive
    training: EncodedPairs
    dev: EncodedPairs


def prepare(arguments: argparse.Namespace) -> Prepared:
    """Make and encode the pairs, with the translator's vocabulary."""
    archive = EncoderArchive(arguments.encoder)
    tokenizer = unigram_tokenizer(archive.pieces, archive.scores)
    rows = json.loads((arguments.translator / "target_rows.json").read_text())
    target_tokenizer = unigram_tokenizer([archive.pieces[i] for i in rows], [archive.scores[i] for i in rows])
    pairs = read_condensation_pairs(arguments.data)
    random.Random(0).shuffle(pairs)
    pairs = pairs[: arguments.limit or None]
    held_back = [pair for pair in pairs[:1200] if pair.group == "condense"]
    dev = EncodedPairs(held_back, tokenizer, target_tokenizer, 300, 200)
    # A summary sentence stands in several pairs: all that share one with the dev pairs go.
    seen = {pair.target for pair in held_back}
    training = [pair for pair in pairs if pair.target not in seen]
    return Prepared(archive, EncodedPairs(training, tokenizer, target_tokenizer, max_source=260, max_target=140), dev)


def work(rank: int, arguments: argparse.Namespace, prepared: Prepared) -> None:
    """One worker: load the translator and train it to condense."""
    from mtsum.training.export import load_run
    from mtsum.training.loop import Stage, TrainingSettings, train

    join_workers(rank, arguments.workers)
    model = load_run(arguments.translator, prepared.archive)
    settings = TrainingSettings(
        minutes=arguments.minutes,
        workers=arguments.workers,
        stages=(Stage(1.01, MIXTURE),),
        token_budget=2000,
        learning_rate=4e-4,
        encoder_learning_rate=6e-5,
        warmup_steps=100,
        decay_from=0.3,
        extra={
            "decoder_layers": model.decoder_layers,
            "frozen_layers": model.frozen_layers,
            "pairs": len(prepared.training.sources),
            "left_out": prepared.training.left_out,
            "translator": arguments.translator.name,
        },
    )
    if rank == 0:
        names = ("sum/cnn_dm_subset/train.jsonl.xz", "sum/digitalgov_summary/train.jsonl.xz", "mono/en-news.txt.xz")
        files = [arguments.encoder, *(arguments.data / name for name in names)]
        write_provenance(arguments.run, files, model.target_rows)
    train(model, prepared.training, prepared.dev, settings, arguments.run, rank)


if __name__ == "__main__":
    main()
