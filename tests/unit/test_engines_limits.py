"""Nothing is cut: limits follow the source, a cut hypothesis is flagged, a text over the window is an error."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.corpus import ALBANIAN, NEWS
from support.tiny_models import TINY_MODELS

from mtsum.engines import Engine, GenerationSettings, load_engine
from mtsum.engines.limits import STEP, group_by_limit, minimum_new_tokens, new_token_limit
from mtsum.errors import SegmentTooLong, UsageError

ENGINES = ["ctranslate2", "transformers"]


@given(st.integers(1, 2000), st.floats(0.1, 5), st.integers(0, 100), st.integers(1, 2000))
def test_the_limit_follows_the_source_and_never_exceeds_the_model(
    n_in: int, ratio: float, offset: int, max_target: int
) -> None:
    settings = GenerationSettings(max_length_ratio=ratio, max_length_offset=offset)
    limit = new_token_limit(n_in, settings, max_target)
    wanted = math.ceil(ratio * n_in) + offset
    assert min(wanted, max_target) <= limit <= min(wanted + STEP - 1, max_target)
    assert 1 <= minimum_new_tokens(settings, limit) <= limit


@given(st.integers(1, 500), st.integers(1, 500))
def test_an_explicit_limit_replaces_the_one_from_the_source(n_in: int, limit: int) -> None:
    assert new_token_limit(n_in, GenerationSettings(max_new_tokens=limit), 300) == min(limit, 300)


@given(st.lists(st.integers(1, 400), max_size=30))
def test_every_text_is_in_exactly_one_group_under_its_own_limit(lengths: list[int]) -> None:
    settings = GenerationSettings()
    groups = group_by_limit(lengths, settings, 512)
    assert sorted(index for members in groups.values() for index in members) == list(range(len(lengths)))
    for limit, members in groups.items():
        assert all(new_token_limit(lengths[index], settings, 512) == limit for index in members)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", TINY_MODELS)
def test_a_hypothesis_stopped_by_length_is_flagged_and_as_long_as_allowed(
    name: str, engine: str, tiny_engine: Callable[..., Engine]
) -> None:
    settings = GenerationSettings(beam_size=2, min_new_tokens=5, max_new_tokens=6)
    for hypothesis in tiny_engine(name, engine).generate(NEWS, settings):
        if hypothesis.stop_reason == "length":
            assert hypothesis.n_out == 6
        else:
            assert hypothesis.n_out == 5  # and the end token is the sixth


@pytest.mark.parametrize("engine", ENGINES)
def test_a_hypothesis_is_at_its_limit_exactly_when_length_stopped_it(
    engine: str, tiny_engine: Callable[..., Engine]
) -> None:
    reasons = set()
    for name in ("bart", "nllb"):  # the one is made to end early, the other hardly ever ends
        loaded = tiny_engine(name, engine)
        for hypothesis in loaded.generate(ALBANIAN, GenerationSettings(beam_size=4)):
            limit = new_token_limit(hypothesis.n_in, GenerationSettings(), loaded.max_target)
            assert (hypothesis.n_out == limit) == (hypothesis.stop_reason == "length")
            reasons.add(hypothesis.stop_reason)
    assert reasons == {"eos", "length"}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_longer_source_may_have_a_longer_hypothesis(engine: str, tiny_engine: Callable[..., Engine]) -> None:
    short, long = "Moti.", " ".join(ALBANIAN[:3])
    loaded = tiny_engine("nllb", engine)
    outputs = loaded.generate([short, long], GenerationSettings(beam_size=1))
    assert [hypothesis.stop_reason for hypothesis in outputs] == ["length", "length"]
    assert outputs[0].n_out == STEP
    assert outputs[1].n_out == loaded.max_target


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", TINY_MODELS)
def test_a_text_over_the_window_is_an_error_and_one_that_fills_it_is_not(
    name: str, engine: str, tiny_engine: Callable[..., Engine]
) -> None:
    loaded = tiny_engine(name, engine)
    words = "moti " * loaded.window
    with pytest.raises(SegmentTooLong, match=f"window of {loaded.window}"):
        loaded.generate(["Moti.", words], GenerationSettings())
    while loaded.count_tokens([words])[0] > loaded.window:
        words = words[: -max(1, (loaded.count_tokens([words])[0] - loaded.window) // 3)]
    assert loaded.window - 4 <= loaded.count_tokens([words])[0] <= loaded.window
    filled = loaded.generate([words], GenerationSettings(beam_size=1, max_new_tokens=3))
    assert filled[0].n_in == loaded.count_tokens([words])[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_all_of_a_long_source_reaches_the_model(engine: str, tiny_engine: Callable[..., Engine]) -> None:
    loaded = tiny_engine("mbart", engine)
    start = " ".join(ALBANIAN[:4])
    settings = GenerationSettings(beam_size=1, max_new_tokens=10)
    one, other = loaded.generate([start + " Moti.", start + " Lumi."], settings)
    assert (one.text, one.score) != (other.text, other.score)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("blank", ["", "   ", "\n\t"])
def test_a_blank_text_has_an_empty_hypothesis(engine: str, blank: str, tiny_engine: Callable[..., Engine]) -> None:
    blank_one, other = tiny_engine("marian", engine).generate([blank, NEWS[0]], GenerationSettings())
    assert (blank_one.text, blank_one.n_out, blank_one.stop_reason) == ("", 0, "eos")
    assert other.text


@pytest.mark.parametrize("engine", ENGINES)
def test_no_texts_have_no_hypotheses(engine: str, tiny_engine: Callable[..., Engine]) -> None:
    assert tiny_engine("marian", engine).generate([], GenerationSettings()) == []
    assert tiny_engine("marian", engine).count_tokens([]) == []


@pytest.mark.parametrize("name", TINY_MODELS)
@pytest.mark.parametrize(
    ("engine", "beam_size"), [("ctranslate2", 1), ("ctranslate2", 4), ("transformers", 1), ("transformers", 4)]
)
def test_a_hypothesis_does_not_depend_on_its_batch(
    name: str, engine: str, beam_size: int, tiny_engine: Callable[..., Engine]
) -> None:
    """In float32: identical text; scores within 1e-4. The texts' limits differ, so they span several groups."""
    loaded = tiny_engine(name, engine)
    settings = GenerationSettings(beam_size=beam_size, length_penalty=0.8)
    together = loaded.generate(NEWS, settings)
    for text, hypothesis in zip(NEWS, together, strict=True):
        alone = loaded.generate([text], settings)[0]
        assert alone.text == hypothesis.text
        assert alone.stop_reason == hypothesis.stop_reason
        assert alone.score == pytest.approx(hypothesis.score, abs=1e-4)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("beam_size", 0),
        ("repetition_penalty", 0.0),
        ("no_repeat_ngram_size", -1),
        ("max_length_ratio", 0.0),
        ("max_length_offset", -1),
        ("min_new_tokens", -1),
        ("max_new_tokens", 0),
    ],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_setting_no_search_can_run_with_is_named(
    engine: str, setting: str, value: float, tiny_engine: Callable[..., Engine]
) -> None:
    settings = GenerationSettings(**{setting: value})  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=f"{setting} is {value}"):
        tiny_engine("marian", engine).generate(NEWS, settings)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_window_over_the_models_positions_is_an_error(
    engine: str, tiny_model: Callable[[str], Path], converted_model: Callable[..., Path]
) -> None:
    directory = tiny_model("unigram-bart") if engine == "transformers" else converted_model("unigram-bart")
    with pytest.raises(UsageError, match="256 positions"):
        load_engine(directory, "bart", engine=engine, device="cpu", compute_type="float32", window=300)
    narrow = load_engine(
        directory, "bart", engine=engine, device="cpu", compute_type="float32", window=40, max_target=9
    )
    assert (narrow.window, narrow.max_target) == (40, 9)
    with pytest.raises(SegmentTooLong, match="window of 40"):
        narrow.generate([" ".join(ALBANIAN[:3])], GenerationSettings())
    assert all(h.n_out <= 9 for h in narrow.generate(["Moti.", "Lumi."], GenerationSettings()))
