"""Which sentences of an article matter: centrality in the text and position in it.

Centrality is LexRank (Erkan and Radev 2004): the stationary distribution of a walk over the graph of TF-IDF cosine
similarities between sentences. News puts what matters first, so the position counts as well.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from mtsum.checks.words import content_stems
from mtsum.summarization.directness import directness
from mtsum.summarization.source import SourceSentence

Vector = dict[str, float]

_DAMPING = 0.85
_CENTRALITY_WEIGHT = 0.35
# Being central counts half at this position: late in the news stands what is told for completeness.
_HALF_WAY = 20
_LEAST_RECURRENCE = 0.05


def tf_idf(texts: Sequence[str]) -> list[Vector]:
    """Unit-length TF-IDF vectors of the content stems of ``texts``; document frequencies are those among ``texts``."""
    counts = [Counter(content_stems(text)) for text in texts]
    frequency = Counter(stem for count in counts for stem in count)
    vectors = []
    for count in counts:
        raw = {stem: n * math.log(1 + len(texts) / frequency[stem]) for stem, n in count.items()}
        norm = math.sqrt(sum(value * value for value in raw.values())) or 1.0
        vectors.append({stem: value / norm for stem, value in raw.items()})
    return vectors


def similarity(one: Vector, other: Vector) -> float:
    """Cosine of two unit vectors, 0 to 1."""
    if len(one) > len(other):
        one, other = other, one
    return sum(value * other.get(stem, 0.0) for stem, value in one.items())


def recurrence(text: str, frequency: Mapping[str, int]) -> float:
    """How often, a word of ``text``, other sentences come back to what it says.

    ``frequency`` is the number of sentences that have each content stem, the one of ``text`` among them. Never 0: a
    sentence that nothing comes back to can still be compared with others.
    """
    others = sum(frequency.get(stem, 1) - 1 for stem in content_stems(text))
    return _LEAST_RECURRENCE + others / max(1, len(text.split()))


def centrality(vectors: Sequence[Vector], rounds: int = 30) -> list[float]:
    """LexRank of each sentence, scaled so that the most central one has 1."""
    size = len(vectors)
    if not size:
        return []
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for position, vector in enumerate(vectors):
        for stem, value in vector.items():
            postings[stem].append((position, value))
    edges: list[dict[int, float]] = []
    for position, vector in enumerate(vectors):
        near: dict[int, float] = defaultdict(float)
        for stem, value in vector.items():
            for other, weight in postings[stem]:
                if other != position:
                    near[other] += value * weight
        edges.append(near)
    totals = [sum(near.values()) for near in edges]
    rank = [1.0 / size] * size
    for _ in range(rounds):
        following = [(1 - _DAMPING) / size] * size
        for position, near in enumerate(edges):
            if totals[position]:
                share = _DAMPING * rank[position] / totals[position]
                for other, weight in near.items():
                    following[other] += share * weight
        rank = following
    most = max(rank)
    return [value / most for value in rank]


def salience(
    sentences: Sequence[SourceSentence], vectors: Sequence[Vector], centrality_weight: float = _CENTRALITY_WEIGHT
) -> list[float]:
    """How much each sentence matters, 0 to 1: centrality and position, less where it does not tell news directly.

    ``centrality_weight`` is the share of centrality: 0 takes the lead, 1 what is central wherever it stands.
    """
    values = []
    for position, (sentence, central) in enumerate(zip(sentences, centrality(vectors), strict=True)):
        of_centrality = centrality_weight * central / (1 + position / _HALF_WAY)
        values.append(directness(sentence) * (of_centrality + (1 - centrality_weight) / (1 + position)))
    return values


def grouped_inputs(
    vectors: Sequence[Vector],
    values: Sequence[float],
    sizes: Sequence[int],
    limit: int,
    groups: int,
    usable: Callable[[int], bool],
    most_sentences: int | None = None,
) -> list[tuple[int, ...]]:
    """Up to ``groups`` sets of sentences (positions, ascending) for a model to summarize, each at most ``limit`` large.

    A group grows from the most salient sentence that no group has yet, by the sentences that are salient and speak of
    the same thing, ``most_sentences`` of them where that is given. ``sizes`` are in the unit of ``limit`` (words or tokens).
    A sentence over the limit is in no group.
    """
    left = [at for at in range(len(values)) if usable(at) and sizes[at] <= limit]
    made: list[tuple[int, ...]] = []
    while left and len(made) < groups:
        taken = {at for group in made for at in group}
        seed = max(
            left, key=lambda at: values[at] - max((similarity(vectors[at], vectors[o]) for o in taken), default=0.0)
        )
        rest = sorted(left, key=lambda at: -(values[at] * (0.35 + similarity(vectors[at], vectors[seed]))))
        chosen, room = [seed], limit - sizes[seed]
        for at in rest:
            if len(chosen) == most_sentences:
                break
            if at != seed and sizes[at] <= room:
                chosen.append(at)
                room -= sizes[at]
        made.append(tuple(sorted(chosen)))
        left = [at for at in left if at not in chosen]
    return made


def most_salient(values: Sequence[float], sizes: Sequence[int], limit: int) -> tuple[int, ...]:
    """Positions (ascending) of the most salient sentences whose sizes add up to at most ``limit``."""
    chosen, room = [], limit
    for at in sorted(range(len(values)), key=lambda at: -values[at]):
        if sizes[at] <= room:
            chosen.append(at)
            room -= sizes[at]
    return tuple(sorted(chosen))
