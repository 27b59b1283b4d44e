"""The metrics as ``evaluate.Metric``: the numbers of ``mtsum score``, combined and saved, no socket opened."""

from __future__ import annotations

import json
import pickle
import socket

import pytest
from support.scoring import FAIR, REFERENCES, lines

import mtsum
from mtsum.errors import InputError, UsageError
from mtsum.evaluation import hugging_face
from mtsum.evaluation.hugging_face import class_name, load, metric_class
from mtsum.evaluation.metrics import DEFAULT_METRICS, METRICS, MetricOptions


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path) -> None:
    """No network, and a cache of our own."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr("evaluate.config.HF_METRICS_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("name", DEFAULT_METRICS)
def test_each_metric_computes_what_mtsum_score_does(name) -> None:
    import evaluate

    metric = load(name)
    assert isinstance(metric, evaluate.Metric)
    expected = mtsum.score(lines(FAIR), lines(REFERENCES[0]), metrics=[name], samples=100)[name]
    found = metric.compute(
        predictions=lines(FAIR), references=lines(REFERENCES[0]), intervals=True, samples=100, seed=12345
    )
    own = metric.name
    assert found == {
        own: expected.value,
        f"{own}_signature": expected.signature,
        f"{own}_low": expected.low,
        f"{own}_high": expected.high,
    }


def test_several_references_stand_in_a_list_for_each_prediction() -> None:
    streams = [lines(file) for file in REFERENCES]
    expected = mtsum.score(lines(FAIR), streams, metrics=["BLEU"], intervals=False)["BLEU"]
    found = load("BLEU").compute(
        predictions=lines(FAIR), references=[list(each) for each in zip(*streams, strict=True)]
    )
    assert found == {"bleu": expected.value, "bleu_signature": expected.signature}
    assert found["bleu_signature"].startswith("nrefs:2|")


def test_metrics_are_combined_and_saved(tmp_path) -> None:
    import evaluate

    combined = evaluate.combine([load(name) for name in DEFAULT_METRICS])
    for prediction, reference in zip(lines(FAIR), lines(REFERENCES[0]), strict=True):
        combined.add(prediction=prediction, reference=reference)
    found = combined.compute()
    expected = mtsum.score(lines(FAIR), lines(REFERENCES[0]), intervals=False)
    assert [value for key, value in found.items() if not key.endswith("signature")] == [
        score.value for score in expected.values()
    ]
    assert len(found) == 2 * len(DEFAULT_METRICS)
    path = evaluate.save(tmp_path / "result.json", **found)
    saved = json.loads(path.read_text())
    assert saved["rouge_lsum"] == expected["ROUGE-Lsum"].value
    assert saved["bleu_signature"] == expected["BLEU"].signature


def test_settings_reach_the_metric() -> None:
    metric = load("ROUGE-1", MetricOptions(stemmer=False), keep_in_memory=True)
    found = metric.compute(predictions=["trains left"], references=["train left"])
    assert "|stem:no|" in found["rouge1_signature"]
    assert found["rouge1"] == 50


def test_every_registered_metric_has_its_class() -> None:
    names = ["Bleu", "Chrf", "ChrfPlusPlus", "Ter", "Rouge1", "Rouge2", "RougeL", "RougeLsum"]
    assert [class_name(name) for name in METRICS][:8] == names
    for name in METRICS:
        assert getattr(hugging_face, class_name(name)) is metric_class(name)
    assert "Papineni" in load("BLEU").citation
    with pytest.raises(AttributeError):
        hugging_face.Blue  # noqa: B018
    with pytest.raises(UsageError, match="unknown metric"):
        load("blue")


def test_a_metric_can_be_sent_to_another_process() -> None:
    again = pickle.loads(pickle.dumps(load("chrF", MetricOptions(lowercase=True))))
    assert again.compute(predictions=["ABC"], references=["abc"])["chrf"] == 100


def test_texts_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(ValueError, match="Mismatch in the number"):
        load("BLEU").compute(predictions=["a"], references=["a", "b"])
    with pytest.raises(InputError, match="segment 2 has 1 references, where the first has 2"):
        load("BLEU").compute(predictions=["a", "b"], references=[["a", "b"], ["a"]])
