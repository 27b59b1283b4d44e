"""One record of a table or of JSON lines as a document."""

from __future__ import annotations

from collections.abc import Mapping

from mtsum.errors import InputError
from mtsum.formats.base import Document, Origin
from mtsum.formats.txt import text_blocks

TITLE_COLUMN = "title"


def record_document(record: Mapping[str, object], origin: Origin, line: int) -> Document:
    """The document in ``record``, whose columns other than text, identifier and title become ``extra``.

    A record without an identifier is called after its file and line. Raises ``InputError`` naming file and line, with
    the same ``extra``, when the text is missing, empty or no text, or the identifier is neither text nor a whole number.
    """
    where = f"{origin.name}:{line}"
    used = {origin.text_column, origin.id_column, TITLE_COLUMN}
    extra = {column: value for column, value in record.items() if column not in used}
    given = record.get(origin.id_column)
    id_given = isinstance(given, str | int) and not isinstance(given, bool) and given != ""
    own = str(given) if id_given else None

    def refused(message: str) -> InputError:
        return InputError(message, where, own, extra)

    if origin.text_column not in record:
        raise refused(no_text_column(origin, record))
    text = record[origin.text_column]
    if not isinstance(text, str):
        raise refused(f"{origin.text_column!r} is {kind_of(text)} and not text")
    if "\0" in text:
        raise refused(f"{origin.text_column!r} holds a NUL character")
    blocks = text_blocks(text)
    if not blocks:
        raise refused(f"{origin.text_column!r} is empty")
    if not id_given and given is not None and given != "":
        raise refused(f"{origin.id_column!r} is {kind_of(given)}; an identifier is text or a whole number")
    title = record.get(TITLE_COLUMN) if origin.text_column != TITLE_COLUMN else None
    if isinstance(title, dict | list | bool):
        raise refused(f"{TITLE_COLUMN!r} is {kind_of(title)} and not text")
    return Document(
        id=own or f"{origin.stem}:{line}",
        text=text,
        blocks=blocks,
        title=str(title).strip() or None if title is not None else None,
        name=where,
        id_given=id_given,
        extra=extra,
    )


def no_text_column(origin: Origin, columns: Mapping[str, object] | list[str]) -> str:
    """The message for a missing text column: what there is, and how to say which one it is."""
    there = ", ".join(repr(column) for column in list(columns)[:12]) or "none"
    return f"no column {origin.text_column!r}; the columns are: {there}; name the one with the text (--column)"


def kind_of(value: object) -> str:
    """A JSON value's type in words."""
    if value is None:
        return "null"
    words = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return words.get(type(value), type(value).__name__)
