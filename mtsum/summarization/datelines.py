"""Datelines: the place and news agency before an article's first sentence, which no reader takes for a part of it."""

from __future__ import annotations

import re

_WORD = r"[A-ZÇË][\w.'’-]*"
_PLACE = rf"{_WORD}(?:,? {_WORD}){{0,4}},? "
_DATE = r"(?:[\w.]+ [\w.]+(?: \d{4})?,? )?"
_AGENCY_NAMES = (
    r"AA|AFP|AP|ANSA|ATA|ATSH|BBC|BIRN|CNN|DPA|dpa|KosovaPress|MIA|RFE/RL|Reuters|TASS|Tanjug|UPI|VOA|Xinhua"
)
_CLOSE = r"\s*[-–—]+\s+"
_SENTENCE = r"(?=[\"“„'‘]?[A-ZÇË0-9])"
# Brackets at the start of a sentence may also say what an abbreviation stands for. Those of a dateline hold an agency
# that is known, or are followed by a dash, or by the sentence without a space between.
_DATELINE = re.compile(
    rf"(?:{_PLACE})?{_DATE}(?:\((?:{_AGENCY_NAMES})\)(?:{_CLOSE}|\s*)|\([A-Z][\w.&'’ -]{{1,30}}\)(?:{_CLOSE}|)){_SENTENCE}"
)


def without_dateline(sentence: str) -> str:
    """``sentence`` without the dateline that it begins with, or as it is: “Tirana (Reuters) - It rains.” is “It rains.”"""
    found = _DATELINE.match(sentence)
    return sentence[found.end() :] if found else sentence
