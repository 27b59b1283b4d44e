"""Shorter forms of an English sentence that say less but nothing else: parentheses and trailing clauses dropped."""

from __future__ import annotations

import re

from mtsum.checks import ends_a_sentence
from mtsum.checks.endings import parts_what_belongs_together
from mtsum.summarization.quotations import balanced

_ASIDE = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|\s[–—]\s[^–—]{3,120}\s[–—](?=\s))")
_RELATIVE_ASIDE = re.compile(r", (?:which|who|whose|where|when|including|according to)\b[^,;:]{3,120},(?= )")
_TRAILING = re.compile(
    r"(?:,? (?:although|though|while|whereas|because|since|after|before|unless|until|despite|amid|following|as well as)"
    r"|, (?:which|who|whose|where|when|with|as|and|but|or|so|saying|adding|including|according to|[a-z]+ing)"
    r"|;| [–—]) ",
)
_LEADING = re.compile(r"^(?:However|Meanwhile|Moreover|Furthermore|But|And|So|Then|Also|Instead|Still|Therefore),? ")
_QUOTED = re.compile('["“”„«»]')
_TERM = re.compile(r'["“„«](?:[^\s"“”„«»]+\s?){1,3}["”»]')
_LEAST_WORDS = 7
_MOST_PART_WORDS = 15


def shorter_forms(sentence: str) -> list[str]:
    """Whole sentences made from ``sentence`` by leaving parts out, longest first; empty when it has no such parts.

    Sentences that quote someone are left alone: words put in someone's mouth are not edited. Up to three words in marks
    are a term rather than a quotation, and stay or go whole.
    """
    if has_quotation(_TERM.sub("", sentence)):
        return []
    forms: set[str] = set()
    plain = _finished(_RELATIVE_ASIDE.sub("", _ASIDE.sub("", _LEADING.sub("", sentence))))
    for base in {sentence, plain}:
        forms.add(base)
        for match in _TRAILING.finditer(base):
            kept = base[: match.start()]
            if not _parts(kept, match.group()):
                forms.add(_finished(kept))
    return sorted(
        (form for form in forms if form != sentence and len(form.split()) >= _LEAST_WORDS), key=len, reverse=True
    )


def has_quotation(sentence: str) -> bool:
    """Whether a quotation mark stands in ``sentence``."""
    return _QUOTED.search(sentence) is not None


def dropped_parts(sentence: str) -> list[str]:
    """The asides and trailing clauses that ``shorter_forms`` would leave out of ``sentence``, as they stand in it."""
    found = [match.group() for pattern in (_ASIDE, _RELATIVE_ASIDE) for match in pattern.finditer(sentence)]
    found += [sentence[match.start() :] for match in _TRAILING.finditer(sentence)]
    return [part for part in found if len(part.split()) <= _MOST_PART_WORDS and not has_quotation(part)]


def _parts(kept: str, cut: str) -> bool:
    """Whether a cut before ``cut`` would part a term in quotation marks, or a span or rank from what it belongs to.

    “Weeks after the flood” is such a span; “for weeks, after the flood” is not.
    """
    parts_a_term = len(_QUOTED.findall(kept)) % 2 == 1
    return parts_a_term or (cut[0] != "," and parts_what_belongs_together(kept.split(), cut.strip()))


def _finished(text: str) -> str:
    """``text`` with a capital first letter and a full stop."""
    text = balanced(text.strip().rstrip(",;:–—- "))
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if ends_a_sentence(text) else ".")
