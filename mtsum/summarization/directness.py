"""How directly a sentence tells news: a name or a number, told of others, is news; a question or “you know” leads up to it.

What each kind is worth was chosen on validation articles of CNN/DailyMail. Of its training articles, the share of an opening
sentence's content words that stand in the reference summary is 0.33; 0.21 where it names nothing, 0.20 where the writer
speaks of himself, 0.17 where he speaks to the reader, 0.23 where it begins with a pronoun.
"""

from __future__ import annotations

import re

from mtsum.checks.words import content_stems
from mtsum.summarization.source import SourceSentence

_QUOTATION = re.compile('["“„«][^"“”„«»]*["”»]')
_WRITER_OR_READER = re.compile(r"\b(?:I|my|me|we|our|us|[Yy]ou(?:r|rself)?)\b")
_PRONOUN = re.compile(r"(?:It|They|He|She|This|That|There|We|My|Our)\b")
_QUOTED_WORTH = 0.85
_ASKED_WORTH = 0.7
_SPOKEN_WORTH = 0.35
_DOUBTFUL_WORTH = 0.8
_OF_WRITER_OR_READER_WORTH = 0.6
_PRONOUN_WORTH = 0.8
_NAMELESS_WORTH = 0.75
_LISTED_WORTH = 0.6
# With so many content words a sentence says enough to be worth all of its place.
_CONTENT_WORDS = 5


def directness(sentence: SourceSentence) -> float:
    """How much of its place ``sentence`` is worth, 0 to 1, by how it is said; less too where its translation is doubtful."""
    text = sentence.text
    told = _QUOTATION.sub(" ", text)
    kinds = (
        (sentence.doubtful, _DOUBTFUL_WORTH),
        (text[:1] in "\"“„«'‘", _QUOTED_WORTH),
        (text.endswith("?"), _ASKED_WORTH),
        (sentence.spoken, _SPOKEN_WORTH),
        (_WRITER_OR_READER.search(told), _OF_WRITER_OR_READER_WORTH),
        (_PRONOUN.match(told.strip()), _PRONOUN_WORTH),
        (not names_something(text), _NAMELESS_WORTH),
        (text.startswith(("•", "·", "- ")), _LISTED_WORTH),
    )
    worth = says_enough(text)
    for applies, share in kinds:
        if applies:
            worth *= share
    return worth


def says_enough(text: str) -> float:
    """How much of its place a sentence is worth, 0 to 1, by how much it says: 1 with five content words or more."""
    return min(1.0, len(content_stems(text)) / _CONTENT_WORDS)


def names_something(text: str) -> bool:
    """Whether a number stands in ``text``, or a capital letter after its first word."""
    rest = text.partition(" ")[2]
    return any(character.isupper() for character in rest) or any(character.isdigit() for character in text)
