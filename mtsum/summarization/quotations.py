"""Sentences that are someone's words and don't say whose: a whole quotation, or those of one over several sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MARKS = re.compile('["“”„«»]')
_NOTHING_BUT_A_QUOTATION = re.compile(r'\s*["“”„«»][^"“”„«»]*[.!?…]["“”„«»]\s*')
_LONGEST = 6
"""Sentences after which a quotation that nobody closed is taken for a stray mark."""


def unattributed(sentences: Sequence[str]) -> list[bool]:
    """Of each sentence of a text, in order, whether it is someone's words and nothing else.

    It lies in a quotation that begins or ends in another sentence, or is a whole one. The sentence that closes a longer
    one is none of them: it says whose words they are.
    """
    found: list[bool] = []
    open_for = 0
    for sentence in sentences:
        marks = len(_MARKS.findall(sentence))
        if _MARKS.match(sentence.lstrip()):
            open_for = 0  # every paragraph of a long quotation opens it anew
        opens = marks % 2 == 1 and not open_for
        alone = _NOTHING_BUT_A_QUOTATION.fullmatch(sentence) is not None
        found.append(opens or alone or (open_for > 0 and marks == 0))
        closes = marks % 2 == 1 and open_for > 0
        open_for = 1 if opens else 0 if closes or not open_for else (open_for + 1) % _LONGEST
    return found
