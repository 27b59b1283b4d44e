"""The English sentences a summary is made from: an English article's own, or those of a translation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mtsum.checks import ends_a_sentence
from mtsum.checks.words import bare_url_or_number
from mtsum.documents import Article
from mtsum.summarization.datelines import without_dateline
from mtsum.summarization.quotations import unattributed, with_whole_quotations
from mtsum.translation import TranslatedSentence, Translation, one_line

# What is wrong enough with a translated sentence that it must not be read out as part of a summary.
_UNREADABLE = frozenset({"empty", "error", "copied", "repetition", "length-limit", "verbatim"})
_DOUBTFUL = frozenset({"numbers", "names", "too-short", "too-long"})
_QUOTES = re.compile('["“”„«»]')
_SINGLE_QUOTE = re.compile(r"(?:^|[\s,(])['‘](?=[A-Z])")
# What a page says of itself: who wrote it, whose views it has, where there is more.
_ABOUT_THE_PAGE = re.compile(
    r"\bcontributed (?:reporting|(?:reporting )?to this (?:report|story|article))\b"
    r"|\b(?:views|opinions) expressed (?:in|on|by|here)\b|\ball rights reserved\b|^editor's note\b"
    r"|\bis a [\w ]{3,30} company, (?:like|as is)\b|\bis (?:owned by|the parent company of) (?:cnn|the publisher)\b"
    r"|\b(?:gallery|slideshow|photos?|pictures?|video|map|chart|graphic) (?:above|below)\b"
    r"|^(?:read|see|watch|hear|click|follow|visit|join|sign up) (?:more|also|next|us|here|our|for|the (?:original|full))\b",
    re.IGNORECASE,
)
_ALL_IN_BRACKETS = re.compile(r"^(?:\[[^\[\]]*\]|\([^()]*\))\s*[.!?]?$")
_ANNOUNCES_A_LIST = re.compile(r":\s*[.!?]$")
_APART = re.compile(r"\s[.!?]$")


@dataclass(frozen=True)
class SourceSentence:
    """A sentence of the English text. ``id`` is the article's own sentence id, ``words`` its number of words.

    ``quotable`` is false where the sentence must not stand in a summary as it is: a heading or caption, names alone, an
    aside in brackets, what only announces a list, what the page says of itself, a fragment without its end, or a translation
    with a serious flag. ``doubtful`` marks a translation with a lighter one, ``shortened`` a text that lost its dateline,
    ``quotes`` one in which someone's words stand, ``spoken`` one that is all someone's words and does not say whose.
    """

    id: str
    text: str
    words: int
    quotable: bool
    doubtful: bool = False
    shortened: bool = False
    quotes: bool = False
    spoken: bool = False


def source_sentences(article: Article, translation: Translation | None = None) -> list[SourceSentence]:
    """The English sentences of ``article``, or of its ``translation``, in reading order; empty ones are left out."""
    translated = {sentence.id: sentence for sentence in translation.sentences} if translation else {}
    found: list[SourceSentence] = []
    for paragraph in article.paragraphs:
        for sentence in paragraph.sentences:
            target = translated.get(sentence.id)
            whole = translated_sentence(target) if target else sentence.content
            if not whole:
                continue
            flags = set(target.flags) if target else set()
            opens = not any(sentence.quotable for sentence in found)
            text = without_dateline(whole) if opens else whole
            found.append(
                SourceSentence(
                    id=sentence.id,
                    text=text,
                    words=len(text.split()),
                    quotable=paragraph.kind != "heading"
                    and ends_a_sentence(text)
                    and not bare_url_or_number(text)
                    and not names_alone(text)
                    and not _ABOUT_THE_PAGE.search(text)
                    and not _ALL_IN_BRACKETS.match(text)
                    and not _ANNOUNCES_A_LIST.search(text)
                    and not flags & _UNREADABLE,
                    doubtful=bool(flags & _DOUBTFUL),
                    shortened=text != whole,
                )
            )
    texts = [sentence.text for sentence in found]
    with_marks, spoken, captions = with_whole_quotations(texts), unattributed(texts), set_apart(texts)
    return [
        replace(
            sentence,
            text=text,
            words=len(text.split()),
            quotable=sentence.quotable and not caption,
            quotes=said or any(marks.search(sentence.text) for marks in (_QUOTES, _SINGLE_QUOTE)),
            spoken=said,
        )
        for sentence, text, said, caption in zip(found, with_marks, spoken, captions, strict=True)
    ]


def translated_sentence(sentence: TranslatedSentence) -> str:
    """The translation on one line, with its full stop put back where the model lost it."""
    text = one_line(sentence.target)
    lost = sentence.source.rstrip().endswith(".") and text[-1:].isalnum()
    return f"{text}." if lost else text


def set_apart(sentences: Sequence[str]) -> list[bool]:
    """Of each sentence but the first, whether a space stands before its full stop and most others have none.

    Such a one is a caption or a link put between the sentences of a page.
    """
    apart = [at > 0 and _APART.search(sentence) is not None for at, sentence in enumerate(sentences)]
    return apart if 2 * sum(apart) < len(apart) else [False] * len(apart)


def names_alone(text: str) -> bool:
    """Whether ``text`` is a few capitalized words and nothing else: “New York.” says nothing by itself."""
    words = text.split()
    return len(words) < 6 and not any(word.strip("\"'“”‘’(")[:1].islower() for word in words)
