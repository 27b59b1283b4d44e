"""Files and texts to Articles: what the formats read, split into sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from mtsum.documents import Article, Paragraph, Sentence
from mtsum.errors import InputError, UsageError
from mtsum.formats import Block, Document, find_format, read_documents
from mtsum.formats.markdown import markdown_document
from mtsum.formats.txt import text_document
from mtsum.languages import language as find_language
from mtsum.segmentation import sentence_spans

Span = tuple[int, int]


def read_articles(
    paths: Sequence[str],
    *,
    language: str,
    format: str | None = None,
    text_column: str = "text",
    id_column: str = "id",
    stdin: BinaryIO | None = None,
) -> Iterator[Article | InputError]:
    """The articles of ``paths``, in order, as they are read; ``-`` is ``stdin`` (a binary stream, not closed).

    ``format`` overrides what the file suffixes say; standard input is plain text without it. A file, or a record of a
    file of many, that cannot be read is yielded as an ``InputError`` in its place. An article without an identifier of
    its own is called after its file (and line), with ``-2``, ``-3``, ... where that is taken.

    Raises ``LanguageUnknown`` or ``UsageError`` before anything is read, for a wrong ``language`` or ``format``.
    """
    code = find_language(language).code
    find_format(format, None)
    return _read(paths, code, format, text_column, id_column, stdin)


def article_from_text(
    text: str,
    language: str,
    *,
    id: str = "text",
    title: str | None = None,
    format: str = "txt",
    name: str = "text",
) -> Article:
    """The article in ``text``, plain (``format="txt"``) or Markdown (``format="md"``).

    ``name`` stands for the article in messages; ``title`` is that of its first heading unless given. Raises
    ``InputError`` for a text without a word, ``LanguageUnknown``, and ``UsageError`` for any other ``format``.
    """
    code = find_language(language).code
    chosen = find_format(format, None).name
    if chosen not in ("txt", "md"):
        raise UsageError(f"a text can be read as txt or md, not {format!r}; for other formats use read_articles")
    document = (markdown_document if chosen == "md" else text_document)(text, id, name)
    return article_from_document(document, code, id, title=title)


def article_from_document(document: Document, language: str, id: str, *, title: str | None = None) -> Article:
    """``document`` with its blocks split into sentences; ``language`` is a code of ``mtsum.languages``."""
    paragraphs: list[Paragraph] = []
    numbered = 0
    for block in document.blocks:
        sentences: list[Sentence] = []
        for start, end, plain in _sentences(document, block, language):
            numbered += 1
            sentences.append(Sentence(f"s{numbered}", document.text[start:end], start, end, plain))
        if sentences:
            name = f"p{len(paragraphs) + 1}"
            paragraphs.append(Paragraph(name, block.kind, block.start, block.end, tuple(sentences)))
    if not paragraphs:
        raise InputError("holds no words to read", document.name)
    return Article(
        id=id,
        text=document.text,
        language=language,
        paragraphs=tuple(paragraphs),
        title=title or document.title,
        name=document.name,
        encoding=document.encoding,
        extra=document.extra,
    )


def _read(
    paths: Sequence[str], code: str, format: str | None, text_column: str, id_column: str, stdin: BinaryIO | None
) -> Iterator[Article | InputError]:
    taken: set[str] = set()
    for path in paths:
        found = read_documents(path, format=format, text_column=text_column, id_column=id_column, stdin=stdin)
        for document in found:
            if isinstance(document, InputError):
                yield document
                continue
            id = document.id if document.id_given else _free(document.id, taken)
            taken.add(id)
            try:
                yield article_from_document(document, code, id)
            except InputError as error:
                yield error


def _free(wanted: str, taken: set[str]) -> str:
    id, number = wanted, 1
    while id in taken:
        number += 1
        id = f"{wanted}-{number}"
    return id


def _sentences(document: Document, block: Block, language: str) -> Iterator[tuple[int, int, str | None]]:
    """Start, end and, where markup stands in it, the plain words of each sentence of ``block``."""
    hidden = [span for span in document.hidden if block.start <= span[0] and span[1] <= block.end]
    if not hidden:
        for start, end in sentence_spans(document.text[block.start : block.end], language):
            yield block.start + start, block.start + end, None
        return
    # The splitter sees the words only: a mark after a full stop would hide the sentence's end from it.
    places: list[int] = []
    at = block.start
    for start, end in [*hidden, (block.end, block.end)]:
        places.extend(range(at, start))
        at = end
    words = "".join(document.text[at] for at in places)
    for first, last in sentence_spans(words, language):
        start, end = _with_partners(document.text, hidden, places[first], places[last - 1] + 1)
        plain = words[first:last]
        yield start, end, plain if plain != document.text[start:end] else None


def _with_partners(text: str, hidden: list[Span], start: int, end: int) -> Span:
    """The sentence widened over a mark just outside it whose partner is inside, so that ``**`` goes with ``**``."""
    inside = [_mark(text[a:b]) for a, b in hidden if start <= a and b <= end]
    for a, b in hidden:
        mark = _mark(text[a:b])
        if mark and inside.count(mark) % 2 and (a == end or b == start):
            start, end = min(start, a), max(end, b)
            inside.append(mark)
    return start, end


def _mark(markup: str) -> str:
    """What a piece of markup has in common with its partner; empty for markup that has none."""
    if re.fullmatch(r"\*+|_+|~+|`+", markup):
        return markup
    if tag := re.match(r"</?([A-Za-z][\w-]*)", markup):
        return "" if tag[1].lower() in ("br", "img", "hr", "wbr") else tag[1].lower()
    return "[" if markup == "[" or markup.startswith("]") else ""
