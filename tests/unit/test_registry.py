"""The registry: what ships in models.toml, how a model is asked for, and what is said of one that is not known."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest

from mtsum.engines.base import GenerationSettings
from mtsum.errors import LanguageUnknown, ModelBroken, UsageError
from mtsum.loading import SUMMARIZER_PARAMETERS, TRANSLATOR_PARAMETERS
from mtsum.registry import (
    DESCRIPTION_FILE,
    Registry,
    description_of,
    entry_of_directory,
    family_of_config,
    load_registry,
    models_directory,
)

REPOSITORIES = {
    "Helsinki-NLP/opus-mt-sq-en",
    "HPLT/translate-sq-en-v1.0-hplt_opus",
    "facebook/nllb-200-distilled-600M",
    "facebook/nllb-200-distilled-1.3B",
    "facebook/nllb-200-3.3B",
    "facebook/m2m100_418M",
    "google/madlad400-3b-mt",
    "facebook/bart-large-cnn",
    "sshleifer/distilbart-cnn-12-6",
    "google/pegasus-xsum",
    "google/pegasus-cnn_dailymail",
    "csebuetnlp/mT5_multilingual_XLSum",
}
VALID = """
[model.small]
task = "translation"
family = "bart"
path = "small"
licence = "MIT"
size_mb = 1
window = 64
max_target = 64
source_languages = ["alb"]
target_languages = ["en"]
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def write(directory: Path, **files: object) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (directory / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return directory


def test_the_models_of_the_issue_are_all_there(registry: Registry) -> None:
    assert {entry.repository for entry in registry.entries} - {None} == REPOSITORIES


def test_each_task_has_one_default_and_it_ships(registry: Registry) -> None:
    for task in ("translation", "summarization"):
        assert [entry for entry in registry.entries if entry.default and entry.task == task] == [registry.default(task)]
        assert registry.default(task).shipped


def test_an_unknown_task_lists_the_tasks(registry: Registry) -> None:
    with pytest.raises(UsageError, match="translation, summarization"):
        registry.default("poetry")


def test_revisions_are_commits_or_openly_main(registry: Registry) -> None:
    for entry in registry.entries:
        if entry.repository is not None:
            assert entry.revision is not None
            assert re.fullmatch("[0-9a-f]{40}|main", entry.revision)


def test_parameters_are_generation_settings_or_those_of_the_models_task(registry: Registry) -> None:
    generation = {field.name for field in dataclasses.fields(GenerationSettings)}
    own = {"translation": TRANSLATOR_PARAMETERS, "summarization": SUMMARIZER_PARAMETERS}
    assert all(set(entry.parameters) <= generation.union(own[entry.task]) for entry in registry.entries)


def test_nllb_is_said_to_be_noncommercial_and_m2m100_not(registry: Registry) -> None:
    nllb = registry.entry("nllb-600m")
    assert nllb.noncommercial
    assert any("CC-BY-NC-4.0" in notice for notice in nllb.notices)
    assert not registry.entry("m2m100-418m").noncommercial
    assert registry.entry("m2m100-418m").notices == ()


def test_a_draft_says_that_it_is_one(registry: Registry) -> None:
    assert any("draft" in notice for notice in registry.entry("sq-en-draft").notices)


def test_a_model_is_found_by_alias_and_by_repository_in_any_case(registry: Registry) -> None:
    assert registry.entry("FACEBOOK/nllb-200-3.3b") is registry.entry("nllb-3.3b")
    assert registry.entry("NLLB-3.3B") is registry.entry("nllb-3.3b")


def test_an_unknown_model_is_answered_with_close_choices(registry: Registry) -> None:
    with pytest.raises(UsageError, match=r"did you mean nllb-600m.*mtsum models list"):
        registry.entry("nllb-600")


def test_only_models_of_the_wanted_task_are_offered(registry: Registry) -> None:
    with pytest.raises(UsageError) as caught:
        registry.entry("no such thing at all", task="summarization")
    assert "bart-large-cnn" in str(caught.value)
    assert "nllb" not in str(caught.value)


def test_a_translator_is_refused_for_summarizing(registry: Registry) -> None:
    with pytest.raises(UsageError, match=r"opus-sq-en is a translation model; .* bart-large-cnn"):
        registry.entry("opus-sq-en", task="summarization")


def test_codes_are_the_familys_own(registry: Registry) -> None:
    assert registry.entry("nllb-600m").codes("sqi", "English") == ("als_Latn", "eng_Latn")
    assert registry.entry("m2m100-418m").codes("alb", "en") == ("sq", "en")
    assert registry.entry("opus-sq-en").codes("sq", "en") == ("sqi", "eng")


def test_a_pair_that_the_model_does_not_do_is_refused(registry: Registry) -> None:
    with pytest.raises(LanguageUnknown, match=r"opus-sq-en translates from sq, not from German \(de\)"):
        registry.entry("opus-sq-en").codes("de", "en")
    with pytest.raises(LanguageUnknown, match="m2m100 models do not speak Maltese"):
        registry.entry("m2m100-418m").codes("mt", "en")


def test_languages_are_kept_as_codes(tmp_path: Path) -> None:
    (tmp_path / "models.toml").write_text(VALID, encoding="utf-8")
    assert load_registry(tmp_path / "models.toml").entry("small").source_languages == ("sq",)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("window", "windw"), "unknown field windw; known: task"),
        (('licence = "MIT"\n', ""), "lacks licence"),
        (('"bart"', '"gpt"'), "family 'gpt' is none of marian, nllb"),
        (('"translation"', '"poetry"'), "task 'poetry' is none of translation, summarization"),
        (('path = "small"', ""), "give either path"),
        (('path = "small"', 'repository = "a/b"'), "repository and revision go together"),
        (("window = 64", "window = 0"), "window must be a number above 0"),
        (('"alb"', '"albx"'), "unknown language 'albx'; did you mean sq"),
        (("[model.small]", "[models.small]"), "unknown table models"),
        (("[model.small]", "[model.small"), "not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    file = tmp_path / "models.toml"
    file.write_text(VALID.replace(*change), encoding="utf-8")
    with pytest.raises(ModelBroken) as caught:
        load_registry(file)
    assert str(file) in str(caught.value)
    assert said in str(caught.value)


def test_a_missing_registry_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match=r"nowhere\.toml: the registry of models cannot be read"):
        load_registry(tmp_path / "nowhere.toml")


