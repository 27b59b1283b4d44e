"""Pairs that teach faithful condensing: the sentences that a reference summary rests on, and the summary.

A reference summary says things that no few sentences of its article say. Here each run of summary sentences is paired
with the article's sentences that cover it best, and a pair is kept only where mtsum's own check of summaries finds
every name and number, and two thirds of the content words, in those sentences.
"""

from __future__ import annotations

import json
import lzma
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from mtsum.checks import check_summary
from mtsum.checks.words import content_stems
from mtsum.segmentation import sentence_spans
from mtsum.training.pairs import Pair

_ARTICLES = ("a", "an", "the")


def read_condensation_pairs(data: Path, most_words: int = 110, seed: int = 0) -> list[Pair]:
    """Pairs from the summaries below ``data``/sum, each with a translated-looking twin of its source.

    Groups: ``condense`` and ``condense_noisy`` (sources with the wrong articles and swapped or repeated words of
    machine translation), and ``copy`` (an English news sentence as its own summary).
    """
    rng = np.random.default_rng(seed)
    pairs = []
    for name in ("cnn_dm_subset", "digitalgov_summary"):
        with lzma.open(data / f"sum/{name}/train.jsonl.xz", "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                for source, target in condensations(record["document"], record["summary"], rng, most_words):
                    pairs += [
                        Pair("condense", source, target),
                        Pair("condense_noisy", like_translation(source, rng), target),
                    ]
    with lzma.open(data / "mono/en-news.txt.xz", "rt", encoding="utf-8") as lines:
        pairs += [
            Pair("copy", line.strip(), line.strip())
            for line in lines
            if 6 < len(line.split()) < 30 and line.strip().endswith(".")
        ]
    return pairs


def condensations(document: str, summary: str, rng: np.random.Generator, most_words: int) -> Iterator[tuple[str, str]]:
    """Source and target texts: one to three neighbouring summary sentences, and the sentences they rest on in order.

    Sources have at most ``most_words`` words. Salient but unused sentences fill some of the room, so that a model
    learns to leave things out.
    """
    sentences = [document[a:b].replace("\n", " ") for a, b in sentence_spans(document[:20000], "en")]
    sentences = [sentence for sentence in sentences if 4 <= len(sentence.split()) <= 70]
    if len(sentences) < 2:
        return
    stems = [set(content_stems(sentence)) for sentence in sentences]
    frequency = Counter(stem for one in stems for stem in one)
    weight = {stem: math.log(1 + len(stems) / count) for stem, count in frequency.items()}
    parts = [summary[a:b].replace("\n", " ") for a, b in sentence_spans(summary, "en")]
    parts = [part for part in parts if part.endswith((".", "!", "?")) and 4 <= len(part.split()) <= 40]
    for size in (1, 2, 3):
        for start in range(len(parts) - size + 1):
            target = " ".join(parts[start : start + size])
            chosen = _cover(set(content_stems(target)), stems, weight, sentences, most_words)
            if not chosen or check_summary(target, [sentences[at] for at in chosen]):
                continue
            if rng.random() < 0.5:
                chosen = _with_neighbours(chosen, sentences, most_words, rng)
            source = " ".join(sentences[at] for at in sorted(chosen))
            if len(target.split()) < 0.9 * len(source.split()):
                yield source, target


def _cover(
    wanted: set[str], stems: Sequence[set[str]], weight: dict[str, float], sentences: Sequence[str], most_words: int
) -> list[int]:
    """Positions of sentences that greedily cover ``wanted``; stops when a further one adds less than a tenth."""
    total = sum(weight.get(stem, 0.0) for stem in wanted)
    covered: set[str] = set()
    chosen: list[int] = []
    room = most_words
    while total:
        gains = [
            sum(weight[stem] for stem in (wanted & one) - covered)
            if at not in chosen and len(sentences[at].split()) <= room
            else 0.0
            for at, one in enumerate(stems)
        ]
        best = max(range(len(gains)), key=lambda at: gains[at])
        if gains[best] < 0.1 * total:
            break
        chosen.append(best)
        covered |= wanted & stems[best]
        room -= len(sentences[best].split())
    return chosen


def _with_neighbours(
    chosen: list[int], sentences: Sequence[str], most_words: int, rng: np.random.Generator
) -> list[int]:
    """``chosen`` and, while there is room, some sentences beside them."""
    room = most_words - sum(len(sentences[at].split()) for at in chosen)
    beside = sorted({at + step for at in chosen for step in (-1, 1)} - set(chosen))
    for at in rng.permutation([at for at in beside if 0 <= at < len(sentences)]):
        if len(sentences[at].split()) <= room:
            chosen = [*chosen, int(at)]
            room -= len(sentences[at].split())
    return chosen


def like_translation(text: str, rng: np.random.Generator) -> str:
    """``text`` with faults of machine translation: articles gone or wrong, words swapped with a neighbour or doubled."""
    words = text.split(" ")
    out: list[str] = []
    for word in words:
        draw = rng.random()
        if word.lower() in _ARTICLES and draw < 0.4:
            if draw < 0.15:
                out.append(str(rng.choice(_ARTICLES)))
            continue
        out.append(word)
        if draw > 0.985:
            out.append(word)
    for at in np.where(rng.random(max(0, len(out) - 1)) < 0.03)[0]:
        out[at], out[at + 1] = out[at + 1], out[at]
    return " ".join(out)
