"""The input of a long run, whatever it is, as a stream of items; memory does not grow with the corpus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mtsum.corpus.chunks import Item
from mtsum.corpus.inputs.data_sets import (
    HubDataset,
    SavedDataset,
    is_saved_dataset,
    may_be_hub_name,
    refuse_idle_options,
)
from mtsum.corpus.inputs.files import Files
from mtsum.corpus.inputs.places import local_place
from mtsum.corpus.inputs.remote import remote_place
from mtsum.corpus.inputs.source import Input, Source
from mtsum.formats import find_format, format_of_suffix

__all__ = ["Source", "count_items", "fingerprint", "ignored", "read_items"]


def read_items(source: Source) -> Iterator[Item]:
    """Every record of ``source``, in its order, as it is read; ``position`` counts them from 0.

    A record or file that cannot be read is an item whose content is the ``InputError``, and reading goes on after it.
    An identifier that occurs twice in the input occurs twice here.

    Raises at once ``InputError`` for an input that is not there or holds nothing to read, and ``UsageError`` for a
    format, split or kind of URL that is not known; while reading, ``InputUnreachable`` when the network fails.
    """
    return _find(source).items()


def fingerprint(source: Source) -> dict[str, Any]:
    """What tells this input from another: ``kind``, ``path``, ``files`` (``count``, ``bytes``) and ``digest``.

    The digest is that of the content and, in a folder, of the files' paths: never of times. Local files are read once
    for it; of remote ones the store's checksum or etag is taken. Raises as ``read_items`` does.
    """
    return _find(source).fingerprint()


def count_items(source: Source) -> int | None:
    """How many items ``read_items`` will give, where that can be told cheaply, else ``None``. Raises as it does."""
    return _find(source).count()


def ignored(source: Source) -> dict[str, int]:
    """How many files of the folder are not read because no format has their suffix, by suffix (``.jpg``: 2).

    Hidden files are no part of the input and not counted. Raises as ``read_items`` does.
    """
    return _find(source).ignored()


def _find(source: Source) -> Input:
    """The input that ``source`` names."""
    find_format(source.format, None)
    if "://" in source.path:
        place = remote_place(source.path, source.offline)
    else:
        path = Path(source.path.replace("\0", ""))
        if path.is_dir() and is_saved_dataset(path):
            refuse_idle_options(source, "a data set on disk", "format", "revision", "subset")
            return SavedDataset(source, path)
        if may_be_hub_name(source.path) and not path.exists() and not _meant_as_file(path):
            refuse_idle_options(source, "a data set of the hub", "format")
            return HubDataset(source)
        place = local_place(source.path)
    refuse_idle_options(source, f"a {place.kind} of articles", "split", "revision", "subset")
    files = Files(source, place)
    files.require_any()
    return files


def _meant_as_file(path: Path) -> bool:
    """Whether a path that is not there looks like a mistyped one, and not like a name on the hub."""
    return path.parent.is_dir() or format_of_suffix(path.name) is not None
