"""Articles to translations: sentence by sentence, one output for each input sentence, nothing cut.

The sentences of all articles of a run share batches, and a sentence that occurs twice is translated once. A sentence
over the engine's window is split at clause boundaries, its pieces are translated and joined again, and the translation
says so. A sentence that cannot be split that far stays in the text as it was, with the flag ``error``.

A sentence whose hypothesis looks wrong (a name or number missing, a loop, an odd length) is tried once more in two
halves, since small models lose such things in long sentences; the halves are kept only when fewer flags are left.
Where a model has stand-ins, a name or number that it garbled is put back from the source (``mtsum.stand_ins``).

With a memory, what the same model made of a text before is taken from it, and a sentence that an editor has corrected
is taken as the editor has it: no model sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from mtsum.batching import generate_in_batches
from mtsum.checks import check_translation
from mtsum.checks.words import bare_url_or_number
from mtsum.documents import Article, Sentence, rebuild
from mtsum.engines.base import Engine, GenerationSettings, Hypothesis
from mtsum.errors import SegmentTooLong
from mtsum.memory import Memory
from mtsum.memory.maker import maker_of
from mtsum.segmentation import clause_boundaries
from mtsum.splitting import best_boundary, join_pieces
from mtsum.stand_ins import Masked, Restored, StandIns, lost, masked, put_back

Progress = Callable[[int], None]

# Flags that say how a sentence came about, not that anything may be wrong with it.
NEUTRAL_FLAGS = frozenset({"verbatim", "edited", "restored"})

# What a second try in halves may mend, and how many source tokens a sentence must have to be worth halving.
_MENDABLE = frozenset({"names", "numbers", "repetition", "length-limit", "too-short", "too-long"})
_LEAST_TOKENS_TO_HALVE = 16


@dataclass(frozen=True)
class Piece:
    """A part of an over-long sentence, and its translation."""

    source: str
    target: str


@dataclass(frozen=True)
class TranslatedSentence:
    """One sentence and its translation.

    ``score`` is the mean log-probability of the generated tokens, ``None`` where nothing was generated. ``flags`` are
    those of ``mtsum.checks`` and four of this module: ``verbatim`` (no language in it: a number, an address),
    ``edited`` (``target`` is an editor's, from the memory), ``restored`` (the model garbled a name or number, which was
    put back from the source) and ``error`` (could not be translated: ``target`` is the source). ``pieces`` is empty
    unless the sentence was split.
    """

    id: str
    source: str
    target: str
    score: float | None
    flags: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Translation:
    """A translated article: one sentence for each of the article's, and the text with its paragraphs kept.

    ``model`` is the alias or path of the model. ``errors`` says what could not be translated, sentence by sentence.
    """

    model: str
    language: str
    sentences: tuple[TranslatedSentence, ...]
    text: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Translator:
    """A loaded translation model and how it is to be used.

    ``source_language`` and ``target_language`` are ISO 639-1 codes. ``segment_limit`` is the most source tokens
    (special tokens included) of a piece given to the model; ``None`` means all of the engine's window.
    ``retry_flagged`` tries flagged sentences once more in halves. ``memory`` keeps hypotheses between calls and knows
    an editor's corrections. ``directory`` holds the model's files; without it nothing tells one model's hypotheses from
    another's, so none are kept.
    """

    engine: Engine
    model: str
    source_language: str = "sq"
    target_language: str = "en"
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    segment_limit: int | None = None
    retry_flagged: bool = True
    batching: dict[str, Any] = field(default_factory=dict)
    stand_ins: StandIns | None = None
    memory: Memory | None = None
    directory: Path | None = None

    @cached_property
    def maker(self) -> str | None:
        """All that a hypothesis depends on but its text (see ``mtsum.memory.maker``); None without ``directory``."""
        if self.directory is None:
            return None
        languages = self.source_language, self.target_language
        return maker_of(self.model, self.directory, self.engine, self.settings, *languages)

    def translate(self, articles: Sequence[Article], progress: Progress | None = None) -> list[Translation]:
        """Translates whole articles; one ``Translation`` for each, in order.

        ``progress`` is called with the number of sentence pieces finished since its last call; their total is
        about ``size``. Raises ``EngineError`` when the device fails.
        """
        edited = self._edited(articles)
        plans = {text: parts for text, parts in self.plan(articles).items() if text not in edited}
        if edited and progress is not None:
            progress(len(edited))
        finished, made = self._generated(plans, progress)
        if self.retry_flagged:
            halves = self._halves_of_flagged(plans, finished)
            more_finished, more_made = self._generated(halves, None)
            finished |= more_finished
            made |= more_made
            plans |= {
                text: parts
                for text, parts in halves.items()
                if len(self._flags(text, parts, finished)) < len(self._flags(text, plans[text], finished))
            }
        self._remember(plans, finished, made)
        return [self._assemble(article, plans, finished, edited) for article in articles]

    def plan(self, articles: Sequence[Article]) -> dict[str, tuple[str, ...] | str]:
        """For each distinct sentence (its ``content``) the pieces the model gets, or why there can be none.

        A sentence without language in it gets no pieces, one within the window a single piece: itself.
        """
        texts = list(dict.fromkeys(sentence.content for article in articles for sentence in article.sentences))
        spoken = [text for text in texts if not bare_url_or_number(text)]
        plans: dict[str, tuple[str, ...] | str] = {text: () for text in texts}
        for text, tokens in zip(spoken, self.engine.count_tokens(spoken) if spoken else [], strict=True):
            try:
                plans[text] = (text,) if tokens <= self._limit else self._split(text, tokens)
            except SegmentTooLong as error:
                plans[text] = str(error)
        return plans

    def size(self, articles: Sequence[Article]) -> int:
        """How many steps ``translate`` reports to ``progress`` for these articles, over-long sentences counted once."""
        return len({sentence.content for article in articles for sentence in article.sentences})

    def _edited(self, articles: Sequence[Article]) -> dict[str, str]:
        """Of the articles' sentences (their ``content``) those that an editor has corrected."""
        if self.memory is None:
            return {}
        texts = list(dict.fromkeys(sentence.content for article in articles for sentence in article.sentences))
        return self.memory.corrections(self.source_language, self.target_language, texts)

    def _generated(
        self, plans: Mapping[str, tuple[str, ...] | str], progress: Progress | None
    ) -> tuple[dict[str, Hypothesis], dict[str, Hypothesis]]:
        """The hypothesis of every distinct piece of ``plans``, and those among them that are new to the memory."""
        pieces = list(dict.fromkeys(piece for parts in plans.values() if not isinstance(parts, str) for piece in parts))
        finished, made = self._hypotheses(pieces, progress)
        if self.stand_ins is not None:
            attempts = self._with_stand_ins(finished, self.stand_ins)
            again, more_made = self._hypotheses([attempt.text for attempt in attempts.values()], None)
            made |= more_made
            for piece, attempt in attempts.items():
                restored = put_back(again[attempt.text], attempt.originals)
                if self._is_better(piece, restored, finished[piece]):
                    finished[piece] = restored
        return finished, made

    def _hypotheses(
        self, texts: Sequence[str], progress: Progress | None
    ) -> tuple[dict[str, Hypothesis], dict[str, Hypothesis]]:
        """What the model, or the memory, makes of each text, and what of that is new to the memory."""
        pieces = list(dict.fromkeys(texts))
        known: dict[str, Hypothesis] = {}
        if self.memory is not None and self.maker is not None and pieces:
            known = self.memory.hypotheses(self.maker, pieces)
        if known and progress is not None:
            progress(len(known))
        wanted = [piece for piece in pieces if piece not in known]
        hypotheses = generate_in_batches(self.engine, wanted, self.settings, progress=progress, **self.batching)
        made = dict(zip(wanted, hypotheses, strict=True))
        return known | made, made

    def _with_stand_ins(self, finished: Mapping[str, Hypothesis], stand_ins: StandIns) -> dict[str, Masked]:
        """For each piece whose hypothesis lacks a name or number of it: the piece with stand-ins for those."""
        found: dict[str, Masked] = {}
        for piece, hypothesis in finished.items():
            gone = lost(piece, hypothesis.text, self._is_one_token)
            attempt = masked(piece, gone, stand_ins) if gone else None
            if attempt is not None and self.engine.count_tokens([attempt.text])[0] <= self._limit:
                found[piece] = attempt
        return found

    def _is_better(self, piece: str, restored: Hypothesis, first: Hypothesis) -> bool:
        """Whether the second try lacks fewer names and numbers and has no flag that the first has not."""
        still, before = (len(lost(piece, each.text, self._is_one_token)) for each in (restored, first))
        flags, old_flags = (set(check_translation(piece, each, self.target_language)) for each in (restored, first))
        return still < before and flags <= old_flags

    def _is_one_token(self, word: str) -> bool:
        """Whether the model has ``word`` as one token, so that it is a word and not put together from pieces."""
        empty, counted = self.engine.count_tokens(["", word])
        return counted - empty <= 1

    def _remember(
        self,
        plans: Mapping[str, tuple[str, ...] | str],
        finished: Mapping[str, Hypothesis],
        made: Mapping[str, Hypothesis],
    ) -> None:
        """Gives the memory, at once, all that this call made, and the sentences that came of it."""
        if self.memory is None or self.maker is None:
            return
        sentences = {
            text: _join_hypotheses(parts, [finished[part] for part in parts]).text
            for text, parts in plans.items()
            if parts and not isinstance(parts, str)
        }
        self.memory.remember(self.maker, made, sentences)

    def _flags(self, text: str, parts: Sequence[str], finished: Mapping[str, Hypothesis]) -> tuple[str, ...]:
        joined = _join_hypotheses(parts, [finished[part] for part in parts])
        return check_translation(text, joined, self.target_language)

    def _halves_of_flagged(
        self, plans: Mapping[str, tuple[str, ...] | str], finished: Mapping[str, Hypothesis]
    ) -> dict[str, tuple[str, ...]]:
        """For each sentence translated whole with a flag that halving may mend: its two halves."""
        found: dict[str, tuple[str, ...]] = {}
        for text, parts in plans.items():
            if isinstance(parts, str) or len(parts) != 1 or finished[text].n_in < _LEAST_TOKENS_TO_HALVE:
                continue
            at = best_boundary(text, clause_boundaries(text, self.source_language))
            if at is not None and _MENDABLE.intersection(self._flags(text, parts, finished)):
                found[text] = (text[:at].strip(), text[at:].strip())
        return found

    @property
    def _limit(self) -> int:
        return min(self.engine.window, self.segment_limit or self.engine.window)

    def _split(self, text: str, tokens: int) -> tuple[str, ...]:
        """Halves ``text`` at its best boundary until every piece fits the limit; raises ``SegmentTooLong``."""
        if tokens <= self._limit:
            return (text,)
        at = best_boundary(text, clause_boundaries(text, self.source_language))
        if at is None:
            raise SegmentTooLong(
                f"a piece of {tokens} tokens ({text[:40]!r}...) has no place to be split and exceeds the "
                f"{self._limit} tokens that model {self.model} takes"
            )
        halves = text[:at].strip(), text[at:].strip()
        counts = self.engine.count_tokens(halves)
        return tuple(part for half, count in zip(halves, counts, strict=True) for part in self._split(half, count))

    def _assemble(
        self,
        article: Article,
        plans: dict[str, tuple[str, ...] | str],
        finished: dict[str, Hypothesis],
        edited: Mapping[str, str],
    ) -> Translation:
        sentences = tuple(
            TranslatedSentence(sentence.id, sentence.text, edited[sentence.content], None, ("edited",))
            if sentence.content in edited
            else self._sentence(sentence, plans, finished)
            for sentence in article.sentences
        )
        errors = tuple(
            f"{sentence.id}: {plan}"
            for sentence in article.sentences
            if isinstance(plan := plans.get(sentence.content), str)
        )
        text = rebuild(article, {sentence.id: sentence.target for sentence in sentences})
        return Translation(self.model, self.target_language, sentences, text, errors)

    def _sentence(
        self, sentence: Sentence, plans: dict[str, tuple[str, ...] | str], finished: dict[str, Hypothesis]
    ) -> TranslatedSentence:
        source = sentence.content
        parts = plans[source]
        if isinstance(parts, str):
            return TranslatedSentence(sentence.id, sentence.text, sentence.text, None, ("error",))
        if not parts:
            return TranslatedSentence(sentence.id, sentence.text, sentence.text, None, ("verbatim",))
        hypotheses = [finished[part] for part in parts]
        joined = _join_hypotheses(parts, hypotheses)
        return TranslatedSentence(
            sentence.id,
            sentence.text,
            joined.text,
            round(joined.score, 4),
            (
                *check_translation(source, joined, self.target_language),
                *(["restored"] if any(isinstance(hypothesis, Restored) for hypothesis in hypotheses) else []),
            ),
            tuple(Piece(part, hypothesis.text) for part, hypothesis in zip(parts, hypotheses, strict=True))
            if len(parts) > 1
            else (),
        )


def one_line(text: str) -> str:
    """``text`` with every run of whitespace as one space: line breaks of hard-wrapped text mean nothing to a model."""
    return " ".join(text.split())


def _join_hypotheses(sources: Sequence[str], hypotheses: Sequence[Hypothesis]) -> Hypothesis:
    """One hypothesis of a whole sentence; its score is the mean over the tokens of all pieces."""
    n_out = sum(hypothesis.n_out for hypothesis in hypotheses)
    return Hypothesis(
        text=join_pieces(sources, [h.text for h in hypotheses]) if len(hypotheses) > 1 else hypotheses[0].text.strip(),
        score=sum(h.score * h.n_out for h in hypotheses) / n_out if n_out else hypotheses[0].score,
        n_in=sum(hypothesis.n_in for hypothesis in hypotheses),
        n_out=n_out,
        stop_reason="length" if any(h.stop_reason == "length" for h in hypotheses) else "eos",
    )
