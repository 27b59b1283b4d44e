"""What is done with each article of a corpus, and the worker that does it: items in, records out.

The same worker serves every executor. Its records depend on the items and the task alone: no times, no positions in
time, so that a chunk done twice gives the same bytes.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from mtsum import __version__
from mtsum.corpus.chunks import Item
from mtsum.corpus.metered_engine import MeteredEngine
from mtsum.documents import Article
from mtsum.errors import InputError, MtsumError
from mtsum.formats import Document
from mtsum.hub import checksums_of, locate
from mtsum.language_identification import identify, looks_like, name_of
from mtsum.languages import language
from mtsum.loading import EngineChoice, described, load_summarizer, load_translator, model_entry
from mtsum.memory import Memory
from mtsum.reading import article_from_document
from mtsum.records import RunMeta, error_record, record
from mtsum.registry import ModelEntry
from mtsum.summarization import Summarizer, Summary, source_sentences
from mtsum.translation import Translation, Translator

TaskName = Literal["translate", "summarize"]


@dataclass(frozen=True)
class Task:
    """What to do with each article. Plain values only: it is written to manifests and sent to other machines.

    ``source`` is the language of the input; ``None`` (summarize only) takes an article for Albanian unless it is
    English. ``translator`` and ``summarizer`` are names of models, ``None`` the shipped ones. ``length`` is that of
    the summaries, in words. An article of over ``most_characters`` is an error, and so is one in another language
    than ``source`` unless ``any_language``.
    """

    name: TaskName
    source: str | None = "sq"
    target: str = "en"
    translator: str | None = None
    summarizer: str | None = None
    length: str | int = "medium"
    most_characters: int = 1_000_000
    any_language: bool = False
    choice: EngineChoice = field(default_factory=EngineChoice)


@dataclass(frozen=True)
class Done:
    """The records of some items, in their order, and what it took.

    ``sentences`` are those translated, repeated ones included; ``generated`` the texts that models wrote (sentences or
    their pieces, second tries, summary inputs), ``tokens`` the tokens of those. ``seconds`` is by stage.
    """

    records: tuple[dict[str, Any], ...]
    sentences: int
    generated: int
    tokens: int
    seconds: dict[str, float]


class Worker:
    """Holds the models of a task, loaded when first needed, and turns items into records."""

    def __init__(self, task: Task, memory: Memory | None = None) -> None:
        self.task = task
        self.memory = memory
        self._translators: dict[str, Translator] = {}
        self._observe: Callable[[int, int], None] | None = None
        self._generated = self._tokens = 0

    def settings(self) -> dict[str, Any]:
        """All that the records depend on: the task and, loaded now if they were not, the models."""
        task = self.task
        settings: dict[str, Any] = {"task": task.name, "from": task.source, "to": task.target}
        settings |= {"most_characters": task.most_characters, "any_language": task.any_language}
        settings["translation"] = _with_checksums(self._translator_entry, self._translator(task.source or "sq"))
        if task.name == "summarize":
            settings["length"] = task.length
            settings["summarization"] = _with_checksums(self._summarizer_entry, self._summarizer)
        return settings

    def work(self, items: Sequence[Item], observe: Callable[[int, int], None] | None = None) -> Done:
        """One record for each item, in order; what can't be done is a record that says why.

        ``observe`` is told how many texts, and tokens in them, the models have written since it was last called.
        """
        self._observe, self._generated, self._tokens = observe, 0, 0
        try:
            return self._worked(items)
        except (MtsumError, OSError, MemoryError):
            raise
        except Exception as problem:
            # A fault of mtsum's own, brought out by some article. A run of days must not end for it.
            return self._worked_alone(items, problem)

    def _worked(self, items: Sequence[Item]) -> Done:
        started = time.perf_counter()
        inputs = [self._article(item) for item in items]
        articles = {at: each for at, each in enumerate(inputs) if isinstance(each, Article)}
        read = time.perf_counter()
        translations = self._translated(articles)
        translated = time.perf_counter()
        summaries = self._summarized(articles, translations) if self.task.name == "summarize" else {}
        summarized = time.perf_counter()
        records = tuple(
            self._record(item, each, translations.get(at), summaries.get(at))
            for at, (item, each) in enumerate(zip(items, inputs, strict=True))
        )
        seconds = {"split": read - started, "translate": translated - read, "summarize": summarized - translated}
        sentences = sum(len(each.sentences) for each in translations.values())
        return Done(records, sentences, self._generated, self._tokens, seconds)

    def _worked_alone(self, items: Sequence[Item], problem: Exception) -> Done:
        """Each item by itself, after ``problem`` with all of them; raises it if it is the fault of none in particular."""
        records: list[dict[str, Any]] = []
        sentences = failed = 0
        seconds: Counter = Counter()
        for item in items:
            try:
                done = self._worked([item])
            except (MtsumError, OSError, MemoryError):
                raise
            except Exception as fault:
                failed += 1
                where = item.content.name if isinstance(item.content, Document) else item.id
                said = f"mtsum failed on it, please report this: {type(fault).__name__}: {fault}"
                records.append(self._error_record(item, f"{where}: {said}"))
                continue
            records += done.records
            sentences += done.sentences
            seconds.update(done.seconds)
        if failed == len(items) > 1:
            raise problem
        return Done(tuple(records), sentences, self._generated, self._tokens, dict(seconds))

    def _wrote(self, texts: int, tokens: int) -> None:
        self._generated += texts
        self._tokens += tokens
        if self._observe is not None:
            self._observe(texts, tokens)

    def _article(self, item: Item) -> Article | InputError:
        if isinstance(item.content, InputError):
            return item.content
        document = item.content
        if len(document.text) > self.task.most_characters:
            return InputError(
                f"{len(document.text):,} characters, over the {self.task.most_characters:,} allowed; "
                "is it one article? split it, or raise --max-chars",
                document.name,
            )
        try:
            return article_from_document(document, self._language_of(document), item.id)
        except InputError as error:
            return error

    def _language_of(self, document: Document) -> str:
        wanted = self.task.source
        spoken = ("sq", "en") if wanted is None else (wanted,)
        for code in spoken:
            if looks_like(document.text, code):
                return code
        if self.task.any_language:
            return spoken[0]
        found = name_of(identify(document.text).code)
        expected = " or ".join(language(code).name for code in spoken)
        raise InputError(f"looks like {found}, not {expected}; say --from, or --any-language", document.name)

    def _translated(self, articles: dict[int, Article]) -> dict[int, Translation]:
        """Translations by position; an English article to summarize needs none."""
        made: dict[int, Translation] = {}
        summarize = self.task.name == "summarize"
        codes = {article.language for article in articles.values()} - ({"en"} if summarize else set())
        for code in sorted(codes):
            wanted = [at for at, article in articles.items() if article.language == code]
            translator = replace(self._translator(code), memory=self.memory)
            translations = translator.translate([articles[at] for at in wanted])
            made.update(zip(wanted, translations, strict=True))
        return made

    def _summarized(self, articles: dict[int, Article], translations: dict[int, Translation]) -> dict[int, Summary]:
        pairs = {at: (article, translations.get(at)) for at, article in articles.items()}
        pairs = {at: pair for at, pair in pairs.items() if source_sentences(*pair)}
        summaries = self._summarizer.summarize_all([*pairs.values()], self.task.length) if pairs else []
        return dict(zip(pairs, summaries, strict=True))

    def _record(
        self, item: Item, each: Article | InputError, translation: Translation | None, summary: Summary | None
    ) -> dict[str, Any]:
        if isinstance(each, InputError):
            return self._error_record(item, str(each))
        lacking = self.task.name == "summarize" and summary is None
        error = "there is no sentence to summarize" if lacking else None
        return record(each, translation, summary, self._meta, error)

    def _error_record(self, item: Item, error: str) -> dict[str, Any]:
        made = error_record(item.id, error, self._meta)
        return made | ({"extra": item.content.extra} if item.content.extra else {})

    @cached_property
    def _meta(self) -> RunMeta:
        engine = self._translator(self.task.source or "sq").engine
        return RunMeta(__version__, engine.name, engine.device, self.settings(), None)

    def _translator(self, code: str) -> Translator:
        if code not in self._translators:
            translator = load_translator(self._translator_entry, code, self.task.target, self.task.choice)
            self._translators[code] = replace(translator, engine=MeteredEngine(translator.engine, self._wrote))
        return self._translators[code]

    @cached_property
    def _translator_entry(self) -> Any:
        return model_entry(self.task.translator, "translation")

    @cached_property
    def _summarizer_entry(self) -> Any:
        return model_entry(self.task.summarizer, "summarization")

    @cached_property
    def _summarizer(self) -> Summarizer:
        summarizer = load_summarizer(self._summarizer_entry, self.task.choice)
        return replace(summarizer, engine=MeteredEngine(summarizer.engine, self._wrote))


def _with_checksums(entry: ModelEntry, made: Translator | Summarizer) -> dict[str, Any]:
    """What is said of a model, with its files' checksums also where the registry knows none (pulled, local)."""
    checksums = dict(entry.checksums) or checksums_of(locate(entry))
    return described(entry, made) | {"checksums": checksums}


def task_values(task: Task) -> dict[str, Any]:
    """The task as plain JSON values."""
    return asdict(task)
