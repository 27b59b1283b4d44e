"""Whether a sentence that was cut before its end still waits for something: its subject, its verb, a noun.

Words stand with the punctuation marks before them, as ``checks.words.marked_words`` gives them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mtsum.checks.verbs import is_a_verb, is_past, may_be_a_verb
from mtsum.checks.words import fold

RELATIVES = frozenset({"which", "who", "whom", "whose", "where"})
SAYING = frozenset(
    {"says", "said", "feels", "felt", "thinks", "thought", "believes", "believed", "hopes", "adds", "added"}
)
JOINING = frozenset({"and", "or", "but", "yet", "nor"})
_MOST_WORDS_OF_A_SPEAKER = 4
CLAUSE_OPENERS = RELATIVES | {"that", "because", "if", "when", "while", "although", "and", "but"}
# A clause or phrase that begins with one of these waits for the sentence's subject.
_WAITING_TEXT = """
according after although amid as because before despite during following given if once since though unless until when whereas
while with without
"""
_WAITING = frozenset(_WAITING_TEXT.split())
_FEW_WORDS = 3
_OUTCOMES = frozenset({"killing", "injuring", "wounding", "destroying", "leaving", "causing", "sparking", "forcing"})
_ADJECTIVE_ENDINGS = ("ous", "ful", "less", "ible")
_CONNECTIVE = re.compile(
    r"(?:in fact|for (?:example|instance)|of course|in addition|in turn|as a result|after all|and|but|or|so|yet|then|still|indeed"
    r"|however|though|meanwhile|therefore|instead|besides)"
)
_NOT_YET_TRUE = re.compile(
    r"\b(?:could|would|might|should) have\b|\b(?:was|were) (?:supposed|meant|due|expected|scheduled|set|about|to)\b"
    r"|\bhad (?:been )?(?:hoped|planned|expected|wanted|intended|tried)\b"
    r"|\b(?:initially|originally|at first|so far|nearly|almost)\b"
)


def is_unfinished(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether the words of ``source`` before position ``start`` can't be a sentence without those from there on."""
    rules = (
        _ends_an_aside,
        _turns_it_round,
        _awaits_its_subject,
        _awaits_its_verb,
        _parts_adjectives,
        _tells_the_outcome,
    )
    return any(rule(source, start) for rule in rules)


def _ends_an_aside(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether the part from ``start`` goes on with a clause that an aside between marks parts from its “who” or “that”.

    Or with one that is only announced: “the city was at the heart of it -- in fact, it led”.
    """
    last = last_mark(source, start)
    if not last or not source[start][1]:
        return False
    aside = [fold(word) for word, _ in source[last:start]]
    if fold(source[last - 1][0]) in CLAUSE_OPENERS or _CONNECTIVE.fullmatch(" ".join(aside)):
        return True
    if aside[0] in JOINING and not any(may_be_a_verb(word) for word, _ in source[last:start]):
        return True  # “it took Egypt, and the world, by storm”
    # “But this time, he feels, they listen”: what was said began before the speaker and has not had its verb.
    before = last_mark(source, last)
    says = len(aside) <= _MOST_WORDS_OF_A_SPEAKER and aside[-1] in SAYING
    return says and not any(may_be_a_verb(word) for word, _ in source[before:last])


def _awaits_its_subject(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether all that is left is how the sentence begins: “When the trial began” of “When the trial began, he fled”."""
    opening = [fold(word) for word, _ in source[:2]]
    first = opening[-1] if opening[0] in {"just", "even", "only"} else opening[0]
    if first in _WAITING and fold(source[start][0]) == "then":
        return True
    begins = first in _WAITING or (first.endswith("ing") and bool(source[start][1]))
    return begins and not any(marks and not word[0].isdigit() for word, marks in source[1:start])


def _awaits_its_verb(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether nothing but the subject and an aside is left: “The plan, made in 2011” of “The plan, made in 2011, failed”."""
    gone, left = ([word for word, _ in part] for part in (source[start:], source[:start]))
    goes_on = source[start][1] or fold(gone[0]) in JOINING
    if goes_on and any(map(_is_finite, gone)) and not any(map(is_a_verb, left)):
        return True
    later = (source[at][0] for at in range(start + 1, len(source)) if source[at][1])
    if source[start][1] and any(map(_is_finite, later)):
        return True  # the aside goes with the verb: “A sea valued at nothing, one of ours, is dying”
    last = last_mark(source, start)
    if not last or not source[start][1]:
        return False
    subject, aside = ([word for word, _ in part] for part in (source[:last], source[last:start]))
    relative = fold(aside[0]) in RELATIVES
    if not relative and any(is_a_verb(word) for word in aside[1:]):
        return False  # a clause of its own
    if is_past(source[start][0]):
        return True
    if fold(subject[0]) in _WAITING:
        return False
    return not any(is_a_verb(word) if relative else may_be_a_verb(word) for word in subject)


def _parts_adjectives(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether the part begins where an adjective waits for its noun: “a serious” of “a serious, lasting wound”."""
    return bool(source[start][1]) and fold(source[start - 1][0]).endswith(_ADJECTIVE_ENDINGS)


def _is_finite(word: str) -> bool:
    """Whether ``word`` is a verb that has a subject, and does not say whose the claim is; a form in -ed may be a participle."""
    return is_a_verb(word) and not word.endswith("ed") and fold(word) not in SAYING


def _tells_the_outcome(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether the part is what came of it: “a gorilla leaped at the window, cracking it”."""
    first = fold(source[start][0])
    short = first.endswith("ing") and len(source) - start <= _FEW_WORDS
    return bool(source[start][1]) and (short or first in _OUTCOMES)


def _turns_it_round(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether the part from ``start`` says that what is told before it is not so, or not all: “always thorny, but rarely”."""
    before = " ".join(fold(word) for word, _ in source[:start])
    first = fold(source[start][0])
    if first in {"but", "yet"} or "not only" in before or "not just" in before:
        return True
    return first == "until" and _NOT_YET_TRUE.search(before) is not None


def last_mark(source: Sequence[tuple[str, str]], end: int) -> int:
    """The last position before ``end`` that a mark stands before; 0 where none does."""
    return max((at for at in range(1, end) if source[at][1]), default=0)
