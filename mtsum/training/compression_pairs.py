"""Pairs that teach to say a sentence in fewer of its own words: a news sentence, and a shorter one that it entails.

A reference summary says things that no few sentences of its article say, and a small model that is trained on it learns
to invent. Pairs here are held to mtsum's own checks of summaries, as strictly as the default model's sentences are: the
shorter sentence is the longer one with parts left out that it can do without.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from mtsum.checks import check_summary
from mtsum.checks.words import ENGLISH_FUNCTION_WORDS, content_stems
from mtsum.segmentation import sentence_spans
from mtsum.summarization.compression import dropped_parts, has_quotation, shorter_forms
from mtsum.summarization.copying import copied
from mtsum.training.pairs import Pair

SUMMARY_FILES = ("sum/cnn_dm_subset/train.jsonl.xz", "sum/digitalgov_summary/train.jsonl.xz")
NEWS_FILE = "mono/en-news.txt.xz"
"""Below the data folder."""

_SHORTER = 0.85
_LEAST_KEPT = 0.5
_WORDS = range(10, 46)
_MOST_CHARACTERS = 20_000
_MOST_CLAUSES, _MOST_INSERTIONS = 60_000, 30_000
_LEAD, _LEAST_SHARED = 20, 3
_ARTICLES = ("a", "an", "the")


def read_compression_pairs(data: Path, seed: int = 0) -> list[Pair]:
    """Pairs from the articles and news below ``data``, some with a translated-looking twin of their source.

    Groups: ``highlight`` (an article's sentence and the highlight that says it in fewer of its words), ``reference`` (one
    and what of it the summary has, see ``reference_pairs``), ``whole`` (one of which it has all), ``clause`` (a sentence
    and the same without a clause), ``insertion`` (a sentence with another one's clause in it, and without), ``copy`` (a
    sentence as its own); ``highlight_noisy``, ``reference_noisy``, ``whole_noisy`` and ``clause_noisy`` have the faults
    of machine translation in the source.
    """
    rng = np.random.default_rng(seed)
    highlights: list[Pair] = []
    references: list[Pair] = []
    articles: list[str] = []
    for name in SUMMARY_FILES:
        with lzma.open(data / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                sentences = _sentences(record["document"][:_MOST_CHARACTERS])
                highlights += [Pair("highlight", *pair) for pair in highlight_pairs(sentences, record["summary"])]
                references += [
                    Pair("whole" if source == target else "reference", source, target)
                    for source, target in reference_pairs(sentences[:_LEAD], record["summary"])
                ]
                articles += sentences[:12]
    news = read_news(data)
    texts = [text for text in chain(articles, news) if len(text.split()) in _WORDS and text.endswith((".", "!", "?"))]
    texts = [texts[at] for at in rng.permutation(len(texts))]
    clauses = [Pair("clause", *pair) for text in texts for pair in clause_pairs(text, rng)][:_MOST_CLAUSES]
    parts = [part for text in texts[: 2 * _MOST_INSERTIONS] for part in dropped_parts(text)]
    made = (with_insertion(text, parts, rng) for text in texts)
    insertions = [Pair("insertion", source, text) for source, text in zip(made, texts, strict=False) if source]
    noisy = [Pair(f"{pair.group}_noisy", like_translation(pair.source, rng), pair.target)
             for pair in chain(highlights, references, clauses[: _MOST_CLAUSES // 2])]  # fmt: skip
    copies = [Pair("copy", text, text) for text in texts[:_MOST_INSERTIONS]]
    return [*highlights, *references, *clauses, *insertions[:_MOST_INSERTIONS], *noisy, *copies]


def read_news(data: Path) -> list[str]:
    """The lines of the news file below ``data``: sentences, those of a text one after the other."""
    with lzma.open(data / NEWS_FILE, "rt", encoding="utf-8") as lines:
        return [line.strip() for line in lines]


def highlight_pairs(sentences: Sequence[str], summary: str) -> Iterator[tuple[str, str]]:
    """Each sentence of ``summary`` that is one of ``sentences`` with parts left out, written as that one is, after it."""
    stems = [set(content_stems(sentence)) for sentence in sentences]
    for start, end in sentence_spans(summary, "en"):
        target = " ".join(summary[start:end].split())
        wanted = set(content_stems(target))
        if not wanted or len(target.split()) < 5 or not target.endswith((".", "!", "?")):
            continue
        nearest = sorted(range(len(sentences)), key=lambda at: -len(wanted & stems[at]))[:3]
        for source in (sentences[at] for at in nearest):
            form = copied(target, source)
            shorter = len(form.split()) <= _SHORTER * len(source.split())
            if shorter and not check_summary(form, [source], least_in_order=1):
                yield source, form
                break


def reference_pairs(sentences: Sequence[str], summary: str) -> Iterator[tuple[str, str]]:
    """Each of ``sentences`` that ``summary`` takes up, and its shortest form that has all that the summary took from it.

    What a form leaves out is a whole clause, so it is grammatical and true; that its words are missing in the summary
    is what an editor thought of them. A sentence of whose every shorter form the summary has more is paired with itself;
    one that has no shorter form, with nothing.
    """
    wanted = set(content_stems(summary))
    for sentence in sentences:
        taken = wanted & set(content_stems(sentence))
        if len(taken) < _LEAST_SHARED or len(sentence.split()) not in _WORDS:
            continue
        forms = _sound_forms(sentence)
        if forms:
            yield sentence, next((form for form in reversed(forms) if taken <= set(content_stems(form))), sentence)


def clause_pairs(text: str, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """``text`` and one of its shorter forms that keeps half of its words, ends well and passes mtsum's own checks."""
    least = _LEAST_KEPT * len(text.split())
    forms = [form for form in _sound_forms(text) if len(form.split()) >= least]
    if forms:
        yield text, forms[int(rng.integers(len(forms)))]


