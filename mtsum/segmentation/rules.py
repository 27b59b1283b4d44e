"""The rules that decide whether a sentence ends at a candidate. Each is one function; the first that answers is heard.

A rule returns ``True`` (a sentence ends here), ``False`` (it goes on) or ``None`` (not mine to say).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mtsum.segmentation.abbreviations import LanguageRules, fold
from mtsum.segmentation.candidates import LONGEST_WORD, Candidate
from mtsum.segmentation.characters import DASHES, DOUBLE_QUOTES

Rule = Callable[[Candidate, LanguageRules], bool | None]

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DAY_OR_MONTH = re.compile(r"\d{1,2}")
_REST_OF_DATE = re.compile(r"\d{1,2}\.\s?\d{2,4}(?!\d)|\d{4}(?!\d)")
_ROMAN = re.compile(r"(?=[IVXLC])(?:X[LC]|L?X{0,3})?(?:IX|IV|V?I{0,3})")
_INITIAL = re.compile(r"(?:[A-ZÇË]|Dh|Gj|Ll|Nj|Rr|Sh|Th|Xh|Zh)")
_ACRONYM = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,3}")
_DOMAIN_ENDINGS = frozenset(("com", "net", "org", "info", "tv", "eu", "al", "mk", "edu", "gov", "io", "js"))
_ONLY_DOTS_IN_BRACKETS = re.compile(r"[(\[]\s*(?:\.{3}|…)\s*[)\]]")


def nothing_said_yet(candidate: Candidate, language: LanguageRules) -> bool | None:
    """Marks before the first word open the sentence: ``…dhe kështu``, ``(…) Opozita``."""
    return False if candidate.blank else None


def omission_mark(candidate: Candidate, language: LanguageRules) -> bool | None:
    """``[…]`` inside a quotation stands for words left out, not for an end."""
    around = candidate.text[max(0, candidate.mark - 2) : candidate.end]
    return False if _ONLY_DOTS_IN_BRACKETS.search(around) else None


def only_marks_follow(candidate: Candidate, language: LanguageRules) -> bool | None:
    """A stray quotation mark or an emoji at the end of a line is no sentence."""
    return None if candidate.next_letter else False


def comma_follows(candidate: Candidate, language: LanguageRules) -> bool | None:
    """``“Mjaft!”, tha ai``: punctuation that follows at once keeps the sentence going."""
    return False if candidate.glued and candidate.text[candidate.end] in ",;:" else None


def inside_token(candidate: Candidate, language: LanguageRules) -> bool | None:
    """Without a space, a mark belongs to its token (``3.5``, ``bbc.com``) unless a lost space is plain to see."""
    if not candidate.glued:
        return None
    return _space_was_lost(candidate) and not (candidate.is_full_stop and language.knows(fold(candidate.word)))


def _space_was_lost(candidate: Candidate) -> bool:
    """``studimi.Me sezonin``, ``Kuvend.“Nuk``, ``dje?Askush``: a word, a mark, a capitalized word or a quotation."""
    text, end = candidate.text, candidate.end
    token = re.split(r"\s", text[max(0, candidate.mark - LONGEST_WORD) : candidate.mark])[-1]
    if "@" in token or "://" in token or token.lower().startswith("www"):
        return False
    plain = candidate.marks != "." or text[end - 1] not in ".!?…" or _is_whole_word(candidate.word)
    if text[end] in '“„«"(' + DASHES:
        return plain and not candidate.next_letter.islower()
    following = candidate.next_words[0].rstrip(".")
    capitalized = following[:1].isupper() and (len(following) == 1 or following[1].islower() or len(following) > 2)
    return plain and capitalized and candidate.first_letter == end and fold(following) not in _DOMAIN_ENDINGS


def _is_whole_word(word: str) -> bool:
    """Whether a word before a full stop is no initial, acronym or part of an address: ``re``, ``COVID-19``."""
    if len(word) < 2 or "." in word:
        return False
    letters = fold(word)
    return word[-1] in '”“»")' or word[-1].isdigit() or (word[-1].islower() and bool(set(letters) & set("aeiouy")))


def inside_parenthesis(candidate: Candidate, language: LanguageRules) -> bool | None:
    """A parenthesis within a sentence is not cut, even where it holds several sentences."""
    return False if candidate.in_parenthesis else None


def goes_on_in_lower_case(candidate: Candidate, language: LanguageRules) -> bool | None:
    """``“Pse?” pyeti ai``, ``Nuk e di… ndoshta``: lower case carries on, unless the whole line is typed so."""
    if not candidate.next_is_lower:
        return None
    if candidate.marks != "." or not candidate.all_lower or language.knows(fold(candidate.word)):
        return False
    return len(candidate.word) > 1 and not candidate.word.isdigit() and not _ACRONYM.fullmatch(candidate.word)


def reported_speech(candidate: Candidate, language: LanguageRules) -> bool | None:
    """``“There's a shark!” Hammel added``: a name and a verb of saying after a quotation belong to it."""
    if candidate.is_full_stop or candidate.text[candidate.end - 1] not in DOUBLE_QUOTES:
        return None
    name, *rest = candidate.next_words
    if fold(name) in language.starters or not name[:1].isupper():
        return None
    verb = rest[1] if rest[0][:1].isupper() else rest[0]
    return False if fold(verb.rstrip(".")) in language.reporting else None


def not_a_full_stop(candidate: Candidate, language: LanguageRules) -> bool | None:
    """Past lower case, a question mark, exclamation mark or ellipsis ends the sentence."""
    return None if candidate.is_full_stop else True


