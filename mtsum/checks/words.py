"""Words of a text, and forms of them under which two texts can be compared."""

from __future__ import annotations

import re
import unicodedata

_MARKED = re.compile(r"[^\W_]+(?:['’.,\-][^\W_]+)*|[^\w\s]")
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")

# Function words carry no claim: two sentences that share only these say nothing about each other.
_ENGLISH_FUNCTION_WORDS_TEXT = """
a about above after again against all also although am among an and any are as at be because been before being
below between both but by can could did do does doing down during each either ever every few for from further
had has have having he her here hers herself him himself his how however i if in into is it its itself just less
many may me might mine more most much must my myself neither no nor not now of off on once one only onto or
other our ours ourselves out over own per rather same shall she should since so some still such than that the
their theirs them themselves then there these they this those though through thus to too toward towards under
until up upon us very was we were what when where whether which while who whom whose why will with within
without would yet you your yours yourself said says say told according
"""
ENGLISH_FUNCTION_WORDS = frozenset(_ENGLISH_FUNCTION_WORDS_TEXT.split())

_SUFFIXES = ("ingly", "edly", "ings", "ies", "ied", "ing", "es", "ed", "ly", "s")


def words(text: str) -> list[str]:
    """The words of ``text`` in order, as written; numbers and punctuation are left out."""
    return _WORD.findall(text)


def marked_words(text: str) -> list[tuple[str, str]]:
    """The words and numbers of ``text``, each with the punctuation marks that stand before it."""
    found, marks = [], ""
    for match in _MARKED.finditer(text):
        token = match.group()
        if token[0].isalnum():
            found.append((token, marks))
            marks = ""
        elif not _joins(text, match):
            marks += token
    return found


def _joins(text: str, mark: re.Match[str]) -> bool:
    """Whether ``mark`` parts nothing: a currency's, the dash inside “$58-$60”, or the full stop of “Sgt.”."""
    if mark.group() == "." and text[max(0, mark.start() - 1)].isalnum():
        return True
    glued = not text[max(0, mark.start() - 1)].isspace() and not text[mark.end() : mark.end() + 1].isspace()
    return mark.group() in "$€£" or (mark.group() in "-–/" and glued)


def fold(text: str) -> str:
    """``text`` without case, diacritics (ë like e, ç like c) and typographic apostrophes."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def stem(word: str) -> str:
    """A crude English stem: folded, without possessive and the commonest endings; at least three letters stay."""
    folded = fold(word).removesuffix("'s").removesuffix("'")
    for suffix in _SUFFIXES:
        if folded.endswith(suffix) and len(folded) - len(suffix) >= 3:
            folded = folded[: -len(suffix)]
            break
    return folded[:-1] if len(folded) > 3 and folded[-1] in "ey" else folded


def content_stems(text: str) -> list[str]:
    """Stems of the English content words of ``text``, in order, repeats kept; numbers count as content words."""
    found = re.findall(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’\-][^\W\d_]+)*", text)
    return [stem(word) for word in found if fold(word).removesuffix("'s") not in ENGLISH_FUNCTION_WORDS]


def bare_url_or_number(text: str) -> bool:
    """Whether nothing in ``text`` is language: only punctuation, numbers, web and mail addresses, or nothing at all."""
    rest = re.sub(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|[@#]\w+", " ", text)
    return not any(character.isalpha() for character in rest)
