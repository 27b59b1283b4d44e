"""mtsum translates Albanian news into English and summarizes it, offline, every sentence traceable to its source.

    >>> import mtsum
    >>> mtsum.translate("Putini u takua me Kimin.").text
    >>> summary = mtsum.summarize(open("article.txt").read(), length="short")
    >>> [(sentence.text, sentence.sources) for sentence in summary.sentences]

The names below load on first use, so that ``import mtsum`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mtsum.api import summarize, translate
    from mtsum.corpus.datasets_map import map_dataset
    from mtsum.documents import Article
    from mtsum.evaluation.scoring import score

__version__ = "0.1.0"
__all__ = ["Article", "__version__", "map_dataset", "score", "summarize", "translate"]

_HOMES = {
    "translate": "mtsum.api",
    "summarize": "mtsum.api",
    "map_dataset": "mtsum.corpus.datasets_map",
    "score": "mtsum.evaluation.scoring",
    "Article": "mtsum.documents",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mtsum' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
