"""Which words may be verbs, in place of a tagger: good enough to see that a part of a sentence has none."""

from __future__ import annotations

from mtsum.checks.words import fold

_AUXILIARIES_TEXT = """
am are be been being can could did do does had has have is may might must said say says shall should told was were will would
"""
AUXILIARIES = frozenset(_AUXILIARIES_TEXT.split())
"""Auxiliaries, and the forms of “say”."""
_PASTS_TEXT = """
ate became began bought broke brought built came caught chose cost cut dealt drew drove fell felt flew forgot fought
found gave got grew heard held hid hit hung hurt kept knew laid lay led left let lit lost made meant met paid put quit
ran rang read rode rose sang sank sat saw sent set shook shot shut slept slid sold sought spent split spoke spread stood
stole struck stuck swam swept swore taught thought threw took tore understood wept went woke won wore wound wrote
"""
_PASTS = frozenset(_PASTS_TEXT.split())
# Adverbs and others that end as a verb's third person does.
_NO_VERBS_TEXT = """
across afterwards always besides indoors less nowadays outdoors overseas perhaps regardless sideways sometimes towards unless
versus whereas
"""
_NO_VERBS = frozenset(_NO_VERBS_TEXT.split())
_CONTRACTIONS = ("n't", "'re", "'ve", "'ll", "'m", "'d")
# What “is” may be drawn together with; after another word, “'s” is a genitive.
_IS_WITH = frozenset({"he", "here", "how", "it", "let", "she", "that", "there", "what", "where", "who"})


def may_be_a_verb(word: str) -> bool:
    """Whether the form of ``word`` may be a verb's: ``is_a_verb``, or a third person (which plurals look like)."""
    plain = fold(word)
    third_person = plain.endswith("s") and not plain.endswith(("ss", "'s", "this")) and word.islower() and len(word) > 3
    return is_a_verb(word) or (third_person and plain not in _NO_VERBS)


def is_a_verb(word: str) -> bool:
    """Whether the form of ``word`` is hardly anything but a verb's: an auxiliary, a past or a participle."""
    plain = fold(word)
    drawn_together = plain.endswith(_CONTRACTIONS) or (plain.endswith("'s") and plain[:-2] in _IS_WITH)
    return plain in AUXILIARIES or is_past(word) or drawn_together


def is_past(word: str) -> bool:
    """Whether the form of ``word`` is a past or a participle."""
    plain = fold(word)
    return plain in _PASTS or plain.endswith("ed")
