"""Batches: sorted, packed, restored, halved when memory runs out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.corpus import ALBANIAN, ENGLISH

from mtsum.batching import fitting, generate_in_batches
from mtsum.engines import Engine, GenerationSettings, Hypothesis, MemoryExhausted
from mtsum.errors import EngineError, SegmentTooLong, UsageError

SETTINGS = GenerationSettings(beam_size=2, max_new_tokens=12)
TEXTS = [*ALBANIAN[:12], "Moti.", *ENGLISH[:3], "Lumi Drin."]


class SmallMemory:
    """A real engine on a device whose memory holds only ``most`` texts at a time; it notes the batches it was given."""

    def __init__(self, engine: Engine, most: int) -> None:
        self.engine, self.most = engine, most
        self.name, self.device, self.compute_type = engine.name, engine.device, engine.compute_type
        self.window, self.max_target = engine.window, engine.max_target
        self.batches: list[list[str]] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self.engine.count_tokens(texts)

    def generate(self, texts: Sequence[str], settings: GenerationSettings) -> list[Hypothesis]:
        self.batches.append(list(texts))
        if len(texts) > self.most:
            raise MemoryExhausted("out of memory")
        return self.engine.generate(texts, settings)


@pytest.fixture
def engine(tiny_engine: Callable[..., Engine]) -> Engine:
    return tiny_engine("unigram-bart")


def test_results_come_back_in_the_order_of_the_texts(engine: Engine) -> None:
    expected = [engine.generate([text], SETTINGS)[0] for text in TEXTS]
    got = generate_in_batches(engine, TEXTS, SETTINGS, token_budget=100)
    assert [hypothesis.text for hypothesis in got] == [hypothesis.text for hypothesis in expected]
    assert [hypothesis.n_in for hypothesis in got] == engine.count_tokens(TEXTS)


@pytest.mark.parametrize("budget", [1, 60, 300, 100_000])
@pytest.mark.parametrize("compute_type", ["float32", "int8"])
def test_text_does_not_depend_on_the_budget(budget: int, compute_type: str, tiny_engine: Callable[..., Engine]) -> None:
    loaded = tiny_engine("unigram-bart", compute_type=compute_type)
    expected = [loaded.generate([text], SETTINGS)[0] for text in TEXTS]
    got = generate_in_batches(loaded, TEXTS, SETTINGS, token_budget=budget)
    assert [hypothesis.text for hypothesis in got] == [hypothesis.text for hypothesis in expected]
    assert [h.score for h in got] == pytest.approx([h.score for h in expected], abs=1e-4)


def test_batches_keep_to_the_budget_and_start_with_the_longest(engine: Engine) -> None:
    watched = SmallMemory(engine, most=1000)
    generate_in_batches(watched, TEXTS, SETTINGS, token_budget=120)
    widths = [max(engine.count_tokens(batch)) for batch in watched.batches]
    assert widths == sorted(widths, reverse=True)
    assert all(
        len(batch) == 1 or width * len(batch) <= 120 for width, batch in zip(widths, watched.batches, strict=True)
    )
    assert sorted(text for batch in watched.batches for text in batch) == sorted(TEXTS)


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_a_batch_that_does_not_fit_in_memory_is_halved_and_all_are_done(engine: Engine, most: int) -> None:
    small = SmallMemory(engine, most)
    got = generate_in_batches(small, TEXTS, SETTINGS, token_budget=100_000)
    assert [h.text for h in got] == [h.text for h in generate_in_batches(engine, TEXTS, SETTINGS)]
    failed = [len(batch) for batch in small.batches if len(batch) > most]
    assert failed[0] == len(TEXTS)
    assert len(failed) < 12  # it learns what fits instead of failing for every batch anew


def test_a_single_text_that_does_not_fit_is_an_error_that_says_what_helps(engine: Engine) -> None:
    with pytest.raises(
        EngineError, match=r"out of memory on cpu with a single text of \d+ tokens; use a smaller model"
    ):
        generate_in_batches(SmallMemory(engine, 0), TEXTS, SETTINGS)


def test_a_text_over_the_window_is_found_before_anything_is_generated(engine: Engine) -> None:
    watched = SmallMemory(engine, most=1000)
    with pytest.raises(SegmentTooLong, match="window of 256"):
        generate_in_batches(watched, [*TEXTS, "moti " * 400], SETTINGS)
    assert watched.batches == []


def test_progress_counts_every_text_once(engine: Engine) -> None:
    steps: list[int] = []
    generate_in_batches(SmallMemory(engine, 4), TEXTS, SETTINGS, token_budget=150, progress=steps.append)
    assert sum(steps) == len(TEXTS)
    assert len(steps) > 1


def test_no_texts_are_no_batches(engine: Engine) -> None:
    watched = SmallMemory(engine, most=0)
    assert generate_in_batches(watched, [], SETTINGS) == []
    assert watched.batches == []


def test_a_budget_below_one_is_refused(engine: Engine) -> None:
    with pytest.raises(UsageError, match="budget is 0"):
        generate_in_batches(engine, TEXTS, SETTINGS, token_budget=0)


@given(st.integers(1, 600), st.integers(1, 1000), st.integers(1, 5000))
def test_a_batch_is_never_empty_and_over_the_budget_only_when_it_is_one_text(
    width: int, available: int, budget: int
) -> None:
    count = fitting(width, available, budget)
    assert 1 <= count <= available
    assert count == 1 or count * width <= budget
    assert count == available or (count + 1) * width > budget
