"""How far adequacy (cosine of source and translation by the shipped encoder) agrees with chrF on a dev set.

    python scripts/measure_adequacy.py --data DATA [--set ntrex-30-documents] [--sentences 470]

Translates the set with the shipped translator as the command line does, then prints: the correlation of adequacy with
sentence chrF; the mean adequacy of the translations, of the references and of translations of other sentences; how often
the right translation scores above a shuffled one, and is the nearest of all; and how much of the texts is unknown to the
encoder's vocabulary.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mtsum.engines.encoder_part import EncoderPart
from mtsum.evaluation.metrics import MetricOptions, find_metric
from mtsum.evaluation.metrics.adequacy import adequacy
from mtsum.loading import EngineChoice, load_translator, model_entry
from mtsum.reading import article_from_text

SHUFFLES = 20


def main() -> None:
    """Translate, score, print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", default="ntrex-30-documents", choices=["ntrex-30-documents", "flores200-dev-510"])
    parser.add_argument("--sentences", type=int, default=470, help="at most so many, from the start")
    arguments = parser.parse_args()
    text = (arguments.data / f"mt/dev/{arguments.set}.tsv").read_text("utf-8")
    lines = text.rstrip("\n").split("\n")[: arguments.sentences]
    sources, references = zip(*(line.split("\t")[-2:] for line in lines), strict=True)
    hypotheses = translated(sources)
    options = MetricOptions()
    chrf, metric = find_metric("chrF", options), adequacy(options)
    quality = chrf.segment_scores(chrf.statistics(hypotheses, [references]))
    scores = metric.values(hypotheses, [], sources)
    pearson, spearman = correlations(scores, quality)
    right, shuffled, nearest = discrimination(metric.encoder, sources, hypotheses)
    print(f"{arguments.set}, {len(sources)} sentences; {metric.signature(0)}\n")
    print("| | |\n|---|---:|")
    for name, value in (
        ("correlation with sentence chrF, Pearson", f"{pearson:.3f}"),
        ("correlation with sentence chrF, Spearman", f"{spearman:.3f}"),
        ("mean adequacy of the translations", f"{scores.mean():.1f}"),
        ("mean adequacy of the references", f"{metric.values(references, [], sources).mean():.1f}"),
        ("mean adequacy of shuffled translations", f"{shuffled:.1f}"),
        ("right translation above a shuffled one", f"{100 * right:.1f}%"),
        ("right translation the nearest of all", f"{100 * nearest:.1f}%"),
        ("unknown pieces, Albanian", f"{100 * metric.encoder.unknown_rate(sources):.2f}%"),
        ("unknown pieces, English references", f"{100 * metric.encoder.unknown_rate(references):.2f}%"),
    ):
        print(f"| {name} | {value} |")


def translated(sources: Sequence[str]) -> list[str]:
    """What the shipped translator makes of each sentence."""
    translator = load_translator(model_entry(None, "translation"), choice=EngineChoice(device="cpu"))
    articles = [article_from_text(source, "sq", id=str(at)) for at, source in enumerate(sources)]
    return [" ".join(each.text.split()) for each in translator.translate(articles)]


def correlations(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Pearson's and Spearman's."""
    import pandas

    both = pandas.DataFrame({"one": one, "other": other})
    return both["one"].corr(both["other"]), both.rank()["one"].corr(both.rank()["other"])


def discrimination(
    encoder: EncoderPart, sources: Sequence[str], hypotheses: Sequence[str]
) -> tuple[float, float, float]:
    """How often the right translation beats a shuffled one, the mean score of shuffled ones, how often it is nearest."""
    vectors = [encoder.mean_states(texts) for texts in (list(sources), list(hypotheses))]
    one, other = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in vectors)
    cosines = 100 * one @ other.T
    chance = np.random.default_rng(1)
    own = np.diagonal(cosines)
    # A shift of a shuffled order: no sentence meets its own translation.
    orders = [chance.permutation(len(own)) for _ in range(SHUFFLES)]
    strangers = np.stack([cosines[order, np.roll(order, 1)] for order in orders])
    beaten = np.stack([own[order] for order in orders]) > strangers
    return float(beaten.mean()), float(strangers.mean()), float((cosines.argmax(1) == np.arange(len(own))).mean())


if __name__ == "__main__":
    main()
