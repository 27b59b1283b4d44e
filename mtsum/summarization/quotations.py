"""Words that are someone's: which sentences of a text are nothing but a quotation, and marks that run past a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MARKS = re.compile('["“”„«»]')
_NOTHING_BUT_A_QUOTATION = re.compile(r'\s*["“”„«»][^"“”„«»]*[.!?…]["“”„«»]\s*')
_OPENS_ONE = re.compile(r'[^"“”„«»]*(?<![^\s(])["“”„«»](?=\S)')
_OPENING_OF = {"”": "“", "“": "„", "»": "«"}
_CLOSING_OF = {"“": "”", "„": "”", "«": "»"}
_LONGEST = 6
"""Sentences after which a quotation that nobody closed is taken for a stray mark."""


def unattributed(sentences: Sequence[str]) -> list[bool]:
    """Of each sentence of a text, in order, whether it is someone's words and nothing else.

    It lies in a quotation that begins or ends in another sentence, or is a whole one. The sentence that closes a longer
    one is none of them: it says whose words they are.
    """
    found = []
    for sentence, (begins_in, ends_in) in zip(sentences, _in_quotation(sentences), strict=True):
        marks = len(_MARKS.findall(sentence))
        opens = ends_in and not begins_in and marks % 2 == 1
        whole = _NOTHING_BUT_A_QUOTATION.fullmatch(sentence) is not None
        found.append(opens or whole or (begins_in and marks == 0))
    return found


def with_whole_quotations(sentences: Sequence[str]) -> list[str]:
    """The sentences of a text, each with the marks of a quotation that runs past it: “We go,” of “We know. We go,” she said.

    Marks that come in no pairs for another reason are left out: half a quotation reads as a mistake.
    """
    states = _in_quotation(sentences)
    made = []
    for at, (sentence, (begins_in, ends_in)) in enumerate(zip(sentences, states, strict=True)):
        marks = _MARKS.findall(sentence)
        closed_later = ends_in and _closing_mark(sentences, states, at) is not None
        if begins_in and marks and len(marks) % 2 == 1:
            made.append(_OPENING_OF.get(marks[0], marks[0]) + sentence)
        elif ends_in and not begins_in and len(marks) % 2 == 1 and closed_later:
            made.append(sentence + _CLOSING_OF.get(marks[-1], marks[-1]))
        elif begins_in and not marks and closed_later:
            closing = _closing_mark(sentences, states, at) or '"'
            made.append(_OPENING_OF.get(closing, closing) + sentence + closing)
        else:
            made.append(balanced(sentence))
    return made


def balanced(text: str) -> str:
    """``text`` without its quotation marks when they do not come in pairs."""
    return text if len(_MARKS.findall(text)) % 2 == 0 else _MARKS.sub("", text).strip()


def _in_quotation(sentences: Sequence[str]) -> list[tuple[bool, bool]]:
    """Of each sentence, whether it begins and whether it ends within a quotation that another sentence opened or closes."""
    found: list[tuple[bool, bool]] = []
    open_for = 0
    for sentence in sentences:
        if _opens_one(sentence):
            open_for = 0  # every paragraph of a long quotation opens it anew
        begins_in, odd = open_for > 0, len(_MARKS.findall(sentence)) % 2 == 1
        ends_in = begins_in != odd
        open_for = (open_for + 1) % _LONGEST if ends_in else 0
        found.append((begins_in, ends_in))
    return found


def _opens_one(sentence: str) -> bool:
    """Whether the first mark of ``sentence`` is an opening one: nothing, a space or a bracket before it, none after it."""
    return _OPENS_ONE.match(sentence.lstrip()) is not None


def _closing_mark(sentences: Sequence[str], states: Sequence[tuple[bool, bool]], at: int) -> str | None:
    """The mark that closes the quotation in which sentence ``at`` ends, ``None`` where nothing does."""
    for other in range(at + 1, len(sentences)):
        begins_in, ends_in = states[other]
        marks = _MARKS.findall(sentences[other])
        if begins_in and not ends_in and marks:
            return marks[0]
        if not begins_in:
            # Opened anew: the quotation goes on, in marks like this one.
            opened_anew = _MARKS.match(sentences[other].lstrip())
            return _CLOSING_OF.get(opened_anew.group(), opened_anew.group()) if opened_anew else None
    return None
