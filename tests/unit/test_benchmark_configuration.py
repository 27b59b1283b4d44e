"""What a benchmark is: the YAML file, its errors, the names of systems, and options that take several values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from mtsum.cli.several import SeveralCommand, several, spread
from mtsum.errors import InputError, UsageError
from mtsum.evaluation.benchmark.configuration import Benchmark, benchmark_of, read_benchmark
from mtsum.evaluation.benchmark.systems import System

EXAMPLE = Path(__file__).parents[2] / "examples/benchmark.yaml"
SET = {"testsets": ["flores200-devtest"]}


def read(table: dict[str, Any]) -> Benchmark:
    return benchmark_of(SET | table, Path("/nowhere"))


def names(*systems: Any) -> list[str]:
    return [system.name for system in read({"systems": list(systems)}).systems]


def test_the_example_is_valid_and_its_paths_are_seen_from_it() -> None:
    made = read_benchmark(EXAMPLE)
    assert [system.name for system in made.systems] == ["sq-en-draft+beam1", "sq-en-draft+beam4"]
    assert made.testsets[0].path == str(EXAMPLE.parent / "lajm-pairs.tsv")
    assert made.against == "sq-en-draft+beam1"


def test_lists_in_a_system_make_a_system_of_each_combination() -> None:
    system = {"model": "sq-en-draft", "beam": [1, 4], "precision": ["int8", "float32"]}
    assert names(system) == [f"sq-en-draft+beam{beam}+{kind}" for beam in (1, 4) for kind in ("int8", "float32")]


def test_the_name_of_a_system_depends_on_that_system_alone() -> None:
    assert names({"model": "sq-en-draft", "beam": 1}) == ["sq-en-draft+beam1"]
    assert names("sq-en-draft", {"model": "sq-en-draft", "beam": 1}) == ["sq-en-draft", "sq-en-draft+beam1"]
    both = {"translator": "sq-en-draft", "summarizer": "en-sum-draft", "length": "short", "device": "cuda"}
    assert names(both) == ["sq-en-draft+en-sum-draft+cuda+length-short"]
    assert names({"model": "sq-en-draft", "engine": "transformers", "device": "cpu"}) == ["sq-en-draft+transformers"]
    assert names({"model": "sq-en-draft", "name": "ours", "beam": [1, 2]}) == ["ours+beam1", "ours+beam2"]


def test_a_model_is_a_translator_or_a_summarizer_as_the_registry_says() -> None:
    one, other = read({"systems": ["sq-en-draft", "en-sum-draft"]}).systems
    assert (one.translator, one.summarizer) == ("sq-en-draft", None)
    assert (other.translator, other.summarizer) == (None, "en-sum-draft")


def test_a_task_takes_the_models_it_needs() -> None:
    translator, summarizer = System("a", "opus-sq-en", None), System("b", None, "en-sum-draft")
    assert translator.for_task("translation") == translator
    assert translator.for_task("summarization") is None
    assert summarizer.for_task("translation") is None
    whole = translator.for_task("cross-lingual")
    assert whole is not None
    assert (whole.translator, whole.summarizer) == ("opus-sq-en", "en-sum-draft")


def test_a_directory_is_a_model_under_its_whole_path(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours/config.json").write_text('{"model_type": "marian"}', encoding="utf-8")
    made = benchmark_of(SET | {"systems": ["ours"]}, tmp_path)
    assert made.systems[0].translator == str(tmp_path / "ours")
    assert made.systems[0].name == "ours"


def test_what_is_written_down_is_the_same_benchmark(tmp_path: Path) -> None:
    (tmp_path / "mine.tsv").write_text("Po.\tYes.\n", encoding="utf-8")
    made = benchmark_of(
        {
            "systems": [{"model": "sq-en-draft", "beam": [1, 2], "length": 50}, {"summarizer": "en-sum-draft"}],
            "testsets": [
                "ntrex-128",
                {"name": "mine", "path": "mine.tsv", "task": "translation", "from": "Albanian", "limit": 3},
            ],
            "metrics": ["chrF"],
            "threads": 2,
            "bootstrap": 0,
            "baseline": "en-sum-draft",
        },
        tmp_path,
    )
    assert made.testsets[1].source_language == "sq"
    again = benchmark_of(yaml.safe_load(made.as_yaml()), Path("/elsewhere"))
    assert again == made


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {"sistems": []},
            r"unknown key 'sistems' in the file \(did you mean 'systems'\?\); known are: systems, testsets",
        ),
        ({"systems": [{"model": "sq-en-draft", "beams": 1}]}, r"unknown key 'beams' in a system .*'beam'"),
        ({"systems": [{"model": "sq-en-draft", "beam": 0}]}, r"beam must be a whole number from 1 to 64, not 0"),
        ({"systems": [{"model": "sq-en-draft", "beam": [1, "four"]}]}, r"beam must be a whole number .* not 'four'"),
        ({"systems": [{"model": "sq-en-draft", "precision": "int4"}]}, r"precision 'int4' is none of auto, int8"),
        ({"systems": [{"model": "sq-en-draft", "engine": "steam"}]}, r"engine 'steam' is none of auto, ctranslate2"),
        ({"systems": [{"model": "sq-en-draft", "device": "tpu"}]}, r"device 'tpu' is none of auto, cpu, cuda"),
        ({"systems": [{"model": "sq-en-draft", "length": "huge"}]}, r"length 'huge' is none of short"),
        ({"systems": [{"model": "sq-en-drafd"}]}, r"unknown model 'sq-en-drafd'.*did you mean sq-en-draft"),
        ({"systems": [{"model": 3}]}, r"model must be a text"),
        ({"systems": [{"beam": 3}]}, r"a system needs model, translator or summarizer"),
        ({"systems": [{"model": "sq-en-draft", "translator": "opus-sq-en"}]}, r"one translator and one summarizer"),
        ({"systems": ["sq-en-draft", "sq-en-draft"]}, r"the same system twice under the name 'sq-en-draft'"),
        ({"systems": [{"model": "sq-en-draft", "name": "a/b"}]}, r"system name 'a/b': letters, digits"),
        ({"systems": [4]}, r"a system should be keys and values, not 4"),
        ({"systems": "sq-en-draft"}, r"systems must be a list, not 'sq-en-draft'"),
        ({"systems": []}, r"no system: name at least one model"),
        ({"systems": ["sq-en-draft"], "testsets": []}, r"no test set"),
        ({"systems": ["sq-en-draft"], "testsets": ["ntrex128"]}, r"no test set 'ntrex128'.*did you mean ntrex-128"),
        ({"systems": ["sq-en-draft"], "testsets": ["xsum", "xsum"]}, r"test set xsum is named twice"),
        ({"systems": ["sq-en-draft"], "testsets": [{"name": "a", "tasks": 1}]}, r"unknown key 'tasks' in a test set"),
        ({"systems": ["sq-en-draft"], "testsets": [{"path": "a"}]}, r"a test set needs a name"),
        ({"systems": ["sq-en-draft"], "testsets": [{"name": "xsum", "task": "x"}]}, r"task 'x' is none of translation"),
        ({"systems": ["sq-en-draft"], "testsets": [{"name": "xsum", "limit": 0}]}, r"limit must be a whole number"),
        (
            {"systems": ["sq-en-draft"], "testsets": [{"name": "xsum", "columns": {"x": "y"}}]},
            r"unknown key 'x' in columns",
        ),
        ({"systems": ["sq-en-draft"], "repeats": 0}, r"repeats must be a whole number from 1 up, not 0"),
        ({"systems": ["sq-en-draft"], "threads": True}, r"threads must be a whole number from 1 up, not True"),
        ({"systems": ["sq-en-draft"], "bootstrap": 1}, r"bootstrap must be 0 \(none\) or at least 2"),
        ({"systems": ["sq-en-draft"], "metrics": "BLEU"}, r"metrics must be a list of names"),
        ({"systems": ["sq-en-draft"], "baseline": "other"}, r"baseline 'other' is none of the systems: sq-en-draft"),
    ],
)
def test_what_is_wrong_is_told_with_the_choices(tmp_path: Path, table: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read(table)
    file = tmp_path / "b.yaml"
    file.write_text(yaml.safe_dump(SET | table), encoding="utf-8")
    with pytest.raises(InputError, match=f"b.yaml: .*{message}"):
        read_benchmark(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("systems: [a\n", r"b.yaml:2: not valid YAML"),
        ("- a\n", r"b.yaml: the file should be keys and values, not \['a'\]"),
        ("systems: !!python/object:os.system x\n", r"b.yaml:1: not valid YAML"),
    ],
)
def test_a_file_that_is_no_yaml_says_where(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "b.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_benchmark(tmp_path / "b.yaml")
    with pytest.raises(InputError, match=r"none\.yaml: cannot be read"):
        read_benchmark(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--m", "a", "b", "--out", "o"], ["--m", "a", "--m", "b", "--out", "o"]),
        (["--m", "a", "--m", "b"], ["--m", "a", "--m", "b"]),
        (["--m=a", "b"], ["--m=a", "--m", "b"]),
        (["c.yaml", "--m", "a", "b"], ["c.yaml", "--m", "a", "--m", "b"]),
        (["--m", "a", "c.yaml"], ["--m", "a", "c.yaml"]),
        (["--out", "o", "x", "--m", "a"], ["--out", "o", "x", "--m", "a"]),
        (["--m", "a", "--", "b"], ["--m", "a", "--", "b"]),
    ],
)
def test_an_option_takes_all_the_values_that_follow_it(args: list[str], expected: list[str]) -> None:
    assert spread(args, {"--m"}) == expected


def test_an_option_without_a_value_is_refused() -> None:
    for args in (["--m"], ["--m", "--out", "o"]):
        with pytest.raises(click.UsageError, match="option --m needs a value"):
            spread(args, {"--m"})


def test_values_may_stand_in_one_with_commas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    @click.command(cls=SeveralCommand)
    @several("--beam", kind=click.IntRange(1, 64))
    @several("--models")
    def command(**options: Any) -> None:
        seen.update(options)

    monkeypatch.chdir(tmp_path)
    (tmp_path / "a,b").mkdir()
    command(["--beam", "1,2", "3", "--models", "a,b", "c,d"], standalone_mode=False)
    assert seen == {"beam": (1, 2, 3), "models": ("a,b", "c", "d")}
    with pytest.raises(click.BadParameter, match="65"):
        command(["--beam", "65"], standalone_mode=False)
