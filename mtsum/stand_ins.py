"""Names and numbers that a model garbles, translated through stand-ins that it copies well, and put back.

A small model spells what it has seldom seen by ear: Pinllas for Pinellas, 1955 for 1945. A sentence whose translation
lacks a name or number is translated once more with ``David`` and ``2017`` in their places, which the model has seen
often, and what the source has is put where they came out (as placeholders were used by Luong et al. 2015, "Addressing
the Rare Word Problem in Neural Machine Translation").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from mtsum.checks.names import english_town, is_exonym, names
from mtsum.checks.numbers import missing_numbers
from mtsum.checks.words import fold, words
from mtsum.engines.base import Hypothesis

KnownWord = Callable[[str], bool]

_NAME = re.compile(r"(?<![\w-])[^\W\d_][^\W\d_]*(?:['’][^\W\d_]+)?(?![\w])")
_NUMBER = re.compile(
    r"(?<![\w.,:/])\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?!\d)|(?<![\w.,:/])\d+(?:[.,:]\d+)*(?![\d/])"
)
# Spellings that Albanian does not have, so that a word at a sentence's beginning or in a title is foreign.
_FOREIGN = re.compile(r"[wŵ]|([bcdfgkmnpstz])\1|c[kh]|ph|sch|ou|ee|oo|ey$|ay|ght|x(?!h)|q[ua]", re.IGNORECASE)
# Endings after which a name stays that are hardly ever a part of one: Juventusit, Hamburgut; -i and -in often are.
_ENDING = re.compile(r"(?<=[^\W\d_]{3})(?:it|(?<=[kgh])ut)$")
_LIKE = 0.6
# Abbreviations that have an English form of their own.
_TRANSLATED_TEXT = """
OKB SHBA USA BE KE KB MB OJQ OBSH FMN BB PBB TVSH BQE OSBE OBT GJND TPNJ GJNP UE PE
"""
_TRANSLATED = frozenset(_TRANSLATED_TEXT.split())


@dataclass(frozen=True)
class StandIns:
    """Names and numbers that a model is known to copy, the surest first; a model's entry in the registry has them."""

    names: tuple[str, ...]
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Restored(Hypothesis):
    """A hypothesis of a source with stand-ins in which the names and numbers themselves were put back."""


@dataclass(frozen=True)
class Lost:
    """What a translation lacks: ``source[start:end]``, and how English writes it."""

    start: int
    end: int
    written: str
    is_number: bool


@dataclass(frozen=True)
class Masked:
    """A source with stand-ins, and what belongs in the place of each."""

    text: str
    originals: dict[str, str]


def lost(source: str, hypothesis: str, known_word: KnownWord) -> tuple[Lost, ...]:
    """Names and numbers of an Albanian ``source`` that its English ``hypothesis`` does not spell as they are.

    A name that came out as another word that is like it and known (California for Kalifornia: ``known_word``) was
    translated and is not lost.
    """
    found = [*_runs(source, _lost_names(source, hypothesis, known_word)), *_lost_numbers(source, hypothesis)]
    return tuple(sorted(found, key=lambda each: each.start))


def masked(source: str, gone: Sequence[Lost], stand_ins: StandIns) -> Masked | None:
    """``source`` with stand-ins for ``gone``; ``None`` where there are not enough that ``source`` does not have."""
    free = {
        True: [number for number in stand_ins.numbers if number not in source],
        False: [name for name in stand_ins.names if fold(name) not in fold(source)],
    }
    chosen: dict[str, str] = {}
    text, at = "", 0
    for each in gone:
        if each.written not in chosen:
            if not free[each.is_number]:
                return None
            chosen[each.written] = free[each.is_number].pop(0)
        text += source[at : each.start] + chosen[each.written]
        at = each.end
    return Masked(text + source[at:], {stand_in: written for written, stand_in in chosen.items()})


