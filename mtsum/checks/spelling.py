"""Words that a sentence writes otherwise than its source does: half a word, or two run together."""

from __future__ import annotations

import re
from collections.abc import Sequence

_AROUND = re.compile(r"^[^\w*#@$€£]+|[^\w*%]+$")


def respelt(sentence: str, sources: Sequence[str]) -> tuple[str, ...]:
    """The words of ``sentence``, as whitespace parts them, that none of ``sources`` has; case and outer marks aside."""
    known = {_bare(word) for source in sources for word in source.split()}
    return tuple(word for word in sentence.split() if _bare(word) not in known)


def _bare(word: str) -> str:
    """``word`` without the marks around it; marks alone as they are."""
    return _AROUND.sub("", word).casefold() or word
