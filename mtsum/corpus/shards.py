"""The files of records that a run is for: ``records-00000.jsonl`` (or ``.parquet``) and on, in the input's order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from mtsum.corpus.durable import appearing
from mtsum.corpus.manifest import Shard
from mtsum.corpus.records_parquet import write_parquet
from mtsum.corpus.records_reading import read_records
from mtsum.corpus.tally import Tally

ShardFormat = Literal["jsonl", "parquet"]


class Shards:
    """The shards of ``folder`` in one format."""

    def __init__(self, folder: Path, format: ShardFormat) -> None:
        self._folder = folder
        self._format = format

    def numbers(self) -> list[int]:
        """The shards that are there, ascending."""
        paths = self._folder.glob(f"records-*.{self._format}")
        return sorted(int(path.stem.removeprefix("records-")) for path in paths)

    def name(self, number: int) -> str:
        """The file name of a shard."""
        return f"records-{number:05}.{self._format}"

    def write(self, number: int, lines: Iterable[bytes], tally: Tally | None = None) -> Shard:
        """Writes a shard of records, each a line of JSON with its line end, in place of one that is there.

        ``tally`` counts them; without it they are counted when they are written.
        """
        path = self._folder / self.name(number)
        with appearing(path) as neighbour:
            if self._format == "parquet":
                write_parquet((json.loads(line) for line in lines), neighbour)
            else:
                with neighbour.open("wb") as file:
                    file.writelines(lines)
        return self.describe(number, tally)

    def describe(self, number: int, tally: Tally | None = None) -> Shard:
        """What a shard that is there holds; counted now unless ``tally`` is what its records come to."""
        path = self._folder / self.name(number)
        counts = (tally or Tally.of(self.records(number))).values()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Shard(path.name, path.stat().st_size, digest, counts)

    def records(self, number: int) -> Iterator[dict[str, Any]]:
        """The records of a shard."""
        return read_records(self._folder / self.name(number))

    def lines(self, number: int) -> Iterator[bytes]:
        """The records of a shard as lines of JSON."""
        if self._format == "jsonl":
            with (self._folder / self.name(number)).open("rb") as file:
                yield from file
            return
        for record in self.records(number):
            yield json.dumps(record, ensure_ascii=False).encode() + b"\n"
