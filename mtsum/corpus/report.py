"""What became of a run: counts of all of it, and how long this part of it took, stage by stage."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from mtsum.corpus.chunks import Chunk
from mtsum.corpus.tally import Tally
from mtsum.corpus.work import Done

_SLOWEST = 3
_MOST_NAMED = 8


@dataclass(frozen=True)
class Timed:
    """A chunk that was slow: its first and last article, how many articles and sentences, and its seconds."""

    first: str
    last: str
    articles: int
    sentences: int
    seconds: float


@dataclass
class Report:
    """``total`` counts the whole run, everything else what was done since the command was started.

    ``stages`` are seconds by stage; those of workers on several machines add up to more than ``seconds`` of the clock.
    """

    total: Tally = field(default_factory=Tally)
    articles: int = 0
    sentences: int = 0
    generated: int = 0
    tokens: int = 0
    stages: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    slowest: list[Timed] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """Seconds since the command was started."""
        return time.perf_counter() - self.started

    def add(self, ids: Sequence[str], done: Done) -> None:
        """Counts a chunk, which holds the articles ``ids``."""
        self.articles += len(done.records)
        self.sentences += done.sentences
        self.generated += done.generated
        self.tokens += done.tokens
        for name, seconds in done.seconds.items():
            self.stages[name] += seconds
        timed = Timed(ids[0], ids[-1], len(ids), done.sentences, sum(done.seconds.values()))
        self.slowest = sorted([*self.slowest, timed], key=lambda each: -each.seconds)[:_SLOWEST]

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Counts the seconds that the block takes to a stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.stages[name] += time.perf_counter() - started

    def reading(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """``chunks``, the time that each takes to be read counted."""
        while True:
            with self.stage("read"):
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk

    def values(self) -> dict[str, Any]:
        """What the journal keeps."""
        return {
            "seconds": round(self.seconds, 3),
            "articles": self.articles,
            "sentences": self.sentences,
            "generated": self.generated,
            "tokens": self.tokens,
            "stages": {name: round(seconds, 3) for name, seconds in self.stages.items()},
        }


def closing_lines(report: Report) -> list[str]:
    """The report for people, a fact a line."""
    total = report.total
    lines = [f"{_count(total.records, 'article')}, {_count(total.sentences, 'sentence')} translated, {_errors(total)}"]
    for of, counts in (("translated", total.flags), ("summary", total.summary_flags)):
        if counts:
            lines.append(f"flags of {of} sentences: {_listed(counts)}")
    if not report.articles:
        return [*lines, "nothing was left to do"]
    seconds = report.seconds
    lines.append(
        f"now: {_count(report.articles, 'article')} with {_count(report.sentences, 'sentence')} in {duration(seconds)}: "
        f"{60 * report.articles / seconds:,.1f} articles a minute, {report.sentences / seconds:,.1f} sentences a second; "
        f"models wrote {_count(report.generated, 'text')}, {report.tokens / seconds:,.0f} tokens a second"
    )
    stages = ", ".join(f"{name} {duration(spent)}" for name, spent in report.stages.items() if spent >= 0.05)
    lines.append(f"time: {stages or 'too little to tell'}")
    return [*lines, f"slowest: {'; '.join(map(_timed, report.slowest))}"]


def duration(seconds: float) -> str:
    """Seconds for people: ``0.4 s``, ``12 s``, ``3 min 20 s``, ``5 h 2 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _timed(chunk: Timed) -> str:
    names = chunk.first if chunk.articles == 1 else f"{chunk.first} to {chunk.last}"
    return f"{names} ({_count(chunk.articles, 'article')}, {_count(chunk.sentences, 'sentence')}) {duration(chunk.seconds)}"


def _errors(tally: Tally) -> str:
    if not tally.errors:
        return "no errors"
    return f"{_count(tally.errors.total(), 'error')} ({_listed(tally.errors)})"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _listed(counts: Counter[str]) -> str:
    named = [f"{name} {count:,}" for name, count in counts.most_common(_MOST_NAMED)]
    return ", ".join(named) + (f" and {len(counts) - _MOST_NAMED} kinds more" if len(counts) > _MOST_NAMED else "")
