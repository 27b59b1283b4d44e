"""Which language a text is in, told by CLD2 (``pycld2``, model inside the wheel, no network, loads in a few ms).

Measured on 980 Albanian and 980 English news and encyclopaedia sentences it names 99.9% and 99.8% of them rightly,
99.8% of the Albanian ones typed without ë and ç, and four-word openings 94% (86% without ë and ç): alone among the
light libraries tried it holds without the diacritics at no cost to start-up. A few words decide nothing, so short
texts pass.
"""

from __future__ import annotations

from dataclasses import dataclass

from mtsum.errors import LanguageUnknown
from mtsum.languages import language

UNDETERMINED = "und"

# Below this many letters any verdict is a guess: names, dates and headlines of two words are in every language.
_FEWEST_LETTERS = 20
# An article's language shows in its opening; the rest of a long document would only cost time.
_MOST_CHARACTERS = 20_000
# CLD2 tells these apart by vocabulary that a news text may not contain; translators read them alike.
_NEAR_TWINS = ({"bs", "hr", "sr"}, {"no", "nn", "da"}, {"id", "ms"}, {"cs", "sk"}, {"gl", "pt"})
_OWN_CODE = {"iw": "he", "nb": "no", "jw": "jv", "sr-ME": "sr", "tl": "fil", "un": UNDETERMINED}
_CLD2_CODE = {"he": "iw"}


@dataclass(frozen=True)
class Identification:
    """The language found: ISO 639-1 ``code`` (``"und"`` when nothing could be told) and ``probability``.

    ``probability`` is the share of the text (0 to 1) that the identifier gives to the language, not a calibrated
    chance; ``reliable`` is its own word on whether the runner-up is clearly behind.
    """

    code: str
    probability: float
    reliable: bool


def identify(text: str) -> Identification:
    """The language of ``text``, judged by its first 20,000 characters. Never raises: the undecidable is ``"und"``."""
    # bestEffort: a guess on short text too, where CLD2 alone would say nothing.
    return _detect(text, bestEffort=True)


def looks_like(text: str, code: str) -> bool:
    """Whether ``text`` may be in the language ``code`` (any name that ``mtsum.languages`` knows).

    False only on evidence: texts under 20 letters, undecidable ones and near twins (Bosnian, Croatian, Serbian) pass.
    Raises ``LanguageUnknown`` for a name that the table does not know.
    """
    wanted = language(code).code
    if sum(character.isalpha() for character in text[:_MOST_CHARACTERS]) < _FEWEST_LETTERS:
        return True
    # What the text is said to be counts as a hint: six words of Albanian without ë and ç then raise a false alarm
    # 1 time in 90 instead of 1 in 16, and English said to be Albanian is found out as often.
    found = _detect(text, hintLanguage=_CLD2_CODE.get(wanted, wanted))
    if found.code in (UNDETERMINED, wanted) or any({found.code, wanted} <= twins for twins in _NEAR_TWINS):
        return True
    return not found.reliable


def _detect(text: str, **options: bool | str) -> Identification:
    import pycld2

    # CLD2 refuses control characters, unassigned code points and lone surrogates as broken UTF-8.
    clean = "".join(character if character.isprintable() else " " for character in text[:_MOST_CHARACTERS])
    try:
        reliable, _, found = pycld2.detect(clean, **options)
    except pycld2.error:
        return Identification(UNDETERMINED, 0.0, False)
    _, code, percent, _ = found[0]
    code = _OWN_CODE.get(code, code.split("-")[0])
    return Identification(code, 0.0 if code == UNDETERMINED else percent / 100, bool(reliable))


def name_of(code: str) -> str:
    """English name of an identified ``code`` for messages; the code itself where the table does not know it."""
    try:
        return language(code).name
    except LanguageUnknown:
        return code
