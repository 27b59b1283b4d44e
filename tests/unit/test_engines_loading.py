"""Loading is safe, says what is missing, converts once, and never imports torch for a CTranslate2 directory."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.corpus import NEWS

from mtsum.engines import Engine, GenerationSettings, conversion, load_engine
from mtsum.engines.limits import is_out_of_memory
from mtsum.engines.model_file import read_model_file
from mtsum.errors import EngineError, ModelBroken, UsageError

GREEDY = GenerationSettings(beam_size=1, max_new_tokens=8)


def load(directory: Path, **options: object) -> Engine:
    settings = {"device": "cpu", "engine": "transformers", "threads": 1} | options
    return load_engine(directory, "bart", **settings)  # type: ignore[arg-type]


@pytest.fixture
def copy(tiny_model: Callable[[str], Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model("unigram-bart"), tmp_path / "model"))


@pytest.fixture
def converted_copy(converted_model: Callable[..., Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(converted_model("unigram-bart", "int8"), tmp_path / "converted"))


def test_translating_with_a_converted_model_never_imports_torch(converted_model: Callable[..., Path]) -> None:
    program = f"""
import sys
from pathlib import Path
from mtsum.batching import generate_in_batches
from mtsum.engines import GenerationSettings, load_engine
engine = load_engine(Path({str(converted_model("unigram-bart", "int8"))!r}), "bart", device="cpu")
assert engine.compute_type == "int8"
assert generate_in_batches(engine, ["Moti sot.", "Lumi."], GenerationSettings(max_new_tokens=4))[0].text
heavy = {{"torch", "transformers", "huggingface_hub", "pandas", "pyarrow"}} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2], timeout=60)


@pytest.mark.parametrize("option", ["engine", "device"])
def test_an_unknown_option_is_an_error_that_lists_the_known_ones(option: str, copy: Path) -> None:
    with pytest.raises(UsageError, match=f"no {option} “vax”; known {option}s: auto, c"):
        load(copy, **{option: "vax"})


@pytest.mark.skipif("CUDA_VISIBLE_DEVICES" not in os.environ and Path("/dev/nvidia0").exists(), reason="has a GPU")
@pytest.mark.parametrize("engine", ["ctranslate2", "transformers"])
def test_asking_for_a_gpu_where_there_is_none_says_what_to_do(engine: str, copy: Path, converted_copy: Path) -> None:
    directory = copy if engine == "transformers" else converted_copy
    with pytest.raises(EngineError, match=r"no CUDA device.*use the device cpu or auto"):
        load(directory, engine=engine, device="cuda")
    assert load(directory, engine=engine, device="auto").device == "cpu"


def test_a_compute_type_the_device_lacks_is_refused_with_those_it_has(copy: Path, converted_copy: Path) -> None:
    with pytest.raises(EngineError, match=r"cannot compute in int4; it can in .*float32"):
        load(converted_copy, engine="ctranslate2", compute_type="int4")
    with pytest.raises(EngineError, match="cannot compute in int8; it can in float32, float16, bfloat16"):
        load(copy, compute_type="int8")
    with pytest.raises(EngineError, match="cannot compute in float16"):
        load(copy, compute_type="fp16")


def test_bfloat16_runs_in_transformers_on_a_cpu(copy: Path) -> None:
    engine = load(copy, compute_type="bf16")
    assert engine.compute_type == "bfloat16"
    assert engine.generate(NEWS, GREEDY)[0].text


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_named(file: str, copy: Path) -> None:
    (copy / file).unlink()
    if file == "tokenizer.json":
        (copy / "tokenizer_config.json").unlink()
    with pytest.raises(ModelBroken, match=file.replace("tokenizer.json", "tokenizer")):
        load(copy)


@pytest.mark.parametrize("file", ["config.json", "tokenizer.json", "shared_vocabulary.json"])
def test_a_missing_file_of_a_converted_model_is_named(file: str, converted_copy: Path) -> None:
    (converted_copy / file).unlink()
    with pytest.raises(ModelBroken, match=file.replace(".json", "")):
        load(converted_copy, engine="ctranslate2")


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_malformed_file_is_a_broken_model(file: str, copy: Path) -> None:
    (copy / file).write_bytes(b"{ not what it should be")
    with pytest.raises(ModelBroken, match="model"):
        load(copy)


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="nowhere is no directory"):
        load(tmp_path / "nowhere")


def test_a_part_of_a_checkpoint_in_several_files_must_be_there(copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    index = {"weight_map": {"model.shared.weight": "model-00002-of-00002.safetensors"}}
    (copy / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelBroken, match=r"has no model-00002-of-00002\.safetensors"):
        load(copy)


def test_a_part_outside_the_directory_is_refused(copy: Path) -> None:
    (copy / "model.safetensors").rename(copy.parent / "elsewhere.safetensors")
    index = {"weight_map": {"model.shared.weight": "../elsewhere.safetensors"}}
    (copy / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelBroken, match=r"elsewhere\.safetensors"):
        load(copy)


def as_older_checkpoint(directory: Path) -> None:
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(directory / "model.safetensors"), directory / "pytorch_model.bin")
    (directory / "model.safetensors").unlink()


