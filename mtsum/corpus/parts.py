"""Finished chunks on disk, each a file of JSON lines that is there whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mtsum.corpus.durable import appearing, delete_unfinished
from mtsum.records import json_line


class Parts:
    """The parts in ``folder``, by the number of their chunk. The folder is made when the first one is written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if folder.is_dir():
            delete_unfinished(folder)
        self._numbers = {int(path.stem.removeprefix("part-")) for path in folder.glob("part-*.jsonl")}

    def __contains__(self, number: int) -> bool:
        return number in self._numbers

    @property
    def numbers(self) -> list[int]:
        """The chunks that are done, ascending."""
        return sorted(self._numbers)

    def write(self, number: int, records: Sequence[dict[str, Any]]) -> None:
        """Chunk ``number`` is done, with these records; when this returns it stays so."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with appearing(self._path(number)) as neighbour:
            neighbour.write_text("".join(json_line(record) + "\n" for record in records), encoding="utf-8")
        self._numbers.add(number)

    def lines(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """The records of some chunks as they were written, one after the other."""
        for number in numbers:
            with self._path(number).open("rb") as file:
                yield from file

    def records(self, numbers: Iterable[int]) -> Iterator[dict[str, Any]]:
        """The records of some chunks."""
        return (json.loads(line) for line in self.lines(numbers))

    def remove(self, numbers: Iterable[int]) -> None:
        """Deletes some chunks' parts: their records stand elsewhere now."""
        for number in numbers:
            self._path(number).unlink(missing_ok=True)
            self._numbers.discard(number)

    def _path(self, number: int) -> Path:
        return self._folder / f"part-{number:06}.jsonl"
