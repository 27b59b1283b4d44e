"""Variants of the recipe, each what it is with one thing changed, and the table of what they came to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mtsum.errors import UsageError
from mtsum.training.run_log import SCORES

VARIANTS: dict[str, tuple[str, ...]] = {
    "recipe": (),
    "encoder-random": ("--encoder-init", "random", "--frozen-layers", "0"),
    "encoder-frozen": ("--frozen-layers", "12"),
    "encoder-9-frozen": ("--frozen-layers", "9"),
    "encoder-4-frozen": ("--frozen-layers", "4"),
    "encoder-all-trained": ("--frozen-layers", "0"),
    "encoder-thawed-at-once": ("--thaw-at", "0"),
    "decoder-random": ("--decoder-init", "random"),
    "decoder-1-layer": ("--decoder-layers", "11"),
    "decoder-2-layers": ("--decoder-layers", "5,11"),
    "decoder-6-layers": ("--decoder-layers", "1,3,5,7,9,11"),
    "vocabulary-4000": ("--vocabulary", "4000"),
    "vocabulary-16000": ("--vocabulary", "16000"),
    "without-other-languages": ("--without", "xx"),
    "without-bible": ("--without", "bible_albanian_web"),
    "without-dictionary": ("--without", "dict_uniparser_lemmas"),
    "without-interface-strings": ("--without", "l10n"),
    "without-renamed": ("--without", "names"),
    "without-denoising": ("--without", "denoise"),
    "no-dropout": ("--dropout", "0"),
    "not-averaged": ("--average-decay", "0"),
}
"""Options of train_translator.py, after those that all variants have. The encoder thaws in stages in the recipe."""

COMMAND = "ablation.json"
"""In a variant's run folder: the options that it was made with."""


def chosen_variants(names: Sequence[str], own: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The variants called ``names`` (all where there are no names), then the user's own, given as ``NAME=OPTIONS``.

    Raises ``UsageError`` for a name that is unknown or not fit to be a folder.
    """
    import shlex

    added = {}
    for each in own:
        name, equals, options = each.partition("=")
        if not equals or not name or "/" in name:
            raise UsageError(f"--variant {each}: write NAME=OPTIONS, such as bt='--train back.tsv:0.5'")
        added[name] = tuple(shlex.split(options))
    unknown = [name for name in names if name not in VARIANTS]
    if unknown:
        raise UsageError(f"no variant {', '.join(unknown)}; known: {', '.join(VARIANTS)}")
    kept = {name: VARIANTS[name] for name in names} if names or added else VARIANTS
    return {**kept, **added}


def is_done(run: Path, options: Sequence[str]) -> bool:
    """Whether the variant in ``run`` came to its end, with these very options."""
    command = run / COMMAND
    if not command.is_file() or json.loads(command.read_text("utf-8")) != list(options):
        return False
    return bool(_scores(run).get("last", {}).get("finished"))


def table(runs: Mapping[str, tuple[Path, Sequence[str]]]) -> str:
    """A Markdown table: each variant's name, options and last validation; the loss a character compares vocabularies."""
    lines = [
        "| variant | options | pairs | target tokens | minutes | dev loss, nats a character | BLEU | chrF |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    signatures: dict[str, str] = {}
    for name, (run, options) in runs.items():
        scores = _scores(run)
        shown = f"`{' '.join(options)}`" if options else ""
        if not scores:
            lines.append(f"| {name} | {shown} | failed: see {run / 'output.txt'} | | | | | |")
            continue
        last, signatures = scores["last"], signatures | scores["signatures"]
        pairs = json.loads((run / "config.json").read_text("utf-8"))["extra"]["pairs"]
        quality = " | ".join(f"{last[metric]:.1f}" if metric in last else "" for metric in ("bleu", "chrf"))
        unfinished = "" if last.get("finished") else " (unfinished)"
        lines.append(
            f"| {name}{unfinished} | {shown} | {pairs:,} | {last['tokens']:,} | {last['seconds'] / 60:.1f} | "
            f"{last['dev_loss_per_character']:.4f} | {quality} |"
        )
    signed = "; ".join(f"{name.removesuffix('_signature')} {text}" for name, text in signatures.items())
    return "\n".join(lines) + (f"\n\nSignatures: {signed}" if signed else "") + "\n"


def _scores(run: Path) -> dict[str, Any]:
    path = run / SCORES
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}
