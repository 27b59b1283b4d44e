"""A model's sentence written in the words of its source: the model chooses what to keep, not how it is written.

A small model that shortens a sentence misspells rare words, doubles some, and now and then swaps one for another. Where its
words and the source's run side by side, the source's are taken, and the marks between them: a copy mechanism (See et al.
2017, "Get To The Point") after the fact.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from mtsum.checks.cuts import OPENERS
from mtsum.checks.unfinished import CLAUSE_OPENERS, SAYING
from mtsum.checks.verbs import is_a_verb
from mtsum.checks.words import fold

_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+|(?<=\d)[,:]\d+)*")
_LIKE = 0.5
_MOST_WORDS_OF_WHO_SAYS_IT = 6
_REPORTING = SAYING | {"reported", "told"}


def copied(sentence: str, source: str) -> str:
    """The words of ``source`` that ``sentence`` keeps, in their order, with the marks that ``source`` has between them.

    A word that both have in the same order is kept. Words between two such ones stand for the source's words there, one
    for one where there are as many, else each for the next one that is spelled like it; one for which the source has none
    is left out. Where words are left out of the source, and at the end, the marks are the sentence's own, but for the comma
    of “In Egypt, where he was born, he is known”, which stays. The first letter is a capital. Empty where nothing is kept.
    """
    own, given = list(_WORD.finditer(sentence)), list(_WORD.finditer(source))
    kept = _kept([fold(match.group()) for match in own], [fold(match.group()) for match in given])
    if not kept:
        return ""
    pieces = []
    last_word, last_place = -1, -1
    for word, place in kept:
        if place == last_place + 1:
            pieces.append(_between(source, given, place))
        elif last_place >= 0 and fold(given[last_place].group()) in CLAUSE_OPENERS:
            pieces.append(" ")  # “that’s when, as he says, they came” without the marks of what is gone
        elif _keeps_its_comma(source, given, last_place, place):
            pieces.append(", ")
        else:
            pieces.append(_between(sentence, own, last_word + 1 if last_word >= 0 else word))
        pieces.append(given[place].group())
        last_word, last_place = word, place
    ends_as_source = last_place == len(given) - 1
    pieces.append(_between(source, given, len(given)) if ends_as_source else _between(sentence, own, len(own)))
    made = "".join(pieces).strip()
    return made[:1].upper() + made[1:]


def _between(text: str, words: Sequence[re.Match[str]], at: int) -> str:
    """What stands in ``text`` before its word number ``at``, or after its last one."""
    start = words[at - 1].end() if at else 0
    return text[start : words[at].start() if at < len(words) else len(text)]


def _keeps_its_comma(source: str, words: Sequence[re.Match[str]], last: int, following: int) -> bool:
    """Whether what an aside parts, between the words ``last`` and ``following``, has a comma without the aside as well.

    So has an introduction, and a phrase or clause at the end, or who says it.
    """
    if last < 0 or "," not in _between(source, words, last + 1) or "," not in _between(source, words, following):
        return False
    first = fold(words[0].group())
    marked = any("," in _between(source, words, at) for at in range(1, last + 1))
    rest = [fold(match.group()) for match in words[following:]]
    if len(rest) <= _MOST_WORDS_OF_WHO_SAYS_IT and _REPORTING & set(rest):
        return True
    introduction = not marked and (first in OPENERS or first.endswith(("ing", "ed")))
    after = words[following].group()
    return (introduction and not is_a_verb(after)) or fold(after) in OPENERS


def _kept(words: Sequence[str], given: Sequence[str]) -> list[tuple[int, int]]:
    """Which of ``words`` stand for which of ``given``, as positions, both ascending."""
    matcher = SequenceMatcher(None, given, words, autojunk=False)
    kept: list[tuple[int, int]] = []
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind == "equal" or (kind == "replace" and last - first == end - start):
            kept += zip(range(start, end), range(first, last), strict=True)
        elif kind == "replace":
            kept += [(start + at, first + place) for at, place in _in_their_places(words[start:end], given[first:last])]
    return kept


def _in_their_places(words: Sequence[str], given: Sequence[str]) -> list[tuple[int, int]]:
    """Each of ``words`` with the next of ``given`` that is spelled most like it, where one is."""
    places = []
    at = 0
    for number, word in enumerate(words):
        likeness = [SequenceMatcher(None, word, other).ratio() for other in given[at:]]
        best = max(range(len(likeness)), key=likeness.__getitem__, default=None)
        if best is not None and likeness[best] >= _LIKE:
            places.append((number, at + best))
            at += best + 1
    return places
