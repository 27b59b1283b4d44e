"""Outputs with something amiss: repetition, the source copied, an odd length, another language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mtsum.checks import check_translation
from mtsum.checks.repetition import repeats
from mtsum.engines.base import Hypothesis, StopReason
from mtsum.evaluation.benchmark.folder import Output
from mtsum.evaluation.testsets import Segment, TestSet
from mtsum.language_identification import identify, looks_like, name_of
from mtsum.summarization import parse_length

# What share of an article a summary may be before it counts as a copy, and the words an article must have to be judged.
_COPY_SHARE, _LEAST_WORDS = 0.7, 60
# A summary is held to the length that was asked for, within this much.
_LEAST_OF_ASKED, _MOST_OF_ASKED = 0.5, 1.5
_KIND_OF_FLAG = {
    "repetition": "repetition",
    "copied": "copy-through",
    "too-short": "length",
    "too-long": "length",
    "length-limit": "length",
    "empty": "length",
    "language": "language",
}


@dataclass(frozen=True)
class Finding:
    """What is amiss with an output: its ``kind``, and in words what was seen."""

    kind: str
    detail: str


def outliers(testset: TestSet, outputs: list[Output], settings: dict[str, Any]) -> Iterator[tuple[str, Finding]]:
    """The ids of outputs with something amiss, and what; one finding of a kind for an output. Loads no model."""
    for segment, output in zip(testset.segments, outputs, strict=True):
        found = (
            _of_translation(segment, output, testset.target_language)
            if testset.task == "translation"
            else _of_summary(
                segment, output, testset.target_language, parse_length(settings.get("length", "medium")).words
            )
        )
        for finding in {each.kind: each for each in found}.values():
            yield segment.id, finding


def _of_translation(segment: Segment, output: Output, language: str) -> Iterator[Finding]:
    stop: StopReason = "length" if output.stop_reason == "length" else "eos"
    hypothesis = Hypothesis(output.hypothesis, 0.0, 0, 0, stop)
    for flag in check_translation(segment.source, hypothesis, language):
        if kind := _KIND_OF_FLAG.get(flag):
            yield Finding(kind, _detail(flag, segment, output))


def _of_summary(segment: Segment, output: Output, language: str, asked: int) -> Iterator[Finding]:
    text, words = output.hypothesis, len(output.hypothesis.split())
    source_words = len(segment.source.split())
    if repeats(text, segment.source):
        yield Finding("repetition", f"repeats itself: {_beginning(text)}")
    if source_words >= _LEAST_WORDS and words >= _COPY_SHARE * source_words:
        yield Finding("copy-through", f"{words} words of an article of {source_words}")
    wanted = min(asked, source_words // 2)
    if not _LEAST_OF_ASKED * wanted <= words <= _MOST_OF_ASKED * wanted:
        yield Finding("length", f"{words} words, {wanted} were wanted")
    if text.strip() and not looks_like(text, language):
        yield Finding("language", f"looks like {name_of(identify(text).code)}: {_beginning(text)}")


def _detail(flag: str, segment: Segment, output: Output) -> str:
    words, of_source = len(output.hypothesis.split()), len(segment.source.split())
    return {
        "repetition": f"repeats itself: {_beginning(output.hypothesis)}",
        "copied": f"the words are the source's: {_beginning(output.hypothesis)}",
        "too-short": f"{words} words for {of_source}",
        "too-long": f"{words} words for {of_source}",
        "length-limit": f"ended by the limit on its length, after {words} words for {of_source}",
        "empty": f"nothing for {of_source} words",
        "language": f"looks like {name_of(identify(output.hypothesis).code)}: {_beginning(output.hypothesis)}",
    }[flag]


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:77]}..."
