"""Plain text: paragraphs are found by blank lines, or by line where a file has none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO

from mtsum.errors import InputError
from mtsum.formats.base import Block, Document, Origin, register
from mtsum.formats.encoding import decode
from mtsum.formats.lines import line_spans

Span = tuple[int, int]

# The longer dash of dialogue opens a sentence and is part of it; these marks open a list item.
_BULLET = re.compile(r"[-*•·▪◦‣][ \t]+(?=\S)")
_CLOSED = re.compile(r"[.!?…:;,][\"'”“’‘»)\]]*$")
_LONGEST_HEADING = 120
_LONGEST_WRAPPED_LINE = 120


def text_blocks(text: str) -> tuple[Block, ...]:
    """The paragraphs of ``text``, in order, white space around them left out.

    A short line by itself that no mark closes, with more text after it, is a heading.
    """
    groups, groups_are_apart = _groups(text)
    blocks: list[Block] = []
    heading_allowed: list[bool] = []
    for group in groups:
        spans = _paragraphs(text, group, groups_are_apart)
        for start, end in spans:
            bullet = _BULLET.match(text, start, end)
            blocks.append(Block("list_item", bullet.end(), end) if bullet else Block("text", start, end))
            # Where lines are the paragraphs, any short one may be a name or a caption: only the first is a heading.
            heading_allowed.append(len(spans) == 1 or len(blocks) == 1)
    for index, block in enumerate(blocks[:-1]):
        if heading_allowed[index] and block.kind == "text" and _reads_as_heading(text[block.start : block.end]):
            blocks[index] = Block("heading", block.start, block.end)
    return tuple(blocks)


def heading_title(text: str, blocks: tuple[Block, ...], hidden: tuple[Span, ...] = ()) -> str | None:
    """The words of the heading that ``text`` begins with, if it begins with one, ``hidden`` spans left out."""
    if not blocks or blocks[0].kind != "heading":
        return None
    words, at = "", blocks[0].start
    for start, end in hidden:
        if end <= blocks[0].end:
            words, at = words + text[at:start], end
    return " ".join((words + text[at : blocks[0].end]).split()) or None


@register("txt", ".txt", ".text")
def read_text(file: BinaryIO, origin: Origin) -> Iterator[Document | InputError]:
    """The one document of a plain text file."""
    text, encoding = decode(file.read(), origin.name)
    yield text_document(text, origin.stem, origin.name, encoding)


def text_document(text: str, id: str, name: str, encoding: str = "utf-8") -> Document:
    """``text`` as a document. Raises ``InputError`` when there is nothing but white space in it."""
    blocks = text_blocks(text)
    if not blocks:
        raise InputError("nothing but white space in it" if text else "empty: nothing to read", name)
    return Document(id, text, blocks, heading_title(text, blocks), name, encoding)


def _groups(text: str) -> tuple[list[list[Span]], bool]:
    """Runs of lines that are not blank, each line trimmed; and whether blank lines stand between any."""
    groups: list[list[Span]] = [[]]
    for start, end in line_spans(text):
        line = text[start:end]
        lead = line.lstrip() if start else line.lstrip("\ufeff").lstrip()
        if lead:
            groups[-1].append((start + len(line) - len(lead), start + len(line.rstrip())))
        elif groups[-1]:
            groups.append([])
    groups = [group for group in groups if group]
    return groups, len(groups) > 1


def _paragraphs(text: str, lines: list[Span], blank_lines_used: bool) -> list[Span]:
    paragraphs: list[list[Span]] = []
    wrapped = _is_wrapped([text[start:end] for start, end in lines], blank_lines_used)
    for line in lines:
        if paragraphs and wrapped and not _BULLET.match(text, *line):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return [(part[0][0], part[-1][1]) for part in paragraphs]


def _is_wrapped(lines: list[str], blank_lines_used: bool) -> bool:
    """Whether the lines are one paragraph broken to a width, and not paragraphs of a line each."""
    if len(lines) == 1:
        return False
    width = max(map(len, lines))
    if width > _LONGEST_WRAPPED_LINE or all(_CLOSED.search(line) for line in lines[:-1]):
        return False
    if blank_lines_used:
        return True
    # Broken to a width means that the next line's first word had no room left.
    return all(len(line) + 1 + len(following.split()[0]) > width for line, following in pairwise(lines))


def _reads_as_heading(line: str) -> bool:
    return (
        len(line) <= _LONGEST_HEADING
        and "\n" not in line
        and "\r" not in line
        and not _CLOSED.search(line)
        and any(char.isalpha() for char in line)
    )
