"""``mtsum models`` as a user calls it."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mtsum.cli.main import cli
from mtsum.registry import DESCRIPTION_FILE, load_registry


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setenv("MTSUM_OFFLINE", "1")
    return tmp_path / "home"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["models", *arguments])


@pytest.fixture(scope="module")
def tiny_bart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained two-layer BART with a byte-level tokenizer, saved as transformers saves it."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import BartConfig, BartForConditionalGeneration, BartTokenizerFast

    directory = tmp_path_factory.mktemp("tiny") / "bart"
    tokenizer = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer.train_from_iterator(["The road is open."] * 5, vocab_size=300, special_tokens=special)
    directory.mkdir()
    tokenizer.save_model(str(directory))
    BartTokenizerFast.from_pretrained(directory).save_pretrained(directory)
    config = BartConfig(
        vocab_size=tokenizer.get_vocab_size(),
        d_model=16,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_position_embeddings=64,
    )
    BartForConditionalGeneration(config).save_pretrained(directory)
    return directory


def test_the_list_in_a_pipe_is_one_line_a_model() -> None:
    result = run("list")
    assert result.exit_code == 0
    header, *rows = (line.split("\t") for line in result.stdout.splitlines())
    assert header == ["alias", "task", "family", "size_mb", "licence", "state", "default"]
    assert [row[0] for row in rows] == [entry.alias for entry in load_registry().entries]
    assert all(len(row) == len(header) for row in rows)
    assert [row[0] for row in rows if row[6] == "default"] == ["sq-en-draft", "en-sum-draft"]
    assert {row[5] for row in rows if row[0].startswith("nllb")} == {"not downloaded"}


def test_the_list_can_be_of_one_task_and_in_json() -> None:
    records = [json.loads(line) for line in run("list", "--task", "summarization", "--json").stdout.splitlines()]
    assert {record["task"] for record in records} == {"summarization"}
    assert "google/pegasus-xsum" in {record["repository"] for record in records}


def test_the_list_on_a_terminal_is_a_table() -> None:
    parent, child = pty.openpty()
    command = [sys.executable, "-c", "from mtsum.cli.main import main; main()", "models", "list"]
    with subprocess.Popen(command, stdout=child, env={**os.environ, "COLUMNS": "140", "TERM": "xterm"}) as process:
        os.close(child)
        shown = b""
        while True:
            try:
                chunk = os.read(parent, 4096)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            shown += chunk
    os.close(parent)
    text = shown.decode()
    assert process.returncode == 0
    assert "\t" not in text
    assert "sq-en-draft (default)" in text
    assert "2.5 GB" in text


def test_show_names_the_licence_and_warns_of_it() -> None:
    result = run("show", "facebook/nllb-200-distilled-600M")
    assert result.exit_code == 0
    assert "CC-BY-NC-4.0" in result.stdout
    assert "f8d333a098d19b4fd9a8b18f94170487ad3f821d" in result.stdout
    assert "may not be used commercially" in result.stderr
    record = json.loads(run("show", "nllb-600m", "--json").stdout)
    assert record["noncommercial"] is True
    assert record["state"] == "not downloaded"


def test_show_of_an_unknown_model_offers_close_ones() -> None:
    result = run("show", "opus-sq-n")
    assert result.exit_code == 2
    assert "did you mean opus-sq-en" in result.stderr
    assert "mtsum models list" in result.stderr
    assert result.stdout == ""


def test_pull_offline_says_where_to_put_a_copy(own_home: Path) -> None:
    result = run("pull", "opus-sq-en")
    assert result.exit_code == 1
    assert "mtsum models pull opus-sq-en" in result.stderr
    assert str(own_home / "models" / "opus-sq-en") in result.stderr
    assert "Traceback" not in result.stderr


def test_verify_of_a_model_that_is_not_there_fails() -> None:
    result = run("verify", "opus-sq-en")
    assert result.exit_code == 1
    assert "not on this machine" in result.stderr


def test_verify_names_the_damaged_file_and_still_checks_the_others(own_home: Path) -> None:
    for alias, content in (("opus-sq-en", "damaged"), ("hplt-sq-en", "whole")):
        directory = own_home / "models" / alias
        directory.mkdir(parents=True)
        (directory / "config.json").write_text("{}", encoding="utf-8")
        (directory / "model.safetensors").write_text(content, encoding="utf-8")
        lock = {"files": {"model.safetensors": hashlib.sha256(b"whole").hexdigest()}}
        (directory / "mtsum-revision.json").write_text(json.dumps(lock), encoding="utf-8")
    result = run("verify", "opus-sq-en", "hplt-sq-en")
    assert result.exit_code == 1
    assert "opus-sq-en/model.safetensors" in result.stderr
    assert "hplt-sq-en: 1 files as recorded" in result.stdout


def test_convert_refuses_to_overwrite(tmp_path: Path) -> None:
    result = run("convert", "opus-sq-en", "-o", str(tmp_path))
    assert result.exit_code == 2
    assert "exists" in result.stderr


def test_convert_of_an_unknown_quantization_lists_the_known(tmp_path: Path) -> None:
    result = run("convert", "opus-sq-en", "-o", str(tmp_path / "out"), "--quantization", "int3")
    assert result.exit_code == 2
    assert "int8" in result.stderr


def test_a_converted_directory_is_a_model_again(tiny_bart: Path, tmp_path: Path) -> None:
    output = tmp_path / "converted"
    result = run("convert", str(tiny_bart), "-o", str(output))
    assert result.exit_code == 0, result.stderr
    assert result.stdout.strip() == str(output)
    assert (output / "model.bin").is_file()
    description = json.loads((output / DESCRIPTION_FILE).read_text(encoding="utf-8"))
    assert (description["family"], description["window"], description["quantization"]) == ("bart", 64, "int8")
    assert load_registry().entry(output, task="translation").window == 64
    assert json.loads(run("show", str(output), "--json").stdout)["state"] == "here"
    again = run("convert", str(output), "-o", str(tmp_path / "again"))
    assert again.exit_code == 2
    assert "CTranslate2 model already" in again.stderr


@pytest.mark.parametrize("command", ["list", "show", "pull", "verify", "convert"])
def test_every_command_has_examples(command: str) -> None:
    assert f"mtsum models {command}" in run(command, "--help").stdout.split("Examples:")[1]
