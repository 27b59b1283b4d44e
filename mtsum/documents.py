"""An article as paragraphs and sentences, each with its place in the text.

Nothing is lost: the text between sentences and paragraphs (blank lines, indents, line ends) stays where it was, so
``rebuild(article)`` of an untranslated article is the article's text, character for character.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ParagraphKind = Literal["heading", "text", "list_item"]


@dataclass(frozen=True)
class Sentence:
    """One sentence. ``id`` is ``s1``, ``s2``, ... through the whole article; ``article.text[start:end] == text``.

    ``text`` is the source as written: it may hold line ends and, in Markdown, markup. ``plain`` is the same sentence
    without the markup, given where there was any.
    """

    id: str
    text: str
    start: int
    end: int
    plain: str | None = None

    @property
    def content(self) -> str:
        """The sentence as a model should read it: no markup, every run of white space one space."""
        return " ".join((self.text if self.plain is None else self.plain).split())


@dataclass(frozen=True)
class Paragraph:
    """A run of sentences that stand together; ``start`` and ``end`` are character offsets into the article's text."""

    id: str
    kind: ParagraphKind
    start: int
    end: int
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Article:
    """A document to translate or summarize.

    ``text`` is the whole text as read (line ends included), ``language`` an ISO 639-1 code of ``mtsum.languages``.
    ``name`` says in messages where it came from (a path, ``stdin``, ``corpus.jsonl:17``). ``extra`` holds a record's
    other columns, passed through untouched. ``encoding`` is how the file was decoded: ``text.encode(encoding)`` gives
    the bytes of a text or Markdown file.
    """

    id: str
    text: str
    language: str
    paragraphs: tuple[Paragraph, ...]
    title: str | None = None
    name: str = ""
    encoding: str = "utf-8"
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences in reading order."""
        return tuple(sentence for paragraph in self.paragraphs for sentence in paragraph.sentences)


def rebuild(article: Article, replacements: dict[str, str] | None = None) -> str:
    """The article's text with each sentence replaced by ``replacements[sentence.id]``, everything between kept.

    Without ``replacements`` this is ``article.text`` itself. Raises ``KeyError`` for a sentence without replacement.
    """
    parts: list[str] = []
    at = 0
    for sentence in article.sentences:
        parts += [
            article.text[at : sentence.start],
            sentence.text if replacements is None else replacements[sentence.id],
        ]
        at = sentence.end
    return "".join([*parts, article.text[at:]])