def put_back(hypothesis: Hypothesis, originals: dict[str, str]) -> Restored:
    """``hypothesis`` with each stand-in replaced by what it stands for, wherever it came out."""
    either = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, originals))})(?![^\W_])")
    text = either.sub(lambda match: originals[match.group()], hypothesis.text)
    return Restored(**vars(hypothesis) | {"text": text})


def _lost_names(source: str, hypothesis: str, known_word: KnownWord) -> list[Lost]:
    targets = [word for word in words(hypothesis) if word[:1].isupper()]
    present = {fold(word) for word in words(hypothesis)} | {fold(word).removesuffix("'s") for word in targets}
    likely = set(names(source))
    found = []
    for match in _NAME.finditer(source):
        name = match.group()
        if town := _lost_town(name, present):
            found.append(Lost(match.start(), match.end(), town, False))
        if not name[0].isupper() or len(name) < 3 or is_exonym(name) or english_town(name) or name in _TRANSLATED:
            continue
        if not (name in likely or name.isupper() or _FOREIGN.search(name)):
            continue
        bare = _ENDING.sub("", re.sub(r"['’].*$", "", name))
        if fold(name) in present or fold(bare) in present:
            continue
        if not _FOREIGN.search(name) and _translated(bare, targets, known_word):
            continue
        found.append(Lost(match.start(), match.end(), bare, False))
    return found


def _lost_town(name: str, present: Collection[str]) -> str | None:
    """The English form of a town of the table (Tiranën: Tirana) none of whose forms is ``present``."""
    town = english_town(name) if name[0].isupper() and not name.isupper() else None
    if town is None or fold(town) in present or any(fold(name)[:-1] == word[:-1] for word in present):
        return None
    return town


def _runs(source: str, names_lost: Sequence[Lost]) -> list[Lost]:
    """Neighbouring names as one, so that one stand-in serves for all of Christine Blasey Ford."""
    joined: list[Lost] = []
    for each in names_lost:
        if joined and source[joined[-1].end : each.start] == " ":
            before = joined.pop()
            each = Lost(before.start, each.end, f"{before.written} {each.written}", False)
        joined.append(each)
    return joined


def _translated(name: str, targets: Sequence[str], known_word: KnownWord) -> bool:
    """Whether one of the ``targets`` is an English word that ``name`` may have become."""
    closeness = {word: SequenceMatcher(None, fold(name), fold(word)).ratio() for word in targets}
    return any(ratio >= _LIKE and (ratio < 1) and known_word(word) for word, ratio in closeness.items())


def _lost_numbers(source: str, hypothesis: str) -> list[Lost]:
    missing = missing_numbers(source, hypothesis)
    found = []
    for match in _NUMBER.finditer(source):
        digits = re.sub(r"\D", "", match.group())
        if digits in missing or digits.lstrip("0") in missing:
            found.append(Lost(match.start(), match.end(), english_number(match.group()), True))
    return found


def english_number(written: str) -> str:
    """A number as English writes it: ``1.234,5`` is 1,234.5 and ``375 000`` is 375,000; a time of day stays."""
    plain = re.sub(r"[ \u00a0\u202f\u2009]", ",", written)
    if ":" in plain:
        return plain
    groups = re.split(r"([.,])", plain)
    if len(groups) == 1:
        return plain
    last_is_group = len(groups[-1]) == 3 and groups[0] != "0"
    separators = set(groups[1:-1:2]) if last_is_group else set(groups[1:-2:2])
    whole = "".join(groups[::2]) if last_is_group else "".join(groups[:-2:2])
    if len(separators) > 1 or not all(len(group) == 3 for group in groups[2 : None if last_is_group else -2 : 2]):
        return plain  # 12.05.2019, 192.168.1.1: no number but a date or an address
    grouped = f"{int(whole):,}" if len(groups) > 3 or last_is_group else whole
    return grouped if last_is_group else f"{grouped}.{groups[-1]}"
