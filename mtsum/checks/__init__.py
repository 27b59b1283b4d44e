"""Checks of generated text. A check never changes the text: it names what looks wrong as a flag.

Flags of a translation: ``empty``, ``length-limit``, ``copied``, ``repetition``, ``too-short``, ``too-long``,
``numbers``, ``names``, ``language``.
Flags of a summary sentence: ``empty``, ``repetition``, ``numbers``, ``names``, ``unsupported``, ``incomplete``,
``rearranged``, ``cut``, ``spelling``, ``qualifiers``; the summarizer adds ``too-short`` to a cut of few words.
"""

from __future__ import annotations

from collections.abc import Sequence

from mtsum.checks.cuts import unsafe_cuts
from mtsum.checks.endings import ends_too_early
from mtsum.checks.names import missing_names, unsupported_names
from mtsum.checks.numbers import invented_numbers, missing_numbers, unsupported_numbers
from mtsum.checks.order import in_order
from mtsum.checks.qualifiers import dropped_qualifiers
from mtsum.checks.repetition import repeats
from mtsum.checks.spelling import respelt
from mtsum.checks.words import content_stems, fold, words
from mtsum.engines.base import Hypothesis
from mtsum.language_identification import looks_like

__all__ = ["check_summary", "check_translation", "ends_a_sentence"]

# Reference translations of Albanian news have 0.6 to 1.6 times the characters of their source.
_SHORTEST, _LONGEST = 0.4, 2.2
# Up to this share of a summary sentence's content words may be new (paraphrase); more is invention.
_NEW_WORDS = 0.34


def check_translation(source: str, hypothesis: Hypothesis, target_language: str = "en") -> tuple[str, ...]:
    """Flags of one translated sentence, in a fixed order; empty when nothing looks wrong.

    ``numbers`` and ``names`` are only looked at for English hypotheses, whose spellings they know. Raises
    ``LanguageUnknown`` for a ``target_language`` that the table of languages lacks.
    """
    text = hypothesis.text.strip()
    flags: list[str] = []
    if hypothesis.stop_reason == "length":
        flags.append("length-limit")
    if not text:
        return ("empty", *flags)
    if _copied(source, text):
        flags.append("copied")
    if repeats(text, source):
        flags.append("repetition")
    if len(text) < _SHORTEST * len(source) - 8:
        flags.append("too-short")
    if len(text) > _LONGEST * len(source) + 20:
        flags.append("too-long")
    if target_language == "en":
        if missing_numbers(source, text) or invented_numbers(source, text):
            flags.append("numbers")
        if missing_names(source, text):
            flags.append("names")
    if "copied" not in flags and not looks_like(text, target_language):
        flags.append("language")
    return tuple(flags)


def check_summary(sentence: str, sources: Sequence[str], least_in_order: float = 0.0) -> tuple[str, ...]:
    """Flags of one English summary sentence against the English source sentences it rests on.

    ``numbers`` and ``names``: it has one that no source has. ``unsupported``: more than a third of its content words
    stand in no source. ``incomplete``: it does not end as a sentence does, or too early (in
    “months” where its source has “months after”). ``rearranged``: less than ``least_in_order`` (0 to
    1) of its words stand in one source in the same order, so that it may tie the right words to each other wrongly.
    ``cut`` and ``spelling``, where ``least_in_order`` is 1: it leaves out a part of its source that the rest can't stand
    without; it has a word that its source writes otherwise.
    ``qualifiers``: a source says “not”, “could” or “allegedly” of a word of it, and it does not.
    """
    text = sentence.strip()
    if not text:
        return ("empty",)
    rests_on = " ".join(sources)
    flags: list[str] = []
    if not ends_a_sentence(text) or ends_too_early(text, sources):
        flags.append("incomplete")
    if repeats(text, rests_on):
        flags.append("repetition")
    if unsupported_numbers(text, rests_on):
        flags.append("numbers")
    if unsupported_names(text, rests_on):
        flags.append("names")
    content, known = content_stems(text), set(content_stems(rests_on))
    if not content or sum(stem not in known for stem in content) > _NEW_WORDS * len(content):
        flags.append("unsupported")
    if in_order(text, sources) < least_in_order:
        flags.append("rearranged")
    if least_in_order == 1 and unsafe_cuts(text, sources):
        flags.append("cut")
    if least_in_order == 1 and respelt(text, sources):
        flags.append("spelling")
    if dropped_qualifiers(text, sources):
        flags.append("qualifiers")
    return tuple(flags)


def ends_a_sentence(text: str) -> bool:
    """Whether ``text`` ends with a full stop, question or exclamation mark, closing quotes and brackets aside."""
    return text.rstrip().rstrip("\"'”’“»)]").endswith((".", "!", "?"))


def _copied(source: str, text: str) -> bool:
    """Whether the hypothesis is (nearly) the source again, names and numbers aside."""
    ordinary = [fold(word) for word in words(source) if word[0].islower() and len(word) > 2]
    if len(ordinary) < 2:
        # Hardly anything but names: such a line may well stay as it is.
        return False
    present = {fold(word) for word in words(text)}
    return sum(word in present for word in ordinary) >= 0.7 * len(ordinary)
