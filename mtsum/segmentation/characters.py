"""The marks that matter to the splitter, and which way a quotation mark points."""

from __future__ import annotations

TERMINATORS = ".!?…"
OPENING_BRACKETS = "([{"
CLOSING_BRACKETS = ")]}"
DASHES = "-–—―"
BULLETS = "•▪◦‣●■*·"
# Invisible characters that are no whitespace to Python.
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"

_ALWAYS_OPENING = "„‚‘‹"
_OPENING_BY_SHAPE = "“«‟"
_CLOSING_BY_SHAPE = "”»›"
DOUBLE_QUOTES = '"„“”«»‟'
SINGLE_QUOTES = "'’‘‚‹›"

_NEWLINES = "\n\r\u2028\u2029"


def closing_quotes(text: str) -> frozenset[int]:
    """Offsets of the quotation marks of ``text`` that close a quotation.

    The same mark opens in one tradition and closes in another (“…” and „…“, «…» and »…«, ”…”, "…"), so the spaces
    around it decide first, then whether a quotation is open on this line, then its shape.
    """
    closing = set()
    opener = ""
    for at, character in enumerate(text):
        if character in _NEWLINES:
            opener = ""
        if character not in DOUBLE_QUOTES:
            continue
        before = text[at - 1] if at else " "
        after = text[at + 1] if at + 1 < len(text) else " "
        if _closes(character, before, after, opener):
            closing.add(at)
            opener = ""
        else:
            opener = character
    return frozenset(closing)


def _closes(mark: str, before: str, after: str, opener: str) -> bool:
    if mark in _ALWAYS_OPENING:
        return False
    room_before = before.isspace() or before in OPENING_BRACKETS or before in DASHES or before in _ALWAYS_OPENING
    room_after = after.isspace() or after in ",;:.!?…" or after in CLOSING_BRACKETS
    if room_before != room_after:
        return room_after
    if mark in _OPENING_BY_SHAPE:
        # “ and « close only what „ and » opened.
        return opener in ("„", "»")
    if opener:
        return True
    return mark in _CLOSING_BY_SHAPE and before != ":"
