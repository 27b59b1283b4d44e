"""What a user names as the input of a long run, and what can be asked of any such input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from mtsum.corpus.chunks import Item


@dataclass(frozen=True)
class Source:
    """The input as the user names it. Plain values only: it is sent to other machines.

    ``path`` is a file, a folder of articles, a URL that fsspec opens (``s3://...``), a folder that
    ``datasets.Dataset.save_to_disk`` wrote, or the name of a data set on the Hugging Face hub (``owner/name``).
    ``format`` overrides what file suffixes say. ``split``, ``revision`` and ``subset`` (the hub's word for a
    configuration) choose from data sets. ``offline`` keeps from the network.
    """

    path: str
    text_column: str = "text"
    id_column: str = "id"
    format: str | None = None
    split: str | None = None
    revision: str | None = None
    offline: bool = False
    subset: str | None = None


class Input(Protocol):
    """An input that was found. What each method gives depends on the input's content alone, never on times."""

    def items(self) -> Iterator[Item]:
        """The records in their order, as they are read."""

    def fingerprint(self) -> dict[str, Any]:
        """``kind``, ``path``, ``files`` (their ``count`` and ``bytes``) and ``digest``: plain JSON values."""

    def count(self) -> int | None:
        """How many items there are, where that can be told without reading the articles."""

    def ignored(self) -> dict[str, int]:
        """How many files are left out because no format reads them, by suffix."""
