"""Word-level differences of a hypothesis to its reference."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

# A number or word with its inner marks (12.5, don't, well-known), or one other character; the space after it belongs to it.
_TOKEN = re.compile(r"(?:\w+(?:[.,:'’\-]\w+)*|[^\w\s])\s*|\s+")

SAME, ADDED, MISSING = "=", "+", "-"
Run = tuple[str, str]


def tokens(text: str) -> list[str]:
    """Words, numbers and marks of ``text``, each with the space that follows it; joined they are ``text`` again."""
    return _TOKEN.findall(text)


def runs(hypothesis: str, reference: str) -> list[Run]:
    """``hypothesis`` against ``reference``, as runs of words: in both, only in the hypothesis, or missing from it.

    Case and punctuation count, spaces do not. The runs that are not ``MISSING``, joined, are the hypothesis.
    """
    return _runs(tokens(hypothesis), tokens(reference))


def closest(hypothesis: str, references: Sequence[str]) -> tuple[int, list[Run]]:
    """The number (from 0) of the reference that shares most words with ``hypothesis``, and the runs against it.

    Without references it is -1, and the hypothesis is one run.
    """
    if not references:
        return -1, [(SAME, hypothesis)] if hypothesis else []
    if len(references) == 1:
        return 0, runs(hypothesis, references[0])
    of_each = [runs(hypothesis, reference) for reference in references]
    at = min(range(len(references)), key=lambda number: _cost(of_each[number]))
    return at, of_each[at]


def _runs(said: Sequence[str], wanted: Sequence[str]) -> list[Run]:
    matcher = SequenceMatcher(None, [one.strip() for one in wanted], [one.strip() for one in said], autojunk=False)
    found: list[Run] = []
    for kind, from_wanted, to_wanted, from_said, to_said in matcher.get_opcodes():
        if kind in ("replace", "delete"):
            found.append((MISSING, "".join(wanted[from_wanted:to_wanted])))
        if from_said < to_said:
            found.append((SAME if kind == "equal" else ADDED, "".join(said[from_said:to_said])))
    return found


def _cost(found: Sequence[Run]) -> int:
    return sum(len(tokens(text)) for kind, text in found if kind != SAME)
