"""Articles to summaries, each sentence tied to the source sentences it rests on.

The model never sees a cut text: an article within its window is given whole, of a longer one the most salient sentences
in their order, and the record names those left out. What the model writes is checked sentence by sentence against its
sources. A sentence that fails gives way to the best source sentence it rests on and is flagged ``extracted``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mtsum.batching import generate_in_batches
from mtsum.checks import check_summary, ends_a_sentence
from mtsum.documents import Article
from mtsum.engines.base import Engine, GenerationSettings, Hypothesis
from mtsum.errors import InputError
from mtsum.segmentation import sentence_spans
from mtsum.summarization.assembly import Candidate, alike, choose
from mtsum.summarization.compression import has_quotation, shorter_forms
from mtsum.summarization.context import Context, contexts, loses_names
from mtsum.summarization.copying import copied
from mtsum.summarization.directness import says_enough
from mtsum.summarization.length import Budget, Length, parse_length
from mtsum.summarization.provenance import sources_of
from mtsum.summarization.quotations import balanced
from mtsum.summarization.selection import (
    Vector,
    grouped_inputs,
    most_salient,
    recurrence,
    salience,
    tf_idf,
)
from mtsum.summarization.source import SourceSentence, source_sentences
from mtsum.translation import Translation, one_line

# A checked sentence of the model says in fewer words what its sources say, so it is worth more than they are; so is, less,
# the source in place of one that failed. Where the model only leaves words out, how much more was measured.
_BONUS, _REPLACEMENT_BONUS = 0.5, 0.1
_BONUS_OF_SHORTENING, _REPLACEMENT_BONUS_OF_SHORTENING = 0.12, 0.0
# Of what the whole sentence is worth: parts may be missed, and more of them the less there was a need to leave any out.
_SHORTENED_WORTH, _LAST_RESORT_WORTH = 0.95, 0.85
# A cut is worth more where it leaves what the article comes back to, less where it takes that away: by the square root of
# how much more, a word, and at most so much.
_WEIGHT_OF_RECURRENCE, _MOST_RECURRENCE = 0.5, 2.0
# What is left of a sentence by fewer words than these is hardly news any more.
_LEAST_WORDS_OF_A_CUT = 8
_SPARE_GROUPS = 3
_TOKENS_A_WORD = 1.6
# Extracted sentences beyond these cannot make it into a summary; looking at all of a long report would only cost time.
_MOST_EXTRACTS = 60


@dataclass(frozen=True)
class SummarySentence:
    """One sentence of a summary. ``sources`` are ids of the article's sentences it rests on, at least one.

    Flags: ``extracted`` (a source sentence, not the model's own words) and ``shortened`` (parts of it left out).
    """

    text: str
    sources: tuple[str, ...]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Replaced:
    """A sentence of the model that failed its checks and is not in the summary, and the flags it failed with."""

    text: str
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Selection:
    """What the model was given and what became of its output.

    ``method``: ``whole`` (all of the article in one input), ``selected`` (its most salient sentences in one input),
    ``groups`` (several inputs, merged) or ``lead`` (an article of one or two sentences: no model needed).
    """

    method: str
    words_asked: int
    words_target: int
    inputs: tuple[tuple[str, ...], ...] = ()
    left_out: tuple[str, ...] = ()
    replaced: tuple[Replaced, ...] = ()


@dataclass(frozen=True)
class Summary:
    """A summary: its sentences joined in ``text``, and how it came about in ``selection``."""

    model: str
    text: str
    sentences: tuple[SummarySentence, ...]
    selection: Selection


@dataclass(frozen=True)
class Summarizer:
    """A loaded summarization model and how it is to be used.

    ``input_words`` is the size of input the model was trained on (``None``: all of its window), ``input_sentences`` the
    most sentences of it (``None``: any number), ``output_words`` the length it writes whatever it is told (``None``: it
    follows limits on new tokens). ``prefix`` goes before each input.
    ``least_in_order`` is how much of a sentence must be one source sentence with words left out (0: any wording goes); a
    model that ties words together wrongly needs it. With ``copies`` its words are written as its sources write them.
    """

    engine: Engine
    model: str
    settings: GenerationSettings = field(default_factory=lambda: GenerationSettings(no_repeat_ngram_size=3))
    input_words: int | None = None
    input_sentences: int | None = None
    output_words: int | None = None
    prefix: str = ""
    least_in_order: float = 0.0
    copies: bool = False
    batching: dict[str, Any] = field(default_factory=dict)

    def summarize(
        self, article: Article, translation: Translation | None = None, length: str | int = "medium"
    ) -> Summary:
        """Summary of one English article, or of an article's English translation; see ``summarize_all``."""
        return self.summarize_all([(article, translation)], length)[0]

    def summarize_all(
        self,
        articles: Sequence[tuple[Article, Translation | None]],
        length: str | int = "medium",
        progress: Callable[[int], None] | None = None,
    ) -> list[Summary]:
        """One summary for each article, in order; the inputs of all of them share batches.

        ``length`` is ``short``, ``medium``, ``long`` or a number of words; a summary has at most half the words of its
        article unless that has only one or two sentences. Raises ``UsageError`` for another length and ``InputError``
        for an article without a sentence.
        """
        asked = parse_length(length)
        drafts = [_Draft.of(article, translation, asked) for article, translation in articles]
        inputs = [self._inputs(draft) for draft in drafts]
        written = self._written(drafts, inputs, progress)
        return [
            self._finish(draft, groups, hypotheses)
            for draft, groups, hypotheses in zip(drafts, inputs, written, strict=True)
        ]

    def _written(
        self,
        drafts: Sequence[_Draft],
        inputs: Sequence[list[tuple[int, ...]]],
        progress: Callable[[int], None] | None,
    ) -> list[list[Hypothesis]]:
        """The model's output for the inputs of each draft. Drafts of the same settings share batches."""
        sharing: dict[GenerationSettings, list[int]] = {}
        for at, draft in enumerate(drafts):
            sharing.setdefault(self._settings(draft.budget.target), []).append(at)
        written: list[list[Hypothesis]] = [[] for _ in drafts]
        for settings, members in sharing.items():
            owners = [at for at in members for _ in inputs[at]]
            texts = [self._joined(drafts[at].sentences, group) for at in members for group in inputs[at]]
            made = generate_in_batches(self.engine, texts, settings, progress=progress, **self.batching)
            for at, hypothesis in zip(owners, made, strict=True):
                written[at].append(hypothesis)
        return written

    def _joined(self, sentences: Sequence[SourceSentence], group: Sequence[int]) -> str:
        return self.prefix + " ".join(sentences[at].text for at in group)

    def _settings(self, target: int) -> GenerationSettings:
        """Room for ``target`` words; a model that follows limits is also asked not to stop early."""
        if self.output_words is not None:
            most = math.ceil(2.5 * self.output_words * _TOKENS_A_WORD)
            return replace(self.settings, max_new_tokens=min(self.engine.max_target, most))
        return replace(
            self.settings,
            min_new_tokens=min(self.engine.max_target // 2, target),
            max_new_tokens=min(self.engine.max_target, math.ceil(1.5 * target * _TOKENS_A_WORD) + 20),
        )

    def _inputs(self, draft: _Draft) -> list[tuple[int, ...]]:
        """The sentences (positions, ascending) of each text the model is to summarize."""
        if draft.is_lead:
            return []
        everything = tuple(range(len(draft.sentences)))
        words = [sentence.words for sentence in draft.sentences]
        fits = self.engine.count_tokens([self._joined(draft.sentences, everything)])[0] <= self.engine.window
        groups_wanted = self._groups_wanted(draft.budget.target)
        if fits and groups_wanted == 1 and (self.input_words is None or sum(words) <= self.input_words):
            return [everything]
        # Words put in someone's mouth are not for a model to shorten: they could lose whose they are.
        usable = [sentence.quotable and not (self.copies and sentence.quotes) for sentence in draft.sentences]
        if self.input_words is not None:
            made = grouped_inputs(
                draft.vectors,
                draft.values,
                words,
                self.input_words,
                groups_wanted,
                lambda at: usable[at],
                self.input_sentences,
            )
        else:
            tokens = self.engine.count_tokens([sentence.text for sentence in draft.sentences])
            limit = self.engine.window - max(0, self.engine.count_tokens([self.prefix])[0])
            if groups_wanted > 1:
                limit = min(limit, max(max(tokens), sum(tokens) // groups_wanted))
                made = grouped_inputs(draft.vectors, draft.values, tokens, limit, groups_wanted, lambda at: usable[at])
            else:
                made = [most_salient(draft.values, tokens, limit)]
        fitted = (self._fitted(draft, group) for group in made)
        return [group for group in fitted if group]

    def _groups_wanted(self, target: int) -> int:
        """How many outputs ``target`` words take; a model that only shortens gets some more sentences to choose from."""
        if self.output_words is None:
            return 1
        return math.ceil(target / self.output_words) + (_SPARE_GROUPS if self.copies else 0)

    def _fitted(self, draft: _Draft, group: tuple[int, ...]) -> tuple[int, ...]:
        """``group`` without its least salient sentences, until the model's window takes it."""
        while group and self.engine.count_tokens([self._joined(draft.sentences, group)])[0] > self.engine.window:
            least = min(group, key=lambda at: draft.values[at])
            group = tuple(at for at in group if at != least)
        return group

    def _bonuses(self) -> tuple[float, float]:
        """What a sentence of the model is worth beyond its sources, and what the source in place of one that failed is."""
        if self.copies:
            return _BONUS_OF_SHORTENING, _REPLACEMENT_BONUS_OF_SHORTENING
        return _BONUS, _REPLACEMENT_BONUS

    def _finish(self, draft: _Draft, groups: list[tuple[int, ...]], written: list[Hypothesis]) -> Summary:
        candidates: list[Candidate] = []
        replaced: list[Replaced] = []
        for group, hypothesis in zip(groups, written, strict=True):
            for written_text in model_sentences(hypothesis.text):
                text = copied(written_text, self._joined(draft.sentences, group)) if self.copies else written_text
                candidate, flags = draft.checked(text, group, self.least_in_order, self._bonuses())
                if flags:
                    replaced.append(Replaced(text, flags))
                if candidate is not None and not any(alike(candidate, other) for other in candidates):
                    candidates.append(candidate)
        chosen = draft.assembled(candidates)
        ids = [sentence.id for sentence in draft.sentences]
        given = {at for group in groups for at in group}
        method = "lead" if draft.is_lead else "groups" if len(groups) > 1 else "selected"
        selection = Selection(
            method="whole" if len(groups) == 1 and len(given) == len(ids) else method,
            words_asked=draft.asked,
            words_target=draft.budget.target,
            inputs=tuple(tuple(ids[at] for at in group) for group in groups),
            left_out=() if draft.is_lead else tuple(name for at, name in enumerate(ids) if at not in given),
            replaced=tuple(replaced),
        )
        sentences = tuple(
            SummarySentence(candidate.text, tuple(ids[at] for at in candidate.sources), candidate.flags)
            for candidate in chosen
        )
        return Summary(self.model, " ".join(sentence.text for sentence in sentences), sentences, selection)


def model_sentences(text: str) -> list[str]:
    """The finished sentences of a model's output; a last one without its end is dropped, bare line marks go."""
    line = one_line(text.replace("<n>", " "))
    found = [balanced(line[start:end]) for start, end in sentence_spans(line, "en")]
    while found and not ends_a_sentence(found[-1]):
        found.pop()
    return [sentence[0].upper() + sentence[1:] for sentence in found if sentence]


@dataclass(frozen=True)
class _Draft:
    """An article on its way to a summary: its sentences, how much each matters, and the words wanted."""

    sentences: tuple[SourceSentence, ...]
    vectors: tuple[Vector, ...]
    frequency: Mapping[str, int]
    values: tuple[float, ...]
    contexts: tuple[Context, ...]
    asked: int
    budget: Budget

    @classmethod
    def of(cls, article: Article, translation: Translation | None, asked: Length) -> _Draft:
        sentences = source_sentences(article, translation)
        if not sentences:
            raise InputError("there is no sentence to summarize", article.name or article.id)
        if not any(sentence.quotable for sentence in sentences):
            sentences = [replace(s, text=s.text if ends_a_sentence(s.text) else f"{s.text}.", quotable=True)
                         for s in sentences]  # fmt: skip
        texts = [sentence.text for sentence in sentences]
        vectors = tf_idf(texts)
        return cls(
            tuple(sentences),
            tuple(vectors),
            Counter(stem for vector in vectors for stem in vector),
            tuple(salience(sentences, vectors)),
            tuple(contexts(texts, [sentence.quotable for sentence in sentences])),
            asked.words,
            asked.budget(sum(sentence.words for sentence in sentences)),
        )

    @property
    def is_lead(self) -> bool:
        """Whether the article is too short to be summarized by anything but its own first sentence."""
        return sum(sentence.quotable for sentence in self.sentences) <= 2

    def checked(
        self, text: str, group: Sequence[int], least_in_order: float, bonuses: tuple[float, float]
    ) -> tuple[Candidate | None, tuple[str, ...]]:
        """A model's sentence as a candidate, or the best source sentence in its place with the flags it failed with."""
        bonus, replacement_bonus = bonuses
        rests_on = tuple(group[at] for at in sources_of(text, [self.sentences[at].text for at in group]))
        flags = check_summary(text, [self.sentences[at].text for at in rests_on], least_in_order)
        worth = sum(self.values[at] for at in rests_on) / len(rests_on)
        same = next((at for at in rests_on if self.sentences[at].text == text), None)
        if not flags and least_in_order == 1 and same is None and len(text.split()) < _LEAST_WORDS_OF_A_CUT:
            flags = ("too-short",)
        if not flags:
            if same is not None:
                return self._extract(same, bonus), ()
            lost_names = loses_names(text, [self.sentences[at].text for at in rests_on])
            if least_in_order == 1:  # nothing but words of its sources, so that what it leaves out can be weighed
                worth *= self._kept_recurrence(text, rests_on) * says_enough(text)
            return Candidate(text, rests_on, worth + bonus, (), self.contexts[min(rests_on)], lost_names, False), ()
        quotable = [at for at in rests_on if self.sentences[at].quotable]
        if not quotable:
            return None, flags
        at = max(quotable, key=lambda at: self.values[at])
        return self._extract(at, replacement_bonus), flags

    def _kept_recurrence(self, text: str, sources: Sequence[int]) -> float:
        """How well ``text`` keeps, of its ``sources``, what the rest of the article comes back to; 1 for all alike."""
        whole = " ".join(self.sentences[at].text for at in sources)
        ratio = recurrence(text, self.frequency) / recurrence(whole, self.frequency)
        return min(_MOST_RECURRENCE, max(1 / _MOST_RECURRENCE, ratio)) ** _WEIGHT_OF_RECURRENCE

    def assembled(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The summary's sentences: the candidates and as many source sentences as the budget still takes."""
        ranked = sorted(
            (at for at, sentence in enumerate(self.sentences) if sentence.quotable), key=lambda at: -self.values[at]
        )
        if self.is_lead:
            lead = min(ranked)
            return [self._extract(lead)]
        used = {at for candidate in candidates if "extracted" in candidate.flags for at in candidate.sources}
        extracts = [self._extract(at) for at in ranked[:_MOST_EXTRACTS] if at not in used]
        offered = [*candidates, *extracts]
        # One that is longer than the whole summary may be is better shortened than passed over for a lesser one.
        offered += self._shortened([each for each in offered if each.words > self.budget.most], _SHORTENED_WORTH)
        chosen = choose(offered, self.budget)
        if not self._honoured(chosen):
            chosen = choose([*offered, *self._shortened(offered, _LAST_RESORT_WORTH)], self.budget)
        return chosen

    def _shortened(self, candidates: Sequence[Candidate], worth: float) -> list[Candidate]:
        """Each of ``candidates`` with parts left out, in all ways that are safe, as ``worth`` times what the whole is.

        Words put in someone's mouth are left alone, also where the marks around them were lost.
        """
        editable = [
            each
            for each in candidates
            if has_quotation(each.text) or not any(self.sentences[at].quotes for at in each.sources)
        ]
        return [
            replace(
                each,
                text=form,
                value=worth * each.value,
                flags=tuple(dict.fromkeys((*each.flags, "shortened"))),
                lost_names=each.lost_names or loses_names(form, [each.text]),
                is_whole=False,
            )
            for each in editable
            for form in shorter_forms(each.text)
            if not check_summary(form, [each.text], least_in_order=1)
        ]

    def _honoured(self, chosen: Sequence[Candidate]) -> bool:
        return self.budget.least <= sum(candidate.words for candidate in chosen) <= self.budget.most

    def _extract(self, at: int, bonus: float = 0.0) -> Candidate:
        sentence = self.sentences[at]
        flags = ("extracted", "shortened") if sentence.shortened else ("extracted",)
        return Candidate(sentence.text, (at,), self.values[at] + bonus, flags, self.contexts[at])
