"""What the records of a run come to: how many there are, what went wrong by kind, what looks wrong by flag."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

# Kinds of errors by what their messages say; the first that is found counts.
_KINDS = {
    kind: re.compile(pattern)
    for kind, pattern in {
        "language": r"looks like .+, not .+--any-language",
        "too long": r"characters, over the [\d,]+ allowed",
        "nothing to summarize": r"there is no sentence to summarize",
        "empty": r"empty|white space|no words|no text|no main text|a header and no records|is null and not text",
        "encoding": r"UTF-|NUL|surrogate|encod|not a text file",
        "malformed": r"not JSON|JSON|quotation mark|columns where|an object|archive|Word document|compressed|Parquet",
        "column": r"no column|and not text|an identifier is|one name|header",
        "unreadable": r"no such file|may not be read|cannot be read|cannot be opened",
        "fault of mtsum": r"mtsum failed on it",
    }.items()
}
UNTRANSLATED, OTHER = "untranslated sentence", "other"


def error_kind(error: str) -> str:
    """The kind of an error record's message, ``other`` for what no kind describes."""
    if re.match(r"s\d+: ", error):
        return UNTRANSLATED
    # What comes before is the name of a file, and may be any words.
    said = error.partition(": ")[2] or error
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(said)), OTHER)


@dataclass
class Tally:
    """Counts over records.

    ``errors`` is by kind; ``flags`` counts sentences of translations by flag, ``summary_flags`` those of summaries.
    """

    records: int = 0
    sentences: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    summary_flags: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, records: Iterable[dict[str, Any]]) -> Tally:
        """The counts of some records."""
        tally = cls()
        for record in records:
            tally.add(record)
        return tally

    @classmethod
    def of_values(cls, values: dict[str, Any]) -> Tally:
        """The tally that ``values()`` wrote."""
        counters = (Counter(values[name]) for name in ("errors", "flags", "summary_flags"))
        return cls(values["records"], values["sentences"], *counters)

    def add(self, record: dict[str, Any]) -> None:
        """Counts one record more."""
        self.records += 1
        if record["error"]:
            self.errors[error_kind(record["error"])] += 1
        if record["translation"]:
            self.sentences += len(record["translation"]["sentences"])
            self.flags.update(flag for sentence in record["translation"]["sentences"] for flag in sentence["flags"])
        if record["summary"]:
            self.summary_flags.update(flag for each in record["summary"]["sentences"] for flag in each["flags"])

    def merge(self, other: Tally) -> None:
        """Counts what ``other`` has counted."""
        self.records += other.records
        self.sentences += other.sentences
        self.errors.update(other.errors)
        self.flags.update(other.flags)
        self.summary_flags.update(other.summary_flags)

    def values(self) -> dict[str, Any]:
        """JSON values, the same for the same counts: names in alphabetical order."""
        return {
            "records": self.records,
            "sentences": self.sentences,
            "errors": dict(sorted(self.errors.items())),
            "flags": dict(sorted(self.flags.items())),
            "summary_flags": dict(sorted(self.summary_flags.items())),
        }
