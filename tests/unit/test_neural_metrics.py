"""BERTScore and COMET: their scores, their signatures, what cannot be compared, and what to do where a package lacks."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mtsum.errors import InputError, ModelBroken, ModelNotFound, UsageError
from mtsum.evaluation.metrics import MetricOptions, Score, find_metric
from mtsum.evaluation.metrics.bertscore import BertScore
from mtsum.evaluation.metrics.comet import Comet, CometWithoutReference
from mtsum.evaluation.metrics.comparable import check_comparable

HYPOTHESES = ["The train left on Monday.", "It will rain.", ""]
REFERENCES = ["The first train left on Monday.", "Rain will fall tomorrow.", "Nothing happened."]
SOURCES = ["Treni i parë u nis të hënën.", "Nesër do të bjerë shi.", "Asgjë nuk ndodhi."]


def tiny_bert(directory: Path, seed: int = 1) -> Path:
    """A BertModel of two layers with a word-piece tokenizer of the words and letters of this file's texts."""
    import torch
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    # Written out, since a trained vocabulary differs from run to run.
    letters = "abcdefghijklmnopqrstuvwxyz."
    words = sorted({word.strip(".").lower() for text in (*HYPOTHESES, *REFERENCES) for word in text.split()})
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters), *words]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = BertWordPieceTokenizer(vocab=vocabulary, lowercase=True)
    BertTokenizerFast(tokenizer_object=tokenizer._tokenizer).save_pretrained(directory)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=40,
        initializer_range=0.5,
    )
    BertModel(config).save_pretrained(directory)
    return directory


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_bert(tmp_path_factory.mktemp("bert") / "tiny-bert")


def bertscore(checkpoint: Path, layer: int | None = None) -> BertScore:
    options = MetricOptions(bertscore_checkpoint=str(checkpoint), bertscore_layer=layer)
    found = find_metric("bertscore", options)
    assert isinstance(found, BertScore)
    return found


def f1_by_the_paper(checkpoint: Path, hypothesis: str, reference: str, layer: int) -> float:
    """Greedy matching of token states by cosine; special tokens are matched with, and not counted."""
    import torch
    from transformers import AutoTokenizer, BertModel

    tokenizer = AutoTokenizer.from_pretrained(checkpoint, local_files_only=True)
    model = BertModel.from_pretrained(checkpoint, local_files_only=True, output_hidden_states=True).eval()
    with torch.inference_mode():
        first, second = (
            model(**tokenizer(text, return_tensors="pt")).hidden_states[layer][0].numpy()
            for text in (hypothesis, reference)
        )
    first, second = (states / np.linalg.norm(states, axis=1, keepdims=True) for states in (first, second))
    cosines = first @ second.T
    precision, recall = cosines.max(1)[1:-1].mean(), cosines.max(0)[1:-1].mean()
    return float(2 * precision * recall / (precision + recall))


@pytest.mark.parametrize("layer", [1, 2])
def test_bertscore_is_the_papers_greedy_matching(checkpoint: Path, layer: int) -> None:
    values = bertscore(checkpoint, layer).values(HYPOTHESES[:2], [REFERENCES[:2]])
    expected = [
        100 * f1_by_the_paper(checkpoint, hypothesis, reference, layer)
        for hypothesis, reference in zip(HYPOTHESES[:2], REFERENCES[:2], strict=True)
    ]
    assert values == pytest.approx(expected, abs=1e-3)
    assert abs(values[0] - values[1]) > 1.0


def test_bertscore_takes_the_best_reference_and_gives_an_empty_hypothesis_nothing(checkpoint: Path) -> None:
    metric = bertscore(checkpoint)
    one = metric.values(HYPOTHESES, [REFERENCES])
    both = metric.values(HYPOTHESES, [REFERENCES, HYPOTHESES])
    assert one[2] == both[2] == 0.0
    assert both[:2] == pytest.approx([100.0, 100.0], abs=1e-3)
    assert (one[:2] < 99).all()


def test_bertscore_refuses_what_the_package_would_cut(checkpoint: Path) -> None:
    with pytest.raises(InputError, match=r"segment 2 has .* tokens; .*tiny-bert takes at most 40"):
        bertscore(checkpoint).values(["Rain.", "rain " * 50], [["Rain.", "Rain."]])


