"""Word documents (.docx): body text with headings, list items and table cells; headers, footers and notes left out."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from mtsum.documents import ParagraphKind
from mtsum.errors import InputError
from mtsum.formats.base import Document, Origin, register
from mtsum.formats.encoding import refuse_binary
from mtsum.formats.html import Piece, join_blocks

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Text that is not (or no longer) to be read: moved away, deleted, and the old-Word copy of a text box.
_SKIPPED = frozenset(
    {f"{_W}moveFrom", f"{_W}del", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
)
_MARKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "\u2011"}


@register("docx", ".docx")
def read_docx(file: BinaryIO, origin: Origin) -> Iterator[Document | InputError]:
    """The one document of a Word file; the text has a blank line between paragraphs."""
    data = file.read()
    if not data.strip():
        raise InputError("empty: nothing to read", origin.name)
    word = _open(data, origin.name)
    pieces = list(_pieces(word))
    if not pieces:
        raise InputError("this Word document holds no text", origin.name)
    text, blocks = join_blocks(pieces)
    title = pieces[0][1] if pieces[0][0] == "heading" else (word.core_properties.title or "").strip() or None
    yield Document(origin.stem, text, blocks, title, origin.name)


def _open(data: bytes, where: str) -> WordDocument:
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import XMLSyntaxError

    if not data.startswith(b"PK"):
        refuse_binary(data, where)
        raise InputError("not a Word document (.docx): it is no zip archive; for plain text use the format txt", where)
    try:
        return docx.Document(io.BytesIO(data))
    except (PackageNotFoundError, zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, XMLSyntaxError) as error:
        raise InputError(f"not a Word document (.docx), or a damaged one ({error})", where) from error
    except (KeyError, ValueError) as error:
        # A zip archive of another kind: no document part, or one of another content type.
        raise InputError(f"a zip archive, but not a Word document (.docx) ({error})", where) from error


def _pieces(word: WordDocument) -> Iterator[Piece]:
    # python-docx's own paragraphs leave out inserted text, content controls and text boxes; the XML has them all.
    names = {style.style_id: (style.name or "") for style in word.styles}
    for paragraph in word.element.body.iter(f"{_W}p"):
        if any(above.tag in _SKIPPED for above in paragraph.iterancestors()):
            continue
        words = re.sub(r"[ \t]*\n\s*", "\n", "".join(_text(paragraph))).strip()
        if words:
            yield _kind(paragraph, names), words


def _text(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _MARKS:
            yield _MARKS[child.tag]
        elif child.tag != f"{_W}p" and child.tag not in _SKIPPED and child.tag != f"{_W}pPr":
            yield from _text(child)  # a nested w:p is a text box's paragraph, met on its own


def _kind(paragraph: Any, names: dict[str, str]) -> ParagraphKind:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    name = names.get(style.get(f"{_W}val"), "").lower() if style is not None else ""
    if name.startswith("heading") or name in ("title", "subtitle"):
        return "heading"
    numbered = paragraph.find(f"{_W}pPr/{_W}numPr") is not None
    return "list_item" if numbered or name.startswith("list") else "text"
