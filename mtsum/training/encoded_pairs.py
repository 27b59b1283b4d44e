"""Pairs as token ids: encoded once, kept on disk, drawn in length-bucketed batches."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mtsum.errors import InputError, UsageError
from mtsum.training.pairs import Pair, groups_without

if TYPE_CHECKING:
    from mtsum.training.codec import Codec

NOISED = "denoise"
"""The group whose sources are English lines, given with words dropped and swapped."""


class Rows:
    """Rows of token ids of any length in one flat array, which forks share without copying. ``rows[i]`` is int32."""

    def __init__(self, flat: np.ndarray, ends: np.ndarray) -> None:
        self.flat, self.ends = flat, ends
        self.starts = np.concatenate([[0], ends[:-1]]).astype(np.int64)
        self.lengths = ends - self.starts

    @classmethod
    def of(cls, rows: Sequence[np.ndarray]) -> Rows:
        """The given rows, copied."""
        flat = np.concatenate(rows).astype(np.int32) if rows else np.zeros(0, np.int32)
        return cls(flat, np.cumsum([len(row) for row in rows], dtype=np.int64))

    def __getitem__(self, at: int) -> np.ndarray:
        return self.flat[self.starts[at] : self.ends[at]]

    def __len__(self) -> int:
        return len(self.ends)


@dataclass(frozen=True)
class Batch:
    """Padded token ids: ``source`` int64 [pairs, longest source], ``target`` int64 [pairs, longest target].

    Targets start with the decoder's start token and end with the end token.
    """

    source: np.ndarray
    target: np.ndarray


@dataclass(frozen=True)
class EncodedPairs:
    """Pairs as token ids, by group (positions of its pairs).

    ``left_out`` counts, by reason, the pairs that were not taken; ``characters`` is the length of all targets taken;
    ``unknown`` is the share of source tokens that the vocabulary lacks.
    """

    sources: Rows
    targets: Rows
    groups: dict[str, np.ndarray]
    padding: int
    left_out: dict[str, int]
    characters: int
    unknown: float

    @classmethod
    def encode(cls, pairs: Sequence[Pair], codec: Codec, max_source: int, max_target: int) -> EncodedPairs:
        """Encode ``pairs``; those over ``max_source`` or ``max_target`` tokens or of unlike lengths are left out.

        Raises ``InputError`` when none is left.
        """
        sources = codec.sources([pair.source for pair in pairs])
        targets = codec.targets([pair.target for pair in pairs])
        nothing = len(codec.sources([""])[0]), len(codec.targets([""])[0])
        reasons = [
            _unfit(len(source), len(target), max_source, max_target, nothing)
            for source, target in zip(sources, targets, strict=True)
        ]
        keep = [at for at, reason in enumerate(reasons) if reason is None]
        left_out = Counter(reason for reason in reasons if reason)
        if not keep:
            raise InputError(f"none of the {len(pairs)} pairs can be used: {dict(left_out)}")
        names = np.array([pairs[at].group for at in keep])
        rows = Rows.of([sources[at] for at in keep])
        return cls(
            rows,
            Rows.of([targets[at] for at in keep]),
            {str(name): np.where(names == name)[0] for name in np.unique(names)},
            codec.padding,
            dict(left_out),
            sum(len(pairs[at].target) for at in keep),
            float((rows.flat == codec.unknown).mean()),
        )

    def __len__(self) -> int:
        return len(self.sources)

    def without(self, names: Sequence[str]) -> EncodedPairs:
        """These pairs less the named groups (see ``groups_without``). Raises ``UsageError`` when nothing is left."""
        kept = groups_without(self.groups, names)
        if not kept:
            raise UsageError(f"without {', '.join(names)} no training pairs are left")
        return replace(self, groups={name: rows for name, rows in self.groups.items() if name in kept})

    def drawn(self) -> int:
        """How many pairs the groups hold."""
        return sum(len(rows) for rows in self.groups.values())

    def save(self, path: Path) -> None:
        """Write all arrays into one .npz file."""
        description = {
            "groups": list(self.groups),
            "padding": self.padding,
            "left_out": self.left_out,
            "characters": self.characters,
            "unknown": self.unknown,
        }
        arrays: dict[str, Any] = {
            "description": np.array(json.dumps(description)),
            "sources": self.sources.flat,
            "source_ends": self.sources.ends,
            "targets": self.targets.flat,
            "target_ends": self.targets.ends,
        }
        arrays |= {f"group_{at}": rows for at, rows in enumerate(self.groups.values())}
        np.savez(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> EncodedPairs:
        """Read what ``save`` wrote."""
        with np.load(path) as arrays:
            description = json.loads(str(arrays["description"]))
            names = description.pop("groups")
            return cls(
                Rows(arrays["sources"], arrays["source_ends"]),
                Rows(arrays["targets"], arrays["target_ends"]),
                {name: arrays[f"group_{at}"] for at, name in enumerate(names)},
                **description,
            )

    def batches(
        self, rng: np.random.Generator, mixture: dict[str, float], token_budget: int, max_target: int = 10**9
    ) -> Iterator[Batch]:
        """One pass: each group drawn ``mixture[group]`` times (default ``mixture["*"]``), in batches of similar length.

        ``token_budget`` bounds padded source plus target tokens of a batch; ``max_target`` leaves longer pairs out.
        Raises ``UsageError`` when the mixture draws nothing.
        """
        chosen = []
        for name, indices in self.groups.items():
            share = mixture.get(name, mixture.get(name.split("/")[0], mixture.get("*", 0.0)))
            indices = indices[self.targets.lengths[indices] <= max_target]
            chosen += [indices] * int(share)
            chosen.append(rng.choice(indices, int(len(indices) * (share - int(share))), replace=False))
        index = np.concatenate(chosen)
        if not len(index):
            raise UsageError(f"the mixture {mixture} draws no pair of {', '.join(self.groups)}; raise a weight")
        # Pairs of the same target length, within two, in order of source length: little of a batch is padding.
        sources, targets = self.sources.lengths[index], self.targets.lengths[index]
        order = np.lexsort((rng.random(len(index)), sources, targets // 2))
        index, sources, targets = index[order], sources[order], targets[order]
        bounds = _batch_bounds(sources.tolist(), targets.tolist(), token_budget)
        rng.shuffle(bounds)
        noised = frozenset(self.groups.get(NOISED, np.zeros(0, np.int64)).tolist())
        for first, last in bounds:
            rows = index[first:last].tolist()
            given = [_with_noise(rng, self.sources[at]) if at in noised else self.sources[at] for at in rows]
            yield Batch(pad(given, self.padding), pad([self.targets[at] for at in rows], self.padding))


def _unfit(source: int, target: int, max_source: int, max_target: int, nothing: tuple[int, int]) -> str | None:
    """Why a pair of these lengths (tokens) is left out, or None."""
    if source <= nothing[0] or target <= nothing[1]:
        return "empty"
    if source > max_source or target > max_target:
        return "too long"
    return "unlike lengths" if target >= 3 * source + 8 else None


def _batch_bounds(sources: list[int], targets: list[int], token_budget: int) -> list[tuple[int, int]]:
    """First and last (exclusive) of each batch of neighbours whose padded lengths fit ``token_budget``."""
    starts, start, source, target = [0], 0, 0, 0
    for position, lengths in enumerate(zip(sources, targets, strict=True)):
        source, target = max(source, lengths[0]), max(target, lengths[1])
        if position > start and (source + target) * (position - start + 1) > token_budget:
            starts.append(position)
            start, (source, target) = position, lengths
    return list(zip(starts, [*starts[1:], len(sources)], strict=True))


def _with_noise(rng: np.random.Generator, ids: np.ndarray) -> np.ndarray:
    """Drops one piece in ten and swaps a neighbour pair now and then: the decoder must mend the English."""
    body = ids[1:-1]
    body = body[rng.random(len(body)) > 0.1]
    for k in np.where(rng.random(max(0, len(body) - 1)) < 0.05)[0]:
        body[k], body[k + 1] = body[k + 1], body[k]
    return np.concatenate([ids[:1], body, ids[-1:]])


def pad(rows: Sequence[np.ndarray], padding: int) -> np.ndarray:
    """The rows as one int64 array, filled up with ``padding`` on the right."""
    out = np.full((len(rows), max(map(len, rows))), padding, np.int64)
    for row, ids in zip(out, rows, strict=True):
        row[: len(ids)] = ids
    return out
