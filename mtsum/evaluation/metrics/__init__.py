"""The metrics by name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from importlib import import_module

from mtsum.errors import UsageError
from mtsum.evaluation.metrics.base import Metric, MetricOptions, Score, Signature

__all__ = [
    "DEFAULT_METRICS",
    "METRICS",
    "Metric",
    "MetricOptions",
    "Score",
    "Signature",
    "find_metric",
    "find_metrics",
    "registered_name",
]

# Name -> module:function that makes the metric from ``MetricOptions``. Texts, so that only what is used is imported.
METRICS: dict[str, str] = {
    "BLEU": "mtsum.evaluation.metrics.bleu:bleu",
    "chrF": "mtsum.evaluation.metrics.chrf:chrf",
    "chrF++": "mtsum.evaluation.metrics.chrf:chrf_plus_plus",
    "TER": "mtsum.evaluation.metrics.ter:ter",
    "ROUGE-1": "mtsum.evaluation.metrics.rouge:rouge_1",
    "ROUGE-2": "mtsum.evaluation.metrics.rouge:rouge_2",
    "ROUGE-L": "mtsum.evaluation.metrics.rouge:rouge_l",
    "ROUGE-Lsum": "mtsum.evaluation.metrics.rouge:rouge_lsum",
    "adequacy": "mtsum.evaluation.metrics.adequacy:adequacy",
    "BERTScore": "mtsum.evaluation.metrics.bertscore:bertscore",
    "COMET": "mtsum.evaluation.metrics.comet:comet",
}
# What needs no model: computed where no metric is named.
DEFAULT_METRICS = ("BLEU", "chrF", "chrF++", "TER", "ROUGE-1", "ROUGE-2", "ROUGE-L", "ROUGE-Lsum")


def registered_name(name: str) -> str:
    """The key of ``METRICS`` that ``name`` means, in any case, with or without hyphens: ``rouge1`` is ``ROUGE-1``.

    Raises ``UsageError``, with the choices, for a name that no metric has.
    """
    known = {_plain(each): each for each in METRICS}
    if _plain(name) not in known:
        close = difflib.get_close_matches(_plain(name), known, n=1)
        meant = f" (did you mean {known[close[0]]!r}?)" if close else ""
        raise UsageError(f"unknown metric {name!r}{meant}; known are: {', '.join(METRICS)}")
    return known[_plain(name)]


def find_metric(name: str, options: MetricOptions | None = None) -> Metric:
    """The metric called ``name``, with ``options``. Raises ``UsageError`` for an unknown name or setting."""
    module, function = METRICS[registered_name(name)].split(":")
    made: Metric = getattr(import_module(module), function)(options or MetricOptions())
    return made


def find_metrics(names: Sequence[str] = (), options: MetricOptions | None = None) -> list[Metric]:
    """The metrics called ``names``, each once, in their order; those of ``DEFAULT_METRICS`` where none is named.

    Raises ``UsageError`` as ``find_metric`` does.
    """
    found: dict[str, Metric] = {}
    for name in names or DEFAULT_METRICS:
        metric = find_metric(name, options)
        found.setdefault(metric.name, metric)
    return list(found.values())


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")
