"""Sentences a second of ``mtsum batch --task translate`` against CTranslate2 alone, on the same sentences, in one run.

    python scripts/bench_batch.py [--input corpus.jsonl] [--articles 500] [--sentences 20] [--model M] [--beam N] [--threads 2]

CTranslate2 alone gets every distinct sentence of the articles (or the pieces that an over-long one is split into) once,
tokenized beforehand, in one call that sorts them by length and packs batches of the same number of tokens, with the same
beam and constraints. The batch run reads the articles from disk, splits, tokenizes, translates and checks them, and
writes the records, without a translation memory. Both have their model loaded before the clock starts. A sentence counts
once however often it occurs. The last line is the run as shipped: flagged sentences are tried again.

Without ``--input`` articles of ``--sentences`` are put together from those of examples/lajm.txt, with other numbers in each.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import re
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from mtsum.batching import TOKEN_BUDGETS
from mtsum.corpus.executors import Crew, executor
from mtsum.corpus.inputs import Source, read_items
from mtsum.corpus.progress import Watcher
from mtsum.corpus.run import Batch, run_batch
from mtsum.corpus.work import Task
from mtsum.documents import Article
from mtsum.engines.base import GenerationSettings
from mtsum.engines.limits import new_token_limit
from mtsum.errors import InputError
from mtsum.formats import Document
from mtsum.hub import locate
from mtsum.loading import EngineChoice, load_translator
from mtsum.reading import article_from_document, read_articles
from mtsum.registry import DESCRIPTION_FILE, ModelEntry, description_of, load_registry

EXAMPLE = Path(__file__).parents[1] / "examples/lajm.txt"
SENTENCES_AN_ARTICLE = 20


class Silent:
    """Hears nothing."""

    def note(self, text: str) -> None:
        """Not said."""

    def error(self, text: str) -> None:
        """Not said."""


def main() -> None:
    """Time CTranslate2 and both kinds of run on the same articles; print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", help="what `mtsum batch` reads; by default articles made from examples/lajm.txt")
    parser.add_argument("--articles", type=int, default=500, help="at most so many of them")
    parser.add_argument(
        "--sentences", type=int, default=SENTENCES_AN_ARTICLE, help="of an article that is put together"
    )
    parser.add_argument("--model", help="alias, repository or directory; the shipped translator by default")
    parser.add_argument("--beam", type=int, help="the model's own by default")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    registry = load_registry()
    entry = registry.entry(arguments.model, "translation") if arguments.model else registry.default("translation")
    choice = EngineChoice(engine="ctranslate2", device="cpu", beam=arguments.beam, threads=arguments.threads)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        documents = list(islice(documents_of(arguments.input, arguments.sentences), arguments.articles))
        corpus = written(documents, place / "corpus.jsonl")
        articles = [article_from_document(document, "sq", document.id) for document in documents]
        translator = load_translator(entry, choice=choice)
        plans = translator.plan(articles)
        pieces = list(dict.fromkeys(piece for plan in plans.values() if not isinstance(plan, str) for piece in plan))
        print(
            f"{entry.alias}, beam {translator.settings.beam_size}, {arguments.threads} threads: {len(articles):,}",
            end=" ",
        )
        print(f"articles, {len(plans):,} distinct sentences in {len(pieces):,} pieces\n")
        print("| | seconds | distinct sentences/s | of CTranslate2 alone | articles a minute |")
        print("|---|---:|---:|---:|---:|")
        # Before and after, so that a machine that grows faster or slower in these minutes favours neither side.
        before = seconds_alone(translator.engine, pieces, translator.settings)
        plain = seconds_of(batch_of(str(without_second_tries(entry, place / "plain")), corpus, choice))
        alone = (before + seconds_alone(translator.engine, pieces, translator.settings)) / 2
        line("CTranslate2 alone, mean of before and after", alone, alone, len(plans), len(articles))
        line("batch run, no second tries", plain, alone, len(plans), len(articles))
        shipped = seconds_of(batch_of(arguments.model, corpus, choice))
        line("batch run as shipped", shipped, alone, len(plans), len(articles))


