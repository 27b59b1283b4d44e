"""What makes a score doubtful, said beside it: a wrong file scores as well as a right one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from mtsum.evaluation.metrics.base import Score
from mtsum.evaluation.texts import Texts, listed
from mtsum.language_identification import identify, looks_like, name_of
from mtsum.languages import language

# BLEU outside of these is rarely that of a translation system against references by other hands.
BLEU_LOW, BLEU_HIGH = 3.0, 70.0
# From this share of the segments on: a few names, numbers and titles are the same in every language.
_SHARE = 0.05
_TOKENIZED_SHARE = 0.5
# With fewer differing segments, many shuffles leave the difference just as it is, and ties do not count.
_FEWEST_DIFFERING = 10


def doubts(
    hypotheses: Texts, references: Sequence[Texts], sources: Texts | None, scores: Sequence[Score], code: str = "en"
) -> list[str]:
    """What is odd about a system's output, a sentence each: they are warnings, and any of them may be in order.

    ``code`` is the language that the output should be in.
    """
    found = [
        *_empty(hypotheses),
        *_copies(hypotheses, references, sources),
        *_other_language(hypotheses, code),
        *_tokenized(hypotheses),
        *(said for score in scores if score.metric == "BLEU" for said in _implausible(score.value)),
    ]
    return [f"{hypotheses.name}: {each}" for each in found]


def near_twins(baseline: Texts, system: Texts) -> str | None:
    """A warning where two outputs differ in so few segments that a test between them means nothing."""
    differing = sum(one.strip() != other.strip() for one, other in zip(baseline.texts, system.texts, strict=True))
    if differing >= min(_FEWEST_DIFFERING, len(baseline)):
        return None
    how = f"differs from the baseline in {differing} of {len(baseline):,} segments" if differing else "is the baseline"
    return f"{system.name}: {how}; the p-values of the paired tests mean nothing there"


def _empty(hypotheses: Texts) -> Iterator[str]:
    if hypotheses.empty:
        many = len(hypotheses.empty)
        yield f"{many:,} empty {'hypothesis' if many == 1 else 'hypotheses'} (line {listed(hypotheses.empty)})"


def _copies(hypotheses: Texts, references: Sequence[Texts], sources: Texts | None) -> Iterator[str]:
    texts = [text.strip() for text in hypotheses.texts]
    for reference in references:
        if all(text == other.strip() for text, other in zip(texts, reference.texts, strict=True)):
            yield f"every hypothesis is its reference in {reference.name}; is it the right file?"
    if sources:
        copied = _lines_where(
            hypotheses, [a == b.strip() and a != "" for a, b in zip(texts, sources.texts, strict=True)]
        )
        if len(copied) > _SHARE * len(texts):
            yield (
                f"{len(copied) / len(texts):.0%} of the hypotheses are their sources, untranslated "
                f"(line {listed(copied)})"
            )


def _other_language(hypotheses: Texts, code: str) -> Iterator[str]:
    foreign = [not looks_like(text, code) for text in hypotheses.texts]
    lines = _lines_where(hypotheses, foreign)
    if len(lines) > _SHARE * len(foreign):
        found = Counter(identify(text).code for text, odd in zip(hypotheses.texts, foreign, strict=True) if odd)
        yield (
            f"{len(lines) / len(foreign):.0%} of the hypotheses look like {name_of(found.most_common(1)[0][0])} and not "
            f"{language(code).name} (line {listed(lines)})"
        )


def _tokenized(hypotheses: Texts) -> Iterator[str]:
    spaced = sum(text.rstrip().endswith(" .") for text in hypotheses.texts)
    if spaced > _TOKENIZED_SHARE * len(hypotheses):
        yield f"{spaced:,} hypotheses end in ' .': they look tokenized, and scores are of plain text; detokenize them"


def _implausible(bleu: float) -> Iterator[str]:
    if bleu < BLEU_LOW:
        yield f"BLEU {bleu:.1f} is implausibly low; do the lines of hypotheses and references belong together?"
    elif bleu > BLEU_HIGH:
        yield f"BLEU {bleu:.1f} is implausibly high; did the system see the references?"


def _lines_where(texts: Texts, chosen: Sequence[bool]) -> list[int]:
    return [line for line, here in zip(texts.lines, chosen, strict=True) if here]
