"""Tables as the page and the Markdown file both show them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """A cell: its text, what stands small beneath it, and what it is sorted by (its text where ``sort`` is ``None``).

    ``mark`` is a verdict of ``scale.verdict``, ``best`` says that none in the column is better, ``share`` (0 to 1) is the
    length of a bar behind a number, ``system`` names the system that the cell is about, ``segment`` a test set and the id
    of a segment to show, ``missing`` that there is no value.
    """

    text: str
    beneath: str = ""
    sort: float | None = None
    mark: str = ""
    best: bool = False
    share: float | None = None
    system: str | None = None
    segment: tuple[str, str] | None = None
    missing: bool = False


@dataclass(frozen=True)
class Column:
    """A column: its heading, whether it holds numbers, and an explanation."""

    name: str
    numeric: bool = True
    hint: str = ""


@dataclass(frozen=True)
class Row:
    """A row, with a table of details where there are some."""

    cells: tuple[Cell, ...]
    details: Table | None = None


@dataclass(frozen=True)
class Table:
    """A table under its caption; ``notes`` stand beneath it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


ABSENT = Cell("–", sort=None, missing=True)


def system_cell(name: str) -> Cell:
    """The cell that names a system."""
    return Cell(name, system=name)
