"""The lines of a text as character spans."""

from __future__ import annotations

import re

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|$)")


def line_spans(text: str) -> list[tuple[int, int]]:
    r"""``(start, end)`` of each line without its line end; ``\n``, ``\r\n`` and ``\r`` all end one."""
    return [found.span(1) for found in _LINE.finditer(text) if found.start() < len(text)]
