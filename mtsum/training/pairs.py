"""Training pairs by source group: mtsum's own training data, and a user's TSV files."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from mtsum.errors import InputError, UsageError

# Names that --without takes for several groups at once.
_COLLECTIONS = {"xx": ("news", "tatoeba")}


@dataclass(frozen=True)
class Pair:
    """A source text and its target; ``group`` names the data set it is from, by which mixtures weigh it.

    A group ``derived/origin`` holds pairs that were made from those of ``origin``; mixtures weigh it as ``derived``.
    """

    group: str
    source: str
    target: str


@dataclass(frozen=True)
class BadLine:
    """A line of a TSV file that is no pair: ``where`` is ``file:line``, ``problem`` what is wrong with it."""

    where: str
    problem: str


def read_translation_pairs(data: Path) -> list[Pair]:
    """All pairs into English below ``data``: Albanian, other languages, and English news as its own source.

    Groups: an Albanian set's name, ``news`` and ``tatoeba`` for other languages, ``denoise`` for English lines.
    """
    pairs = []
    with lzma.open(data / "mt/train/sq-en.tsv.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            group, source, target = line.rstrip("\n").split("\t")
            # Interface strings of one or two words teach headline style and little else.
            short_string = group.startswith("l10n") and len(target.split()) < 3
            pairs.append(Pair("l10n_short" if short_string else group, source, target))
    with lzma.open(data / "mt/train/xx-en.tsv.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            _, kind, source, target = line.rstrip("\n").split("\t")
            pairs.append(Pair(kind, source, target))
    with lzma.open(data / "mono/en-news.txt.xz", "rt", encoding="utf-8") as lines:
        texts = [line.strip() for line in lines]
    pairs += [Pair("denoise", text, text) for text in texts if 5 < len(text.split()) < 50]
    return [pair for pair in pairs if pair.source and pair.target]


def read_tsv(path: Path, group: str) -> tuple[list[Pair], list[BadLine]]:
    """The pairs of a file of lines ``source<TAB>target`` (UTF-8, plain or .gz or .xz), and the lines that are none.

    Raises ``InputError`` for a file that can't be read, and where over half of the lines are no pairs: then the file
    is of another form.
    """
    pairs: list[Pair] = []
    bad: list[BadLine] = []
    try:
        with _open(path) as lines:
            for number, line in enumerate(lines, 1):
                pair = _pair_of(line, group)
                if isinstance(pair, Pair):
                    pairs.append(pair)
                else:
                    bad.append(BadLine(f"{path}:{number}", pair))
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise InputError(f"cannot be read: {error}", str(path)) from error
    if len(bad) > len(pairs):
        first = bad[0]
        raise InputError(
            f"{len(bad)} of {len(bad) + len(pairs)} lines are not “source<TAB>target”, first {first.where}: {first.problem}",
            str(path),
        )
    if not pairs:
        raise InputError("holds no lines; expected lines of “source<TAB>target”", str(path))
    return pairs, bad


def _open(path: Path) -> BinaryIO:
    if path.suffix == ".gz":
        return cast(BinaryIO, gzip.open(path, "rb"))
    return cast(BinaryIO, lzma.open(path, "rb")) if path.suffix == ".xz" else path.open("rb")


def _pair_of(line: bytes, group: str) -> Pair | str:
    """The pair of a line, or what is wrong with it."""
    try:
        columns = [column.strip() for column in line.decode("utf-8-sig").rstrip("\r\n").split("\t")]
    except UnicodeDecodeError as error:
        return f"not UTF-8: byte {line[error.start]:#04x} at {error.start}"
    if len(columns) != 2:
        return f"{len(columns)} columns, not 2"
    if not columns[0] or not columns[1]:
        return "an empty source" if not columns[0] else "an empty target"
    return Pair(group, *columns)


def groups_without(groups: Iterable[str], without: Iterable[str]) -> set[str]:
    """``groups`` less those that ``without`` names: a group, the start of some (``l10n``, ``bible``), or ``xx``.

    What was made from a left-out group goes with it. Raises ``UsageError`` for a name that fits no group.
    """
    kept = set(groups)
    for name in without:
        gone = {group for group in groups if any(_is_named(part, name) for part in group.split("/"))}
        if not gone:
            known = ", ".join(sorted({part for group in groups for part in group.split("/")} | set(_COLLECTIONS)))
            raise UsageError(f"no group of training pairs is called “{name}”; known: {known}")
        kept -= gone
    return kept


def _is_named(group: str, name: str) -> bool:
    return group in _COLLECTIONS.get(name, (name,)) or group.startswith((f"{name}_", f"{name}-"))
