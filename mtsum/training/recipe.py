"""mtsum's own recipe for Albanian to English: which groups of pairs are drawn how often, and when."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mtsum.training.augmentation import rare_names, with_other_names
from mtsum.training.pairs import Pair
from mtsum.training.settings import Stage

TRAINING_FILES = ("mt/train/sq-en.tsv.xz", "mt/train/xx-en.tsv.xz", "mono/en-news.txt.xz")
"""Below the data folder."""
DEV_FILE, DEV_PAIRS = "mt/dev/ntrex-30-documents.tsv", 200
VOCABULARY_GROUPS = ("denoise", "rosetta_balcanica_osce")
"""Groups whose English the decoder's vocabulary is chosen by."""
RENAMED, RENAMED_PAIRS = ("news", "rosetta_balcanica_osce", "denoise"), 120_000
"""Groups whose pairs may get other names, and how many pairs at most."""
_LEAST_SHARE = 0.02
"""Of all pairs, what a stage for short targets needs to be worth passing through again and again."""

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


def recipe_stages(begins_trained: bool, own: Mapping[str, float]) -> tuple[Stage, ...]:
    """Short sentences, then all, at last more Albanian. ``own`` are weights of further groups, the same in all stages.

    A model that can translate already (``begins_trained``) needs no short sentences first.
    """
    own = dict(own)
    stages = (Stage(0.20, SHORT | own, 30), Stage(0.75, MAIN | own), Stage(1.01, LAST | own))
    return stages[1:] if begins_trained else (Stage(0.06, SHORT | own, 14), *stages)


def own_stages(begins_trained: bool, own: Mapping[str, float]) -> tuple[Stage, ...]:
    """The same for a user's files alone: only the lengths change."""
    weights = dict(own)
    whole = (Stage(1.01, weights),)
    return whole if begins_trained else (Stage(0.06, weights, 14), Stage(0.20, weights, 30), *whole)


def fitting_stages(stages: tuple[Stage, ...], target_lengths: np.ndarray) -> tuple[Stage, ...]:
    """``stages`` less those for short targets that hardly any pair has: the next one begins earlier in their place."""
    return tuple(stage for stage in stages if (target_lengths <= stage.max_target).mean() >= _LEAST_SHARE)


def with_renamed(pairs: list[Pair]) -> list[Pair]:
    """``pairs`` and, as groups ``names/...``, copies of some with other names and numbers in them."""
    english = [pair.target for pair in pairs if pair.group in VOCABULARY_GROUPS]
    names, rng = rare_names(english), np.random.default_rng(0)
    if not names:
        return pairs
    candidates = [pair for pair in pairs if pair.group in RENAMED][:RENAMED_PAIRS]
    renamed = [with_other_names(pair, names, rng) for pair in candidates]
    return pairs + [pair for pair in renamed if pair]


def read_recipe_dev(data: Path) -> list[Pair]:
    """The first sentences of the dev articles below ``data``."""
    rows = [line.split("\t")[1:] for line in (data / DEV_FILE).read_text("utf-8").split("\n")[:DEV_PAIRS]]
    return [Pair("dev", source, target) for source, target in rows]
