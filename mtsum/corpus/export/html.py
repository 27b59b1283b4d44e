"""A page of articles, each summary beside its source; pointing at a summary sentence lights up what it rests on.

The page is one file without script, pictures or fonts. Links and style rules do it all: summary sentence K of an
article has the class ``uK``, and the source sentences it rests on ``from-uK``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from mtsum.corpus.export.base import Record, heading, register
from mtsum.translation import NEUTRAL_FLAGS

# A page of more is slow to open and of no use to read; it can be had in parts.
MOST_ARTICLES = 500

FLAG_MEANINGS = {
    "verbatim": "no language in it (a number, an address): not translated",
    "edited": "an editor's translation, from the translation memory",
    "restored": "a name or number that the model had garbled was put back as it stands in the source",
    "error": "could not be translated; the source stands in its place",
    "empty": "nothing was generated",
    "length-limit": "the translation stopped at its limit of length",
    "copied": "the source came out again",
    "repetition": "says the same over and over",
    "too-short": "much shorter than its source",
    "too-long": "much longer than its source",
    "numbers": "a number is missing, or was added",
    "names": "a name is missing, or was added",
    "language": "does not look like the language asked for",
    "extracted": "a sentence of the article, in the place of one of the model's own that failed its checks",
    "shortened": "parts of the sentence are left out",
    "unsupported": "says what its sources do not",
    "incomplete": "does not end as a sentence does",
    "rearranged": "ties the words of its sources to each other in another order",
    "cut": "leaves out of its source what the rest can't stand without",
}
# Flags that say how a sentence came about, and nothing against it.
_NEUTRAL = NEUTRAL_FLAGS | {"extracted", "shortened"}


@register("html", ".html", ".htm", most=MOST_ARTICLES)
def write_html(records: Iterable[Record], stream: TextIO, title: str) -> list[str]:
    """Writes the page, article by article."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("mtsum.corpus.export"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("page.html")
    overview = _overview(records)
    articles = (article_view(record, number) for number, record in enumerate(records, start=1))
    for piece in page.generate(title=title, articles=articles, neutral=_NEUTRAL, **overview):
        stream.write(piece)
    return []


def _overview(records: Iterable[Record]) -> dict[str, Any]:
    """What stands before the articles: their headings, counts, models, flags; the most sentences a summary has."""
    headings: list[tuple[str, bool]] = []
    models: dict[str, None] = {}
    flags: dict[str, None] = {}
    most = 0
    for record in records:
        headings.append((heading(record), record["error"] is not None))
        for part in (record["translation"], record["summary"]):
            if part:
                models[part["model"]] = None
                flags.update(dict.fromkeys(flag for sentence in part["sentences"] for flag in sentence["flags"]))
        most = max(most, len(record["summary"]["sentences"]) if record["summary"] else 0)
    return {
        "headings": headings,
        "failed": sum(failed for _, failed in headings),
        "models": list(models),
        "meanings": {flag: FLAG_MEANINGS[flag] for flag in FLAG_MEANINGS if flag in flags},
        "most_summary_sentences": most,
    }


def article_view(record: Record, number: int) -> dict[str, Any]:
    """What the template needs of article ``number`` (from 1) of a page."""
    summary = record["summary"]["sentences"] if record["summary"] else []
    sentences = list(_sentences(record))
    known = {sentence["id"] for sentence in sentences}
    for sentence in sentences:
        sentence["cited_by"] = [at for at, one in enumerate(summary, start=1) if sentence["id"] in one["sources"]]
    return {
        "number": number,
        "id": record["id"],
        "heading": heading(record),
        "titled": bool(record.get("title")),
        "language": record["source"]["lang"] or "",
        "error": record["error"],
        "summary": [one | {"number": at, "known": known} for at, one in enumerate(summary, start=1)],
        "sentences": sentences,
        "translated": record["translation"] is not None,
        # Where no sentence of the text is in the record, the text itself.
        "text": None if sentences else record["source"]["text"],
        "extra": record.get("extra", {}),
    }


def _sentences(record: Record) -> Iterator[dict[str, Any]]:
    """The article's sentences as ``id``, ``source``, ``target`` (or ``None``) and ``flags``."""
    if record["translation"]:
        for one in record["translation"]["sentences"]:
            yield {"id": one["id"], "source": one["source"], "target": one["target"], "flags": one["flags"]}
        return
    for one in record["source"].get("sentences", ()):
        yield {"id": one["id"], "source": one["text"], "target": None, "flags": []}
