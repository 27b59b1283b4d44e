"""A digest in Markdown: an article a section, every sentence of its summary with the sentences it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TextIO

from mtsum.corpus.export.base import Record, flagged, heading, register

_MARKS = re.compile(r"([\\`*_\[\]<>&~|#!$])")
# What would begin a list, a heading underlined or a rule when it stands first in a line.
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")


@register("md", ".md", ".markdown")
def write_markdown(records: Iterable[Record], stream: TextIO, title: str) -> list[str]:
    """Writes a heading for the whole and a section for each article."""
    stream.write(f"# {escaped(title)}\n")
    for record in records:
        stream.write(f"\n## {escaped(heading(record))}\n")
        stream.writelines(f"\n{block}\n" for block in _blocks(record))
    return []


def escaped(text: str) -> str:
    """``text`` on one line, so that Markdown shows it as it is."""
    line = _MARKS.sub(r"\\\1", " ".join(text.split()))
    return _LINE_START.sub(lambda found: found[1] + _escaped_start(found[2]), line)


def _escaped_start(start: str) -> str:
    # A number is a list's by the dot or bracket after it, which is where the backslash goes.
    return f"{start}\\" if start[0].isdigit() else f"\\{start}"


def _blocks(record: Record) -> list[str]:
    blocks = []
    if record.get("title"):
        blocks.append(f"*{escaped(record['id'])}*")
    if record["error"]:
        blocks.append(f"**Error:** {escaped(record['error'])}")
    if record["summary"]:
        sentences = record["summary"]["sentences"]
        blocks.append(
            "\n".join(f"- {escaped(one['text'])} \\[{escaped(', '.join(one['sources']))}\\]" for one in sentences)
        )
    elif record["translation"]:
        blocks += [escaped(part) for part in re.split(r"\n\s*\n", record["translation"]["text"]) if part.strip()]
    flags = [f"{escaped(place)} {', '.join(flags)}" for place, flags in flagged(record)]
    if flags:
        blocks.append(f"Flags: {'; '.join(flags)}")
    return blocks
