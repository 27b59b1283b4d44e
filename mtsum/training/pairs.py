"""Training pairs by source group, encoded once, drawn in length-bucketed batches."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mtsum.training.encoder_archive import BOS, EOS, PAD

if TYPE_CHECKING:
    from tokenizers import Tokenizer


@dataclass(frozen=True)
class Pair:
    """A source text and its target; ``group`` names the data set it is from, by which mixtures weigh it."""

    group: str
    source: str
    target: str


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


@dataclass(frozen=True)
class Batch:
    """Token ids padded with ``PAD``: ``source`` int64 [pairs, longest source], ``target`` int64 [pairs, longest target].

    Targets start with the decoder's start token and end with ``EOS``.
    """

    source: np.ndarray
    target: np.ndarray


class EncodedPairs:
    """Pairs as token ids, with ``length`` the longer side in tokens. What is over ``max_length`` is left out and counted."""

    def __init__(
        self,
        pairs: list[Pair],
        source_tokenizer: Tokenizer,
        target_tokenizer: Tokenizer,
        max_source: int,
        max_target: int,
    ) -> None:
        sources = _encode(source_tokenizer, [pair.source for pair in pairs])
        targets = _encode(target_tokenizer, [pair.target for pair in pairs])
        keep = [
            i
            for i, (source, target) in enumerate(zip(sources, targets, strict=True))
            if 3 <= len(source) <= max_source and 3 <= len(target) <= max_target and len(target) < 3 * len(source) + 8
        ]
        self.left_out = len(pairs) - len(keep)
        self.sources = [sources[i] for i in keep]
        self.targets = [targets[i] for i in keep]
        self.length = np.array([len(s) + len(t) for s, t in zip(self.sources, self.targets, strict=True)])
        self.target_length = np.array([len(t) for t in self.targets])
        self.groups: dict[str, np.ndarray] = {}
        names = np.array([pairs[i].group for i in keep])
        for name in np.unique(names):
            self.groups[str(name)] = np.where(names == name)[0]
        self._noisy = {int(i) for i in self.groups.get("denoise", ())}

    def batches(
        self, rng: np.random.Generator, mixture: dict[str, float], token_budget: int, max_target: int = 10**9
    ) -> Iterator[Batch]:
        """One pass: each group drawn ``mixture[group]`` times (default ``mixture["*"]``), in batches of similar length.

        ``token_budget`` bounds padded source plus target tokens of a batch; ``max_target`` leaves longer pairs out.
        """
        chosen = []
        for name, indices in self.groups.items():
            share = mixture.get(name, mixture.get("*", 0.0))
            indices = indices[self.target_length[indices] <= max_target]
            chosen += [indices] * int(share)
            chosen.append(rng.choice(indices, int(len(indices) * (share - int(share))), replace=False))
        index = np.concatenate(chosen)
        index = index[np.argsort(self.length[index] + rng.random(len(index)) * 8)]
        starts, width, start = [0], 0, 0
        for position, i in enumerate(index):
            width = max(width, int(self.length[i]))
            if position > start and width * (position - start + 1) > token_budget:
                starts.append(position)
                start, width = position, int(self.length[i])
        bounds = list(zip(starts, [*starts[1:], len(index)], strict=True))
        rng.shuffle(bounds)
        for first, last in bounds:
            yield self._batch(rng, index[first:last])

    def _batch(self, rng: np.random.Generator, indices: np.ndarray) -> Batch:
        sources = [_with_noise(rng, self.sources[i]) if int(i) in self._noisy else self.sources[i] for i in indices]
        return Batch(_pad(sources), _pad([np.concatenate([[EOS], self.targets[i][1:]]) for i in indices]))


def _encode(tokenizer: Tokenizer, texts: list[str]) -> list[np.ndarray]:
    ids: list[np.ndarray] = []
    for start in range(0, len(texts), 20000):
        ids += [np.array(e.ids, np.int32) for e in tokenizer.encode_batch_fast(texts[start : start + 20000])]
    return ids


def _with_noise(rng: np.random.Generator, ids: np.ndarray) -> np.ndarray:
    """Drops one piece in ten and swaps a neighbour pair now and then: the decoder must mend the English."""
    body = ids[1:-1]
    body = body[rng.random(len(body)) > 0.1]
    for k in np.where(rng.random(max(0, len(body) - 1)) < 0.05)[0]:
        body[k], body[k + 1] = body[k + 1], body[k]
    return np.concatenate([[BOS], body, [EOS]])


def _pad(rows: list[np.ndarray]) -> np.ndarray:
    out = np.full((len(rows), max(map(len, rows))), PAD, np.int64)
    for row, ids in zip(out, rows, strict=True):
        row[: len(ids)] = ids
    return out
