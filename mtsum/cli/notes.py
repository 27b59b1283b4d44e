"""What goes to stderr beside the results: notes, warnings, errors and, on a terminal, a progress bar."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from mtsum.registry import ModelEntry, models_directory


class Notes:
    """Lines on stderr. ``quiet`` keeps notes, warnings and progress back; errors are always said."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._said: set[str] = set()

    def note(self, text: str) -> None:
        """Something worth knowing, said once."""
        self._say("note", text)

    def warn(self, text: str) -> None:
        """Something that may well be a mistake of the caller's, said once."""
        self._say("warning", text)

    def error(self, text: str) -> None:
        """Something that failed."""
        click.echo(f"error: {text}", err=True)

    def model(self, entry: ModelEntry) -> None:
        """What a user must know of a model that is about to be used: that it is a draft, what its licence forbids."""
        card = f"; see {models_directory().name}/{entry.path}/README.md" if entry.draft and entry.shipped else ""
        for position, line in enumerate(entry.notices):
            # The draft's notice is the first one; its card says the rest.
            self.note(line if position else line + card)

    def _say(self, kind: str, text: str) -> None:
        if not self._quiet and text not in self._said:
            self._said.add(text)
            click.echo(f"{kind}: {text}", err=True)

    @contextmanager
    def progress(self, title: str, total: int) -> Iterator[Callable[[int], None] | None]:
        """A callback that advances a bar by a number of steps; ``None`` in a pipe, when quiet, or for one step."""
        if self._quiet or total < 2 or not sys.stderr.isatty():
            yield None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=total)
            yield lambda steps: bar.advance(task, steps)
