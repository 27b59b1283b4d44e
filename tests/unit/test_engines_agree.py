"""Both engines are the same function: for every family, in float32, they give identical text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.corpus import NEWS
from support.tiny_models import TINY_MODELS

from mtsum.engines import Engine, GenerationSettings
from mtsum.engines.search_rules import repeating

SETTINGS = {
    "greedy": GenerationSettings(beam_size=1),
    "beam 4": GenerationSettings(beam_size=4),
    "beam 4, every rule": GenerationSettings(
        beam_size=4, length_penalty=0.6, repetition_penalty=1.2, no_repeat_ngram_size=3, min_new_tokens=6
    ),
    "greedy, every rule": GenerationSettings(
        beam_size=1, repetition_penalty=1.2, no_repeat_ngram_size=2, min_new_tokens=6, max_new_tokens=30
    ),
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
@pytest.mark.parametrize("name", TINY_MODELS)
def test_both_engines_give_identical_text(
    name: str, settings: GenerationSettings, tiny_engine: Callable[..., Engine]
) -> None:
    ours = tiny_engine(name, "ctranslate2").generate(NEWS, settings)
    reference = tiny_engine(name, "transformers").generate(NEWS, settings)
    assert [hypothesis.text for hypothesis in ours] == [hypothesis.text for hypothesis in reference]
    for one, other in zip(ours, reference, strict=True):
        assert (one.n_in, one.n_out, one.stop_reason) == (other.n_in, other.n_out, other.stop_reason)
        # The tiny T5s have large weights, so that the engines' sums differ in the fourth decimal.
        assert one.score == pytest.approx(other.score, abs=5e-4)
        assert one.score < 0


@pytest.mark.parametrize("name", TINY_MODELS)
def test_hypotheses_follow_the_source(name: str, tiny_engine: Callable[..., Engine]) -> None:
    texts = {hypothesis.text for hypothesis in tiny_engine(name).generate(NEWS, SETTINGS["beam 4, every rule"])}
    assert len(texts) == len(NEWS)


@pytest.mark.parametrize("name", TINY_MODELS)
def test_both_engines_count_tokens_alike(name: str, tiny_engine: Callable[..., Engine]) -> None:
    counts = tiny_engine(name, "ctranslate2").count_tokens(NEWS)
    assert counts == tiny_engine(name, "transformers").count_tokens(NEWS)
    assert counts == [h.n_in for h in tiny_engine(name).generate(NEWS, SETTINGS["greedy"])]


@pytest.mark.parametrize("engine", ["ctranslate2", "transformers"])
def test_a_hypothesis_does_not_repeat_a_forbidden_ngram(engine: str, tiny_engine: Callable[..., Engine]) -> None:
    loaded = tiny_engine("nllb", engine)
    settings = GenerationSettings(beam_size=4, no_repeat_ngram_size=1, max_new_tokens=20)
    for hypothesis in loaded.generate(NEWS, settings):
        pieces = hypothesis.text.split()
        assert len(pieces) == len(set(pieces))


@pytest.mark.parametrize("engine", ["ctranslate2", "transformers"])
def test_the_score_is_the_mean_over_tokens_whatever_the_length_penalty(
    engine: str, tiny_engine: Callable[..., Engine]
) -> None:
    loaded = tiny_engine("nllb", engine)
    scores = [
        loaded.generate(NEWS, GenerationSettings(beam_size=1, length_penalty=penalty)) for penalty in (0.0, 1.0, 2.0)
    ]
    for hypotheses in zip(*scores, strict=True):
        assert [h.score for h in hypotheses] == pytest.approx([hypotheses[0].score] * 3, abs=1e-5)


@pytest.mark.parametrize("engine", ["ctranslate2", "transformers"])
def test_generation_is_deterministic(engine: str, tiny_engine: Callable[..., Engine]) -> None:
    loaded = tiny_engine("marian", engine)
    assert loaded.generate(NEWS, SETTINGS["beam 4"]) == loaded.generate(NEWS, SETTINGS["beam 4"])


@pytest.mark.parametrize(
    ("tokens", "size", "expected"),
    [
        ([], 2, []),
        ([1], 2, []),
        ([1, 2, 1], 2, [2]),
        ([1, 2, 1, 3, 1], 2, [2, 3]),
        ([1, 2, 3, 1, 2], 3, [3]),
        ([1, 2], 1, [1, 2]),
        ([5, 5], 2, [5]),
    ],
)
def test_what_would_complete_an_ngram_again(tokens: list[int], size: int, expected: list[int]) -> None:
    assert repeating(tokens, size) == expected
