"""Summaries of English articles and translations whose every sentence names the source sentences it rests on."""

from mtsum.summarization.length import NAMED_LENGTHS, Length, parse_length
from mtsum.summarization.source import source_sentences
from mtsum.summarization.summarizer import Replaced, Selection, Summarizer, Summary, SummarySentence

__all__ = [
    "NAMED_LENGTHS",
    "Length",
    "Replaced",
    "Selection",
    "Summarizer",
    "Summary",
    "SummarySentence",
    "parse_length",
    "source_sentences",
]
