"""Rule-based sentence splitting for Albanian (``sq``) and English (``en``).

A sentence ends at a line break that separates two of them, or at a full stop, question mark, exclamation mark or
ellipsis that no rule speaks against (``rules.py``, over the word lists of ``abbreviations.py``). Closing quotation
marks and brackets belong to the sentence they close. Albanian typed without ë and ç splits the same. Any other language
code gets the same rules with empty word lists: initials, numbers, quotations and line breaks are known, abbreviations
are not. Time is linear in the length of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mtsum.segmentation.abbreviations import rules_for
from mtsum.segmentation.boundaries import sentence_starts
from mtsum.segmentation.clauses import clause_starts

__all__ = ["clause_boundaries", "rebuild", "segment", "sentence_spans"]


def sentence_spans(text: str, language: str) -> list[tuple[int, int]]:
    """The ``(start, end)`` character offsets of the sentences of a text of one or many lines.

    Spans are ordered and disjoint, exclude surrounding whitespace and together cover every non-whitespace character.
    A blank line always ends a sentence. ``language`` is an ISO 639-1 code.
    """
    starts = sentence_starts(text, rules_for(language))
    return [(start, start + len(text[start:end].rstrip())) for start, end in pairwise([*starts, len(text)])]


def segment(text: str, language: str) -> list[str]:
    """The sentences of a text, each with the whitespace after it (the first also with that before it).

    ``rebuild(segment(text, language)) == text`` for every text; no piece is empty.
    """
    starts = sentence_starts(text, rules_for(language))
    cuts = [0, *starts[1:], len(text)]
    return [text[start:end] for start, end in pairwise(cuts) if start < end]


def rebuild(pieces: Sequence[str]) -> str:
    """The text that ``segment`` took apart."""
    return "".join(pieces)


def clause_boundaries(text: str, language: str) -> list[int]:
    """Offsets at which an over-long sentence may be split, the best first.

    In order: after a semicolon, colon, dash or line break; at a comma before a conjunction; at a comma; before a
    conjunction; at any other whitespace. Among equals the one nearest the middle comes first. Every offset lies
    strictly inside the text and starts a word, so ``text[:offset]`` and ``text[offset:]`` both hold something.
    """
    return clause_starts(text, rules_for(language))
