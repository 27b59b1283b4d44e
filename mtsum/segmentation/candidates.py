"""Places where a sentence may end: a full stop, question or exclamation mark or ellipsis with what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mtsum.segmentation.characters import (
    CLOSING_BRACKETS,
    DASHES,
    SINGLE_QUOTES,
    TERMINATORS,
    ZERO_WIDTH,
    closing_quotes,
)

# Looking back and ahead is bounded, so that the time stays linear whatever the text.
LONGEST_WORD = 80

_RUN = re.compile(r"\.(?:[ \xa0]\.){2,}|[.!?…]+")
_WORD_AHEAD = re.compile(r"[^\W_](?:[^\W_]|[-’'.\u0300-\u036f](?=[^\W_]))*\.?")
_LEADING = re.compile(r"""^[\W_]+""")
_DASHED = re.compile(rf"[{DASHES}]\s*")


@dataclass(frozen=True)
class Candidate:
    """One possible sentence end in ``text``.

    ``start``: where its sentence starts. ``mark``: the first terminator. ``end``: after terminators, closing quotes and
    brackets, so the sentence would be ``text[start:end]``. ``follows``: the next non-space character, ``len(text)`` at
    the end. ``blank``: no letter or digit stands between ``start`` and ``mark``. ``in_parenthesis``: it stands in a
    parenthesis that opened within its sentence. ``all_lower``: its line has no capital letter.
    """

    text: str
    start: int
    mark: int
    end: int
    follows: int
    blank: bool
    in_parenthesis: bool
    all_lower: bool

    @cached_property
    def marks(self) -> str:
        """The terminators themselves, without spaces, quotes and brackets."""
        return "".join(character for character in self.text[self.mark : self.end] if character in TERMINATORS)

    @cached_property
    def is_full_stop(self) -> bool:
        """One full stop, the only mark that may belong to an abbreviation or a number."""
        return self.marks == "."

    @property
    def glued(self) -> bool:
        """Whether the next character follows without a space."""
        return self.follows == self.end

    @cached_property
    def word(self) -> str:
        """The word before the mark, without opening quotes and brackets and without the mark: ``p.sh``, ``SH.B.A``."""
        back = self.text[max(self.start, self.mark - LONGEST_WORD) : self.mark]
        pieces = back.split()
        if not pieces or back[-1].isspace():
            return ""
        return _LEADING.sub("", re.split(r"[/–—(\[“”„«»\"]", pieces[-1])[-1])

    @cached_property
    def word_before(self) -> str:
        """The word before ``word``, or nothing at the start of the sentence."""
        pieces = self.text[max(self.start, self.mark - 2 * LONGEST_WORD) : self.mark].split()
        return _LEADING.sub("", pieces[-2]) if len(pieces) > 1 else ""

    @cached_property
    def words_before(self) -> int:
        """How many words stand between the start of the sentence and ``word``."""
        return len(self.text[max(self.start, self.mark - 2 * LONGEST_WORD) : self.mark].split()) - 1

    @cached_property
    def opens_sentence(self) -> bool:
        """Whether ``word`` is the first word of its sentence."""
        if not self.word or self.mark - self.start > 2 * LONGEST_WORD:
            return False
        return not any(character.isalnum() for character in self.text[self.start : self.mark - len(self.word)])

    @cached_property
    def next_words(self) -> tuple[str, str, str]:
        """The next three words, each with its full stop if any, past dashes, quotes and brackets; empty at the end."""
        at, words = self.first_letter, []
        for _ in range(3):
            match = _WORD_AHEAD.match(self.text, at, at + LONGEST_WORD)
            words.append(match.group() if match else "")
            at = match.end() if match else at
            at += 1 if at < len(self.text) and self.text[at] in " \xa0" else 0
        return words[0], words[1], words[2]

    @cached_property
    def first_letter(self) -> int:
        """Offset of the first letter, digit or other symbol that decides how the following text starts."""
        at = self.follows
        limit = min(len(self.text), at + LONGEST_WORD)
        while at < limit and not self.text[at].isalnum() and self.text[at] not in "\n\r":
            at += 1
        return at

    @cached_property
    def next_letter(self) -> str:
        """The character at ``first_letter``, or nothing where only marks follow."""
        letter = self.text[self.first_letter : self.first_letter + 1]
        return letter if letter.isalnum() else ""

    @property
    def next_is_lower(self) -> bool:
        """The text goes on in lower case (and not with a brand such as iPhone or e-Albania)."""
        return self.next_letter.islower() and not is_brand(self.next_words[0])

    @property
    def next_is_dash(self) -> bool:
        """A dash stands first in what follows, as in dialogue."""
        return _DASHED.match(self.text, self.follows) is not None


def is_brand(word: str) -> bool:
    """Whether a word starts in lower case on purpose: iPhone, eBay, e-Albania."""
    if not word[:1].islower():
        return False
    return word[1:2].isupper() or (word[1:2] == "-" and word[2:3].isupper())


def candidates(text: str, breaks: frozenset[int]) -> Iterator[tuple[int, int, int]]:
    """The ``(mark, end, follows)`` of every possible sentence end, left to right, none before a line in ``breaks``."""
    closing = closing_quotes(text)
    after = 0
    for run in _RUN.finditer(text):
        if run.start() < after:
            continue
        end = _past_closers(text, run.end(), closing)
        after = follows = end
        while follows < len(text) and text[follows].isspace():
            follows += 1
        if follows not in breaks:
            yield run.start(), end, follows


def _past_closers(text: str, at: int, closing: frozenset[int]) -> int:
    """The offset after closing quotes, brackets and further terminators that stand at ``at``."""
    while at < len(text):
        character = text[at]
        single = character in SINGLE_QUOTES and not text[at + 1 : at + 2].isalnum()
        if character in CLOSING_BRACKETS + TERMINATORS + ZERO_WIDTH or at in closing or single:
            at += 1
        elif character in " \xa0\u202f" and at + 1 in closing:
            at += 2
        else:
            break
    return at
