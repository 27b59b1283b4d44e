"""``mtsum batch`` killed, interrupted, out of disk: started again, it ends with the bytes of an undisturbed run."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.corpus import ALBANIAN

FORKED = Path(__file__).parents[1] / "support" / "forked_batch.py"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six hundred short articles, some sentences in many of them, and now and then a line that is none."""
    chance = random.Random(5)
    path = tmp_path_factory.mktemp("corpus") / "lajme.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(600):
            sentences = [chance.choice(ALBANIAN).replace("74", str(chance.randrange(300))) for _ in range(2)]
            record = {"id": f"a{number}", "text": " ".join(sentences), "place": "Vlorë"}
            file.write(("{no json" if number % 97 == 50 else json.dumps(record, ensure_ascii=False)) + "\n")
    return path


@pytest.fixture(scope="module")
def arguments(converted_model: Callable[..., Path], corpus: Path) -> list[str]:
    model = converted_model("unigram-bart")
    return [str(corpus), "--task", "translate", "-m", str(model), "--beam", "1", "--shard-articles", "256", "-q"]


@pytest.fixture(scope="module")
def undisturbed(arguments: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    place = tmp_path_factory.mktemp("undisturbed")
    done = batch(place, arguments)
    assert done.returncode == 1, done.stderr
    assert '"state": "finished"' in (place / "run" / "manifest.json").read_text(encoding="utf-8"), done.stderr
    return contents(place / "run")


def environment(place: Path) -> dict[str, str]:
    """Every run has a home of its own, so that no other's translation memory helps it."""
    return {**os.environ, "MTSUM_HOME": str(place / "home"), "MTSUM_OFFLINE": "1", "OMP_NUM_THREADS": "1"}


def command(place: Path, arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "mtsum", "batch", *arguments, "-o", str(place / "run")]


def batch(place: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(place, arguments), env=environment(place), capture_output=True, text=True, timeout=120, check=False
    )


def started(place: Path, arguments: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command(place, arguments), env=environment(place), stderr=subprocess.PIPE, text=True)


def contents(run: Path) -> dict[str, bytes]:
    """All that a run folder holds, by path, save when it was worked on (the journal)."""
    found = {str(path.relative_to(run)): path.read_bytes() for path in run.rglob("*") if path.is_file()}
    del found["journal.json"], found[".lock"]
    return found


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    while not path.exists():
        assert process.poll() is None, "the run ended before it could be disturbed"
        time.sleep(0.002)


def forked(place: Path, *how: object, arguments: list[str]) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, str(FORKED), *map(str, how), "--", *arguments, "-o", str(place / "run")],
        env=environment(place),
        stdout=subprocess.PIPE,
        text=True,
        timeout=240,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_the_undisturbed_run_is_whole(undisturbed: dict[str, bytes]) -> None:
    lines = b"".join(undisturbed[name] for name in sorted(undisturbed) if name.startswith("records")).splitlines()
    records = [json.loads(line) for line in lines]
    assert sorted(undisturbed) == ["manifest.json", *(f"records-0000{shard}.jsonl" for shard in range(3))]
    assert [record["id"] for record in records if not record["error"]] == [
        f"a{number}" for number in range(600) if number % 97 != 50
    ]
    assert len(records) == 600


def test_killed_at_thirty_random_moments_it_ends_the_same(
    arguments: list[str], undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    kills = 0
    for attempt in range(20):
        place = tmp_path / str(attempt)
        made = forked(place, "random", attempt, 30 - kills, arguments=arguments)
        kills += made["killed"]
        assert made["status"] == 1
        assert contents(place / "run") == undisturbed
        if kills == 30:
            return
    pytest.fail(f"only {kills} processes were killed before they were done")


def test_killed_before_and_after_its_changes_of_the_disk_it_ends_the_same(
    arguments: list[str], undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    made = forked(tmp_path, "writes", arguments=arguments)
    assert made["killed"] > 20
    assert made["status"] == 1
    assert contents(tmp_path / "run") == undisturbed


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_it_says_how_to_go_on_and_goes_on(
    number: signal.Signals, status: int, arguments: list[str], undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    process = started(tmp_path, arguments)
    wait_for(tmp_path / "run" / "work" / "part-000001.jsonl", process)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == status
    assert f"interrupted; what is done is kept in {tmp_path / 'run'}: the same command goes on" in said
    assert "Traceback" not in said
    assert batch(tmp_path, arguments).returncode == 1
    assert contents(tmp_path / "run") == undisturbed


def test_a_second_process_on_the_folder_is_refused(
    arguments: list[str], undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    first = started(tmp_path, arguments)
    wait_for(tmp_path / "run" / "work", first)
    first.send_signal(signal.SIGSTOP)
    try:
        second = batch(tmp_path, arguments)
    finally:
        first.send_signal(signal.SIGCONT)
    assert second.returncode == 2
    assert "another mtsum batch is at work in it" in second.stderr
    first.communicate(timeout=60)
    assert contents(tmp_path / "run") == undisturbed


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 600 kB, mounted for the test."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"mounting a small disk takes root: {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize(("format", "taken"), [("jsonl", (590, 400, 0)), ("parquet", (0,))])
def test_on_a_full_disk_it_stops_with_an_error_and_goes_on_when_there_is_room(
    format: str, taken: tuple[int, ...], arguments: list[str], tmp_path: Path, small_disk: Path
) -> None:
    arguments = [*arguments, "--output-format", format]
    (tmp_path / "roomy").mkdir()
    assert batch(tmp_path / "roomy", arguments).returncode == 1
    expected = contents(tmp_path / "roomy" / "run")

    for kilobytes in taken:
        (small_disk / "filling").write_bytes(b"\0" * 1000 * kilobytes)
        done = subprocess.run(
            command(small_disk, arguments), env=environment(tmp_path), capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert f"error: {small_disk / 'run'}: cannot be written: its disk is full" in done.stderr
        assert "run the same command again" in done.stderr
        assert "Traceback" not in done.stderr
    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    assert batch(small_disk, arguments).returncode == 1
    assert contents(small_disk / "run") == expected
