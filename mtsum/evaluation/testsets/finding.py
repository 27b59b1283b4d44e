"""From what a user names to a test set: a name of the registry, a file or folder, or a name with a place."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from mtsum.errors import InputError, UsageError
from mtsum.evaluation.testsets.layouts import read_layout
from mtsum.evaluation.testsets.pulling import pulled, verify
from mtsum.evaluation.testsets.registry import SetEntry, find_entry
from mtsum.evaluation.testsets.segments import TASKS, Segment, Task, TestSet, checked
from mtsum.evaluation.testsets.tables import COMPRESSED_SUFFIXES, TABLE_SUFFIXES, Table, stem_of
from mtsum.language_identification import looks_like

FOLDER_VARIABLE = "MTSUM_TESTSETS"
_NAME = re.compile(r"[\w][\w.+-]*")
# A set's language is told by its beginning.
_SAMPLE = 50


@dataclass(frozen=True)
class SetRequest:
    """A test set as asked for: its ``name``, and where it lies if that was said.

    ``task``, ``source_language``, ``target_language`` and ``columns`` are for sets that the registry does not know;
    ``None`` leaves them to it, or to what the file looks like. ``limit`` takes the first segments only.
    """

    name: str
    path: str | None = None
    task: Task | None = None
    source_language: str | None = None
    target_language: str | None = None
    limit: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)


def parse_request(text: str, limit: int | None = None) -> SetRequest:
    """The request that ``NAME``, ``PATH`` or ``NAME=PATH`` is. Raises ``UsageError`` where it is none of them."""
    name, equals, path = text.partition("=")
    if equals and path and _NAME.fullmatch(name):
        return SetRequest(name, path, limit=limit)
    try:
        return SetRequest(find_entry(text).name, limit=limit)
    except UsageError:
        first = text.split(",")[0].strip()
        if not Path(first).expanduser().exists():
            raise
    named = Path(first).expanduser().resolve()
    return SetRequest(re.sub(r"[^\w.+-]+", "-", stem_of(named)).strip("-.") or "testset", text, limit=limit)


def load_testset(request: SetRequest, folder: Path | None = None) -> TestSet:
    """The test set of ``request``; ``folder`` (or ``$MTSUM_TESTSETS``) is where sets of the registry are looked for.

    Raises ``UsageError`` for an unknown name or task, ``InputError`` for a set that is not there, is damaged, or is
    not what the registry says of it.
    """
    if request.task is not None and request.task not in TASKS:
        raise UsageError(f"task {request.task!r} is none of {', '.join(TASKS)}")
    entry = find_entry(request.name) if request.path is None else registered(request.name)
    place = request.path or str(locate(cast(SetEntry, entry), folder))
    table = read_layout(place, entry, request.columns or (entry.columns if entry else {}))
    segments = checked(list(table.segments), place)
    notes: tuple[str, ...] = ()
    if entry:
        notes = _checked_counts(entry, table, place)
    task = request.task or (entry.task if entry else _task_of(table, segments))
    target = request.target_language or (entry.target_language if entry else "en")
    source = request.source_language or (entry.source_language if entry else "en" if task == "summarization" else "sq")
    made = TestSet(
        name=request.name,
        task=task,
        source_language=source,
        target_language=target,
        reference_language=(entry.reference_language if entry else None) or target,
        segments=segments,
        source=entry.source if entry else "",
        licence=entry.licence if entry else "",
        path=place,
        notes=notes,
    )
    return made.first(request.limit)


def locate(entry: SetEntry, folder: Path | None = None) -> Path:
    """Where ``entry`` lies on this machine, its files checked where it was pulled. Raises ``InputError``, saying how to
    get it."""
    chosen = folder or (Path(os.environ[FOLDER_VARIABLE]) if os.environ.get(FOLDER_VARIABLE) else None)
    if chosen is not None:
        if not chosen.expanduser().is_dir():
            raise InputError("there is no such folder of test sets", str(chosen))
        for place in _places(entry, chosen.expanduser()):
            if place.exists():
                return place
    directory = pulled(entry)
    if directory is not None:
        verify(entry)
        return directory
    raise InputError(_how_to_get(entry, chosen))


def _places(entry: SetEntry, folder: Path) -> list[Path]:
    local = [folder / entry.local] if entry.local else []
    files = [folder / f"{entry.name}{suffix}{c}" for suffix in TABLE_SUFFIXES for c in COMPRESSED_SUFFIXES]
    return [*local, folder / entry.name, *files]


def _how_to_get(entry: SetEntry, folder: Path | None) -> str:
    below = entry.local or entry.name
    at_hand = f"give a copy as --testset {entry.name}=PATH, or a folder with {below} in it as --testsets-dir FOLDER"
    looked = f" (looked in {folder})" if folder else ""
    if not entry.files:
        return f"{entry.name} is not on this machine{looked}, and is not published in this form: {at_hand}"
    return (
        f"{entry.name} is not on this machine{looked}. Run `mtsum testsets pull {entry.name}` (needs network; licence "
        f"{entry.licence}), or {at_hand}"
    )


def registered(name: str) -> SetEntry | None:
    """The registry's entry of this name, if it has one."""
    try:
        return find_entry(name)
    except UsageError:
        return None


def _checked_counts(entry: SetEntry, table: Table, place: str) -> tuple[str, ...]:
    """Notes on what was left out. Raises ``InputError`` where the set is not as large as the registry says."""
    if entry.segments is not None and len(table.segments) != entry.segments:
        raise InputError(
            f"{len(table.segments)} segments, but {entry.name} has {entry.segments}: another set, or a part of it; "
            f"call it by another name (--testset NAME={place})",
            place,
        )
    if table.empty != entry.empty and table.empty:
        raise InputError(f"{table.empty} segments without text, but {entry.name} has {entry.empty} such", place)
    return (f"{table.empty} segments without text left out",) if table.empty else ()


def _task_of(table: Table, segments: tuple[Segment, ...]) -> Task:
    """What an unregistered set is for: translation, or if it holds summaries, by the language of the articles."""
    if not table.summaries:
        return "translation"
    texts = [segment.source for segment in segments[:_SAMPLE]]
    albanian = sum(looks_like(text, "sq") and not looks_like(text, "en") for text in texts)
    return "cross-lingual" if 2 * albanian > len(texts) else "summarization"
