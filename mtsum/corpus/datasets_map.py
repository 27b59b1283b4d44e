"""``mtsum.map_dataset``: a Hugging Face dataset with translations and summaries as further columns."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtsum import __version__
from mtsum.corpus.chunks import MOST_ARTICLES, Item
from mtsum.corpus.export.base import flagged
from mtsum.corpus.work import Task, TaskName, Worker
from mtsum.errors import InputError, UsageError
from mtsum.formats import Document
from mtsum.formats.base import Origin
from mtsum.formats.records import record_document
from mtsum.hub import content_digest, locate
from mtsum.languages import language
from mtsum.loading import EngineChoice, model_entry
from mtsum.memory import open_memory
from mtsum.summarization.length import parse_length

if TYPE_CHECKING:
    from datasets import Dataset, Features, IterableDataset

COLUMNS: dict[TaskName, tuple[str, ...]] = {
    "translate": ("translation", "flags", "error"),
    "summarize": ("translation", "summary", "summary_sources", "flags", "error"),
}
Name = str | os.PathLike[str] | None


def map_dataset(
    dataset: Dataset | IterableDataset,
    task: TaskName = "summarize",
    text_column: str = "text",
    *,
    id_column: str = "id",
    source: str | None = "sq",
    target: str = "en",
    translator: Name = None,
    summarizer: Name = None,
    length: str | int = "medium",
    any_language: bool = False,
    memory: Name = None,
    choice: EngineChoice | None = None,
    batch_size: int = MOST_ARTICLES,
    num_proc: int | None = None,
) -> Dataset | IterableDataset:
    """``dataset`` with columns added, through its own ``map``: cached, lazy for an ``IterableDataset``, no row dropped.

    ``translation``, and for ``task="summarize"`` ``summary``, are texts. ``summary_sources`` lists for each sentence of
    the summary the sentence (``sentence``), the ids of the source sentences it rests on (``ids``) and these sentences
    (``sources``). ``flags`` says where something looks wrong (``s3: names``). ``error`` is null, or why a row could not
    be done; what the row then lacks is null.

    The options are those of ``mtsum batch``; ``source=None`` (summarize only) takes a text for Albanian unless it is
    English, and ``memory`` names the file of a translation memory. ``batch_size`` rows share batches of sentences.
    ``num_proc`` processes, of a ``Dataset`` only, load the models each for itself and share the cores. The cache of
    ``datasets`` holds as long as the models' files, the options and an editor's corrections stay as they are.

    Raises ``UsageError`` for a wrong option, a missing ``text_column`` or a column that is already there, and
    ``ModelNotFound`` for a model that is not on this machine.
    """
    import datasets

    if not isinstance(dataset, datasets.Dataset | datasets.IterableDataset):
        raise UsageError(
            f"map_dataset takes a datasets.Dataset or IterableDataset, not {type(dataset).__name__}; "
            "of a DatasetDict name one split: dataset['train']"
        )
    _check_columns(dataset.column_names, task, text_column)
    options: dict[str, Any] = {"batched": True, "batch_size": batch_size, "with_indices": True}
    choice = choice or EngineChoice()
    if isinstance(dataset, datasets.Dataset):
        options |= {"num_proc": num_proc, "desc": f"mtsum {task}"}
        if num_proc and choice.threads is None:
            choice = replace(choice, threads=max(1, _cores() // num_proc))
    elif num_proc is not None:
        raise UsageError("an IterableDataset is read by one process; leave num_proc out")
    made = Task(
        name=task,
        source=language(source).code if source is not None else None,
        target=language(target).code,
        translator=None if translator is None else os.fspath(translator),
        summarizer=None if summarizer is None else os.fspath(summarizer),
        length=parse_length(length).given,
        any_language=any_language,
        choice=choice,
    )
    path = None if memory is None else Path(memory)
    added = _AddColumns(made, text_column, id_column, path, _made_with(made, path))
    if dataset.features is not None:
        options["features"] = datasets.Features({**dataset.features, **_features(task)})
    return dataset.map(added, **options)


@dataclass(frozen=True)
class _AddColumns:
    """What ``map`` calls. Plain values only: ``datasets`` pickles it, and its digest names the cached result.

    ``made_with`` takes no part in the work; it is there so that other models give another digest.
    """

    task: Task
    text_column: str
    id_column: str
    memory: Path | None
    made_with: tuple[str, ...]

    def __call__(self, batch: dict[str, Sequence[Any]], indices: Sequence[int]) -> dict[str, list[Any]]:
        """The added columns of a batch of rows, given as columns."""
        _check_columns(list(batch), self.task.name, self.text_column)
        items = [self._item(batch, row, index) for row, index in enumerate(indices)]
        records = _worker(self.task, self.memory).work(items).records
        rows = [_row(record) for record in records]
        return {column: [row[column] for row in rows] for column in COLUMNS[self.task.name]}

    def _item(self, batch: dict[str, Sequence[Any]], row: int, index: int) -> Item:
        values = {name: batch[name][row] for name in {self.text_column, self.id_column} & set(batch)}
        id = str(values.get(self.id_column, f"row:{index}"))
        content: Document | InputError
        try:
            content = record_document(values, Origin("row", "row", self.text_column, self.id_column), index)
        except InputError as error:
            content = error
        return Item(index, id, content)


# The workers of this process, and of the process it was forked from: those hold engines whose threads are gone, so they
# are neither used nor, since their end would wait for the threads, let go.
_WORKERS: dict[int, dict[tuple[Task, Path | None], Worker]] = {}


def _worker(task: Task, memory: Path | None) -> Worker:
    """The worker of this process for ``task``; the models of the last one only are kept."""
    own = _WORKERS.setdefault(os.getpid(), {})
    if (task, memory) not in own:
        own.clear()
        own[task, memory] = Worker(task, None if memory is None else open_memory(memory))
    return own[task, memory]


def _row(record: dict[str, Any]) -> dict[str, Any]:
    """The added columns of one row; ``record`` is that of ``mtsum.records``."""
    translation, summary = record["translation"], record["summary"]
    sentences = translation["sentences"] if translation else record["source"].get("sentences", [])
    texts = {one["id"]: one["source"] if translation else one["text"] for one in sentences}
    return {
        "translation": translation["text"] if translation else None,
        "summary": summary["text"] if summary else None,
        "summary_sources": [
            {"sentence": one["text"], "ids": one["sources"], "sources": [texts[id] for id in one["sources"]]}
            for one in summary["sentences"]
        ]
        if summary
        else None,
        "flags": [f"{place}: {', '.join(flags)}" for place, flags in flagged(record)],
        "error": record["error"],
    }


def _features(task: TaskName) -> Features:
    from datasets import Features, List, Value

    text = Value("string")
    known = {
        "translation": text,
        "summary": text,
        "summary_sources": List({"sentence": text, "ids": List(text), "sources": List(text)}),
        "flags": List(text),
        "error": text,
    }
    return Features({column: known[column] for column in COLUMNS[task]})


def _check_columns(there: list[str] | None, task: TaskName, text_column: str) -> None:
    """Raises ``UsageError`` for an unknown task and columns that lack or clash; ``None``: not known before reading."""
    if task not in COLUMNS:
        raise UsageError(f"task {task!r} is none of {', '.join(map(repr, COLUMNS))}")
    if there is None:
        return
    if text_column not in there:
        raise UsageError(f"the dataset has no column {text_column!r}; it has {', '.join(map(repr, there))}")
    taken = [column for column in COLUMNS[task] if column in there]
    if taken:
        raise UsageError(
            f"the dataset already has {', '.join(map(repr, taken))}, which mtsum would add; "
            "rename (dataset.rename_column) or remove what is there"
        )


def _made_with(task: Task, memory: Path | None) -> tuple[str, ...]:
    """mtsum's version, and digests of the models' files and of the corrections that an editor made."""
    offline = task.choice.offline
    found = [__version__, content_digest(locate(model_entry(task.translator, "translation"), offline=offline))]
    if task.name == "summarize":
        found.append(content_digest(locate(model_entry(task.summarizer, "summarization"), offline=offline)))
    if memory is not None:
        digest = hashlib.sha256()
        with open_memory(memory) as opened:
            for one in opened.all_corrections(task.source or "sq", task.target):
                digest.update(f"{one.source}\0{one.target}\0".encode())
        found.append(digest.hexdigest())
    return tuple(found)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
