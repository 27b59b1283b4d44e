"""One pass over a text: line breaks, then every candidate put to the rules."""

from __future__ import annotations

import re
from bisect import bisect_right

from mtsum.segmentation.abbreviations import LanguageRules
from mtsum.segmentation.candidates import Candidate, candidates
from mtsum.segmentation.characters import CLOSING_BRACKETS, OPENING_BRACKETS
from mtsum.segmentation.lines import line_breaks
from mtsum.segmentation.rules import ends_sentence

# A parenthesis longer than this, in characters, is taken for a stray bracket.
_LONGEST_PARENTHESIS = 400

_ALPHANUMERIC = re.compile(r"[^\W_]")


def sentence_starts(text: str, language: LanguageRules) -> list[int]:
    """Offsets at which a sentence starts, the first one's included; each is that of a non-space character."""
    first = len(text) - len(text.lstrip())
    if first == len(text):
        return []
    breaks = sorted({first, *line_breaks(text, language)})
    parentheses = _Parentheses(text)
    starts = [first]
    line = 0  # the index in breaks of the line the scan is in
    searched, blank = first, True  # up to where the current sentence was searched for a letter or digit
    lower_line, all_lower = -1, False
    for mark, end, follows in candidates(text, frozenset(breaks)):
        while line + 1 < len(breaks) and breaks[line + 1] <= mark:
            line += 1
            if breaks[line] > starts[-1]:
                starts.append(breaks[line])
                searched, blank = breaks[line], True
        if mark < starts[-1]:
            continue
        if blank:
            blank = _ALPHANUMERIC.search(text, searched, mark) is None
            searched = mark
        if follows == len(text):
            continue
        if lower_line != line:
            stop = breaks[line + 1] if line + 1 < len(breaks) else len(text)
            lower_line, all_lower = line, not any(character.isupper() for character in text[breaks[line] : stop])
        candidate = Candidate(
            text=text,
            start=starts[-1],
            mark=mark,
            end=end,
            follows=follows,
            blank=blank,
            in_parenthesis=parentheses.encloses(end, starts[-1]),
            all_lower=all_lower,
        )
        if ends_sentence(candidate, language):
            starts.append(follows)
            searched, blank = follows, True
    return starts + [at for at in breaks[line + 1 :] if at > starts[-1]]


class _Parentheses:
    """The matched pairs of brackets in a text, outermost only."""

    def __init__(self, text: str) -> None:
        pairs: list[tuple[int, int]] = []
        open_at: list[int] = []
        for match in re.finditer(r"[()\[\]{}]|\n\s*\n", text):
            character = match.group()
            if character in OPENING_BRACKETS:
                open_at.append(match.start())
            elif character in CLOSING_BRACKETS and open_at:
                opened = open_at.pop()
                if match.start() - opened <= _LONGEST_PARENTHESIS:
                    while pairs and pairs[-1][0] > opened:
                        pairs.pop()
                    pairs.append((opened, match.start()))
            elif character not in CLOSING_BRACKETS:
                open_at.clear()
        self._openings = [opened for opened, _ in pairs]
        self._closings = [closed for _, closed in pairs]

    def encloses(self, at: int, sentence_start: int) -> bool:
        """Whether ``at`` is inside a pair that opened after ``sentence_start``."""
        index = bisect_right(self._openings, at - 1) - 1
        return index >= 0 and self._openings[index] > sentence_start and at <= self._closings[index]