def with_insertion(text: str, parts: Sequence[str], rng: np.random.Generator) -> str | None:
    """``text`` with one of ``parts`` (clauses of other sentences) after one of its commas or before its end.

    ``None`` where it has quotation marks, or there is no part.
    """
    if not parts or any(mark in text for mark in '"“”'):
        return None
    part = parts[int(rng.integers(len(parts)))].strip(" ,;.")
    places = [at for at, character in enumerate(text[:-1]) if character == "," and text[at + 1] == " "]
    at = places[int(rng.integers(len(places)))] if places and rng.random() < 0.6 else len(text) - 1
    inserted = f" {part}" if part.startswith("(") else f", {part}"
    return text[:at] + inserted + text[at:]


def like_translation(text: str, rng: np.random.Generator) -> str:
    """``text`` with faults of machine translation: articles gone or wrong, words swapped with a neighbour or doubled."""
    words = text.split(" ")
    out: list[str] = []
    for word in words:
        draw = rng.random()
        if word.lower() in _ARTICLES and draw < 0.4:
            if draw < 0.15:
                out.append(str(rng.choice(_ARTICLES)))
            continue
        out.append(word)
        if draw > 0.985:
            out.append(word)
    for at in np.where(rng.random(max(0, len(out) - 1)) < 0.03)[0]:
        out[at], out[at + 1] = out[at + 1], out[at]
    return " ".join(out)


def _sentences(document: str) -> list[str]:
    found = (" ".join(document[a:b].split()) for a, b in sentence_spans(document, "en"))
    return [sentence for sentence in found if 4 <= len(sentence.split()) <= 60]


def _sound_forms(text: str) -> list[str]:
    """The shorter forms of ``text`` that a summary may have, longest first; none of one with quotation marks."""
    if has_quotation(text):
        return []
    return [form for form in shorter_forms(text) if _ends_well(form) and not check_summary(form, [text], 1.0)]


def _ends_well(form: str) -> bool:
    return form.rstrip(".!?").split()[-1] not in ENGLISH_FUNCTION_WORDS  # May is a month
