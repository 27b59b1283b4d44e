"""The race's results: which outputs agree, a Markdown table, JSON, and a plot of ratios."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speed.race import Lane, ratio
from speed.subjects import Subject

BATCHED, RAW = "transformers, batched", "CTranslate2"


@dataclass(frozen=True)
class Result:
    """A model and the lanes of its race. ``precision`` is that in which transformers ran."""

    subject: Subject
    sentences: int
    lanes: tuple[Lane, ...]

    def lane(self, contestant: str, precision: str | None = None) -> Lane | None:
        """The lane of a contestant, in any precision unless one is named; None where it has no passes."""
        for lane in self.lanes:
            if lane.contestant == contestant and precision in (None, lane.precision) and lane.seconds:
                return lane
        return None

    def rows(self) -> list[dict[str, Any]]:
        """One row a lane: speeds, ratios, and how many of its outputs are those of raw CTranslate2."""
        return [self._row(lane) for lane in self.lanes]

    def _row(self, lane: Lane) -> dict[str, Any]:
        row: dict[str, Any] = {
            "contestant": lane.contestant,
            "precision": lane.precision,
            "version": lane.version,
            "cannot": lane.cannot,
        }
        if not lane.seconds:
            return row
        raw, batched = self.lane(RAW, lane.precision), self.lane(BATCHED)
        speeds = lane.speeds()
        return row | {
            "seconds": list(lane.seconds),
            "cpu_seconds": list(lane.cpu_seconds),
            "sentences_per_second": {"median": lane.speed(), "low": min(speeds), "high": max(speeds)},
            "of_raw": ratio(lane.seconds, raw.seconds) if raw else None,
            "of_raw_cpu": ratio(lane.cpu_seconds, raw.cpu_seconds) if raw else None,
            "of_batched_transformers": ratio(lane.seconds, batched.seconds) if batched else None,
            "of_batched_transformers_cpu": ratio(lane.cpu_seconds, batched.cpu_seconds) if batched else None,
            # mtsum as a whole searches by the model's own settings, so its outputs are meant to be others.
            "equal_to_raw": equal(lane, raw) if raw and lane.contestant != "mtsum, whole" else None,
        }


def equal(lane: Lane, other: Lane) -> int:
    """How many outputs are the same, text by text."""
    return sum(one == two for one, two in zip(lane.texts, other.texts, strict=True))


def markdown(result: Result) -> str:
    """The model's table."""
    lines = [
        f"**{result.subject.name}**: {result.subject.described}; {result.sentences} sentences",
        "",
        "| | precision | sentences/s, median (low to high) | of raw CTranslate2 | by CPU time | × batched transformers "
        "| by CPU time | same output |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in result.rows():
        name = f"{row['contestant']} {row['version']}".strip()
        if "seconds" not in row:
            lines.append(f"| {name} | {row['precision']} | {row['cannot']} | | | | | |")
            continue
        speed = row["sentences_per_second"]
        cells = [
            f"{speed['median']:.1f} ({speed['low']:.1f} to {speed['high']:.1f})",
            *(_cell(row[key], lambda value: f"{100 * value:.0f}%") for key in ("of_raw", "of_raw_cpu")),
            *(
                _cell(row[key], lambda value: f"{value:.2f}")
                for key in ("of_batched_transformers", "of_batched_transformers_cpu")
            ),
            _cell(row["equal_to_raw"], lambda value: f"{value:.0f}/{result.sentences}"),
        ]
        lines.append(f"| {name} | {row['precision']} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(value: float | None, written: Callable[[float], str]) -> str:
    return "" if value is None else written(value)


def environment(device: str, threads: int) -> dict[str, Any]:
    """The machine, as far as it bears on speed."""
    processor = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").is_file():
        named = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        processor = named[0].partition(":")[2].strip() if named else processor
    found = {"processor": processor, "device": device, "threads": threads, "python": platform.python_version()}
    if device == "cuda":
        import torch

        found["gpu"] = torch.cuda.get_device_name()
    return found


def plot(results: Sequence[Result], path: Path) -> None:
    """Bars of every lane's speed over batched transformers, a panel a model."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(results), figsize=(5.2 * len(results), 4.2), squeeze=False)
    for panel, result in zip(panels[0], results, strict=True):
        rows = [row for row in result.rows() if row.get("of_batched_transformers") is not None]
        rows.reverse()  # the first row stands at the top
        names = [f"{row['contestant']}, {row['precision']}" for row in rows]
        values = [row["of_batched_transformers"] for row in rows]
        colours = ["#c2410c" if row["contestant"].startswith("mtsum") else "#64748b" for row in rows]
        bars = panel.barh(names, values, color=colours)
        panel.bar_label(bars, labels=[f"{value:.2f}×" for value in values], padding=3, fontsize=8)
        panel.axvline(1.0, color="black", linewidth=0.8)
        panel.set_xlim(0, 1.18 * max([1.0, *values]))
        panel.set_title(result.subject.name)
        panel.set_xlabel("times as fast as batched transformers")
        panel.tick_params(labelsize=8)
        panel.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    pyplot.close(figure)