def test_an_older_checkpoint_is_read(copy: Path, tmp_path: Path) -> None:
    expected = load(copy).generate(NEWS, GREEDY)
    as_older_checkpoint(copy)
    assert load(copy).generate(NEWS, GREEDY) == expected
    load(copy, engine="ctranslate2", cache=tmp_path / "cache", compute_type="float32")


class Payload:
    """What a malicious checkpoint holds: unpickling it runs a command."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {self.mark}",)


@pytest.mark.parametrize("engine", ["transformers", "ctranslate2"])
def test_a_checkpoint_that_would_run_code_is_refused_and_does_not_run(engine: str, copy: Path, tmp_path: Path) -> None:
    import torch

    mark = tmp_path / "ran"
    (copy / "model.safetensors").unlink()
    torch.save({"model.shared.weight": Payload(mark)}, copy / "pytorch_model.bin")
    with pytest.raises(ModelBroken):
        load(copy, engine=engine, cache=tmp_path / "cache")
    (copy / "pytorch_model.bin").write_bytes(pickle.dumps(Payload(mark)))
    with pytest.raises(ModelBroken):
        load(copy, engine=engine, cache=tmp_path / "cache")
    assert not mark.exists()
    assert not list((tmp_path / "cache").glob("*")) if engine == "ctranslate2" else True


def test_code_that_comes_with_a_model_does_not_run(copy: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    (copy / "modeling_own.py").write_text(f"open({str(mark)!r}, 'w')\n")
    config = json.loads((copy / "config.json").read_text())
    config |= {
        "model_type": "own",
        "auto_map": {"AutoModelForSeq2SeqLM": "modeling_own.Own", "AutoConfig": "modeling_own.C"},
    }
    (copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelBroken):
        load(copy)
    assert not mark.exists()


def test_a_converted_model_is_refused_by_transformers_with_the_way_out(converted_copy: Path) -> None:
    with pytest.raises(EngineError, match="use the ctranslate2 engine"):
        load(converted_copy)


def test_a_model_file_cut_short_is_a_broken_model(converted_copy: Path) -> None:
    file = converted_copy / "model.bin"
    for size in (0, 3, 100, file.stat().st_size - 1000):
        file.write_bytes(file.read_bytes()[:size])
        with pytest.raises(ModelBroken, match=r"model\.bin"):
            read_model_file(file)


def test_a_directory_is_converted_once_and_anew_when_it_changes(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    first = load(copy, engine="ctranslate2", cache=cache)
    assert first.compute_type == "int8"
    (made,) = cache.iterdir()
    assert {path.name for path in made.iterdir()} >= {
        "model.bin",
        "config.json",
        "tokenizer.json",
        "source_config.json",
    }

    conversions: list[Path] = []
    monkeypatch.setattr(conversion, "convert", lambda directory, output, *_: conversions.append(output))
    again = load(copy, engine="ctranslate2", cache=cache)
    assert again.generate(NEWS, GREEDY) == first.generate(NEWS, GREEDY)
    moved = Path(shutil.copytree(copy, tmp_path / "moved" / copy.name))
    load(moved, engine="ctranslate2", cache=cache)
    assert conversions == []

    for changed in ({"compute_type": "float32"}, {}):
        if not changed:
            weights = bytearray((copy / "model.safetensors").read_bytes())
            weights[-1] ^= 1
            (copy / "model.safetensors").write_bytes(bytes(weights))
        with pytest.raises(ModelBroken):  # the stand-in for the conversion makes nothing that could be loaded
            load(copy, engine="ctranslate2", cache=cache, **changed)
    assert len(set(conversions)) == 2
    assert made not in conversions


def test_a_failed_conversion_says_why_and_leaves_nothing(copy: Path, tmp_path: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"model_type": "invented"}))
    with pytest.raises(ModelBroken, match=r"could not be converted for CTranslate2: .*invented"):
        load(copy, engine="ctranslate2", cache=tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_model_without_tokenizer_json_gets_one_when_converted(
    tiny_model: Callable[[str], Path], converted_model: Callable[..., Path]
) -> None:
    assert not (tiny_model("mt5") / "tokenizer.json").exists()
    assert (converted_model("mt5") / "tokenizer.json").is_file()


def test_the_cache_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MTSUM_CACHE", str(tmp_path / "own"))
    assert conversion.default_cache() == tmp_path / "own" / "ctranslate2"
    monkeypatch.delenv("MTSUM_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert conversion.default_cache() == tmp_path / "mtsum" / "ctranslate2"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), True),
        (RuntimeError("CUDA failed with error out of memory"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate"), True),
        (RuntimeError("std::bad_alloc"), True),
        (RuntimeError("invalid device ordinal"), False),
    ],
)
def test_running_out_of_memory_is_told_from_other_failures(error: BaseException, expected: bool) -> None:
    assert is_out_of_memory(error) is expected


@pytest.mark.parametrize("threads", [0, -1])
@pytest.mark.parametrize("engine", ["ctranslate2", "transformers"])
def test_threads_must_be_at_least_one(threads: int, engine: str, copy: Path, converted_copy: Path) -> None:
    with pytest.raises(UsageError, match="threads"):
        load(copy if engine == "transformers" else converted_copy, engine=engine, threads=threads)
