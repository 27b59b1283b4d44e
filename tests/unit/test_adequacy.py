"""Adequacy: the shipped translator's encoder as a model of its own, and the cosine of source and translation."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mtsum.engines.dequantize import dequantize
from mtsum.engines.encoder_part import EncoderPart, encoder_directory
from mtsum.errors import ModelBroken, UsageError
from mtsum.evaluation.metrics import MetricOptions, find_metric
from mtsum.evaluation.metrics.adequacy import Adequacy
from mtsum.hub import locate
from mtsum.registry import load_registry

SQ = (
    "Qeveria miratoi buxhetin për vitin e ardhshëm.",
    "Moti nesër do të jetë me shi.",
    "Ekipi humbi ndeshjen e fundit.",
)
EN = ("The government approved the budget for next year.", "It will rain tomorrow.", "The team lost its last match.")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def metric(home: Path, monkeypatch: pytest.MonkeyPatch) -> Adequacy:
    monkeypatch.setenv("MTSUM_HOME", str(home))
    found = find_metric("adequacy", MetricOptions())
    assert isinstance(found, Adequacy)
    return found


def test_every_right_translation_scores_above_the_translations_of_other_sentences(metric: Adequacy) -> None:
    table = np.array([metric.values(EN, [], [source] * len(EN)) for source in SQ])
    assert (table.argmax(1) == np.arange(len(SQ))).all()
    assert (np.diagonal(table) > table.mean() + 10).all()


def test_a_text_is_wholly_adequate_to_itself_and_an_empty_translation_not_at_all(metric: Adequacy) -> None:
    values = metric.values([SQ[0], "", " \n"], [], [SQ[0], SQ[0], SQ[0]])
    assert values[0] == pytest.approx(100.0, abs=1e-3)
    assert values[1:].tolist() == [0.0, 0.0]


def test_a_segments_score_does_not_depend_on_the_others(metric: Adequacy) -> None:
    together = metric.values(EN, [], SQ)
    alone = [metric.values([hypothesis], [], [source])[0] for source, hypothesis in zip(SQ, EN, strict=True)]
    assert together == pytest.approx(alone, abs=0.5)  # int8 and padding round a little


def test_the_corpus_score_is_the_mean_of_the_segments(metric: Adequacy) -> None:
    statistics = metric.statistics(EN, [], SQ)
    assert metric.aggregate(statistics.sum(0)) == pytest.approx(metric.segment_scores(statistics).mean())


def test_it_needs_sources(metric: Adequacy) -> None:
    with pytest.raises(UsageError, match="give the sources"):
        metric.values(EN, [], None)


def test_the_signature_names_the_weights(metric: Adequacy) -> None:
    entry = load_registry().default("translation")
    assert f"sha256:{entry.checksums['model.bin'][:12]}" in str(metric.signature(0))


def test_an_encoder_of_another_model_has_another_signature(metric: Adequacy) -> None:
    entry = load_registry().default("translation")
    other = dataclasses.replace(entry, checksums={**entry.checksums, "model.bin": "0" * 64})
    assert Adequacy(other).signature(0) != metric.signature(0)


def test_the_encoder_alone_gives_the_states_that_transformers_computes(metric: Adequacy, tmp_path: Path) -> None:
    import torch
    from transformers import AutoTokenizer, BartModel

    directory = locate(load_registry().default("translation"))
    dequantize(directory, tmp_path / "bart")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "bart", local_files_only=True)
    encoder = BartModel.from_pretrained(tmp_path / "bart", local_files_only=True).encoder.eval()
    with torch.inference_mode():
        expected = [
            encoder(input_ids=torch.tensor([tokenizer(text)["input_ids"]])).last_hidden_state[0].mean(0).numpy()
            for text in SQ
        ]
    part = EncoderPart(encoder_directory(directory, tmp_path), compute_type="float32", threads=1)
    assert np.abs(part.mean_states(SQ) - np.stack(expected)).max() < 1e-3


def test_a_text_over_the_window_is_encoded_in_parts_and_none_of_it_is_lost(metric: Adequacy) -> None:
    long = " ".join(SQ * 40)
    once = metric.encoder.mean_states([long])[0]
    changed = metric.encoder.mean_states([long + " Zjarrfikësit shuan flakët në pyll." * 40])[0]
    assert np.isfinite(once).all()
    assert np.abs(once - changed).max() > 0.01


def test_pieces_that_the_vocabulary_lacks_are_counted(metric: Adequacy) -> None:
    assert metric.encoder.unknown_rate(EN) == 0.0
    assert metric.encoder.unknown_rate(["𓂀 𓃠"]) > 0.3


def test_the_encoder_is_written_once(metric: Adequacy, home: Path) -> None:
    directory = locate(load_registry().default("translation"))
    first = encoder_directory(directory, home / "encoders")
    written = (first / "model.bin").stat().st_mtime_ns
    assert encoder_directory(directory, home / "encoders") == first
    assert (first / "model.bin").stat().st_mtime_ns == written


def test_a_tiny_bart_has_an_encoder_too(converted_model: Callable[..., Path], tmp_path: Path) -> None:
    part = EncoderPart(encoder_directory(converted_model("unigram-bart"), tmp_path), "float32", threads=1)
    assert part.mean_states(["Dita e mirë.", ""]).shape == (2, 32)


def test_what_is_no_translator_is_refused(metric: Adequacy, tmp_path: Path) -> None:
    directory = locate(load_registry().default("translation"))
    encoder = encoder_directory(directory, tmp_path)
    with pytest.raises(ModelBroken, match="no encoder and decoder"):
        encoder_directory(encoder, tmp_path)
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)
    (copy / "tokenizer.json").unlink()
    with pytest.raises(ModelBroken, match=r"no tokenizer\.json"):
        encoder_directory(copy, tmp_path)
