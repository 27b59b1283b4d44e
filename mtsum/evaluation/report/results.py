"""What a benchmark found: the rows of its stored files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class System:
    """A system of the benchmark: a model with its settings."""

    name: str
    model: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class TestSet:
    """A test set: how many segments and documents it has, where it is from, and what may be done with it.

    ``documents`` is ``None`` where the set does not tell documents apart.
    """

    # pytest takes a class of this name for tests.
    __test__ = False

    name: str
    task: str
    segments: int
    documents: int | None = None
    source: str | None = None
    licence: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class StoredScore:
    """A metric's value for a system on a test set; ``low`` and ``high`` bound its 95% bootstrap interval."""

    system: str
    testset: str
    metric: str
    value: float
    signature: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Comparison:
    """The paired tests of a system with the baseline; ``difference`` is the system's score less the baseline's."""

    testset: str
    metric: str
    baseline: str
    system: str
    difference: float
    low: float | None = None
    high: float | None = None
    p_bootstrap: float | None = None
    p_randomization: float | None = None
    effect_size: float | None = None


@dataclass(frozen=True)
class Spread:
    """The median of repeated measures, with the smallest and largest of them."""

    median: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Measures:
    """What a system cost on a test set: seconds, sentences and tokens a second, megabytes."""

    system: str
    testset: str
    sentences_per_second: Spread | None = None
    tokens_per_second: Spread | None = None
    load_seconds: float | None = None
    first_sentence_seconds: float | None = None
    peak_memory_mb: float | None = None
    peak_gpu_memory_mb: float | None = None
    disk_mb: float | None = None
    device: str | None = None
    precision: str | None = None
    engine: str | None = None
    beam: int | None = None
    threads: int | None = None
    model: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Breakdown:
    """A metric's value for the segments of one ``bucket`` of a ``kind``: a length, a document, names kept or not."""

    system: str
    testset: str
    kind: str
    bucket: str
    segments: int
    metric: str
    value: float


@dataclass(frozen=True)
class Outlier:
    """A segment with something amiss: a repetition, a copy of the source, an odd length, another language."""

    system: str
    testset: str
    id: str
    kind: str
    detail: str


@dataclass(frozen=True)
class Failure:
    """A system that could not be run on a test set, and why."""

    system: str
    testset: str
    error: str


@dataclass(frozen=True)
class Output:
    """What a system made of a segment, with its flags and its scores by metric."""

    hypothesis: str
    flags: tuple[str, ...]
    scores: Mapping[str, float]


@dataclass(frozen=True)
class Segment:
    """A segment of a test set with the output of every system that got that far."""

    testset: str
    id: str
    document: str | None
    source: str
    references: tuple[str, ...]
    systems: Mapping[str, Output]


@dataclass(frozen=True)
class Results:
    """All that the report is made from."""

    mtsum: str
    created: str
    baseline: str | None
    systems: tuple[System, ...]
    testsets: tuple[TestSet, ...]
    scores: tuple[StoredScore, ...]
    comparisons: tuple[Comparison, ...]
    measures: tuple[Measures, ...]
    breakdowns: tuple[Breakdown, ...]
    outliers: tuple[Outlier, ...]
    errors: tuple[Failure, ...]
    warnings: tuple[str, ...]
    segments: tuple[Segment, ...]
    environment: Mapping[str, Any]
    configuration: str | None
