"""Where an over-long sentence may be split, so that nothing of it has to be cut off."""

from __future__ import annotations

import re

from mtsum.segmentation.abbreviations import LanguageRules, fold
from mtsum.segmentation.characters import DASHES

_GAP = re.compile(r"\s+")
_CLAUSE_MARKS = ";:!?…"
_CLOSERS = "\"'”“»«’)]}"


def clause_starts(text: str, language: LanguageRules) -> list[int]:
    """Offsets where a clause may start, strongest first; among equals, the nearest to the middle first.

    Each lies strictly inside ``text``, right after whitespace and before a non-space character.
    """
    ranked = []
    last = len(text.rstrip())
    for gap in _GAP.finditer(text):
        if gap.start() > 0 and gap.end() < last:
            strength = _strength(text, gap.start(), gap.end(), language)
            ranked.append((strength, abs(2 * gap.end() - len(text)), gap.end()))
    return [at for _, _, at in sorted(ranked)]


def _strength(text: str, end: int, start: int, language: LanguageRules) -> int:
    """0 (strongest: semicolon, colon, dash, line break) to 4 (any whitespace) for the gap ``text[end:start]``."""
    before = text[max(0, end - 3) : end].rstrip(_CLOSERS)[-1:]
    lone_dash = text[end - 1] in DASHES and (end < 2 or text[end - 2].isspace())
    if (before and before in _CLAUSE_MARKS) or lone_dash or "\n" in text[end:start]:
        return 0
    following = re.match(r"[^\W\d_]+", text[start : start + 40])
    conjunction = following is not None and fold(following.group()) in language.conjunctions
    if before == ",":
        return 1 if conjunction else 2
    return 3 if conjunction else 4
