"""Where to split an over-long sentence, and how the translations of its pieces become one sentence again."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Words an English clause may begin with that are no names: only these lose their capital inside a joined sentence.
_CLAUSE_OPENERS_TEXT = """
a an the this that these those it its he his she her they their we our you your there here and but or nor so yet
for if when while where which who whom whose because since although though as after before until unless in on at
by from to of with without under over between during about also then than not no all some any many both what how
"""
_CLAUSE_OPENERS = frozenset(_CLAUSE_OPENERS_TEXT.split())


def best_boundary(text: str, boundaries: Sequence[int]) -> int | None:
    """Where to halve ``text``: the strongest boundary in its middle half, else the one nearest to the middle.

    ``boundaries`` are offsets, strongest first. ``None`` when none leaves text on both sides.
    """
    inner = [at for at in boundaries if text[:at].strip() and text[at:].strip()]
    for at in inner:
        if len(text) / 4 <= at <= 3 * len(text) / 4:
            return at
    return min(inner, key=lambda at: abs(at - len(text) / 2), default=None)


def join_pieces(sources: Sequence[str], targets: Sequence[str]) -> str:
    """The translations of a split sentence's pieces as one sentence again.

    A full stop that the model put where the source piece had none goes, the source's comma or semicolon comes back,
    and an English function word loses the capital it got at the start of a piece.
    """
    joined: list[str] = []
    for position, (source, target) in enumerate(zip(sources, targets, strict=True)):
        text = target.strip()
        if position and source[:1].islower():
            first = re.match(r"\w+", text)
            if first and first.group().lower() in _CLAUSE_OPENERS:
                text = text[0].lower() + text[1:]
        if position < len(sources) - 1 and text:
            if not source.endswith((".", "!", "?", "…")):
                text = text.rstrip(" .")
            if source[-1:] in ",;:–—" and text.rstrip("\"'’”“»)")[-1:] not in (",", ";", ":", "–", "—", "-"):
                text += source[-1] if source[-1] in ",;:" else f" {source[-1]}"
        if text:
            joined.append(text)
    return " ".join(joined)
