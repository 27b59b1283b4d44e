"""What a run needs before the first step: its files read and checked, encoded once and cached, and written down."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mtsum.errors import InputError, UsageError
from mtsum.training.encoded_pairs import EncodedPairs
from mtsum.training.pairs import BadLine, Pair, read_tsv

_CACHE_FORMAT = 2
"""Raise this when what is cached, or how it is made, changes: older ones are then made anew."""
_SHOWN = 10  # bad lines printed; all are written into the run folder


@dataclass(frozen=True)
class TrainFile:
    """A user's file of training pairs: their group's name, and how often a pass draws each."""

    path: Path
    group: str
    weight: float = 1.0


@dataclass(frozen=True)
class Encoded:
    """The training pairs of a run. ``tables`` are small JSON values that belong to them, such as vocabularies."""

    pairs: EncodedPairs
    bad_lines: list[BadLine] = field(default_factory=list)
    tables: dict[str, Any] = field(default_factory=dict)


def train_files(named: Sequence[str]) -> list[TrainFile]:
    """Files as named on the command line, ``FILE`` or ``FILE:WEIGHT``; the group is the name without its endings.

    Raises ``UsageError`` for a file that is not there and for a weight under 0.
    """
    found = []
    for name in named:
        path, weight = Path(name), 1.0
        if not path.is_file() and ":" in name:
            head, _, tail = name.rpartition(":")
            try:
                path, weight = Path(head), float(tail)
            except ValueError:
                raise UsageError(f"--train {name}: “{tail}” is no weight; write FILE or FILE:2.0") from None
        if not path.is_file():
            raise UsageError(f"--train {name}: no such file")
        if weight < 0:
            raise UsageError(f"--train {name}: a weight is 0 or more")
        found.append(TrainFile(path, path.name.split(".")[0], weight))
    repeated = {name for name, times in Counter(file.group for file in found).items() if times > 1}
    return [TrainFile(file.path, str(file.path), file.weight) if file.group in repeated else file for file in found]


def read_train_files(files: Iterable[TrainFile]) -> tuple[list[Pair], list[BadLine]]:
    """The pairs of all files, and the lines that are none; the first of these are said on stderr."""
    pairs: list[Pair] = []
    bad: list[BadLine] = []
    for file in files:
        own, wrong = read_tsv(file.path, file.group)
        pairs, bad = pairs + own, bad + wrong
    for line in bad[:_SHOWN]:
        print(f"{line.where}: {line.problem}: left out", file=sys.stderr)
    if len(bad) > _SHOWN:
        print(f"and {len(bad) - _SHOWN} more lines: see bad_lines.jsonl in the run folder", file=sys.stderr)
    return pairs, bad


def read_dev(path: Path) -> list[Pair]:
    """The pairs of a dev file. Raises ``InputError`` for a line that is none: scores must be of the whole file."""
    pairs, bad = read_tsv(path, "dev")
    if bad:
        raise InputError(f"{bad[0].problem}; every line of a dev file must be “source<TAB>target”", bad[0].where)
    return pairs


def checksums(files: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of each file, by its name (its path where two have the same name)."""
    files = list(files)
    times = Counter(file.name for file in files)
    found = {}
    for file in files:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        found[file.name if times[file.name] == 1 else str(file)] = digest
    return found


def cached(cache: Path, key: Mapping[str, Any], make: Callable[[], Encoded]) -> Encoded:
    """What ``make`` returns, kept in a folder below ``cache`` that is named by ``key`` (checksums and settings)."""
    described = json.dumps({"format": _CACHE_FORMAT, **key}, sort_keys=True)
    place = cache / hashlib.sha256(described.encode()).hexdigest()[:16]
    if (place / "pairs.npz").is_file():
        kept = json.loads((place / "tables.json").read_text("utf-8"))
        bad = [BadLine(**line) for line in kept.pop("bad_lines")]
        return Encoded(EncodedPairs.load(place / "pairs.npz"), bad, kept)
    made = make()
    cache.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".encoding-", dir=cache))
    try:
        made.pairs.save(work / "pairs.npz")
        tables = made.tables | {"bad_lines": [asdict(line) for line in made.bad_lines]}
        (work / "tables.json").write_text(json.dumps(tables), "utf-8")
        (work / "key.json").write_text(described, "utf-8")
        if not place.exists():  # else another process was first, and its result serves as well
            work.rename(place)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return made


def write_provenance(run: Path, sums: Mapping[str, str], encoded: Encoded, extra: Mapping[str, Any]) -> None:
    """Write data.json (SHA-256 of every input, pairs by group, what was left out) and the vocabularies into ``run``."""
    run.mkdir(parents=True, exist_ok=True)
    pairs = encoded.pairs
    content = {
        "sha256": dict(sums),
        "pairs": {name: len(rows) for name, rows in pairs.groups.items()},
        "left_out": pairs.left_out,
        "bad_lines": len(encoded.bad_lines),
        "unknown_source_tokens": round(pairs.unknown, 6),
        **extra,
    }
    (run / "data.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    for name in ("target_rows", "source_rows"):
        if encoded.tables.get(name):
            (run / f"{name}.json").write_text(json.dumps(encoded.tables[name]))
    if encoded.bad_lines:
        lines = (json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in encoded.bad_lines)
        (run / "bad_lines.jsonl").write_text("".join(lines), "utf-8")
