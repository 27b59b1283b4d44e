"""``mtsum summarize``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from mtsum import __version__
from mtsum.cli.corrections import known_corrections
from mtsum.cli.emit import Result, emit
from mtsum.cli.inputs import Item, read_as, read_identified
from mtsum.cli.notes import Notes
from mtsum.cli.options import engine_choice, input_choice, output_choice, shared_options
from mtsum.cli.output import check_output
from mtsum.documents import Article
from mtsum.languages import language, languages
from mtsum.loading import EngineChoice, described, load_summarizer, load_translator, model_entry
from mtsum.records import RunMeta
from mtsum.registry import ANY_LANGUAGE, ModelEntry
from mtsum.summarization import Length, Summary, parse_length, source_sentences
from mtsum.translation import Translation


@click.command(
    epilog="""\b
Examples:
  mtsum summarize article.txt --length short
  mtsum summarize article.txt --sources
  mtsum summarize article.txt --show-translation
  mtsum summarize english.txt --from en --length 80
  mtsum summarize corpus.jsonl --json -o summaries.jsonl
""",
)
@shared_options
@click.option(
    "-m", "--model", metavar="M", help="Summarizer: alias, repository or directory. [default: the shipped one]"
)
@click.option("--translator", metavar="M", help="Translator for articles not in English. [default: the shipped one]")
@click.option(
    "--length",
    default="medium",
    show_default=True,
    metavar="short|medium|long|N",
    help="15 to 35 words, about 60, about 120, or N; never more than half of the article.",
)
@click.option("--from", "source", metavar="LANG", help="Language of the input. [default: identified, else Albanian]")
@click.option("--sources", is_flag=True, help="Show under each summary sentence the source sentences it rests on.")
@click.option("--show-translation", is_flag=True, help="Print the whole translation after the summary.")
def summarize(files: tuple[str, ...], **options: Any) -> None:
    """Summarize articles in English. An Albanian article is translated first, an English one is summarized as it is.

    Every sentence of a summary is checked against the sentences it rests on; --json and --sources name them.
    """
    started = time.perf_counter()
    output = output_choice(options)
    notes = Notes(output.quiet)
    choice = engine_choice(options)
    asked = parse_length(options["length"])
    entry = model_entry(options["model"], "summarization")
    translator_entry = model_entry(options["translator"], "translation")
    check_output(output.path)
    inputs = input_choice(files, options)
    if options["source"] is None:
        items = read_identified(inputs, ("en", *_spoken(translator_entry)), "sq", notes.warn)
    else:
        items = read_as(inputs, language(options["source"]).code, notes.warn)
    articles = [item for item in items if isinstance(item, Article)]
    settings: dict[str, Any] = {"length": asked.given}
    translations: dict[int, Translation] = {}
    summaries: dict[int, Summary] = {}
    engine = device = None
    if articles:
        # Before the translation, so that a missing summarizer is told at once and not after minutes of work.
        notes.model(entry)
        summarizer = load_summarizer(entry, choice)
        translations, settings["translation"] = _translated(articles, translator_entry, choice, notes)
        settings["summarization"] = described(entry, summarizer)
        engine, device = summarizer.engine.name, summarizer.engine.device
        pairs = {at: (article, translations.get(at)) for at, article in enumerate(articles)}
        pairs = {at: pair for at, pair in pairs.items() if source_sentences(*pair)}
        with notes.progress("summarizing", len(pairs)) as progress:
            summaries = dict(
                zip(pairs, summarizer.summarize_all([*pairs.values()], asked.given, progress), strict=True)
            )
    results = _results(items, translations, summaries, options)
    for result in results:
        _say_length(result, asked, notes)
    meta = RunMeta(__version__, engine, device, settings, round(time.perf_counter() - started, 3))
    click.get_current_context().exit(emit(results, output, meta, notes))


def _spoken(entry: ModelEntry) -> tuple[str, ...]:
    if ANY_LANGUAGE in entry.source_languages:
        return tuple(each.code for each in languages())
    return entry.source_languages


def _translated(
    articles: Sequence[Article], entry: ModelEntry, choice: EngineChoice, notes: Notes
) -> tuple[dict[int, Translation], dict[str, Any] | None]:
    """Translations of the articles that are not in English, by position, and the settings they were made with."""
    made: dict[int, Translation] = {}
    settings = None
    for code in sorted({article.language for article in articles} - {"en"}):
        wanted = [at for at, article in enumerate(articles) if article.language == code]
        notes.model(entry)
        translator = replace(load_translator(entry, code, "en", choice), memory=known_corrections(notes))
        settings = described(entry, translator)
        batch = [articles[at] for at in wanted]
        with notes.progress("translating", translator.size(batch)) as progress:
            made.update(zip(wanted, translator.translate(batch, progress), strict=True))
    return made, settings


def _results(
    items: Sequence[Item],
    translations: dict[int, Translation],
    summaries: dict[int, Summary],
    options: dict[str, Any],
) -> list[Result]:
    results = []
    at = 0
    for item in items:
        if not isinstance(item, Article):
            results.append(Result(item))
            continue
        summary, translation = summaries.get(at), translations.get(at)
        at += 1
        if summary is None:
            results.append(Result(item, "", translation, error="there is no sentence to summarize"))
            continue
        text = _with_sources(item, summary) if options["sources"] else summary.text
        if options["show_translation"] and translation is not None:
            text = f"{text.rstrip()}\n\nTranslation\n\n{translation.text}"
        results.append(Result(item, text, translation, summary))
    return results


def _with_sources(article: Article, summary: Summary) -> str:
    """The summary a sentence a line, each with its source ids and, indented, the source sentences themselves."""
    texts = {sentence.id: sentence.content for sentence in article.sentences}
    lines = []
    for sentence in summary.sentences:
        flags = f" ({', '.join(sentence.flags)})" if sentence.flags else ""
        lines.append(f"{sentence.text} [{', '.join(sentence.sources)}]{flags}")
        lines += [f"    {name}: {texts[name]}" for name in sentence.sources]
    return "\n".join(lines)


def _say_length(result: Result, asked: Length, notes: Notes) -> None:
    """Says so when a summary could not be made as long as asked for."""
    if result.summary is None or not isinstance(result.item, Article):
        return
    words = len(result.summary.text.split())
    if not asked.is_honoured_by(words):
        is_short = result.summary.selection.words_target < asked.words
        why = "the article is short" if is_short else "its sentences allow no other"
        notes.note(f"{result.item.name}: the summary has {words} words, {asked.words} were asked for: {why}")
