"""An int8 BART turned back into a Hugging Face directory is the same model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.corpus import NEWS

from mtsum.engines import GenerationSettings, load_engine
from mtsum.engines.dequantize import dequantize, weights
from mtsum.engines.families.base import read_json
from mtsum.engines.model_file import read_model_file
from mtsum.errors import ModelBroken
from mtsum.registry import family_of_config

GREEDY = GenerationSettings(beam_size=1)


@pytest.mark.parametrize("name", ["unigram-bart"])
@pytest.mark.parametrize("beam_size", [1, 4])
def test_a_dequantized_bart_generates_what_its_int8_file_does_in_float32(
    name: str, beam_size: int, converted_model: Callable[..., Path], tmp_path: Path
) -> None:
    int8 = converted_model(name, "int8")
    dequantize(int8, tmp_path / "hf")
    settings = GenerationSettings(beam_size=beam_size)
    original = load_engine(int8, "bart", device="cpu", compute_type="float32", threads=1)
    back = load_engine(tmp_path / "hf", "bart", engine="transformers", device="cpu", threads=1)
    expected, got = original.generate(NEWS, settings), back.generate(NEWS, settings)
    assert [hypothesis.text for hypothesis in got] == [hypothesis.text for hypothesis in expected]
    assert [hypothesis.score for hypothesis in got] == pytest.approx([h.score for h in expected], abs=1e-4)


def test_a_dequantized_model_can_be_converted_again(converted_model: Callable[..., Path], tmp_path: Path) -> None:
    from mtsum.engines.convert import run

    int8 = converted_model("unigram-bart", "int8")
    dequantize(int8, tmp_path / "hf")
    run(tmp_path / "hf", tmp_path / "again", "bart", "int8")
    first, second = read_model_file(int8 / "model.bin"), read_model_file(tmp_path / "again" / "model.bin")
    assert set(first.variables) == set(second.variables)
    for name in first.variables:
        assert (first.read(name) == second.read(name)).all() or weights(first, name) == pytest.approx(
            weights(second, name), abs=1e-6
        )


def test_the_rebuilt_configuration_names_its_family(converted_model: Callable[..., Path], tmp_path: Path) -> None:
    dequantize(converted_model("unigram-bart", "int8"), tmp_path)
    assert family_of_config(read_json(tmp_path / "config.json"), tmp_path) == "bart"


@pytest.mark.parametrize("name", ["nllb", "marian", "t5", "mbart"])
def test_another_family_is_refused(name: str, converted_model: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="BART"):
        dequantize(converted_model(name), tmp_path)
    assert not list(tmp_path.iterdir())
