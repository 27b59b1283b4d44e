"""Sentences that are someone's words although no mark in them says so: those of a quotation over several sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MARKS = re.compile('["“”„«»]')
_LONGEST = 6
"""Sentences after which a quotation that nobody closed is taken for a stray mark."""


def unattributed(sentences: Sequence[str]) -> list[bool]:
    """Of each sentence of a text, in order, whether it lies in a quotation that begins or ends in another sentence.

    The sentence that closes it is none of them: it is the one that says whose words they are.
    """
    found: list[bool] = []
    open_for = 0
    for sentence in sentences:
        marks = len(_MARKS.findall(sentence))
        if _MARKS.match(sentence.lstrip()):
            open_for = 0  # every paragraph of a long quotation opens it anew
        opens = marks % 2 == 1 and not open_for
        found.append(opens or (open_for > 0 and marks == 0))
        closes = marks % 2 == 1 and open_for > 0
        open_for = 1 if opens else 0 if closes or not open_for else (open_for + 1) % _LONGEST
    return found
