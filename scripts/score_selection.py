"""Measure how a summarizer's input should be chosen: by position, by centrality, or by both.

    python scripts/score_selection.py --data ../shared/data/sum/cnn_dm_subset/validation.jsonl.xz --articles 300

No model runs: the sentences chosen are the summary, so that what differs is the choice. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import itertools
import json
import lzma
from pathlib import Path

from mtsum.evaluation.metrics import find_metrics
from mtsum.reading import article_from_text
from mtsum.summarization import Length
from mtsum.summarization.assembly import Candidate, choose
from mtsum.summarization.selection import salience, tf_idf
from mtsum.summarization.source import SourceSentence, source_sentences

METRICS = ("ROUGE-1", "ROUGE-2", "ROUGE-Lsum")
WEIGHTS = (0.0, 0.15, 0.3, 0.5, 1.0)


def main() -> None:
    """Read the articles, choose sentences in each way, and print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="JSON lines with document and summary, plain or .xz")
    parser.add_argument("--articles", type=int, default=300, help="from the start of the file")
    parser.add_argument("--words", type=int, default=60, help="length of the summaries")
    parser.add_argument("--weights", type=float, nargs="+", default=WEIGHTS, help="shares of centrality to try")
    arguments = parser.parse_args()
    opened = lzma.open if arguments.data.suffix == ".xz" else open
    with opened(arguments.data, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in itertools.islice(lines, arguments.articles)]
    articles = [source_sentences(article_from_text(record["document"], "en")) for record in records]
    references = [[record["summary"] for record in records]]
    metrics = list(find_metrics(METRICS))
    print(f"| choice of {arguments.words} words | {' | '.join(metric.name for metric in metrics)} | words |")
    print("|---|" + "---:|" * (len(metrics) + 1))
    for weight in arguments.weights:
        summaries = [chosen(sentences, weight, arguments.words) for sentences in articles]
        scores = [metric.score(summaries, references).value for metric in metrics]
        words = sum(len(summary.split()) for summary in summaries) / len(summaries)
        shown = " | ".join(f"{score:.1f}" for score in scores)
        print(f"| {named(weight)} | {shown} | {words:.0f} |", flush=True)
    print(f"\n{len(records)} articles of {arguments.data.name}; signature {metrics[-1].signature(1)}")


def chosen(sentences: list[SourceSentence], centrality_weight: float, words: int) -> str:
    """The sentences of a summary of about so many words, one a line, by salience alone."""
    values = salience(sentences, tf_idf([sentence.text for sentence in sentences]), centrality_weight)
    offered = [
        Candidate(sentence.text, (at,), value)
        for at, (sentence, value) in enumerate(zip(sentences, values, strict=True))
        if sentence.quotable
    ]
    best = sorted(offered, key=lambda candidate: -candidate.value)[:60]
    article_words = sum(sentence.words for sentence in sentences)
    return "\n".join(candidate.text for candidate in choose(best, Length(words, words).budget(article_words)))


def named(weight: float) -> str:
    """What a weight means."""
    ends = {0.0: "position alone (lead)", 1.0: "centrality alone"}
    return ends.get(weight, f"both, centrality {weight:g}")


if __name__ == "__main__":
    main()
