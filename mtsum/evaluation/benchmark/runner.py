"""A loaded system: segments in, outputs out, with what it wrote counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mtsum.corpus.metered_engine import MeteredEngine
from mtsum.documents import Article
from mtsum.errors import InputError
from mtsum.evaluation.benchmark.folder import Output
from mtsum.evaluation.benchmark.systems import System
from mtsum.evaluation.testsets import Segment, TestSet
from mtsum.hub import locate
from mtsum.loading import described, load_summarizer, load_translator, model_entry
from mtsum.reading import article_from_text
from mtsum.summarization import Summarizer
from mtsum.translation import Translation, Translator


class Runner:
    """The models of ``system``, loaded for ``testset``. ``tokens`` is how many were generated so far.

    Raises what ``mtsum.loading`` raises.
    """

    def __init__(self, system: System, testset: TestSet, threads: int | None) -> None:
        self.tokens = 0
        self.directories: list[Path] = []
        self.described: dict[str, Any] = {}
        self._length = system.length
        self._language = testset.source_language
        self._translator: Translator | None = None
        self._summarizer: Summarizer | None = None
        choice = system.choice(threads)
        if system.translator:
            entry = model_entry(system.translator, "translation")
            translator = load_translator(entry, testset.source_language, testset.target_language, choice)
            self.described["translation"] = described(entry, translator)
            self.directories.append(locate(entry))
            self._translator = replace(translator, engine=MeteredEngine(translator.engine, self._count))
        if system.summarizer:
            entry = model_entry(system.summarizer, "summarization")
            summarizer = load_summarizer(entry, choice)
            self.described["summarization"] = described(entry, summarizer)
            self.directories.append(locate(entry))
            self._summarizer = replace(summarizer, engine=MeteredEngine(summarizer.engine, self._count))

    @property
    def models(self) -> dict[str, Any]:
        """What is known of the models: of the one, or of both by task."""
        return self.described if len(self.described) > 1 else next(iter(self.described.values()))

    @property
    def main(self) -> dict[str, Any]:
        """What is known of the model whose output is scored."""
        return self.described.get("summarization") or self.described["translation"]

    def run(self, segments: Sequence[Segment]) -> list[Output]:
        """One output for each segment, in order. The segments of a call share batches."""
        articles = [self._article(segment) for segment in segments]
        spoken = [article for article in articles if article is not None]
        translations: Sequence[Translation | None] = [None] * len(spoken)
        if self._translator:
            translations = self._translator.translate(spoken)
        if self._summarizer:
            made = self._summaries(spoken, translations)
        else:
            made = [_translated(translation) for translation in translations if translation]
        outputs = iter(made)
        return [
            Output(
                segment.id, *(next(outputs) if article is not None else (segment.source, None, ("verbatim",), "eos"))
            )
            for segment, article in zip(segments, articles, strict=True)
        ]

    def sentences(self, segments: Sequence[Segment]) -> int:
        """How many sentences go in: those of the articles, or the segments themselves where they are translated."""
        if self._summarizer is None:
            return len(segments)
        return sum(len(article.sentences) for each in segments if (article := self._article(each)) is not None)

    def _article(self, segment: Segment) -> Article | None:
        """The segment as an article; ``None`` for one without a word in it, which no model gets."""
        try:
            return article_from_text(segment.source, self._language, id=segment.id, name=segment.id)
        except InputError:
            return None

    def _summaries(
        self, articles: Sequence[Article], translations: Sequence[Translation | None]
    ) -> list[tuple[str, float | None, tuple[str, ...], str]]:
        assert self._summarizer is not None
        pairs = list(zip(articles, translations, strict=True))
        made = self._summarizer.summarize_all(pairs, self._length)
        return [
            # A sentence a line, as ROUGE-Lsum wants it.
            (
                "\n".join(" ".join(sentence.text.split()) for sentence in summary.sentences),
                None,
                tuple(dict.fromkeys(flag for sentence in summary.sentences for flag in sentence.flags)),
                "eos",
            )
            for summary in made
        ]

    def _count(self, texts: int, tokens: int) -> None:
        self.tokens += tokens


def _translated(translation: Translation) -> tuple[str, float | None, tuple[str, ...], str]:
    flags = tuple(dict.fromkeys(flag for sentence in translation.sentences for flag in sentence.flags))
    scores = [sentence.score for sentence in translation.sentences if sentence.score is not None]
    return (
        " ".join(translation.text.split()),
        round(sum(scores) / len(scores), 4) if scores else None,
        flags,
        "length" if "length-limit" in flags else "eos",
    )
