"""Words of a model's sentence put back as its source spells them: the model chooses what to keep, not how it is written.

A small model that shortens a sentence misspells rare words, and now and then swaps one for another. Where its words and the
source's run side by side, the source's are taken: a copy mechanism (See et al. 2017, "Get To The Point") after the fact.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from mtsum.checks.words import fold

_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+|(?<=\d)[,:]\d+)*")
_LIKE = 0.5
_SPACE_IN_QUOTE = re.compile(r"((?:^|\s)[\"“])\s+")


def copied(sentence: str, source: str) -> str:
    """``sentence`` with the words of ``source`` in the places of those that stand for them.

    A word that both have in the same order gets the source's capitals. Words between two such ones give way to the
    source's words there, one for one where there are as many, else each to the next one that is spelled like it. A word
    for which the source has none stays, for the checks to find. The first letter is a capital.
    """
    own, given = list(_WORD.finditer(sentence)), [match.group() for match in _WORD.finditer(source)]
    words = [match.group() for match in own]
    matcher = SequenceMatcher(None, [fold(word) for word in given], [fold(word) for word in words], autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind == "equal":
            # The capital of the source's first word is the sentence's, not the word's.
            skipped = 1 if first == 0 and start > 0 else 0
            words[start + skipped : end] = given[first + skipped : last]
        elif kind == "replace":
            words[start:end] = _in_their_places(words[start:end], given[first:last])
    pieces, at = [], 0
    for match, word in zip(own, words, strict=True):
        pieces += [sentence[at : match.start()], word]
        at = match.end()
    made = _SPACE_IN_QUOTE.sub(r"\1", "".join([*pieces, sentence[at:]]))
    return made[:1].upper() + made[1:]


def _in_their_places(words: Sequence[str], given: Sequence[str]) -> list[str]:
    if len(words) == len(given):
        return list(given)
    made: list[str] = []
    at = 0
    for word in words:
        likeness = [SequenceMatcher(None, fold(word), fold(other)).ratio() for other in given[at:]]
        best = max(range(len(likeness)), key=likeness.__getitem__, default=None)
        if best is None or likeness[best] < _LIKE:
            made.append(word)
        else:
            made.append(given[at + best])
            at += best + 1
    return made
