"""The options that the training scripts share, and the settings made of them."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mtsum.training.settings import TrainingSettings

# Options that are fields of TrainingSettings, by their own names.
_BOUNDS = {
    "minutes": (float, "train so long, in all"),
    "max_steps": (int, "train so many steps"),
    "max_tokens": (int, "train on so many target tokens, of all workers"),
}
_RATES = {
    "learning_rate": (float, "peak, decoder"),
    "encoder_learning_rate": (float, "peak, encoder layers"),
    "warmup_steps": (int, "steps up to the peak"),
    "decay_from": (float, "fraction of the run from which rates fall to zero"),
    "thaw_at": (float, "fraction of the run before which the encoder is not trained"),
    "label_smoothing": (float, "share of the probability that is spread over the vocabulary"),
    "average_decay": (float, "of the exponential average of the weights, a meeting of the workers"),
}
_BATCHES = {
    "token_budget": (int, "padded tokens of a worker's batch, both sides"),
    "workers": (int, "processes; one a core on a CPU, one on a GPU"),
    "sync_every": (int, "steps after which workers average their weights"),
    "seed": (int, "of the draws"),
}
_VALIDATION = {
    "validate_minutes": (float, "minutes between validations, each with a checkpoint"),
    "validate_steps": (int, "steps between validations, in place of minutes"),
    "validate_sentences": (int, "dev sentences to translate for BLEU and chrF; 0 for the dev loss alone"),
    "beam": (int, "beam size of that translation"),
    "keep": (int, "validations whose weights are kept, to be averaged at export"),
}


def add_training_options(parser: argparse.ArgumentParser, defaults: Mapping[str, object]) -> None:
    """Add the options; ``defaults`` go before those of ``TrainingSettings``."""
    known = {each.name: each.default for each in dataclasses.fields(TrainingSettings)}
    parser.add_argument("--run", type=Path, required=True, help="run folder, resumed where it has a checkpoint")
    for title, options in (
        ("how long (whichever is first)", _BOUNDS),
        ("rates", _RATES),
        ("batches", _BATCHES),
        ("validation", _VALIDATION),
    ):
        group = parser.add_argument_group(title)
        for name, (kind, text) in options.items():
            default = defaults.get(name, known[name])
            shown = "" if default is None else f" (default: {default})"
            group.add_argument(f"--{name.replace('_', '-')}", type=kind, default=default, help=text + shown)
    parser.add_argument(
        "--precision",
        choices=["auto", "float32", "bfloat16"],
        default="auto",
        help="auto: bfloat16 where this machine multiplies it faster than float32",
    )
    parser.add_argument("--limit", type=int, default=0, help="pairs to keep, to try the script out")


def settings_from(arguments: argparse.Namespace, **further: Any) -> TrainingSettings:
    """The settings of a call; ``further`` are those that are no options. Raises ``UsageError``."""
    names = {each.name for each in dataclasses.fields(TrainingSettings)}
    given = {name: value for name, value in vars(arguments).items() if name in names}
    return TrainingSettings(**(given | further))
