"""What a notebook needs: translate and summarize a text, models loaded once a process."""

from __future__ import annotations

import os
from functools import lru_cache

from mtsum.documents import Article
from mtsum.language_identification import looks_like
from mtsum.loading import EngineChoice, load_summarizer, load_translator, model_entry
from mtsum.reading import article_from_text
from mtsum.summarization import Summarizer, Summary
from mtsum.translation import Translation, Translator

Model = str | os.PathLike[str] | None


def translate(
    text: str | Article,
    *,
    model: Model = None,
    source: str = "sq",
    target: str = "en",
    choice: EngineChoice | None = None,
) -> Translation:
    """The translation of a text or ``Article``: ``.text``, and ``.sentences`` with scores and flags.

    ``model`` is an alias, a repository or a directory; ``None`` is the shipped default. ``source`` and ``target`` are
    any names of languages. Raises the errors of ``mtsum.errors``: all are ``MtsumError``.
    """
    article = text if isinstance(text, Article) else article_from_text(text, source)
    name = None if model is None else os.fspath(model)
    return _translator(name, source, target, choice or EngineChoice()).translate([article])[0]


def summarize(
    text: str | Article,
    *,
    length: str | int = "medium",
    model: Model = None,
    translator: Model = None,
    source: str | None = None,
    choice: EngineChoice | None = None,
) -> Summary:
    """The English summary of a text or ``Article``: ``.text``, and ``.sentences`` with the ids of their sources.

    ``length`` is ``short``, ``medium``, ``long`` or a number of words. A text that is not English is translated first;
    ``source`` of ``None`` takes a text for Albanian unless it looks like English. Raises as ``translate`` does.
    """
    choice = choice or EngineChoice()
    if isinstance(text, Article):
        article = text
    else:
        albanian = looks_like(text, "sq") or not looks_like(text, "en")
        article = article_from_text(text, source or ("sq" if albanian else "en"))
    translation = None
    if article.language != "en":
        translation = translate(article, model=translator, source=article.language, choice=choice)
    return _summarizer(None if model is None else os.fspath(model), choice).summarize(article, translation, length)


@lru_cache(maxsize=2)
def _translator(model: str | None, source: str, target: str, choice: EngineChoice) -> Translator:
    return load_translator(model_entry(model, "translation"), source, target, choice)


@lru_cache(maxsize=2)
def _summarizer(model: str | None, choice: EngineChoice) -> Summarizer:
    return load_summarizer(model_entry(model, "summarization"), choice)
