"""HTML: the main text of a page as trafilatura finds it, menus and footers left out, its title as the first heading."""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from mtsum.documents import ParagraphKind
from mtsum.errors import InputError
from mtsum.formats.base import Block, Document, Origin, register
from mtsum.formats.encoding import decode, refuse_binary

_DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_BLOCK_TAGS = frozenset({"body", "p", "head", "list", "item", "quote", "table", "row", "cell", "div", "main"})
_KINDS: dict[str, ParagraphKind] = {"head": "heading", "item": "list_item"}

Piece = tuple[ParagraphKind, str]


@register("html", ".html", ".htm", ".xhtml")
def read_html(file: BinaryIO, origin: Origin) -> Iterator[Document | InputError]:
    """The one document of a web page: its main text, a blank line between paragraphs.

    The text is not the file's (tags are gone), so only the text itself can be rebuilt from it.
    """
    data = file.read()
    if not data.strip():
        raise InputError("empty: nothing to read", origin.name)
    title, pieces = _main_text(_decode_page(data, origin.name))
    if not pieces:
        raise InputError("no main text was found in this page", origin.name)
    if title and not any(_same(title, words) for _, words in pieces[:2]):
        pieces.insert(0, ("heading", title))
    text, blocks = join_blocks(pieces)
    yield Document(origin.stem, text, blocks, title, origin.name)


def join_blocks(pieces: list[Piece]) -> tuple[str, tuple[Block, ...]]:
    """A text of the pieces with a blank line between, a line end at the end, and the place of each in it."""
    blocks: list[Block] = []
    at = 0
    for kind, words in pieces:
        blocks.append(Block(kind, at, at + len(words)))
        at += len(words) + 2
    return "\n\n".join(words for _, words in pieces) + "\n", tuple(blocks)


def _decode_page(data: bytes, where: str) -> str:
    """UTF-8 or UTF-16 as everywhere; else the encoding that the page itself declares, which is no guess."""
    try:
        return decode(data, where)[0]
    except InputError:
        refuse_binary(data, where)
        declared = _DECLARED.search(data[:4096])
        if declared is None:
            raise
        name = declared.group(1).decode("ascii").lower()
        try:
            # Browsers read pages that claim ISO-8859-1 as Windows-1252, and so they are written.
            return data.decode("cp1252" if codecs.lookup(name).name == "iso8859-1" else name)
        except (LookupError, UnicodeDecodeError) as error:
            raise InputError(f"declares the encoding {name!r} but is not written in it ({error})", where) from error


def _main_text(page: str) -> tuple[str | None, list[Piece]]:
    import trafilatura

    # lxml refuses a declared encoding in a text that is decoded already.
    page = re.sub(r"^\s*<\?xml[^>]*\?>", "", page.removeprefix("\ufeff"))
    if "<body" not in page.lower():
        page = f"<html><body>{page}</body></html>"
    # It logs a page without text as an error; here that is an InputError, and stderr is for mtsum's own messages.
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    found: Any = trafilatura.bare_extraction(page, include_comments=False, with_metadata=True)
    if found is not None:
        title = " ".join((found.title or "").split()) or None
        return title, list(_pieces(found.body, "text"))
    body, _, _ = trafilatura.baseline(page)  # a page too short for the rules that find the main text
    return None, list(_pieces(body, "text"))


def _pieces(element: Any, kind: ParagraphKind) -> Iterator[Piece]:
    """The paragraphs under ``element`` of trafilatura's tree, in reading order, white space made single spaces."""
    inline: list[str] = []

    def flush() -> Iterator[Piece]:
        # Older pages part their paragraphs by line breaks, of which trafilatura leaves one.
        for part in re.split(r"(?<=[.!?…:\"”»])\s*\n", "".join(inline)):
            if words := " ".join(part.split()):
                yield kind, words
        inline.clear()

    def walk(node: Any) -> Iterator[Piece]:
        inline.append(_single_spaces(node.text))
        for child in node:
            if child.tag == "lb":
                inline.append("\n")
            elif child.tag in _BLOCK_TAGS:
                yield from flush()
                yield from _pieces(child, _KINDS.get(child.tag, "text" if child.tag == "quote" else kind))
            elif isinstance(child.tag, str):
                yield from walk(child)
            inline.append(_single_spaces(child.tail))

    yield from walk(element)
    yield from flush()


def _single_spaces(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _same(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()