def test_bertscores_signature_names_checkpoint_layer_and_versions(checkpoint: Path, tmp_path: Path) -> None:
    signature = str(bertscore(checkpoint).signature(1))
    assert signature.startswith("nrefs:1|checkpoint:tiny-bert-")
    assert "|layer:2|" in signature and "|version:" in signature
    other = tiny_bert(tmp_path / "tiny-bert", seed=2)  # the same name, other weights
    assert str(bertscore(other).signature(1)) != signature


def test_bertscore_names_the_layers_there_are(checkpoint: Path) -> None:
    with pytest.raises(UsageError, match="has layers 1 to 2, no layer 3"):
        bertscore(checkpoint, 3).signature(1)


def test_bertscore_of_a_broken_checkpoint_says_so(checkpoint: Path, tmp_path: Path) -> None:
    broken = tiny_bert(tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelBroken, match="BERTScore cannot load"):
        bertscore(broken).values(HYPOTHESES, [REFERENCES])


def test_without_the_package_bertscore_says_what_to_install(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("mtsum.evaluation.metrics.bertscore.version", missing)
    with pytest.raises(UsageError, match=r"pip install 'mtsum\[comet\]'"):
        bertscore(checkpoint)


def test_a_checkpoint_that_is_not_here_is_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelNotFound, match="hf download nobody/no-such-checkpoint"):
        find_metric("BERTScore", MetricOptions(bertscore_checkpoint="nobody/no-such-checkpoint"))


# COMET: unbabel-comet needs another transformers, so what runs here is the process and the questions it is asked; the
# package itself is run where MTSUM_COMET_PYTHON names an interpreter that has it.

FAKE_PACKAGE = """
print("Lightning greets you")
class Model:
    def predict(self, samples, batch_size, gpus, num_workers, progress_bar):
        print("predicting")
        if samples[0]["mt"] == "fail":
            raise RuntimeError("no such encoder")
        lengths = [len(each["mt"]) / len(each.get("ref") or each["src"]) for each in samples]
        return type("Prediction", (), {"scores": lengths})
def load_from_checkpoint(path, local_files_only):
    assert local_files_only
    open(path).close()
    return Model()
"""


@pytest.fixture
def comet_python(tmp_path: Path) -> str:
    """An interpreter of an environment of its own, with a package that answers as unbabel-comet does."""
    place = tmp_path / "environment"
    (place / "comet").mkdir(parents=True)
    (place / "comet/__init__.py").write_text(FAKE_PACKAGE, encoding="utf-8")
    (place / "unbabel_comet-9.9.dist-info").mkdir()
    (place / "unbabel_comet-9.9.dist-info/METADATA").write_text(
        "Metadata-Version: 2.1\nName: unbabel-comet\nVersion: 9.9\n"
    )
    (place / "torch.py").write_text("class cuda:\n    is_available = staticmethod(lambda: False)\n", encoding="utf-8")
    python = place / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{place}" exec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    return str(python)


def comet_checkpoint(directory: Path, kind: str = "regression_metric", weights: bytes = b"weights") -> str:
    (directory / "checkpoints").mkdir(parents=True)
    (directory / "checkpoints/model.ckpt").write_bytes(weights)
    (directory / "hparams.yaml").write_text(f"class_identifier: {kind}\n", encoding="utf-8")
    return str(directory)


def comet(python: str | None, checkpoint: str) -> Any:
    return find_metric("COMET", MetricOptions(comet_python=python, comet_checkpoint=checkpoint))


def test_comets_scores_come_from_the_other_environment(comet_python: str, tmp_path: Path) -> None:
    metric = comet(comet_python, comet_checkpoint(tmp_path / "wmt-tiny"))
    assert type(metric) is Comet and metric.needs_source and metric.needs_reference
    values = metric.values(["ab", "abc"], [["abcd", "abc"]], ["x", "y"])
    assert values.tolist() == [50.0, 100.0]
    assert str(metric.signature(1)).startswith("nrefs:1|checkpoint:wmt-tiny-")
    assert str(metric.signature(1)).endswith("|version:9.9")


