"""An editor's corrections for commands that work on single articles."""

from __future__ import annotations

from mtsum.cli.notes import Notes
from mtsum.errors import MemoryBroken
from mtsum.memory import Memory, open_corrections


def known_corrections(notes: Notes) -> Memory | None:
    """The corrections in the memory; None where there is no memory, or, with a warning, one that cannot be opened."""
    try:
        return open_corrections()
    except MemoryBroken as problem:
        notes.warn(f"no corrections are used: {problem}")
        return None
