"""A test set in memory: segments with their references, and where they are from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from mtsum.errors import InputError

Task = Literal["translation", "summarization", "cross-lingual"]
TASKS: tuple[str, ...] = get_args(Task)


@dataclass(frozen=True)
class Segment:
    """What a system is given and what it is compared with: a sentence, or for summaries a whole article.

    ``id`` is unique in its set. ``document`` names the document that the segment belongs to, ``None`` where none is
    known. Every segment of a set has as many ``references``; there is at least one.
    """

    id: str
    source: str
    references: tuple[str, ...]
    document: str | None = None

    def record(self) -> dict[str, Any]:
        """The segment as the JSON object that a benchmark stores."""
        return {
            "id": self.id,
            "document": self.document,
            "source": self.source,
            "references": list(self.references),
        }


@dataclass(frozen=True)
class TestSet:
    """Segments in order. Languages are ISO 639-1 codes; ``target_language`` is that of what systems write.

    ``reference_language`` differs from it only where references have to be translated first. ``source`` is the address
    to cite, ``path`` the file or folder that was read, ``notes`` what was left out or changed, to be said with scores.
    """

    # Nothing for pytest to collect.
    __test__ = False

    name: str
    task: Task
    source_language: str
    target_language: str
    reference_language: str
    segments: tuple[Segment, ...]
    source: str = ""
    licence: str = ""
    path: str = ""
    notes: tuple[str, ...] = ()

    @property
    def documents(self) -> int | None:
        """How many documents the segments are of; ``None`` where boundaries are not known."""
        names = {segment.document for segment in self.segments}
        return None if None in names else len(names)

    @property
    def sha256(self) -> str:
        """Of the segments as they are stored: the same texts in the same order have the same."""
        return hashlib.sha256(self.lines().encode("utf-8")).hexdigest()

    def lines(self) -> str:
        """The segments as JSON lines, as a benchmark stores them."""
        return "".join(json.dumps(each.record(), ensure_ascii=False) + "\n" for each in self.segments)

    def first(self, limit: int | None) -> TestSet:
        """The set's first ``limit`` segments; all where it is ``None`` or not below their number."""
        if limit is None or limit >= len(self.segments):
            return self
        note = f"only the first {limit} of {len(self.segments)} segments"
        return replace(self, segments=self.segments[:limit], notes=(*self.notes, note))


def checked(segments: list[Segment], where: str) -> tuple[Segment, ...]:
    """``segments``, when their ids are unique and each has as many references. Raises ``InputError``."""
    if not segments:
        raise InputError("holds no segments", where)
    seen: dict[str, int] = {}
    for position, segment in enumerate(segments, start=1):
        if segment.id in seen:
            raise InputError(f"segments {seen[segment.id]} and {position} have one id, {segment.id!r}", where)
        seen[segment.id] = position
        if len(segment.references) != len(segments[0].references):
            raise InputError(
                f"segment {segment.id} has {len(segment.references)} references, the first one has "
                f"{len(segments[0].references)}: every segment needs as many",
                where,
            )
    return tuple(segments)