def test_a_referenceless_comet_needs_no_reference(comet_python: str, tmp_path: Path) -> None:
    metric = comet(comet_python, comet_checkpoint(tmp_path / "kiwi", "referenceless_regression_metric"))
    assert isinstance(metric, CometWithoutReference) and not metric.needs_reference
    assert metric.values(["ab"], [], ["abcd"]).tolist() == [50.0]


def test_comet_without_sources_or_with_two_references_is_refused(comet_python: str, tmp_path: Path) -> None:
    metric = comet(comet_python, comet_checkpoint(tmp_path / "wmt-tiny"))
    with pytest.raises(UsageError, match="give the sources"):
        metric.values(HYPOTHESES, [REFERENCES], None)
    with pytest.raises(UsageError, match="one reference a segment, not 2"):
        metric.values(HYPOTHESES, [REFERENCES, REFERENCES], SOURCES)


def test_what_goes_wrong_in_the_other_environment_is_told(comet_python: str, tmp_path: Path) -> None:
    metric = comet(comet_python, comet_checkpoint(tmp_path / "wmt-tiny"))
    with pytest.raises(ModelBroken, match="RuntimeError: no such encoder"):
        metric.values(["fail"], [["x"]], ["x"])


def test_an_interpreter_without_the_package_is_told_how_to_get_it(tmp_path: Path) -> None:
    checkpoint = comet_checkpoint(tmp_path / "wmt-tiny")
    with pytest.raises(UsageError, match="has no unbabel-comet"):
        comet(sys.executable, checkpoint).values(["a"], [["b"]], ["c"])
    with pytest.raises(UsageError, match="cannot be run"):
        comet(str(tmp_path / "nothing"), checkpoint).values(["a"], [["b"]], ["c"])


def test_without_an_interpreter_comet_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MTSUM_COMET_PYTHON", raising=False)
    with pytest.raises(UsageError, match=r"MTSUM_COMET_PYTHON.*pip install 'mtsum\[comet\]'"):
        comet(None, comet_checkpoint(tmp_path / "wmt-tiny"))


def test_a_comet_checkpoint_without_its_settings_is_refused(comet_python: str, tmp_path: Path) -> None:
    checkpoint = comet_checkpoint(tmp_path / "wmt-tiny")
    (tmp_path / "wmt-tiny/hparams.yaml").unlink()
    with pytest.raises(ModelBroken, match=r"hparams\.yaml"):
        comet(comet_python, checkpoint)


def test_scores_of_two_checkpoints_are_not_compared(comet_python: str, tmp_path: Path) -> None:
    scores = []
    for name, weights in (("first", b"one"), ("second", b"two")):
        metric = comet(comet_python, comet_checkpoint(tmp_path / name / "wmt", weights=weights))
        scores.append(metric.score(["ab"], [["abcd"]], ["x"]))
    check_comparable([scores[0], scores[0]])
    with pytest.raises(UsageError, match=r"COMET scores cannot be compared: .*checkpoint:wmt-.*checkpoint:wmt-"):
        check_comparable(scores)


@pytest.mark.parametrize(
    "signature",
    [
        "nrefs:2|tok:13a|version:2.6.0",
        "nrefs:1|tok:char|version:2.6.0",
        "nrefs:1|tok:13a",
        "nrefs:1|tok:13a|version:2.5.0",
    ],
)
def test_scores_measured_differently_are_not_compared(signature: str) -> None:
    one = Score("BLEU", 30.0, "nrefs:1|tok:13a|version:2.6.0")
    with pytest.raises(UsageError, match="cannot be compared"):
        check_comparable([one, Score("chrF", 50.0, signature), Score("BLEU", 31.0, signature)])


def test_how_an_interval_was_drawn_does_not_hinder_a_comparison() -> None:
    one = Score("BLEU", 30.0, "nrefs:1|bs:1000|seed:12345|tok:13a")
    check_comparable([one, Score("BLEU", 31.0, "nrefs:1|tok:13a"), Score("TER", 60.0, "nrefs:1|tok:tercom")])
