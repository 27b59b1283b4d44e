"""``mtsum translate``."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import click

from mtsum import __version__
from mtsum.cli.corrections import known_corrections
from mtsum.cli.emit import Result, emit
from mtsum.cli.inputs import read_as
from mtsum.cli.notes import Notes
from mtsum.cli.options import engine_choice, input_choice, output_choice, shared_options
from mtsum.cli.output import check_output
from mtsum.documents import Article
from mtsum.languages import language
from mtsum.loading import described, load_translator, model_entry
from mtsum.records import RunMeta


@click.command(
    epilog="""\b
Examples:
  mtsum translate article.txt
  mtsum translate article.txt --json | jq .translation.sentences
  mtsum translate corpus.jsonl --text-column body -o english.txt
  mtsum translate page.html --model nllb-600m --beam 4
""",
)
@shared_options
@click.option(
    "-m", "--model", metavar="M", help="Alias, repository or directory of a model. [default: the shipped one]"
)
@click.option("--from", "source", default="sq", show_default=True, metavar="LANG", help="Language of the input.")
@click.option("--to", "target", default="en", show_default=True, metavar="LANG", help="Language of the output.")
def translate(files: tuple[str, ...], **options: Any) -> None:
    """Translate articles, sentence by sentence, their paragraphs kept.

    Reads txt, Markdown, HTML, docx, JSON lines, CSV, TSV and Parquet, also packed as .gz or .zst; without FILE, or with
    -, stdin. Writes the translation and nothing else to stdout. Exits with 1 when some inputs failed and with 2 when
    the call is wrong.
    """
    started = time.perf_counter()
    output = output_choice(options)
    notes = Notes(output.quiet)
    choice = engine_choice(options)
    source, target = language(options["source"]).code, language(options["target"]).code
    entry = model_entry(options["model"], "translation")
    entry.codes(source, target)
    check_output(output.path)
    items = read_as(input_choice(files, options), source, notes.warn)
    articles = [item for item in items if isinstance(item, Article)]
    settings: dict[str, Any] = {"from": source, "to": target}
    results = [Result(item) for item in items]
    engine = device = None
    if articles:
        notes.model(entry)
        translator = replace(load_translator(entry, source, target, choice), memory=known_corrections(notes))
        settings["translation"] = described(entry, translator)
        engine, device = translator.engine.name, translator.engine.device
        with notes.progress("translating", translator.size(articles)) as progress:
            translations = iter(translator.translate(articles, progress))
        results = [_result(item, translations) if isinstance(item, Article) else Result(item) for item in items]
    meta = RunMeta(__version__, engine, device, settings, round(time.perf_counter() - started, 3))
    click.get_current_context().exit(emit(results, output, meta, notes))


def _result(article: Article, translations: Any) -> Result:
    translation = next(translations)
    return Result(article, translation.text, translation)
