"""Line ends: which separate headlines, list items and paragraphs, and which only wrap a long line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from mtsum.segmentation.abbreviations import LanguageRules, fold
from mtsum.segmentation.candidates import is_brand
from mtsum.segmentation.characters import BULLETS, DASHES

# Columns at which mail clients, editors and feeds wrap text by hand.
_NARROWEST, _WIDEST = 40, 110

_LINE = re.compile(r"[^\n\r\u2028\u2029\x85\x0b\x0c]*")
_LINE_END = re.compile(r"\r\n|[\n\r\u2028\x85\x0b\x0c]")
_LIST_ITEM = re.compile(rf"[{re.escape(BULLETS)}]\s|[{DASHES}]\s?\w|\d{{1,3}}(?:\.\d{{1,3}})*[.)]\s|[^\W\d_]\)\s")


@dataclass(frozen=True)
class _Line:
    start: int
    text: str  # without surrounding whitespace; ``start`` is the offset of its first character


def line_breaks(text: str, language: LanguageRules) -> Iterator[int]:
    """Offsets of the first non-space characters of the lines that start a new sentence, in order."""
    for block in _blocks(text):
        if block[0].start > 0:
            yield block[0].start
        width = max(len(line.text) for line in block)
        wrapped = _NARROWEST <= width <= _WIDEST and any(
            _carries_on(following.text) and not _terminated(line.text) for line, following in pairwise(block)
        )
        for line, following in pairwise(block):
            full = wrapped and len(line.text) + 1 + len(following.text.split(None, 1)[0]) > width
            if _starts_anew(line.text, following.text, full, language):
                yield following.start


def _blocks(text: str) -> Iterator[list[_Line]]:
    """Runs of lines without a blank line (or paragraph separator) between them."""
    block: list[_Line] = []
    at = 0
    while at < len(text):
        match = _LINE.match(text, at)
        content = match.group() if match else ""
        stripped = content.strip()
        if stripped:
            block.append(_Line(at + content.index(stripped[0]), stripped))
        elif block:
            yield block
            block = []
        at += len(content)
        ending = _LINE_END.match(text, at)
        if ending:
            at = ending.end()
        elif at < len(text):  # a paragraph separator
            at += 1
            if block:
                yield block
            block = []
    if block:
        yield block


def _starts_anew(line: str, following: str, full: bool, language: LanguageRules) -> bool:
    """Whether ``following`` is a sentence of its own; ``full``: its first word had no room left on ``line``."""
    if _ends_in_title(line, language):
        return False
    if full:
        return following[0] in BULLETS
    if _LIST_ITEM.match(following):
        return True
    if _carries_on(following):
        return _terminated(line) and line[-1] == "." and not _ends_in_abbreviation(line, language)
    return line[-1] != ","


def _carries_on(line: str) -> bool:
    """Whether a line starts like the middle of a sentence."""
    word = line.split(None, 1)[0] if line else ""
    return word[:1].islower() and not is_brand(word) and not _LIST_ITEM.match(line)


def _terminated(line: str) -> bool:
    return line.rstrip("\"'”“»«’)]")[-1:] in tuple(".!?…")


def _last_word(line: str) -> str:
    return fold(line.rsplit(None, 1)[-1].removesuffix(".").lstrip('("“„«')) if line.endswith(".") else ""


def _ends_in_title(line: str, language: LanguageRules) -> bool:
    return _last_word(line) in language.never_end


def _ends_in_abbreviation(line: str, language: LanguageRules) -> bool:
    word = _last_word(line)
    return language.knows(word) or word.isdigit() or len(word) < 2
