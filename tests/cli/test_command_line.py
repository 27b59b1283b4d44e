"""The ``mtsum`` command as a whole: help, completion, interrupts, pipes, and no network."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import mtsum
from mtsum.cli.main import COMMANDS, cli
from mtsum.cli.output import open_output

MTSUM = [sys.executable, "-m", "mtsum"]
# Runs the command line with every way to the network closed. Python tells an audit hook of each socket made and each
# name looked up, and no code can catch this hook's exit.
WITHOUT_SOCKETS = """
import os, sys
def closed(event, arguments):
    if event.startswith("socket."):
        os.write(2, b"A SOCKET WAS OPENED: " + event.encode())
        os._exit(99)
sys.addaudithook(closed)
sys.argv = ["mtsum", *sys.argv[1:]]
from mtsum.cli.main import main
main()
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "MTSUM_"))}
    return {**kept, "MTSUM_HOME": str(tmp_path / "home"), "HF_HOME": str(tmp_path / "hf"), "OMP_NUM_THREADS": "1"}


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "lajm.txt"
    path.write_text("Kryeministri vizitoi dje qytetin. Ai u takua me banorët.\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name: str) -> None:
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert "mtsum " + name in result.stdout
    assert result.stdout.count("mtsum") > 1


def test_help_answers_within_three_tenths_of_a_second(environment: dict[str, str]) -> None:
    times = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run([*MTSUM, "--help"], check=True, capture_output=True, env=environment)
        times.append(time.perf_counter() - started)
    # The best of a few: other processes on the machine only ever add to it.
    assert min(times) < 0.3


def test_the_version_is_that_of_the_package() -> None:
    assert CliRunner().invoke(cli, ["--version"]).stdout.strip().endswith(mtsum.__version__)


def test_an_unknown_command_names_the_close_ones() -> None:
    result = CliRunner().invoke(cli, ["translat"])
    assert result.exit_code == 2
    assert "did you mean translate" in result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(shell: str) -> None:
    result = CliRunner().invoke(cli, ["completion", shell])
    assert result.exit_code == 0
    assert "_MTSUM_COMPLETE" in result.stdout


def test_completion_completes_commands_and_options(environment: dict[str, str]) -> None:
    for words, at, wanted in (("mtsum tra", "1", "translate"), ("mtsum summarize --len", "2", "--length")):
        asked = {**environment, "_MTSUM_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": at}
        done = subprocess.run(MTSUM, capture_output=True, text=True, env=asked)
        assert f"plain,{wanted}" in done.stdout


def test_no_file_on_a_terminal_says_what_to_do(environment: dict[str, str]) -> None:
    primary, terminal = os.openpty()
    try:
        done = subprocess.run([*MTSUM, "translate"], stdin=terminal, capture_output=True, text=True, env=environment)
    finally:
        os.close(primary)
        os.close(terminal)
    assert done.returncode == 2
    assert "name a file" in done.stderr
    assert "pipe a text in" in done.stderr


def test_progress_is_shown_on_a_terminal_and_not_in_a_pipe(
    environment: dict[str, str], article: Path, converted_model: Callable[..., Path]
) -> None:
    command = [*MTSUM, "translate", str(article), "-m", str(converted_model("unigram-bart")), "--beam", "1"]
    piped = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert "translating" not in piped.stderr
    primary, terminal = os.openpty()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=terminal, env=environment, text=True)
    os.close(terminal)
    shown = b""
    with pytest.raises(OSError):
        while True:
            shown += os.read(primary, 65536)
    os.close(primary)
    assert done.stdout == piped.stdout
    assert b"translating" in shown


def test_ctrl_c_leaves_the_old_file_and_no_half_written_one(
    environment: dict[str, str], tmp_path: Path, converted_model: Callable[..., Path]
) -> None:
    article = tmp_path / "long.txt"
    article.write_text("\n".join(f"Kryeministri vizitoi {n} qytete dhe {n + 1} fshatra." for n in range(20_000)))
    target = tmp_path / "out" / "english.txt"
    target.parent.mkdir()
    target.write_text("what was there before")
    command = [*MTSUM, "translate", str(article), "-m", str(converted_model("unigram-bart")), "-o", str(target)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    time.sleep(3)
    assert process.poll() is None, "it was done before it could be interrupted"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert target.read_text() == "what was there before"
    assert [path.name for path in target.parent.iterdir()] == ["english.txt"]


def test_an_interrupt_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "english.txt"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt), open_output(str(target)) as stream:
        stream.write("half of")
        stream.flush()
        raise KeyboardInterrupt
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_written_file_keeps_the_mode_of_the_one_it_replaces(tmp_path: Path) -> None:
    target = tmp_path / "english.txt"
    target.write_text("old")
    target.chmod(0o640)
    with open_output(str(target)) as stream:
        stream.write("new")
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_device_is_written_and_not_replaced(tmp_path: Path) -> None:
    with open_output("/dev/null") as stream:
        stream.write("gone")
    assert Path("/dev/null").is_char_device()


def test_a_reader_that_goes_away_is_no_error(
    environment: dict[str, str], tmp_path: Path, converted_model: Callable[..., Path]
) -> None:
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("\n".join(f"{number}." for number in range(50_000)))
    command = [*MTSUM, "translate", str(numbers), "-m", str(converted_model("unigram-bart"))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read().decode()
    process.wait(timeout=60)
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
    assert process.returncode == 0


@pytest.mark.parametrize("way", ["--offline", "HF_HUB_OFFLINE"])
@pytest.mark.parametrize("command", ["translate", "summarize"])
def test_offline_never_opens_a_socket(
    way: str, command: str, environment: dict[str, str], article: Path, converted_model: Callable[..., Path]
) -> None:
    model = str(converted_model("unigram-bart"))
    arguments = [command, str(article), "-m", model, "--beam", "1"]
    if command == "summarize":
        arguments += ["--translator", model, "--from", "sq"]
    if way == "--offline":
        arguments.append(way)
    else:
        environment[way] = "1"
    closed = [sys.executable, "-c", WITHOUT_SOCKETS]
    done = subprocess.run([*closed, *arguments], capture_output=True, text=True, env=environment)
    assert "SOCKET" not in done.stderr
    assert done.returncode == 0
    assert done.stdout.strip()


def test_a_missing_model_is_told_without_a_socket(environment: dict[str, str], article: Path) -> None:
    closed = [sys.executable, "-c", WITHOUT_SOCKETS]
    arguments = ["translate", str(article), "-m", "nllb-600m", "--offline"]
    done = subprocess.run([*closed, *arguments], capture_output=True, text=True, env=environment)
    assert done.returncode == 1
    assert "mtsum models pull nllb-600m" in done.stderr


def test_the_block_on_sockets_bites(environment: dict[str, str]) -> None:
    code = WITHOUT_SOCKETS.replace("from mtsum.cli.main import main\nmain()", "import socket; socket.socket()")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 99
