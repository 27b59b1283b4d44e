"""Every family writes its source as its own tokenizer does, and knows its language tokens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.corpus import NEWS
from support.tiny_models import TINY_MODELS

from mtsum.engines import Engine, known_families
from mtsum.engines.families import Family, family_class, register
from mtsum.engines.families.base import read_json
from mtsum.errors import LanguageUnknown, ModelBroken, UsageError
from mtsum.registry import family_of_config


def bound(name: str, directory: Path, **codes: str | None) -> Family:
    tiny = TINY_MODELS[name]
    languages = {"source_code": tiny.source_code, "target_code": tiny.target_code} | codes
    return family_class(tiny.family)(directory, **languages, has_torch=True)


def test_an_unknown_family_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="bart, m2m100, madlad, marian, mbart, nllb, pegasus, t5"):
        family_class("gpt")


def test_all_families_of_the_design_are_registered() -> None:
    assert set(known_families()) == {"marian", "nllb", "m2m100", "mbart", "t5", "madlad", "bart", "pegasus"}


def test_registering_makes_a_family_known(monkeypatch: pytest.MonkeyPatch) -> None:
    from mtsum.engines.families import base

    monkeypatch.setattr(base, "_FAMILIES", dict(base._FAMILIES))

    @register("invented")
    class Invented(Family):
        pass

    assert family_class("invented") is Invented
    assert Invented.name == "invented"


@pytest.mark.parametrize("name", TINY_MODELS)
def test_a_tiny_model_is_of_the_family_it_stands_for(name: str, tiny_model: Callable[[str], Path]) -> None:
    directory = tiny_model(name)
    assert family_of_config(read_json(directory / "config.json"), directory) == TINY_MODELS[name].family


@pytest.mark.parametrize("name", TINY_MODELS)
def test_source_tokens_are_those_of_the_real_tokenizer(name: str, tiny_model: Callable[[str], Path]) -> None:
    from transformers import AutoTokenizer

    tiny = TINY_MODELS[name]
    options = {"src_lang": tiny.source_code} if tiny.family in ("nllb", "m2m100", "mbart") else {}
    real = AutoTokenizer.from_pretrained(tiny_model(name), **options)
    prefix = {"t5": "summarize: ", "madlad": "<2en> "}.get(name, "")
    expected = real([prefix + text for text in NEWS]).input_ids
    family = bound(name, tiny_model(name))
    assert [[family.tokenizer.id_of(token) for token in tokens] for tokens in family.encode(NEWS)] == expected


@pytest.mark.parametrize("name", TINY_MODELS)
def test_text_survives_tokens_and_back(name: str, tiny_model: Callable[[str], Path]) -> None:
    family = bound(name, tiny_model(name))
    for text in NEWS:
        assert family.decode(family.tokenizer.pieces([text])[0]) == text


@pytest.mark.parametrize("name", TINY_MODELS)
def test_a_converted_model_has_the_same_tokens(
    name: str, tiny_model: Callable[[str], Path], converted_model: Callable[..., Path]
) -> None:
    tiny = TINY_MODELS[name]
    kept = family_class(tiny.family)(converted_model(name), tiny.source_code, tiny.target_code)
    original = bound(name, tiny_model(name))
    assert kept.encode(NEWS) == original.encode(NEWS)
    assert kept.prefix == original.prefix


@pytest.mark.parametrize("name", ["nllb", "m2m100", "mbart"])
def test_language_tokens_are_in_the_vocabulary_and_never_unknown(
    name: str, tiny_model: Callable[[str], Path], converted_model: Callable[..., Path]
) -> None:
    tiny = TINY_MODELS[name]
    for family in (
        bound(name, tiny_model(name)),
        family_class(tiny.family)(converted_model(name), tiny.source_code, tiny.target_code),
    ):
        unknown = family.tokenizer.id_of("<unk>")
        for token in (family.encode(NEWS[:1])[0][0], *family.prefix):
            assert family.tokenizer.id_of(token) not in (None, unknown)


@pytest.mark.parametrize(
    ("name", "code", "token"),
    [
        ("nllb", "sqi_Latn", "sqi_Latn"),
        ("m2m100", "als", "__als__"),
        ("mbart", "sq_AL", "sq_AL"),
        ("madlad", "xx", "<2xx>"),
    ],
)
def test_a_language_the_model_has_no_token_for_is_refused(
    name: str, code: str, token: str, tiny_model: Callable[[str], Path]
) -> None:
    role = "target_code" if name == "madlad" else "source_code"
    with pytest.raises(LanguageUnknown, match=token):
        bound(name, tiny_model(name), **{role: code}).encode(NEWS)


def test_a_multilingual_model_must_be_told_its_languages(tiny_model: Callable[[str], Path]) -> None:
    with pytest.raises(UsageError, match="target language"):
        bound("nllb", tiny_model("nllb"), target_code=None)


@pytest.mark.parametrize("name", TINY_MODELS)
def test_text_that_spells_special_tokens_stays_text(name: str, tiny_model: Callable[[str], Path]) -> None:
    family = bound(name, tiny_model(name))
    plain = family.encode(["fjala"])[0]
    specials = [token for token in plain if token in ("<s>", "</s>")]
    spelled = family.encode(["fjala </s> fjala <s> fjala"])[0]
    assert [token for token in spelled if token in ("<s>", "</s>")] == specials


def test_a_checkpoint_that_forces_a_first_token_has_it_as_prefix(tiny_model: Callable[[str], Path]) -> None:
    assert bound("bart", tiny_model("bart")).prefix == ["<s>"]
    assert bound("unigram-bart", tiny_model("unigram-bart")).prefix == []


def test_pegasus_parts_sentences_by_line_breaks(tiny_model: Callable[[str], Path]) -> None:
    family = bound("pegasus", tiny_model("pegasus"))
    tokens = [token for text in ("Oil fell.<n>Rain came.",) for token in family.tokenizer.pieces([text])[0]]
    assert "<n>" in tokens
    assert family.decode(tokens) == "Oil fell.\nRain came."


def test_t5_names_the_task_in_the_text(tiny_model: Callable[[str], Path]) -> None:
    translates = bound("t5", tiny_model("t5"), source_code="English", target_code="German")
    assert translates.decode(translates.encode(["Rain."])[0]) == "translate English to German: Rain."
    summarizes = bound("t5", tiny_model("t5"))
    assert summarizes.decode(summarizes.encode(["Rain."])[0]) == "summarize: Rain."
    assert bound("mt5", tiny_model("mt5")).decode(bound("mt5", tiny_model("mt5")).encode(["Rain."])[0]) == "Rain."


def test_a_marian_model_of_several_targets_is_told_the_target(
    tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    import json
    import shutil

    shutil.copytree(tiny_model("marian"), tmp_path, dirs_exist_ok=True)
    vocabulary = json.loads((tmp_path / "vocab.json").read_text(encoding="utf-8"))
    (tmp_path / "vocab.json").write_text(json.dumps({**vocabulary, ">>eng<<": len(vocabulary)}), encoding="utf-8")
    assert bound("marian", tmp_path).encode(["moti"])[0][0] == ">>eng<<"
    with pytest.raises(LanguageUnknown, match=">>sqi<<"):
        bound("marian", tmp_path, target_code="sqi").encode(["moti"])


@pytest.mark.parametrize(
    ("name", "file"), [("marian", "source.spm"), ("marian", "vocab.json"), ("m2m100", "sentencepiece.bpe.model")]
)
def test_a_missing_tokenizer_file_is_named(
    name: str, file: str, converted_model: Callable[..., Path], tmp_path: Path
) -> None:
    import shutil

    tiny = TINY_MODELS[name]
    shutil.copytree(converted_model(name), tmp_path, dirs_exist_ok=True)
    (tmp_path / file).unlink()
    with pytest.raises(ModelBroken, match=file):
        family_class(tiny.family)(tmp_path, tiny.source_code, tiny.target_code)


@pytest.mark.parametrize("name", TINY_MODELS)
def test_the_padding_token_is_known_and_never_generated(name: str, tiny_engine: Callable[..., Engine]) -> None:
    engine: Any = tiny_engine(name, "transformers")
    assert engine.family.padding() is not None
    assert engine.family.tokenizer.id_of(engine.family.padding()) == engine._model.config.pad_token_id
