"""Markdown: headings, list items, paragraphs and table cells.

Code, HTML blocks, front matter and link definitions stay as they are: they are in the text and in no block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from mtsum.documents import ParagraphKind
from mtsum.errors import InputError
from mtsum.formats.base import Block, Document, Origin, register
from mtsum.formats.encoding import decode
from mtsum.formats.lines import line_spans
from mtsum.formats.txt import heading_title

if TYPE_CHECKING:
    from markdown_it.token import Token

Span = tuple[int, int]

_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*(?:\r\n?|\n)(?=[\w-]+[ \t]*:).*?(?:\r\n?|\n)(?:---|\.\.\.)[ \t]*(?:\r\n?|\n|\Z)", re.DOTALL
)
_KINDS: dict[str, ParagraphKind] = {"heading_open": "heading", "list_item_open": "list_item"}
# Markup inside a block.
_INLINE = re.compile(
    r"""
      (?:(?<=\n)|(?<=\r))[ \t]*(?:>[ \t]?)+        # the quote mark of a paragraph's further lines
    | !\[[^\[\]]*\](?:\([^()\s]*(?:\s+"[^"]*")?\)|\[[^\[\]]*\])  # an image
    | \[(?=[^\[\]]+\](?:\(|\[))                    # [words](address "title") and [words][reference]
    | (?<!^)\](?:\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+"[^"]*")?\)|\[[^\[\]]*\])
    | \\(?=[!-/:-@\[-`{-~]|[\r\n]|$)               # a backslash that makes the next mark a plain one
    | </?[A-Za-z][^<>@:]*>                         # an inline HTML tag
    | (?<![\w*\\])\*{1,3}(?=[^\s*])                # *, ** and *** before a word and after one
    | (?<=[^\s*\\])\*{1,3}(?![\w*])
    | (?<=\w)\*\*(?=\w)
    | (?<![\w_\\])_{1,3}(?=[^\s_])
    | (?<=[^\s_\\])_{1,3}(?![\w_])
    | ~~(?=\S) | (?<=\S)~~
    | `+
    """,
    re.VERBOSE,
)


@register("md", ".md", ".markdown")
def read_markdown(file: BinaryIO, origin: Origin) -> Iterator[Document | InputError]:
    """The one document of a Markdown file (CommonMark and tables)."""
    text, encoding = decode(file.read(), origin.name)
    yield markdown_document(text, origin.stem, origin.name, encoding)


def markdown_document(text: str, id: str, name: str, encoding: str = "utf-8") -> Document:
    """Markdown ``text`` as a document. Raises ``InputError`` when there is no text in it (code does not count)."""
    blocks = markdown_blocks(text)
    if not blocks:
        raise InputError("no text in this Markdown" if text.strip() else "empty: nothing to read", name)
    hidden = tuple(span for block in blocks for span in _hidden(text, block))
    title = heading_title(text, blocks, hidden)
    return Document(id, text, blocks, title, name, encoding, hidden)


def markdown_blocks(text: str) -> tuple[Block, ...]:
    """The headings, paragraphs, list items and table cells of ``text``, without ``#``, ``-``, ``>`` and ``|``."""
    from markdown_it import MarkdownIt

    # Front matter and a byte order mark become blanks of the same length, so that lines stay where they are.
    front = _FRONT_MATTER.match(text)
    parsed = text.replace("\ufeff", " ", 1) if text.startswith("\ufeff") else text
    if front:
        parsed = re.sub(r"[^\r\n]", " ", front.group()) + text[front.end() :]
    lines = line_spans(text)
    blocks: list[Block] = []
    kinds: list[ParagraphKind] = ["text"]
    cell = False
    for token in MarkdownIt("commonmark").enable("table").parse(parsed):
        if token.type in ("heading_open", "list_item_open", "td_open", "th_open", "blockquote_open"):
            cell = token.type in ("td_open", "th_open")
            kinds.append(_KINDS.get(token.type, "text"))
        elif token.type in ("heading_close", "list_item_close", "td_close", "th_close", "blockquote_close"):
            kinds.pop()
            cell = False
        elif token.type == "inline" and token.map and token.content.strip():
            after = blocks[-1].end if blocks else 0
            span = _locate(text, lines, token, after, in_table=cell)
            if span[0] < span[1]:
                blocks.append(Block(kinds[-1], *span))
    return tuple(blocks)


def _locate(text: str, lines: list[Span], token: Token, after: int, in_table: bool) -> Span:
    """Where the token's content stands in ``text``, not before ``after`` (the block before it ends there)."""
    assert token.map is not None
    source = lines[token.map[0] : token.map[1]]
    # A content line is its source line without the marks before it (and a heading's closing #).
    content = [line.strip() for line in token.content.split("\n")]
    found: list[Span] = []
    for words, (start, end) in zip(content, source, strict=False):
        start = max(start, after)
        escaped = words.replace("|", "\\|")
        at = text.find(words, start, end) if in_table else text.rfind(words, start, end)
        if at < 0 and in_table:
            words, at = escaped, text.find(escaped, start, end)
        if at < 0:
            # The parser rewrote the line (a tab, a NUL): all of it, marks included, rather than none.
            line = text[start:end]
            words, at = line.strip(), start + len(line) - len(line.lstrip())
        found.append((at, at + len(words)))
    return found[0][0], found[-1][1]


def _hidden(text: str, block: Block) -> Iterator[Span]:
    for found in _INLINE.finditer(text, block.start, block.end):
        if found.start() < found.end():
            yield found.span()