def enumerator(candidate: Candidate, language: LanguageRules) -> bool | None:
    """A number or letter that opens a sentence names it: ``1. Mblidhni``, ``3.2. Rezultatet``, ``I. Hyrje``."""
    word = candidate.word
    if candidate.opens_sentence and (_NUMBER.fullmatch(word) or _ROMAN.fullmatch(word) or _INITIAL.fullmatch(word)):
        return False
    return None


def division(candidate: Candidate, language: LanguageRules) -> bool | None:
    """``Kreu II. Të drejtat``: the number of a chapter or article stays with its heading."""
    if fold(candidate.word_before) not in language.divisions or not candidate.word_before[:1].isupper():
        return None
    numbered = _NUMBER.fullmatch(candidate.word) or _ROMAN.fullmatch(candidate.word)
    return False if numbered and candidate.words_before == 1 else None


def ordinal(candidate: Candidate, language: LanguageRules) -> bool | None:
    """``më 5. Maj`` and ``12. 03. 1965`` are dates."""
    if not _DAY_OR_MONTH.fullmatch(candidate.word.rpartition(".")[2] or "-"):
        return None
    if fold(candidate.next_words[0].rstrip(".")) in language.months:
        return False
    return False if _REST_OF_DATE.match(candidate.text, candidate.follows) else None


def title_or_introduction(candidate: Candidate, language: LanguageRules) -> bool | None:
    """``z. Hoxha``, ``p.sh. Tirana``: some abbreviations always have more to come."""
    return False if fold(candidate.word) in language.never_end else None


def before_number(candidate: Candidate, language: LanguageRules) -> bool | None:
    """``nr. 5``, ``fig. A``, ``shek. XX``, ``nr. prot.``: some abbreviations go on with a number.

    A capital letter is an initial instead: ``p. 5`` is a page, ``John P. Carlin`` is not.
    """
    if fold(candidate.word) not in language.before_number or (len(candidate.word) == 1 and candidate.word.isupper()):
        return None
    following = candidate.next_words[0].rstrip(".")
    if following[:1].isdigit() or _ROMAN.fullmatch(following) or language.knows(fold(following)):
        return False
    return _starts(candidate, language) or not _INITIAL.fullmatch(following)


def always_before_capital(candidate: Candidate, language: LanguageRules) -> bool | None:
    """``etj.`` before a capital ends the sentence."""
    return True if fold(candidate.word) in language.ends_before_capital else None


def initial(candidate: Candidate, language: LanguageRules) -> bool | None:
    """``A. Q. Kelmendi``, ``Sh. L.``: a single letter is a name's, unless it names a plan, a group, a vitamin."""
    if not _INITIAL.fullmatch(candidate.word):
        return None
    if fold(candidate.word_before) in language.lettered:
        return True
    return _starts(candidate, language)


def _starts(candidate: Candidate, language: LanguageRules) -> bool:
    """Whether the next word is one that opens sentences (and no initial: ``A. I. Kelmendi``)."""
    word = candidate.next_words[0]
    return fold(word.rstrip(".") if len(word) > 2 else word) in language.starters


def acronym(candidate: Candidate, language: LanguageRules) -> bool | None:
    """``the U.S. Senate`` and ``A.K. Hoxha`` go on, ``the U.S. He`` ends."""
    word = fold(candidate.word)
    if word in language.may_end:
        return None
    if word in language.ends_before_starter or _ACRONYM.fullmatch(candidate.word):
        return not _parenthesis_follows(candidate) and (_starts(candidate, language) or candidate.next_is_dash)
    return None


def ambiguous_abbreviation(candidate: Candidate, language: LanguageRules) -> bool | None:
    """``sh.p.k.``, ``SH.B.A.``, ``Inc.``, ``p.m.``, ``mln.``: the next two words tell."""
    if fold(candidate.word) not in language.may_end and not _has_no_vowel(candidate.word):
        return None
    first, second, _ = candidate.next_words
    if _parenthesis_follows(candidate):
        return False
    if _starts(candidate, language):
        return True
    next_word = fold(first.rstrip("."))
    if next_word in language.continuations or (first.endswith(".") and language.knows(next_word)):
        return False
    return not (first.isupper() and len(first) > 1) and not second[:1].isupper()


def _parenthesis_follows(candidate: Candidate) -> bool:
    """Whether the text goes on with a bracket, as after ``Sen. Jackson Jr. (D-Ill.)``."""
    return candidate.text[candidate.follows] in "(["


def _has_no_vowel(word: str) -> bool:
    """Whether a word can only be an abbreviation the lists do not have: ``Xhv``, ``prk``."""
    return word.isalpha() and len(word) <= 4 and not word.isupper() and not set(fold(word)) & set("aeiouy")


def end_of_sentence(candidate: Candidate, language: LanguageRules) -> bool | None:
    """Nothing speaks against it."""
    return True


RULES: tuple[Rule, ...] = (
    nothing_said_yet,
    omission_mark,
    only_marks_follow,
    comma_follows,
    inside_parenthesis,
    inside_token,
    goes_on_in_lower_case,
    reported_speech,
    not_a_full_stop,
    enumerator,
    division,
    ordinal,
    title_or_introduction,
    before_number,
    always_before_capital,
    initial,
    acronym,
    ambiguous_abbreviation,
    end_of_sentence,
)


def ends_sentence(candidate: Candidate, language: LanguageRules) -> bool:
    """Whether a sentence ends at the candidate."""
    return next(answer for rule in RULES if (answer := rule(candidate, language)) is not None)