def batch_of(model: str | None, corpus: Path, choice: EngineChoice) -> Batch:
    """The run that translates ``corpus`` with ``model`` into a folder beside it."""
    task = Task("translate", translator=model, any_language=True, choice=choice)
    return Batch(Source(str(corpus)), task, Path(tempfile.mkdtemp(prefix="run-", dir=corpus.parent)))


def line(name: str, seconds: float, alone: float, sentences: int, articles: int) -> None:
    """Print a line of the table."""
    print(
        f"| {name} | {seconds:.1f} | {sentences / seconds:.1f} | {alone / seconds:.2f} | {60 * articles / seconds:.0f} |",
        flush=True,
    )


def seconds_alone(engine: Any, pieces: list[str], settings: GenerationSettings) -> float:
    """Seconds of one call of CTranslate2 over ``pieces``, which it sorts and packs itself."""
    sources = engine.family.encode(pieces)
    prefix = engine.family.prefix
    options = {
        "target_prefix": [prefix] * len(sources) if prefix else None,
        "beam_size": settings.beam_size,
        "length_penalty": settings.length_penalty,
        "repetition_penalty": settings.repetition_penalty,
        "no_repeat_ngram_size": settings.no_repeat_ngram_size,
        "max_batch_size": TOKEN_BUDGETS["cpu"],
        "batch_type": "tokens",
        "max_input_length": 0,
        "max_decoding_length": max(new_token_limit(len(source), settings, engine.max_target) for source in sources),
        "return_scores": True,
    }
    translate = engine._translator.translate_batch
    translate(sources[:8], **{**options, "target_prefix": [prefix] * len(sources[:8]) if prefix else None})
    started = time.perf_counter()
    translate(sources, **options)
    return time.perf_counter() - started


def seconds_of(batch: Batch) -> float:
    """Seconds of a whole run, its models loaded before."""
    executor("local").settings(batch.task, Crew())
    started = time.perf_counter()
    report = run_batch(batch, Watcher(), Silent())
    seconds = time.perf_counter() - started
    if report.total.errors:
        raise SystemExit(f"records failed: {dict(report.total.errors)}")
    return seconds


def without_second_tries(entry: ModelEntry, place: Path) -> Path:
    """A directory of the same model that tells mtsum to take every first hypothesis as it is."""
    place.mkdir()
    for file in locate(entry).iterdir():
        if file.name != DESCRIPTION_FILE:
            (place / file.name).symlink_to(file.resolve())
    kept = {name: value for name, value in entry.parameters.items() if name != "stand_ins"}
    changed = dataclasses.replace(entry, parameters={**kept, "retry_flagged": False})
    description = {**description_of(changed), "task": "translation"}
    (place / DESCRIPTION_FILE).write_text(json.dumps(description), encoding="utf-8")
    return place


def documents_of(source: str | None, sentences: int = SENTENCES_AN_ARTICLE) -> Iterator[Document]:
    """The documents to translate. Raises the error of one that cannot be read."""
    if source is None:
        yield from synthetic(sentences)
        return
    for item in read_items(Source(source)):
        if isinstance(item.content, InputError):
            raise item.content
        yield item.content


def synthetic(length: int) -> Iterator[Document]:
    """Articles without end, made of the example's sentences with other numbers, so that few sentences are equal."""
    from mtsum.formats.txt import text_document

    chance = random.Random(1)
    (article,) = (each for each in read_articles([str(EXAMPLE)], language="sq") if isinstance(each, Article))
    sentences = [sentence.content for sentence in article.sentences]
    number = 0
    while True:
        number += 1
        chosen = (chance.choice(sentences) for _ in range(length))
        renumbered = (
            re.sub(r"\d+", lambda found: str(chance.randrange(2, 10 ** len(found[0]))), each) for each in chosen
        )
        openings = ("Sipas raportit", "Në vitin", "Deri më datën", "Në faqen", "Gjatë javës", "Në pikën")
        text = " ".join(f"{chance.choice(openings)} {chance.randrange(2, 3000)}: {each}" for each in renumbered)
        yield text_document(text, f"article-{number}", f"article-{number}")


def written(documents: list[Document], path: Path) -> Path:
    """The documents as a file of JSON lines."""
    lines = (json.dumps({"id": each.id, "text": each.text}, ensure_ascii=False) + "\n" for each in documents)
    path.write_text("".join(lines), encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
