"""Whether a sentence that was cut before its end still waits for something: its subject, its verb, a noun.

Words stand with the punctuation marks before them, as ``checks.words.marked_words`` gives them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mtsum.checks.qualifiers import HEDGES
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
_PREPOSITIONS = frozenset({"at", "by", "for", "from", "in", "of", "on", "thanks", "to", "under", "with"})
_FEW_WORDS = 3
_OUTCOMES = frozenset({"killing", "injuring", "wounding", "destroying", "leaving", "causing", "sparking", "forcing"})
_CONDITIONS = frozenset({"if", "unless", "without", "barring"})
_AS_MUCH = frozenset({"and", "or", "whereas"})
_CONCESSIONS = frozenset({"though", "although", "albeit"})
_MOST_WORDS_OF_A_RESERVATION = 4
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
        _awaits_what_is_said,
        _ends_in_a_waiting_word,
        _awaits_its_verb,
        _has_only_verbs_of_relative_clauses,
        _says_as_much,
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


def _awaits_what_is_said(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether what is said has only begun: “He said that far from helping” of “He said that far from helping, it hurts”."""
    that = max((at for at in range(start) if fold(source[at][0]) == "that"), default=start)
    said = source[that + 1 : start]
    if not said or not source[start][1] or any(marks for _, marks in said):
        return False
    return fold(said[0][0]) in _WAITING | _PREPOSITIONS | {"far"} and not any(_is_finite(word) for word, _ in said)


def _ends_in_a_waiting_word(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether the last word waits for what it belongs to: “some experience with” of “with, uh, substances”, “allegedly”."""
    last = fold(source[start - 1][0])
    return last in HEDGES or (bool(source[start][1]) and last in _PREPOSITIONS - {"thanks"})


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


def _has_only_verbs_of_relative_clauses(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether the main verb is gone: “Mira, a cook who was ill” of “Mira, a cook who was ill since May, left”."""
    if not any(_is_finite(word) for word, _ in source[start:]):
        return False
    relatives = RELATIVES | {"that"} if fold(source[0][0]) in _PREPOSITIONS else RELATIVES
    main = []
    in_a_clause = False
    for word, marks in source[:start]:
        opens = fold(word).split("'")[0] in relatives
        in_a_clause = opens or (in_a_clause and not marks)
        if not in_a_clause:
            main.append(word)
    return len(main) < start and not any(map(may_be_a_verb, main))


def _says_as_much(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether the part says as much as what is left, not something of it: “Lucy is fair, and Maria is dark”."""
    last_of_a_list = start > 1 and fold(source[start - 2][0]) == "to" and source[start][1]
    if last_of_a_list and {"and", "or"} & {fold(word) for word, _ in source[start:]}:
        return True  # “to rob, kill and burn”
    return fold(source[start][0]) in _AS_MUCH


def _parts_adjectives(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether the part begins where an adjective waits for its noun: “a serious” of “a serious, lasting wound”."""
    return bool(source[start][1]) and fold(source[start - 1][0]).endswith(_ADJECTIVE_ENDINGS)


def _is_finite(word: str) -> bool:
    """Whether ``word`` is a verb that has a subject, and does not say whose the claim is; a form in -ed may be a participle."""
    return is_a_verb(word) and not word.endswith("ed") and fold(word) not in SAYING


def _tells_the_outcome(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether the part is what came of it: “a gorilla leaped at the window, cracking it”, “so it fled”."""
    first = fold(source[start][0])
    if source[start][1] and first == "so" and start + 1 < len(source) and fold(source[start + 1][0]) != "far":
        return True
    short = first.endswith("ing") and len(source) - start <= _FEW_WORDS
    return bool(source[start][1]) and (short or first in _OUTCOMES)


def _turns_it_round(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether the part from ``start`` says that what is told before it is not so, or not all: “always thorny, but rarely”."""
    before = " ".join(fold(word) for word, _ in source[:start])
    first = fold(source[start][0])
    if first in {"but", "yet", "nor"} or "not only" in before or "not just" in before:
        return True
    if source[start][1] and first in _CONDITIONS:
        return True
    if first in _CONCESSIONS and len(source) - start <= _MOST_WORDS_OF_A_RESERVATION:
        return True
    return first == "until" and _NOT_YET_TRUE.search(before) is not None


def last_mark(source: Sequence[tuple[str, str]], end: int) -> int:
    """The last position before ``end`` that a mark stands before; 0 where none does."""
    return max((at for at in range(1, end) if source[at][1]), default=0)
