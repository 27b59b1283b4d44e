"""Measure a summarizer as its card tells it: ROUGE beside its own selection and the lead, and what it invents.

    python scripts/score_summarizer.py --testset cnn_dm_subset --testsets-dir ../shared/data --length 60
    python scripts/score_summarizer.py --testset xsum_subset --testsets-dir ../shared/data --length short
    python scripts/score_summarizer.py --testset ntrex-articles --testsets-dir ../shared/data --length short

``--noisy`` drops and changes articles, swaps and doubles words, as ``mtsum.training.compression_pairs`` does.
Albanian articles are translated by the default translator first. “Selection” is the same summarizer with every sentence
of the model replaced by the source sentence it rests on. Prints Markdown; ``--write`` keeps the summaries to be read.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mtsum.checks import ends_a_sentence
from mtsum.checks.names import unsupported_names
from mtsum.checks.numbers import unsupported_numbers
from mtsum.documents import Article
from mtsum.evaluation.metrics import find_metrics
from mtsum.evaluation.testsets import load_testset, parse_request
from mtsum.loading import load_summarizer, load_translator, model_entry
from mtsum.reading import article_from_text
from mtsum.summarization import Summary
from mtsum.training.compression_pairs import like_translation
from mtsum.translation import Translation, one_line

METRICS = ("ROUGE-1", "ROUGE-2", "ROUGE-Lsum")
# No sentence is more than wholly in order: nothing of the model's own passes.
NOTHING_PASSES = 2.0


def main() -> None:
    """Summarize the set, score it beside its baselines, and count what is not in the articles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="summarizer (default: the shipped one)")
    parser.add_argument("--testset", required=True, help="of mtsum testsets list, or NAME=PATH")
    parser.add_argument("--testsets-dir", type=Path)
    parser.add_argument("--length", default="60", help="short, medium, long or a number of words")
    parser.add_argument("--limit", type=int, help="only the first articles")
    parser.add_argument("--noisy", action="store_true", help="give English articles the faults of machine translation")
    parser.add_argument("--write", type=Path, help="summaries, references and leads as JSON lines")
    arguments = parser.parse_args()
    testset = load_testset(parse_request(arguments.testset, arguments.limit), arguments.testsets_dir)
    sources = [segment.source for segment in testset.segments]
    if arguments.noisy:
        rng = np.random.default_rng(0)
        sources = [like_translation(source, rng) for source in sources]
    articles = [
        article_from_text(source, testset.source_language, id=segment.id)
        for source, segment in zip(sources, testset.segments, strict=True)
    ]
    translations = translated(articles) if testset.source_language != "en" else [None] * len(articles)
    english = [english_sentences(*pair) for pair in zip(articles, translations, strict=True)]
    summarizer = load_summarizer(model_entry(arguments.model, "summarization"))
    inputs = list(zip(articles, translations, strict=True))
    started = time.perf_counter()
    summaries = summarizer.summarize_all(inputs, arguments.length)
    seconds = time.perf_counter() - started
    selection = replace(summarizer, least_in_order=NOTHING_PASSES).summarize_all(inputs, arguments.length)
    systems = {
        f"{summarizer.model}, --length {arguments.length}": [lines_of(each) for each in summaries],
        "its selection alone": [lines_of(each) for each in selection],
        "LEAD-1": [lead[:1] for lead in english],
        "LEAD-3": [lead[:3] for lead in english],
    }
    print_scores(
        systems, [list(references) for references in zip(*(s.references for s in testset.segments), strict=True)]
    )
    print_counts(summaries, english, seconds)
    if arguments.write:
        rows = zip(testset.segments, (lines_of(each) for each in summaries), english, strict=True)
        kept = [{"reference": s.references[0], "summary": summary, "lead": lead[:3]} for s, summary, lead in rows]
        arguments.write.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), "utf-8")


def translated(articles: Sequence[Article]) -> list[Translation | None]:
    """The articles in English, by the default translator."""
    translator = load_translator(model_entry(None, "translation"), articles[0].language, "en")
    return list(translator.translate(articles))


def english_sentences(article: Article, translation: Translation | None) -> list[str]:
    """The sentences of an English article, or of a translation, whole."""
    if translation is None:
        return [sentence.content for sentence in article.sentences]
    return [one_line(sentence.target) for sentence in translation.sentences if sentence.target.strip()]


def lines_of(summary: Summary) -> list[str]:
    """The sentences of a summary."""
    return [sentence.text for sentence in summary.sentences]


def print_scores(systems: dict[str, list[list[str]]], references: list[list[str]]) -> None:
    """A table of ROUGE, with the mean number of words."""
    metrics = find_metrics(METRICS)
    print(f"| system | articles | {' | '.join(metric.name for metric in metrics)} | words |")
    print("|---|---:|" + "---:|" * (len(metrics) + 1))
    for name, summaries in systems.items():
        texts = ["\n".join(sentences) for sentences in summaries]
        scores = " | ".join(f"{metric.score(texts, references).value:.1f}" for metric in metrics)
        words = sum(len(text.split()) for text in texts) / len(texts)
        print(f"| {name} | {len(texts)} | {scores} | {words:.0f} |", flush=True)
    print(f"\nSignature: {metrics[-1].signature(len(references))}")


def print_counts(summaries: Sequence[Summary], english: Sequence[Sequence[str]], seconds: float) -> None:
    """Whose the sentences are, what in them is not in the article, how they end, and the time."""
    written = [
        (sentence, " ".join(text)) for each, text in zip(summaries, english, strict=True) for sentence in each.sentences
    ]
    own = sum("extracted" not in sentence.flags for sentence, _ in written)
    replaced = sum(len(each.selection.replaced) for each in summaries)
    names = sum(len(unsupported_names(sentence.text, "")) for sentence, _ in written)
    new_names = sum(len(unsupported_names(sentence.text, text)) for sentence, text in written)
    numbers = sum(len(unsupported_numbers(sentence.text, "")) for sentence, _ in written)
    new_numbers = sum(len(unsupported_numbers(sentence.text, text)) for sentence, text in written)
    whole = sum(ends_a_sentence(sentence.text) for sentence, _ in written)
    words = sum(len(" ".join(text).split()) for text in english) / len(english)
    print(
        f"\n{len(written)} sentences, {own} the model's own, the others extracted; {replaced} of the model's failed their "
        f"checks. Of {names} names {share(names - new_names, names)} are in the article, of {numbers} numbers "
        f"{share(numbers - new_numbers, numbers)}. {share(whole, len(written))} end as a sentence does. "
        f"{seconds / len(summaries):.2f} s an article of {words:.0f} words, translation not counted."
    )


def share(part: int, whole: int) -> str:
    """Per cent, with one decimal."""
    return f"{100 * part / max(1, whole):.1f}%"


if __name__ == "__main__":
    main()