def test_a_directory_works_wherever_an_alias_does(registry: Registry, tmp_path: Path) -> None:
    directory = write(tmp_path / "mine", config={"model_type": "marian", "max_position_embeddings": 99})
    entry = registry.entry(directory, task="translation")
    assert (entry.family, entry.window, entry.path) == ("marian", 99, str(directory))
    assert entry.local
    assert not entry.shipped
    assert entry.codes("de", "en") == ("deu", "eng")


def test_a_directory_does_the_task_it_is_named_for(registry: Registry, tmp_path: Path) -> None:
    directory = write(tmp_path / "mine", config={"model_type": "bart"})
    assert registry.entry(directory).task == "summarization"
    assert registry.entry(directory, task="translation").task == "translation"


def test_the_directory_of_a_shipped_model_is_that_model(registry: Registry, tmp_path: Path) -> None:
    shipped = registry.default("translation")
    directory = models_directory() / str(shipped.path)
    if not directory.is_dir():
        pytest.skip(f"{shipped.alias} is not in this checkout")
    assert registry.entry(directory) is shipped


def test_a_converted_directory_keeps_limits_and_licence(registry: Registry, tmp_path: Path) -> None:
    nllb = registry.entry("nllb-600m")
    directory = write(tmp_path / "converted", config={"bos_token": "<s>"})
    (directory / DESCRIPTION_FILE).write_text(json.dumps(description_of(nllb)), encoding="utf-8")
    entry = registry.entry(directory)
    assert (entry.family, entry.window, entry.task, entry.noncommercial) == ("nllb", 512, "translation", True)


@pytest.mark.parametrize(
    ("config", "files", "family"),
    [
        ({"model_type": "marian"}, {}, "marian"),
        ({"model_type": "m2m_100"}, {}, "m2m100"),
        ({"model_type": "m2m_100"}, {"special_tokens_map": {"extra": ["als_Latn", "eng_Latn"]}}, "nllb"),
        ({"model_type": "mbart"}, {}, "mbart"),
        ({"model_type": "mt5"}, {}, "t5"),
        ({"model_type": "t5"}, {"tokenizer": {"vocab": ["<2sq>", "<2en>"]}}, "madlad"),
        ({"model_type": "pegasus"}, {}, "pegasus"),
        ({"decoder_start_token": "</s>"}, {"shared_vocabulary": ["<s>", "</s>", "▁e"]}, "bart"),
        ({"decoder_start_token": "</s>"}, {"shared_vocabulary": ["<s>", "als_Latn", "eng_Latn"]}, "nllb"),
    ],
)
def test_the_family_is_told_by_the_files(
    tmp_path: Path, config: dict[str, object], files: dict[str, object], family: str
) -> None:
    assert family_of_config(config, write(tmp_path, config=config, **files)) == family


def test_a_converted_directory_is_told_by_its_source(tmp_path: Path) -> None:
    source = {"model_type": "pegasus", "max_position_embeddings": 77}
    entry = entry_of_directory(write(tmp_path, config={}, source_config=source))
    assert (entry.family, entry.window) == ("pegasus", 77)


def test_an_unsupported_architecture_lists_the_supported(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="type 'llama' are not supported; supported: marian, m2m_100"):
        entry_of_directory(write(tmp_path, config={"model_type": "llama"}))


def test_a_directory_without_a_model_is_named(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match=r"no config\.json: not a model directory"):
        registry.entry(tmp_path)


def test_a_broken_config_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelBroken, match=r"config\.json: cannot be read as JSON"):
        entry_of_directory(tmp_path)
    (tmp_path / "config.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ModelBroken, match="must hold a JSON object, not a list"):
        entry_of_directory(tmp_path)


def test_a_directory_of_no_known_family_says_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match=r"mtsum-model\.json"):
        entry_of_directory(write(tmp_path, config={}))
