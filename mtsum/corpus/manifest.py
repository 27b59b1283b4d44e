"""What a run folder says of its run: the job (all that the records depend on), versions, shards and counts.

Nothing in it depends on when the run took place or how often it was interrupted.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from mtsum import __version__
from mtsum.corpus.durable import write_json
from mtsum.corpus.tally import Tally
from mtsum.errors import UsageError

MANIFEST = "manifest.json"
_LAYOUT = 1
_LIBRARIES = ("ctranslate2", "transformers", "torch", "tokenizers", "sentencepiece", "pycld2", "pyarrow", "datasets")


@dataclass(frozen=True)
class Shard:
    """A file of records: its name, size in bytes, SHA-256, and what its records come to."""

    file: str
    bytes: int
    sha256: str
    counts: dict[str, Any]


@dataclass(frozen=True)
class Manifest:
    """``job`` holds JSON values; two runs of equal jobs write equal records. ``shards`` are those that are complete."""

    job: dict[str, Any]
    versions: dict[str, str] = field(default_factory=dict)
    state: Literal["running", "finished"] = "running"
    shards: tuple[Shard, ...] = ()

    @property
    def tally(self) -> Tally:
        """What the records of all shards come to."""
        total = Tally()
        for shard in self.shards:
            total.merge(Tally.of_values(shard.counts))
        return total

    def with_shards(self, shards: Sequence[Shard]) -> Manifest:
        """The same run with these shards, in the order of the input."""
        return replace(self, shards=tuple(sorted(shards, key=lambda shard: shard.file)))

    def write(self, folder: Path) -> None:
        """Writes it to ``folder``, whole or not at all."""
        values = {"layout": _LAYOUT, "state": self.state, "counts": self.tally.values()}
        rest = {"job": self.job, "versions": self.versions, "shards": [asdict(shard) for shard in self.shards]}
        write_json(folder / MANIFEST, values | rest)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a run folder, ``None`` where there is none. Raises ``UsageError`` for what is no manifest."""
    path = folder / MANIFEST
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values["layout"] != _LAYOUT:
            raise UsageError(f"{path}: written by another version of mtsum (layout {values['layout']}, not {_LAYOUT})")
        shards = tuple(Shard(**shard) for shard in values["shards"])
        return Manifest(values["job"], values["versions"], values["state"], shards)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: not the manifest of a run ({error}); give -o another folder") from error


def versions_here() -> dict[str, str]:
    """The versions of mtsum, Python and the libraries that the work is done with."""
    found = {"mtsum": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def differences(then: dict[str, Any], now: dict[str, Any]) -> dict[str, str]:
    """What differs between two jobs, as lines for people by the dotted name of the value.

    A model that only one of them has is one line, its name.
    """
    before, after = dict(_flat(then)), dict(_flat(now))
    alone = tuple(f"{name}." for name in {*_models(then)} ^ {*_models(now)})
    return {
        name: f"{_short(name, before | after)}: {_said(before.get(name))} in the run, {_said(after.get(name))} now"
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name) and (not name.startswith(alone) or name.endswith(".model"))
    }


def _models(values: dict[str, Any], path: str = "") -> Iterator[str]:
    """The dotted names of the parts that describe a model."""
    for name, value in values.items():
        if isinstance(value, dict):
            here = f"{path}.{name}" if path else name
            yield from [here] if "model" in value else _models(value, here)


def _flat(values: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        # File names have dots, so checksums stay apart from the dotted names by a space.
        here = f"{path} {name}" if path.endswith("checksums") else f"{path}.{name}" if path else name
        if isinstance(value, dict):
            yield from _flat(value, here)
        else:
            yield here, value


def _short(name: str, among: dict[str, Any]) -> str:
    """The end of a dotted name, as much of it as no other name has."""
    if " " in name:
        return name
    parts = name.split(".")
    endings = (".".join(parts[at:]) for at in range(len(parts) - 1, -1, -1))
    return next(each for each in endings if sum(other == each or other.endswith(f".{each}") for other in among) == 1)


def _said(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)
