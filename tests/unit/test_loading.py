import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

import mtsum
from mtsum.errors import LanguageUnknown, ModelBroken, UsageError
from mtsum.loading import EngineChoice, described, load_summarizer, load_translator, model_entry

TEXT = "Kryeministri vizitoi dje qytetin. Ai u takua me banorët e zonës.\n\nMoti do të jetë i mirë."


def test_a_directory_is_loaded_with_the_users_beam(converted_model: Callable[..., Path]) -> None:
    entry = model_entry(converted_model("unigram-bart"), "translation")
    translator = load_translator(entry, "Albanian", "eng", EngineChoice(beam=2, threads=1))
    assert (translator.source_language, translator.target_language) == ("sq", "en")
    assert translator.settings.beam_size == 2
    assert described(entry, translator)["generation"]["beam_size"] == 2


def test_parameters_of_the_registry_reach_the_summarizer(converted_model: Callable[..., Path]) -> None:
    entry = model_entry(converted_model("bart"), "summarization")
    tuned = dataclasses.replace(entry, parameters={"beam_size": 3, "input_words": 150, "output_words": 30})
    summarizer = load_summarizer(tuned, EngineChoice(threads=1))
    assert (summarizer.settings.beam_size, summarizer.input_words, summarizer.output_words) == (3, 150, 30)


def test_an_unknown_parameter_lists_the_known_ones(converted_model: Callable[..., Path]) -> None:
    entry = dataclasses.replace(model_entry(converted_model("bart"), "summarization"), parameters={"beams": 3})
    with pytest.raises(ModelBroken, match=r"beams.*beam_size"):
        load_summarizer(entry)


def test_a_language_that_the_model_lacks_is_refused_before_it_loads() -> None:
    with pytest.raises(LanguageUnknown, match="sq"):
        load_translator(model_entry("opus-sq-en", "translation"), "de", "en")


def test_a_model_of_the_other_task_is_refused() -> None:
    with pytest.raises(UsageError, match="summarization"):
        model_entry("bart-large-cnn", "translation")


def test_mtsum_translates_and_summarizes_from_a_notebook(converted_model: Callable[..., Path]) -> None:
    choice = EngineChoice(beam=1, threads=1)
    translation = mtsum.translate(TEXT, model=converted_model("unigram-bart"), choice=choice)
    assert len(translation.sentences) == 3
    models = {"model": converted_model("bart"), "translator": converted_model("unigram-bart")}
    summary = mtsum.summarize(TEXT, length=5, choice=choice, **models)
    assert summary.sentences
    assert all(sentence.sources for sentence in summary.sentences)


def test_an_english_text_is_summarized_without_a_translator(converted_model: Callable[..., Path]) -> None:
    text = "The flood destroyed many houses in the north. The army sent boats. Nobody was killed, the police said."
    made = mtsum.summarize(text, length=8, model=converted_model("bart"), choice=EngineChoice(beam=1, threads=1))
    assert made.text in text


def test_mtsum_has_the_names_it_says_and_no_others() -> None:
    assert set(mtsum.__all__) <= set(dir(mtsum))
    assert mtsum.Article.__name__ == "Article"
    with pytest.raises(AttributeError, match="scor"):
        mtsum.scor  # noqa: B018
