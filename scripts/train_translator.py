"""Train a translator: mtsum's own small model, or any Hugging Face model further, on your own data and language pair.

    # the default Albanian-English model, from the encoder's archive and mtsum's training data
    python scripts/train_translator.py --encoder ENCODER.npz --data ../shared/data --run runs/translator --minutes 85 --workers 2

    # the same model for another pair, from lines of “source<TAB>target”
    python scripts/train_translator.py --encoder ENCODER.npz --train mk-en.tsv --dev dev.tsv --from mk --to en \\
        --run runs/mk-en --minutes 85 --workers 2

    # fine-tune OPUS-MT, NLLB, M2M100, mBART or T5
    python scripts/train_translator.py --model nllb-600m --train news.tsv:2.0 web.tsv --dev dev.tsv --from sq --to en \\
        --run runs/nllb-news --minutes 60

The same command resumes a run that was stopped. ``scripts/export_model.py`` turns the run into a model directory,
``scripts/plot_training.py`` draws its curves. Needs the extra ``train``. docs/training.md tells more.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from mtsum.errors import MtsumError, UsageError
from mtsum.training.arguments import add_training_options, settings_from
from mtsum.training.checkpoints import CHECKPOINT
from mtsum.training.curves import draw_own_curves
from mtsum.training.preparation import train_files, write_provenance
from mtsum.training.settings import TrainingSettings
from mtsum.training.starts import ArchiveChoices, Corpus, Start, archive_start, model_start
from mtsum.training.workers import join_workers, start_workers

# Where the two kinds of start differ; None in the options means these.
ARCHIVE_DEFAULTS = {"learning_rate": 8e-4, "encoder_learning_rate": 1e-4, "frozen_layers": 9, "dropout": 0.1}
MODEL_DEFAULTS = {"learning_rate": 5e-5, "encoder_learning_rate": 5e-5, "frozen_layers": 0, "dropout": None}
THAW_AT = 0.06  # of a run whose decoder can't translate yet


def main() -> None:
    """Parse the call, prepare, then train in as many processes as asked for."""
    arguments = parser().parse_args()
    try:
        prepared = prepare(arguments)
        start_workers(work, arguments.workers, prepared)
        draw_own_curves(arguments.run)
    except MtsumError as error:
        print(f"train_translator.py: {error}", file=sys.stderr)
        sys.exit(error.exit_status)


def parser() -> argparse.ArgumentParser:
    """All options."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    start = made.add_mutually_exclusive_group(required=True)
    start.add_argument("--encoder", type=Path, help="begin from the multilingual encoder's archive (.npz)")
    start.add_argument("--model", help="fine-tune this model: an alias, a repository or a Hugging Face directory")
    data = made.add_argument_group("data")
    data.add_argument("--data", type=Path, help="folder of mtsum's own training data (Albanian to English)")
    data.add_argument("--train", nargs="+", default=[], metavar="FILE[:WEIGHT]", help="lines of “source<TAB>target”")
    data.add_argument("--dev", type=Path, help="lines of “source<TAB>target” to validate on")
    data.add_argument("--from", dest="source", default="sq", metavar="LANGUAGE")
    data.add_argument("--to", dest="target", default="en", metavar="LANGUAGE")
    data.add_argument("--without", action="append", default=[], metavar="GROUP", help="leave out pairs of this group")
    data.add_argument("--max-source", type=int, default=140, help="pairs of more source tokens are left out")
    data.add_argument("--max-target", type=int, default=110, help="pairs of more target tokens are left out")
    data.add_argument("--cache", type=Path, help="folder for encoded pairs (default: encoded/ in the run folder)")
    model = made.add_argument_group("model")
    model.add_argument("--frozen-layers", type=int, help="lower encoder layers not trained (--encoder: 9, --model: 0)")
    model.add_argument("--dropout", type=float, help="(--encoder: 0.1, --model: the model's own)")
    archive = made.add_argument_group("model on the encoder's archive")
    archive.add_argument("--vocabulary", type=int, help="target pieces of the decoder (default: 8000)")
    archive.add_argument("--start-from", type=Path, help="model directory of this recipe to train on from")
    archive.add_argument("--decoder-layers", type=numbers, default=(3, 7, 11), metavar="N,N,...", help="archive layers")
    archive.add_argument("--decoder-init", choices=["archive", "random"], default="archive")
    archive.add_argument("--encoder-init", choices=["archive", "random"], default="archive")
    own = {"warmup_steps": 150, "sync_every": 4, "decay_from": 0.35}
    add_training_options(made, own | dict.fromkeys(("learning_rate", "encoder_learning_rate", "thaw_at")))
    return made


