"""The memory's sentences to a TMX file, for an editor to correct, and the corrections back.

What counts as a correction: a unit that mtsum exported as the machine's, with its target changed since; a unit exported
as an editor's; and every unit of any other program's file. A machine's unit that nobody changed is none. White space
and how letters are composed (é as one character or two) are no change.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO

from mtsum.languages import language
from mtsum.memory.maker import describe_maker
from mtsum.memory.store import Correction, MachineTranslation, TranslationMemory, sentence_key
from mtsum.memory.tmx import Header, Unit, Unread, is_writable, language_code, read_tmx, write_tmx

ORIGIN = "x-mtsum-origin"  # "machine" or "edited"
MODEL = "x-mtsum-model"
MAKER = "x-mtsum-maker"
TARGET = "x-mtsum-target"  # digest of the target as exported, to tell whether it was changed


@dataclass
class Imported:
    """What became of a file's units. ``skipped``: for each reason how many, and the line of the first.

    ``same``: corrections that the memory had already. ``untouched``: machine translations as they were exported.
    """

    new: int = 0
    replaced: int = 0
    same: int = 0
    untouched: int = 0
    skipped: dict[str, tuple[int, int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def skip(self, why: str, line: int) -> None:
        """Counts a unit that was not taken."""
        count, first = self.skipped.get(why, (0, line))
        self.skipped[why] = count + 1, first


@dataclass(frozen=True)
class Exported:
    """Units written by origin, and those ``left_out`` because XML cannot hold their control characters."""

    machine: int
    edited: int
    left_out: int


def import_tmx(memory: TranslationMemory, stream: BinaryIO, name: str, source: str, target: str) -> Imported:
    """Keeps the corrections in a TMX file from ``source`` into ``target`` (ISO 639-1): all of them or, on error, none.

    A correction takes the place of an older one of the same sentence. Of several in one file the one changed last
    counts, where the dates do not tell the last one in the file. Raises ``InputError`` for what is no TMX.
    """
    report = Imported()
    memory.correct(source, target, _corrections(memory, stream, name, source, target, report))
    return report


def export_tmx(
    memory: TranslationMemory,
    stream: TextIO,
    source: str,
    target: str,
    makers: Sequence[str],
    machine: bool = True,
    edited: bool = True,
) -> Exported:
    """Writes the corrections, and what ``makers`` made of all other sentences, from ``source`` into ``target``."""
    counts = Counter[str]()

    def units() -> Iterator[Unit]:
        for one in memory.all_corrections(source, target) if edited else ():
            yield Unit(one.source, one.target, None, one.editor, one.changed, {ORIGIN: "edited"})
        for made in memory.machine_translations(makers) if machine else ():
            if not memory.corrections(source, target, [made.source]):
                yield _machine_unit(made)

    def counted() -> Iterator[Unit]:
        for unit in units():
            if is_writable(unit):
                counts[unit.props[ORIGIN]] += 1
                yield unit
            else:
                counts["left out"] += 1

    write_tmx(stream, source, target, counted())
    return Exported(counts["machine"], counts["edited"], counts["left out"])


def _corrections(
    memory: TranslationMemory, stream: BinaryIO, name: str, source: str, target: str, report: Imported
) -> Iterator[Correction]:
    """The corrections that are new to the memory; everything else is counted in ``report``."""
    taken: dict[str, tuple[str, str]] = {}  # digest of a sentence -> its translation's, and date
    for unit in read_tmx(stream, name, source, target):
        if isinstance(unit, Header):
            report.notes += _remarks(unit, source)
        elif isinstance(unit, Unread):
            report.skip(unit.why, unit.line)
        elif unit.props.get(ORIGIN) == "machine" and unit.props.get(TARGET) == _digest(unit.target):
            report.untouched += 1
        elif not unit.source or not unit.target:
            report.skip(f"with an empty {'translation' if unit.source else 'source'}", unit.line)
        else:
            key, made, date = _digest(unit.source), _digest(unit.target), unit.changed or ""
            before, changed = taken.get(key, (None, ""))
            if before == made:
                report.same += 1
                taken[key] = made, max(date, changed)
                continue
            if before is not None:
                report.skip("of a sentence that the file translates in another way as well", unit.line)
                if date < changed:
                    continue
            taken[key] = made, date
            older = memory.correction(source, target, unit.source) if before is None else None
            if before is None and older is None:
                report.new += 1
            elif older is not None and older.target == unit.target:
                report.same += 1
                continue
            elif older is not None:
                report.replaced += 1
            yield _correction(unit)


def _correction(unit: Unit) -> Correction:
    who = unit.editor or (None if ORIGIN in unit.props else unit.creator)
    return Correction(unit.source, unit.target, who, unit.changed)


def _machine_unit(made: MachineTranslation) -> Unit:
    described = describe_maker(made.maker)
    props = {ORIGIN: "machine", MODEL: described["model"], MAKER: described["id"], TARGET: _digest(made.target)}
    return Unit(made.source, made.target, f"mtsum {described['model']}", props=props)


def _digest(text: str) -> str:
    return hashlib.sha256(sentence_key(text).encode()).hexdigest()[:24]


def _remarks(header: Header, source: str) -> Iterator[str]:
    """What in a file's header lets its corrections be of less use than its user may think."""
    if header.segtype and header.segtype != "sentence":
        yield f"its units are of type {header.segtype}; only those that are one sentence can be found again"
    if header.source_language not in ("", "*all*") and language_code(header.source_language) != source:
        yield f"its source language is {header.source_language}; its units are read from {language(source).name}"


def makers_of(memory: TranslationMemory, source: str, target: str) -> list[str]:
    """The makers that translate ``source`` into ``target`` (ISO 639-1)."""
    described = {maker: describe_maker(maker) for maker in memory.makers()}
    return [maker for maker, one in described.items() if (one["from"], one["to"]) == (source, target)]


def is_of_model(described: dict[str, object], model: str) -> bool:
    """Whether a described maker is the one that ``model`` names: by alias, directory, or at least six digits of its id."""
    name, number = str(described["model"]), str(described["id"])
    return model == name or str(Path(model).resolve()) == name or (len(model) >= 6 and number.startswith(model))
