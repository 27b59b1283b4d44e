"""The curves of runs, from their logs alone: loss, dev loss, BLEU and chrF, over target tokens and over minutes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mtsum.errors import InputError
from mtsum.training.run_log import read_log

_PANELS = (
    # title, [(field of a log row, line style, what it is called)]
    ("loss, nats a token", [("loss", "-", "training, smoothed labels"), ("dev_loss", "o--", "dev, plain labels")]),
    ("dev, beam search", [("chrf", "o-", "chrF"), ("bleu", "s--", "BLEU")]),
)
_AXES = (("tokens", "million target tokens"), ("minutes", "minutes"))


def draw_curves(runs: Sequence[Path], output: Path) -> None:
    """Draw the curves of ``runs`` (folders with a log.jsonl) into one picture; its ending names the format.

    Rows are losses, and scores where there are any; columns are tokens and minutes. One run: a colour a curve; several:
    a colour a run. Raises ``InputError`` for a run without a log.
    """
    from matplotlib.figure import Figure

    courses = {_name(run, runs): _course(run) for run in runs}
    panels = [
        panel
        for panel in _PANELS
        if any(_points(rows, "minutes", field) for rows in courses.values() for field, *_ in panel[1])
    ]
    figure = Figure(figsize=(13, 3.6 * len(panels)), layout="constrained")
    grid = figure.subplots(len(panels), len(_AXES), squeeze=False)
    for row, (title, fields) in enumerate(panels):
        for column, (axis, label) in enumerate(_AXES):
            _draw_panel(grid[row][column], courses, axis, fields)
            grid[row][column].set_xlabel(label)
        grid[row][0].set_ylabel(title)
        # Beside the row: inside it would lie over curves.
        grid[row][-1].legend(fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))
    figure.suptitle(", ".join(courses) if len(courses) == 1 else "training runs")
    figure.savefig(output, dpi=110)


def draw_own_curves(run: Path) -> None:
    """Draw ``curves.png`` of a run into its folder, or say on stderr what is missing."""
    try:
        draw_curves([run], run / "curves.png")
    except ImportError:
        print(f"no curves were drawn: pip install matplotlib, then plot_training.py {run}", file=sys.stderr)


def _name(run: Path, runs: Sequence[Path]) -> str:
    name = run.resolve().name
    return name if sum(each.resolve().name == name for each in runs) == 1 else str(run)


def _course(run: Path) -> list[dict[str, Any]]:
    """The rows of a run, each with ``minutes`` and ``tokens`` (millions); a row without tokens gets them by its step."""
    rows = read_log(run)
    if not rows:
        raise InputError("no log.jsonl with rows; is it a run folder of the training scripts?", str(run))
    course = []
    # Older logs say tokens in the rows of the training loss only: those of the nearest steps give the others.
    known = [(row["step"], row["tokens"]) for row in rows if "tokens" in row]
    for row in rows:
        tokens = row.get("tokens", _between(known, row["step"]))
        course.append(row | {"minutes": row["seconds"] / 60, "tokens": None if tokens is None else tokens / 1e6})
    return course


def _between(known: list[tuple[int, int]], step: int) -> float | None:
    """The tokens at ``step``, on the line through the known points (and nothing at step 0)."""
    import numpy as np

    if not known:
        return None
    steps, tokens = zip((0, 0), *known, strict=True)
    if step > steps[-1]:
        return tokens[-1] * step / steps[-1]
    return float(np.interp(step, steps, tokens))


def _points(rows: list[dict[str, Any]], axis: str, field: str) -> list[tuple[float, float]]:
    return [(row[axis], row[field]) for row in rows if row.get(field) is not None and row[axis] is not None]


def _draw_panel(
    axes: Any, courses: dict[str, list[dict[str, Any]]], axis: str, fields: list[tuple[str, str, str]]
) -> None:
    for at, (name, rows) in enumerate(courses.items()):
        for number, (field, style, called) in enumerate(fields):
            points = _points(rows, axis, field)
            if points:
                colour = f"C{number if len(courses) == 1 else at}"
                label = called if len(courses) == 1 else f"{name}: {called}"
                axes.plot(*zip(*points, strict=True), style, color=colour, markersize=4, linewidth=1.3, label=label)
    axes.grid(alpha=0.3)
    if axes.has_data():
        axes.set_xlim(0, axes.dataLim.x1 * 1.03)
