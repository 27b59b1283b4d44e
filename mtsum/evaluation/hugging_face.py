"""Every metric as an ``evaluate.Metric``, made from mtsum's own registry: no script is fetched, no socket opened.

    >>> import evaluate
    >>> from mtsum.evaluation.hugging_face import load
    >>> both = evaluate.combine([load("BLEU"), load("chrF")])
    >>> both.compute(predictions=["A cat."], references=["The cat."])
    {'bleu': ..., 'bleu_signature': 'nrefs:1|case:mixed|...', 'chrf': ..., 'chrf_signature': ...}
    >>> evaluate.save("results/", **both.compute(predictions=[...], references=[...]))

The classes are attributes of this module too: ``Bleu``, ``Chrf``, ``ChrfPlusPlus``, ``Ter``, ``Rouge1``, ``Rouge2``,
``RougeL``, ``RougeLsum``, ``Adequacy``, ``Comet``, ``Bertscore``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mtsum.errors import InputError
from mtsum.evaluation.metrics import METRICS, Metric, MetricOptions, find_metric, registered_name
from mtsum.evaluation.resampling import DEFAULT_SEED, SAMPLES, Resampling
from mtsum.evaluation.scoring import Estimation, evaluate_systems

if TYPE_CHECKING:
    import evaluate


_INPUTS = """
Args:
    predictions: list of str, the hypotheses.
    references: list of str, or list of lists of str with as many references for every hypothesis.
    sources: list of str, for the metrics that read them.
    intervals: bool, whether to add the 95% bootstrap interval, `NAME_low` and `NAME_high`.
    samples, seed: int, of the bootstrap.
"""


def load(name: str, options: MetricOptions | None = None, **settings: Any) -> evaluate.Metric:
    """The metric called ``name`` as an ``evaluate.Metric``; ``settings`` are those of ``evaluate.Metric`` itself.

    ``compute`` gives the score as ``mtsum score`` does, and its signature. Raises ``UsageError`` for an unknown name.
    """
    made: evaluate.Metric = metric_class(name)(options=options, **settings)
    return made


def metric_class(name: str) -> type[evaluate.Metric]:
    """The ``evaluate.Metric`` subclass for the metric called ``name``. Raises ``UsageError`` for an unknown name."""
    return _classes()[registered_name(name)]


@lru_cache(1)
def _classes() -> dict[str, type[evaluate.Metric]]:
    import evaluate

    # evaluate names a module after its class, and tells combined modules apart by their names.
    made: dict[str, type[evaluate.Metric]] = {}
    for name in METRICS:
        body = {"__init__": _init, "_info": _info, "_compute": _compute, "__module__": __name__, "registered_as": name}
        body["__doc__"] = f"{name} as mtsum computes it."
        made[name] = type(class_name(name), (evaluate.Metric,), body)
    return made


def class_name(name: str) -> str:
    """What the class for a registered metric is called: ``ChrfPlusPlus`` for ``chrF++``, ``RougeLsum``, ``Ter``."""
    return "".join(part.capitalize() for part in name.replace("-L", "-l").replace("+", "-plus").split("-"))


def _init(self: Any, config_name: str | None = None, *, options: MetricOptions | None = None, **settings: Any) -> None:
    import evaluate

    self.metric = find_metric(self.registered_as, options)
    evaluate.Metric.__init__(self, config_name, **settings)


def _info(self: Any) -> Any:
    import evaluate
    from datasets import Features, Sequence, Value

    metric: Metric = self.metric
    text = Value("string")
    columns: dict[str, Any] = {"predictions": text}
    if metric.needs_source:
        columns["sources"] = text
    features = [Features(columns)]
    if metric.needs_reference:
        features = [Features({**columns, "references": kind}) for kind in (Sequence(text), text)]
    return evaluate.MetricInfo(
        description=(type(metric).__doc__ or "").strip(),
        citation=_citation(metric),
        features=features,
        inputs_description=_INPUTS,
    )


def _citation(metric: Metric) -> str:
    """The paper, from the first line of the docstring of the metric's module."""
    from importlib import import_module

    return (import_module(type(metric).__module__).__doc__ or "").partition("\n")[0]


def _compute(
    self: Any,
    *,
    predictions: Sequence[str],
    references: Sequence[str] | Sequence[Sequence[str]] | None = None,
    sources: Sequence[str] | None = None,
    intervals: bool = False,
    samples: int = SAMPLES,
    seed: int = DEFAULT_SEED,
) -> dict[str, Any]:
    metric: Metric = self.metric
    estimation = Estimation(Resampling(samples, seed) if intervals else None)
    found = evaluate_systems({"": predictions}, _streams(references or ()), sources, [metric], estimation)
    score = found.scores[""][0]
    made: dict[str, Any] = {self.name: score.value, f"{self.name}_signature": score.signature}
    if intervals:
        made |= {f"{self.name}_low": score.low, f"{self.name}_high": score.high}
    return made


def _streams(references: Sequence[str] | Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """References by segment, as evaluate has them, turned into a list for each reference."""
    several = [[each] if isinstance(each, str) else list(each) for each in references]
    for segment, each in enumerate(several, start=1):
        if len(each) != len(several[0]):
            raise InputError(f"segment {segment} has {len(each)} references, where the first has {len(several[0])}")
    return [list(stream) for stream in zip(*several, strict=True)]


def __getattr__(name: str) -> Any:
    by_name = {class_name(each): each for each in METRICS}
    if name not in by_name:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _classes()[by_name[name]]
