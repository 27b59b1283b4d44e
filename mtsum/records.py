"""The record: one JSON object an article that ties source sentences to their translations and to the summary.

    {"id", "source": {"lang", "text"},
     "translation": {"model", "text", "sentences": [{"id", "source", "target", "score", "flags"}]} or null,
     "summary": {"model", "text", "sentences": [{"text", "sources", "flags"}], "selection"} or null,
     "meta": {"mtsum", "engine", "device", "settings", "seconds"}, "error": null or what went wrong}

Keys beyond these appear only where they say something: ``title`` and ``extra`` (the input record's other columns),
``pieces`` of a sentence that was split, and ``sentences`` (``id``, ``text``) of the source of a summary that was made
without a translation, whose sentences no other key would hold.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from mtsum.documents import Article
from mtsum.summarization import Selection, Summary, SummarySentence
from mtsum.translation import TranslatedSentence, Translation


@dataclass(frozen=True)
class RunMeta:
    """What a run was made with: mtsum's version, engine, device, all settings, and its wall time in seconds."""

    mtsum: str
    engine: str | None
    device: str | None
    settings: dict[str, Any] = field(default_factory=dict)
    seconds: float | None = None


def record(
    article: Article,
    translation: Translation | None = None,
    summary: Summary | None = None,
    meta: RunMeta | None = None,
    error: str | None = None,
) -> dict[str, Any]:
    """The record of one article as plain JSON values. Errors of the translation join ``error``."""
    problems = [*([error] if error else []), *(translation.errors if translation else ())]
    made: dict[str, Any] = {
        "id": article.id,
        "source": {"lang": article.language, "text": article.text},
        "translation": _translation(translation) if translation else None,
        "summary": _summary(summary) if summary else None,
        "meta": asdict(meta) if meta else None,
        "error": "; ".join(problems) or None,
    }
    if summary and not translation:
        made["source"]["sentences"] = [{"id": each.id, "text": each.text} for each in article.sentences]
    if article.title:
        made["title"] = article.title
    if article.extra:
        made["extra"] = article.extra
    return made


def error_record(name: str, error: str, meta: RunMeta | None = None, language: str | None = None) -> dict[str, Any]:
    """The record of an input that could not be read: all keys there, the ``error`` saying what was wrong."""
    return {
        "id": name,
        "source": {"lang": language, "text": None},
        "translation": None,
        "summary": None,
        "meta": asdict(meta) if meta else None,
        "error": error,
    }


def json_line(made: dict[str, Any]) -> str:
    """A record as one line of JSON, letters as they are, without the line end. Values JSON lacks become text."""
    return json.dumps(made, ensure_ascii=False, default=str)


def _translation(translation: Translation) -> dict[str, Any]:
    return {
        "model": translation.model,
        "text": translation.text,
        "sentences": [_translated(sentence) for sentence in translation.sentences],
    }


def _translated(sentence: TranslatedSentence) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": sentence.id,
        "source": sentence.source,
        "target": sentence.target,
        "score": sentence.score,
        "flags": list(sentence.flags),
    }
    if sentence.pieces:
        made["pieces"] = [{"source": piece.source, "target": piece.target} for piece in sentence.pieces]
    return made


def _summary(summary: Summary) -> dict[str, Any]:
    return {
        "model": summary.model,
        "text": summary.text,
        "sentences": [_summarized(sentence) for sentence in summary.sentences],
        "selection": _selection(summary.selection),
    }


def _summarized(sentence: SummarySentence) -> dict[str, Any]:
    return {"text": sentence.text, "sources": list(sentence.sources), "flags": list(sentence.flags)}


def _selection(selection: Selection) -> dict[str, Any]:
    return {
        "method": selection.method,
        "words_asked": selection.words_asked,
        "words_target": selection.words_target,
        "inputs": [list(group) for group in selection.inputs],
        "left_out": list(selection.left_out),
        "replaced": [{"text": replaced.text, "flags": list(replaced.flags)} for replaced in selection.replaced],
    }
