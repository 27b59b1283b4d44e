"""Scores of parts of a test set: by length, by whether names and numbers are kept, by document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mtsum.checks.names import missing_names, names, unsupported_names
from mtsum.checks.numbers import missing_numbers, numbers, unsupported_numbers
from mtsum.evaluation.benchmark.folder import Output
from mtsum.evaluation.testsets import Segment, TestSet

# Upper bounds of the buckets, in words of the source, for sentences and for articles.
_SENTENCE_WORDS = (10, 20, 30, 40)
_ARTICLE_WORDS = (200, 400, 600, 800)


@dataclass(frozen=True)
class Bucket:
    """Some segments of a set, by position; ``kind`` and ``name`` say which."""

    kind: str
    name: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Kept:
    """How many names, or numbers, there were to be kept, and how many are."""

    wanted: int
    kept: int


def buckets(testset: TestSet, outputs: Sequence[Output]) -> Iterator[Bucket]:
    """The buckets of one system's outputs, none of them empty. Those of names and numbers depend on the outputs."""
    words = [len(segment.source.split()) for segment in testset.segments]
    bounds = _SENTENCE_WORDS if testset.task == "translation" else _ARTICLE_WORDS
    yield from _grouped("length", [_length_name(count, bounds) for count in words], _length_names(bounds))
    for kind, counted in kept(testset, outputs).items():
        yield from _grouped(kind, [_kept_name(each) for each in counted], ("all kept", "some lost", "none to keep"))
    if testset.documents is not None and testset.documents < len(testset.segments):
        documents = [str(segment.document) for segment in testset.segments]
        yield from _grouped("document", documents, tuple(dict.fromkeys(documents)))


def kept(testset: TestSet, outputs: Sequence[Output]) -> dict[str, list[Kept]]:
    """For ``names`` and ``numbers``: how many each segment has to keep, and how many its output keeps.

    An English translation of an Albanian sentence is to keep those of its source. A summary is to keep those of its
    reference, since it leaves out most of the article's; so is a translation of or into another language.
    """
    from_source = testset.task == "translation" and (testset.source_language, testset.target_language) == ("sq", "en")
    count: dict[str, Callable[[Segment, str], Kept]] = (
        {"names": _names_of_source, "numbers": _numbers_of_source}
        if from_source
        else {"names": _names_of_reference, "numbers": _numbers_of_reference}
    )
    return {
        kind: [counting(segment, output.hypothesis) for segment, output in zip(testset.segments, outputs, strict=True)]
        for kind, counting in count.items()
    }


def _names_of_source(segment: Segment, hypothesis: str) -> Kept:
    wanted = len(names(segment.source))
    return Kept(wanted, wanted - len(missing_names(segment.source, hypothesis)))


def _numbers_of_source(segment: Segment, hypothesis: str) -> Kept:
    wanted = sum(number.required for number in numbers(segment.source))
    return Kept(wanted, wanted - min(wanted, len(missing_numbers(segment.source, hypothesis))))


def _names_of_reference(segment: Segment, hypothesis: str) -> Kept:
    # Every name of the reference is unsupported by an empty text.
    wanted = len(unsupported_names(segment.references[0], ""))
    return Kept(wanted, wanted - min(wanted, len(unsupported_names(segment.references[0], hypothesis))))


def _numbers_of_reference(segment: Segment, hypothesis: str) -> Kept:
    wanted = sum(number.required for number in numbers(segment.references[0]))
    return Kept(wanted, wanted - min(wanted, len(unsupported_numbers(segment.references[0], hypothesis))))


def _kept_name(counted: Kept) -> str:
    if not counted.wanted:
        return "none to keep"
    return "all kept" if counted.kept == counted.wanted else "some lost"


def _length_names(bounds: Sequence[int]) -> tuple[str, ...]:
    lows = (1, *(bound + 1 for bound in bounds))
    return (*(f"{low}-{high} words" for low, high in zip(lows, bounds, strict=False)), f"over {bounds[-1]} words")


def _length_name(words: int, bounds: Sequence[int]) -> str:
    return _length_names(bounds)[sum(words > bound for bound in bounds)]


def _grouped(kind: str, of_segments: Sequence[str], order: Sequence[str]) -> Iterator[Bucket]:
    for name in order:
        rows = tuple(at for at, each in enumerate(of_segments) if each == name)
        if rows:
            yield Bucket(kind, name, rows)
