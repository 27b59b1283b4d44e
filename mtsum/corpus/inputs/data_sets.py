"""Articles in Hugging Face data sets: a folder that ``save_to_disk`` wrote, or a name on the hub, read as it streams."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtsum.corpus.chunks import Item
from mtsum.corpus.inputs.files import hashed, id_of_error, shown_path
from mtsum.corpus.inputs.places import LocalFolder
from mtsum.corpus.inputs.source import Source
from mtsum.errors import InputError, InputUnreachable, UsageError
from mtsum.formats import Document, Origin
from mtsum.formats.arrow import ROWS, require_columns, row_documents
from mtsum.hub import is_offline

_HUB_NAME = re.compile(r"[\w][\w.-]*/[\w][\w.-]*")


@dataclass(frozen=True)
class SavedDataset:
    """The data set in the folder ``path``; of one with splits, the one that the source names, or the only one."""

    source: Source
    path: Path

    def items(self) -> Iterator[Item]:
        """A document for each row, from memory-mapped Arrow."""
        folder = self._folder()
        return _items(lambda: _load_saved(folder), self.source, folder.name, str(folder))

    def fingerprint(self) -> dict[str, Any]:
        """A digest of the Arrow files of the split."""
        folder = self._folder()
        digest = hashlib.blake2b(digest_size=16)
        count = total = 0
        for file in LocalFolder(folder).files():
            if file.path.endswith(".arrow"):
                content, size = hashed(file)
                digest.update(f"{file.path}\0{content}\0".encode())
                count, total = count + 1, total + size
        return {
            "kind": "saved data set",
            "path": shown_path(self.source.path),
            "split": self.source.split,
            "files": {"count": count, "bytes": total},
            "digest": f"blake2b:{digest.hexdigest()}",
        }

    def count(self) -> int | None:
        """The rows of the split."""
        return len(_load_saved(self._folder()))

    def ignored(self) -> dict[str, int]:
        """None: the folder holds one data set."""
        return {}

    def _folder(self) -> Path:
        """Where the one data set to read lies."""
        listing = self.path / "dataset_dict.json"
        splits = json.loads(listing.read_text(encoding="utf-8"))["splits"] if listing.is_file() else None
        split = chosen_split(splits, self.source)
        return self.path / split if split else self.path


@dataclass(frozen=True)
class HubDataset:
    """A data set on the Hugging Face hub, at the commit that its revision (a branch, tag or commit) stands for now."""

    source: Source

    def items(self) -> Iterator[Item]:
        """A document for each row, streamed; nothing is kept on this machine but what the hub's client caches."""
        commit = self._info().sha
        return _items(lambda: self._load(commit), self.source, self.source.path, self.source.path)

    def fingerprint(self) -> dict[str, Any]:
        """The commit, which stands for all content; how many bytes it has is not asked for."""
        info = self._info()
        return {
            "kind": "hub data set",
            "path": self.source.path,
            "subset": self.source.subset,
            "split": self.source.split,
            "files": {"count": len(info.siblings or ()), "bytes": None},
            "digest": f"git:{info.sha}",
        }

    def count(self) -> int | None:
        """The rows of the split, where the data set's card says."""
        found = self._load(self._info().sha)
        splits = found.info.splits or {}
        return splits[found.split].num_examples if found.split in splits else None

    def ignored(self) -> dict[str, int]:
        """None: which files a data set is made of is its own affair."""
        return {}

    def _info(self) -> Any:
        source = self.source
        if is_offline(source.offline):
            raise InputError(
                "no such file or folder here, and as a data set of the hub it cannot be had offline; on a machine with a "
                f"network save it (datasets.load_dataset({source.path!r}).save_to_disk(FOLDER)) and name the folder",
                source.path,
            )
        from huggingface_hub import HfApi
        from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

        try:
            return HfApi().dataset_info(source.path, revision=source.revision, timeout=30)
        except GatedRepoError as error:
            remedy = "accept its terms on its page and log in with `hf auth login`"
            raise InputError(f"this data set of the hub is gated: {remedy}", source.path) from error
        except RepositoryNotFoundError as error:
            what = "no such file or folder here and no such data set on the hub (or a private one: `hf auth login`)"
            raise InputError(what, source.path) from error
        except RevisionNotFoundError as error:
            raise UsageError(f"{source.path}: the data set has no revision {source.revision!r}") from error
        except Exception as error:
            what = f"no such file or folder here, and the hub cannot be reached ({_reason(error)})"
            raise InputUnreachable(f"{source.path}: {what}; try again, or use --offline with a local copy") from error

    def _load(self, commit: str) -> Any:
        import datasets

        source = self.source
        try:
            found = datasets.load_dataset(source.path, source.subset, revision=commit, streaming=True)
        except (ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
            raise UsageError(f"{source.path}: {_reason(error)}") from error
        except Exception as error:
            raise InputUnreachable(f"{source.path}: cannot be loaded from the hub ({_reason(error)})") from error
        return found[chosen_split(list(found), source)]


def is_saved_dataset(folder: Path) -> bool:
    """Whether ``save_to_disk`` wrote the folder: a data set, or one with splits."""
    return (folder / "dataset_dict.json").is_file() or (
        (folder / "state.json").is_file() and (folder / "dataset_info.json").is_file()
    )


def refuse_idle_options(source: Source, kind: str, *names: str) -> None:
    """Raise ``UsageError`` when the source sets one of the options ``names``, which mean nothing for its kind."""
    for name in names:
        if getattr(source, name):
            raise UsageError(f"--{name} means nothing for {shown_path(source.path)}, which is {kind}")


def may_be_hub_name(path: str) -> bool:
    """Whether ``path`` has the form ``owner/name``."""
    return _HUB_NAME.fullmatch(path) is not None


def chosen_split(splits: list[str] | None, source: Source) -> str | None:
    """The split to read, ``None`` of a data set that has none. Raises ``UsageError`` where it must be said."""
    if splits is None:
        if source.split:
            raise UsageError(
                f"{source.path}: no split {source.split!r}; this data set has no splits (leave --split out)"
            )
        return None
    if source.split in splits or (source.split is None and len(splits) == 1):
        return source.split or splits[0]
    asked = f"no split {source.split!r}" if source.split else "more than one split; say which with --split"
    raise UsageError(f"{source.path}: {asked}; the splits are: {', '.join(splits)}")


def _load_saved(folder: Path) -> Any:
    import datasets

    try:
        return datasets.load_from_disk(str(folder))
    except Exception as error:
        raise InputError(f"a data set that cannot be read ({_reason(error)})", str(folder)) from error


def _items(load: Callable[[], Any], source: Source, stem: str, name: str) -> Iterator[Item]:
    """The rows that ``load`` gives as items; what is wrong with the whole data set is raised at once."""
    rows = load()
    origin = Origin(name, stem, source.text_column, source.id_column)
    if rows.column_names is not None:  # a stream may not know before its first row
        try:
            require_columns(rows.column_names, origin)
        except InputError as error:
            raise UsageError(str(error)) from error
    return _stream(rows.with_format("arrow"), origin)


def _stream(rows: Any, origin: Origin) -> Iterator[Item]:
    for position, found in enumerate(_documents(rows, origin)):
        id = found.id if isinstance(found, Document) else id_of_error(found, origin)
        yield Item(position, id, found)


def _documents(rows: Any, origin: Origin) -> Iterator[Document | InputError]:
    row = 1
    try:
        for table in rows.iter(batch_size=ROWS):
            yield from row_documents(table, origin, row)
            row += table.num_rows
    except (ValueError, KeyError, TypeError) as error:
        # The content itself is bad (a file of a hub's data set that cannot be parsed): the network has no part in it.
        yield InputError(f"the data set cannot be read from row {row:,} on ({_reason(error)})", f"{origin.name}:{row}")
    except Exception as error:
        message = f"{origin.name}: reading failed at row {row:,} ({_reason(error)}); start again to go on"
        raise InputUnreachable(message) from error


def _reason(error: Exception) -> str:
    first = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
