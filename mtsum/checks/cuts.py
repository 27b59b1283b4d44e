"""Where a sentence may be cut: a part that is left out must be one that the rest can stand without.

Compression by deletion of whole constituents (Jing 2000, "Sentence Reduction for Automatic Text Summarization"), with
punctuation and function words in place of a parser: a prepositional phrase, a clause or an aside may go; a noun out of the
middle of a phrase, or a verb, may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mtsum.checks.order import aligned, nearest
from mtsum.checks.unfinished import JOINING, RELATIVES, SAYING, is_unfinished, last_mark
from mtsum.checks.verbs import AUXILIARIES, is_a_verb, may_be_a_verb
from mtsum.checks.words import fold, marked_words

_OPENERS_TEXT = """
about above according across after against along alongside although amid among and around as at because before behind
below beside besides between beyond but by despite down due during except following for from if in including inside into like
near off on onto or out outside over per since so such than that though through throughout to toward towards under unless
until unlike up upon via what when where whereas whether which while who whom whose with within without yet
"""
_ADVERBS_TEXT = """
also already currently now soon still then today tomorrow yesterday monday tuesday wednesday thursday friday saturday sunday
"""
_ADVERBS = frozenset(_ADVERBS_TEXT.split())
OPENERS = frozenset(_OPENERS_TEXT.split())
"""Words that a phrase or clause begins with which may be left out."""
# Without a mark before it, what one of these begins tells which, when or by whom, and the rest would say something else.
_DEFINING_TEXT = """
as before by for if into like of over than that to unless until what when whether which who whom whose with within without
"""
_DEFINING = frozenset(_DEFINING_TEXT.split())
# What opens a sentence so says when, or under what condition, what follows is true.
_FRAMES = frozenset({"by", "during", "if", "once", "since", "under", "unless", "until", "without"})
_ONE_OF_SEVERAL = frozenset({"all", "another", "both", "one", "others", "some"})
_EXCEPTIONS = frozenset({"apart", "except", "excluding", "minus"})
_SPEAKERS = frozenset({"officer", "officers", "official", "officials", "spokesman", "spokesperson", "spokeswoman"})
_MOST_WORDS_OF_WHO_SAYS_IT = 6
_DOUBT = frozenset({"may", "might", "likely", "possibly", "probably", "suspected", "believed", "apparently", "appears"})
# Whose word a report may be taken to rest on without saying so; what other media report is hearsay.
_OFFICES_TEXT = """
authorities department government military ministry nato office police statement
"""
_OFFICES = frozenset(_OFFICES_TEXT.split())
_WITH_AFTER_TEXT = "die dies died look looks looked looking name names named naming take takes took"
_WITH_AFTER = frozenset(_WITH_AFTER_TEXT.split())
_NEAR = 3
# Between marks, what begins with one of these goes on after it (“he fell, but after a while, she came”, “ten, including two
# of us, three of them and you”) or holds for it (“his life, as he knew it, ended”).
_JOINED_TO = JOINING | {"as"}
_PLURALS = frozenset({"they", "them", "their", "theirs"})
_DASH = re.compile(r"--+|[–—]|(?<=\s)-(?=\s)")
_PARENTHETIC = frozenset({"however", "though", "meanwhile", "therefore", "instead", "too", "also"})
_LIST_GOES_ON = re.compile(
    r"^(?:as well as|and|plus|or) (?:\d|one|two|three|four|five|six|seven|eight|nine|ten|another|others?\b|those\b)"
)


def unsafe_cuts(sentence: str, sources: Sequence[str]) -> tuple[str, ...]:
    """The first words of the parts that ``sentence`` leaves out of the source nearest to it, and may not.

    A part may go that begins after a punctuation mark, or with a preposition, a conjunction, a relative pronoun, an adverb
    or a day; at the source's beginning, one that a mark ends, or “so” or “when”. None may begin with an auxiliary or
    “said”: its subject would stay behind. None may end before a relative pronoun or an apposition, which would speak of
    another noun; none may begin after a colon or where a list counts on (“and two men”), and no pronoun, preposition or
    conjunction may go alone, unless it is said twice. What is left has a verb, asks where its source asks, keeps both
    dashes of an aside or none, and is finished (see ``checks.unfinished``). Who says it stays, unless that is an office
    and there is no doubt, and so do an exception (“minus”), what opens a sentence with its time or condition (“During the
    war,”) and the one of several that it speaks of (“Another,”). A list ends with its last member.
    """
    wanted = [fold(word) for word, _ in marked_words(sentence)]
    found = [marked_words(source) for source in sources]
    which, kept = nearest(wanted, [[fold(word) for word, _ in source] for source in found])
    if not kept:
        return ()
    source = found[which]
    if _opens_an_aside_only(sentence, sources[which]):
        return ("--",)
    if _asks(sources[which]) and not _asks(sentence):
        return (source[-1][0],)
    if len(kept) < len(source) and not any(may_be_a_verb(source[at][0]) for at in kept):
        return (source[kept[0]][0],)
    # Of “the car, which was near, was hit” either “was” may be the one that stays: what can be a whole part is what went.
    other = [len(source) - 1 - at for at in aligned([fold(word) for word, _ in reversed(source)], wanted[::-1])]
    return min((_parts_that_stay(source, set(places)) for places in (kept, other)), key=len)


def _parts_that_stay(source: Sequence[tuple[str, str]], kept: set[int]) -> tuple[str, ...]:
    """The first words of the parts of ``source`` that are not in ``kept`` and may not go."""
    starts = [at for at in range(len(source)) if at not in kept and (at == 0 or at - 1 in kept)]
    return tuple(source[at][0] for at in starts if not _may_go(source, at, kept))


def _asks(sentence: str) -> bool:
    return sentence.rstrip(" \"'”’“»)]").endswith("?")


def _opens_an_aside_only(sentence: str, source: str) -> bool:
    """Whether one dash is left of a pair: “others -- say at the pole” of “others -- say at the pole -- saw it”."""
    return len(_DASH.findall(source)) % 2 == 0 and len(_DASH.findall(sentence)) % 2 == 1


def _may_go(source: Sequence[tuple[str, str]], start: int, kept: set[int]) -> bool:
    """Whether the part of ``source`` from position ``start`` to the next of the ``kept`` ones may be left out."""
    end = next((at for at in range(start, len(source)) if at in kept), len(source))
    if _is_said_twice(source, start, end):
        return True
    unfinished = _leaves_it_unfinished(source, start, end) or _tells_apart(source, start, end)
    return not unfinished and _is_a_whole_part(source, start, end)


def _is_said_twice(source: Sequence[tuple[str, str]], start: int, end: int) -> bool:
    """Whether the part is, without a mark between, the words before it or after it once more, as translators stutter."""
    size = end - start
    part, before, after = (
        [fold(word) for word, _ in source[max(0, first) : first + size]] for first in (start, start - size, end)
    )
    if any(word[0].isupper() for word, _ in source[start:end]):
        return False  # as in “Jay Jay French”
    unmarked = not any(marks for _, marks in source[start + 1 : end])
    once_more = (part == before and not source[start][1]) or (part == after and not source[end][1])
    return unmarked and once_more


def _leaves_it_unfinished(source: Sequence[tuple[str, str]], start: int, end: int) -> bool:
    """Whether the rest goes on with what went, announces it, or is undone by it."""
    marks = source[start][1]
    if start and ":" in marks:
        return True
    if end == len(source):
        return is_unfinished(source, start)
    if start and marks and source[end][1] and _holds_for_what_follows(source, start, end):
        return True
    return bool(start) and (_speaks_of_what_went(source, start, end) or (bool(marks) and not source[end][1]))


def _holds_for_what_follows(source: Sequence[tuple[str, str]], start: int, end: int) -> bool:
    """Whether the part joins or qualifies what comes after it, or is the beginning of what goes on there."""
    opening = fold(source[start][0])
    return (
        opening in _JOINED_TO
        or fold(source[end][0]) in {"and", "or"}
        or (opening == "including" and not is_a_verb(source[end][0]))
    )


def _tells_apart(source: Sequence[tuple[str, str]], start: int, end: int) -> bool:
    """Whether the part is a list's member, defines what is before it, or says whose claim that is."""
    part, before = ([fold(word) for word, _ in source[first:last]] for first, last in ((start, end), (0, start)))
    whose = [clause for clause in _clauses(source[start:end]) if _says_whose(clause)]
    if whose and (_DOUBT & set(before) or not all(_rests_on_an_office(clause) for clause in whose)):
        return True
    if part[0] in JOINING and not any(may_be_a_verb(word) for word, _ in source[start:end]):
        return True
    if "in turn" in " ".join(part) or part[0] in _EXCEPTIONS or _goes_on_alike(source, start):
        return True
    if _LIST_GOES_ON.match(" ".join(part)) or _is_the_last_of_a_list(source, start) or _ends_a_list(source, start, end):
        return True
    if {"other", "others"} & set(part[:3]) and {"one", "some"} & set(before):
        return True
    # “For days, if not months” is a list that ends there.
    if (part[0] == "and" and "both" in before) or part[:2] == ["if", "not"]:
        return True
    # “He pleaded guilty after his arrest because he was afraid”: the reason is what is said.
    if part[0] == "after" and _WITH_AFTER & set(before[-_NEAR:]):
        return True
    if not start:
        return part[0] in _FRAMES
    of_what = part[0] in OPENERS and len(part) > 1 and part[1] in {"what", "whom", "whose", "which"}
    opening = next((word for word in part if word not in _ADVERBS), part[0])
    return not source[start][1] and (opening in _DEFINING or "because" in part or of_what)