def numbers(text: str) -> tuple[int, ...]:
    """``3,7,11``."""
    return tuple(int(part) for part in text.split(","))


@dataclass(frozen=True)
class Prepared:
    """What all workers share."""

    start: Start
    settings: TrainingSettings
    run: Path


def prepare(arguments: argparse.Namespace) -> Prepared:
    """Read, check and encode the data, and write into the run folder what it is."""
    defaults = ARCHIVE_DEFAULTS if arguments.encoder else MODEL_DEFAULTS
    for name, value in defaults.items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)
    if arguments.thaw_at is None:
        arguments.thaw_at = THAW_AT if arguments.encoder and not arguments.start_from else 0.0
    settings_from(arguments, stages=())  # a wrong number is said before the data is read
    corpus = Corpus(
        arguments.data,
        train_files(arguments.train),
        arguments.dev,
        arguments.source,
        arguments.target,
        arguments.cache or arguments.run / "encoded",
        tuple(arguments.without),
        arguments.limit,
        arguments.max_source,
        arguments.max_target,
    )
    if arguments.encoder:
        start = archive_start(corpus, archive_choices(arguments), arguments.validate_sentences)
    else:
        check_no_archive_options(arguments)
        start = model_start(
            corpus, arguments.model, arguments.frozen_layers, arguments.dropout, arguments.validate_sentences
        )
    settings = settings_from(arguments, stages=start.stages, extra=start.extra)
    counts = {name: start.extra[name] for name in ("pairs", "left_out")}
    print(f"{counts['pairs']} pairs, {counts['left_out']} left out: {start.pairs.left_out}", flush=True)
    if not (arguments.run / CHECKPOINT).exists():
        write_provenance(arguments.run, start.sums, start.encoded, {"without": start.extra["without"]})
    return Prepared(start, settings, arguments.run)


def archive_choices(arguments: argparse.Namespace) -> ArchiveChoices:
    """The options of the group “model on the encoder's archive”."""
    if arguments.start_from and arguments.vocabulary:
        raise UsageError("--start-from brings its own vocabulary: leave out --vocabulary")
    return ArchiveChoices(
        arguments.encoder,
        arguments.vocabulary or 8000,
        arguments.decoder_layers,
        arguments.frozen_layers,
        arguments.dropout,
        arguments.encoder_init == "random",
        arguments.decoder_init == "random",
        arguments.start_from,
    )


def check_no_archive_options(arguments: argparse.Namespace) -> None:
    """Raise ``UsageError`` for an option that only ``--encoder`` knows."""
    fixed = parser().parse_args(["--model", "-", "--run", "-"])
    for name in ("vocabulary", "start_from", "decoder_layers", "decoder_init", "encoder_init"):
        if getattr(arguments, name) != getattr(fixed, name):
            raise UsageError(f"--{name.replace('_', '-')} is for a model on the encoder's archive, not for --model")


def work(rank: int, prepared: Prepared) -> None:
    """One worker: build the model and train it."""
    import torch

    from mtsum.training.loop import train

    settings, start = prepared.settings, prepared.start
    join_workers(rank, settings.workers)
    torch.manual_seed(settings.seed)  # what begins at random is the same in all workers
    train(start.build(), start.pairs, start.dev, settings, prepared.run, rank)


if __name__ == "__main__":
    main()
