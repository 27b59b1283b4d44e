"""How far a run is, told while it goes on: a display on a terminal, one line a minute anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TextIO

from mtsum.corpus.report import duration

FIRST_LINE, LINE_EVERY = 10.0, 60.0
"""Seconds until the first line in a pipe, and between lines."""


@dataclass
class Meter:
    """Where a run is. ``total`` articles, ``None`` where that is not known; ``before`` were done when it was started.

    ``texts`` and ``tokens`` are those that models have written since.
    """

    total: int | None
    before: int
    errors: int
    clock: Callable[[], float] = time.monotonic
    done: int = 0
    texts: int = 0
    tokens: int = 0
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    @property
    def seconds(self) -> float:
        """Seconds since the start, never 0."""
        return max(1e-9, self.clock() - self.started)

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the articles done since the start; ``None`` while there is nothing to judge by."""
        if self.total is None or not self.done:
            return None
        return (self.total - self.before - self.done) * self.seconds / self.done

    @property
    def articles(self) -> str:
        """``1,280 of 5,000 articles (25.6%)``."""
        done = self.before + self.done
        if not self.total:
            return f"{done:,} articles"
        return f"{done:,} of {self.total:,} articles ({100 * done / self.total:.1f}%)"

    @property
    def speed(self) -> str:
        """``31.2 sentences/s, 870 tokens/s``."""
        return f"{self.texts / self.seconds:.1f} sentences/s, {self.tokens / self.seconds:.0f} tokens/s"

    @property
    def left(self) -> str:
        """``about 3 min 20 s left``."""
        left = self.seconds_left
        return "time left not known yet" if left is None else f"about {duration(left)} left"

    @property
    def failed(self) -> str:
        """``2 errors``."""
        return f"{self.errors:,} error{'' if self.errors == 1 else 's'}"


class Watcher:
    """Told how a run goes; this one keeps it to itself."""

    meter: Meter

    def begin(self, total: int | None, before: int, errors: int) -> None:
        """The work begins; of ``total`` articles ``before`` are done, and of those ``errors`` failed."""
        self.meter = Meter(total, before, errors)

    def wrote(self, texts: int, tokens: int) -> None:
        """Models have written so many texts more, and tokens in them."""
        self.meter.texts += texts
        self.meter.tokens += tokens
        self.show()

    def finished(self, articles: int, errors: int) -> None:
        """So many articles more are done and on disk, ``errors`` of them failed."""
        self.meter.done += articles
        self.meter.errors += errors
        self.show()

    def show(self) -> None:
        """Shows what has changed."""

    def end(self) -> None:
        """The work has ended, well or not; may be called without ``begin``."""


class LineWatcher(Watcher):
    """A line on ``stream`` every minute, the first one sooner: for logs."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._next = 0.0

    def begin(self, total: int | None, before: int, errors: int) -> None:
        """As ``Watcher.begin``."""
        self.meter = Meter(total, before, errors, self._clock)
        self._next = self._clock() + FIRST_LINE

    def show(self) -> None:
        """Writes the line when its time has come."""
        if self._clock() < self._next:
            return
        meter = self.meter
        line = f"{time.strftime('%H:%M:%S')} {meter.articles}, {meter.speed}, {meter.left}, {meter.failed}"
        self._stream.write(f"{line}\n")
        self._stream.flush()
        self._next = self._clock() + LINE_EVERY


class TerminalWatcher(Watcher):
    """A bar with figures that stays at the foot of a terminal. ``console`` is rich's."""

    def __init__(self, console: Any) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.fields[meter].articles}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[meter].speed}, {task.fields[meter].left}, {task.fields[meter].failed}"),
        )
        self._bar = Progress(*columns, console=console, transient=True, refresh_per_second=4)
        self._task: Any = None

    def begin(self, total: int | None, before: int, errors: int) -> None:
        """As ``Watcher.begin``."""
        super().begin(total, before, errors)
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task("", total=total, completed=before, meter=self.meter)
        self._bar.start()

    def show(self) -> None:
        """Moves the bar; its figures are taken anew at every refresh."""
        self._bar.update(self._task, completed=self.meter.before + self.meter.done)

    def end(self) -> None:
        """Takes the display away."""
        self._bar.stop()