def _is_a_whole_part(source: Sequence[tuple[str, str]], start: int, end: int) -> bool:
    """Whether the part begins as a phrase, a clause or an aside does, and is no pronoun or preposition alone."""
    part, marks = [fold(word) for word, _ in source[start:end]], source[start][1]
    if start == 0:
        turned_round = part == ["so"] and end < len(source) and fold(source[end][0]) in AUXILIARIES
        alone = len(part) == 1 and part[0] in OPENERS | _ADVERBS and not turned_round
        if len(part) == 1 and part[0] in _ONE_OF_SEVERAL:
            return False  # “Another, a student, is charged”
        if len(part) > 1 and _PLURALS & {fold(word) for word, _ in source[end:]}:
            return False  # “To stop the thieves, think like them”
        return end == len(source) or bool(source[end][1]) or alone
    if len(part) == 1 and part[0] in OPENERS:
        return False
    opening = next((word for word in part if word not in _PARENTHETIC), part[0])
    is_auxiliary = opening in AUXILIARIES or opening.endswith("n't")
    return not is_auxiliary and (bool(marks) or part[0] in OPENERS | _ADVERBS or part[0].endswith("ly"))


def _speaks_of_what_went(source: Sequence[tuple[str, str]], start: int, end: int) -> bool:
    """Whether what follows the part from ``start`` to ``end`` was said of a noun in it.

    A relative clause is, or after a mark an apposition (“a town”, “Spain” after “Barcelona”) or a participle after a
    relative clause.
    """
    following, marks = source[end]
    if fold(following) in RELATIVES:
        return True
    of_a_name = source[end - 1][0][0].isupper() and following[0].isupper()
    of_a_clause = fold(source[start][0]) in RELATIVES and following.endswith("ing")
    return bool(marks) and (fold(following) in {"a", "an", "but", "yet"} or of_a_name or of_a_clause)


def _goes_on_alike(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether the part says more of the same kind: “too loud” after “too rough”."""
    return start > 1 and bool(source[start][1]) and fold(source[start][0]) == fold(source[start - 2][0])


def _is_the_last_of_a_list(source: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether the part from ``start`` ends a list of clauses, which would stop without its “and”: “it rained, it blew, and”."""
    if fold(source[start][0]) not in {"and", "or"} or not source[start][1]:
        return False
    last = last_mark(source, start)
    before = last_mark(source, last)
    clauses = source[before:last], source[last:start]
    opens_aside = not last or fold(source[before][0]) in OPENERS | RELATIVES
    return not opens_aside and all(any(may_be_a_verb(word) for word, _ in clause) for clause in clauses)


def _ends_a_list(source: Sequence[tuple[str, str]], start: int, end: int) -> bool:
    """Whether the part is how a list of nouns ends the sentence: “an icon, a singer and a star” of “a poet, an icon, ...”."""
    part = [fold(word) for word, _ in source[start:end]]
    members = bool(source[start][1]) and part[0] not in OPENERS and bool({"and", "or"} & set(part))
    listed_before = any(marks for _, marks in source[1:start])
    return members and listed_before and end == len(source) and not any(is_a_verb(word) for word in part)


def _says_whose(part: Sequence[str]) -> bool:
    """Whether ``part`` says whose claim a sentence is: “the police said”, “according to a witness”."""
    return any(word in SAYING or word in {"told", "according", "reported"} for word in part)


def _clauses(part: Sequence[tuple[str, str]]) -> Iterator[list[str]]:
    """The words of ``part``, folded, as its marks part them."""
    starts = [0, *(at for at in range(1, len(part)) if part[at][1]), len(part)]
    for first, last in pairwise(starts):
        yield [fold(word) for word, _ in part[first:last]]


def _rests_on_an_office(part: Sequence[str]) -> bool:
    """Whether who says it is an office or speaks for one, and nothing more is told of it."""
    speaker = len(part) <= _MOST_WORDS_OF_WHO_SAYS_IT and _SPEAKERS & set(part)
    return bool(_OFFICES & set(part) or speaker) or ("white", "house") in pairwise(part)
