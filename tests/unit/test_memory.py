"""The memory's file: what comes back, what goes when it is full, and what survives."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtsum.engines.base import Hypothesis
from mtsum.errors import MemoryBroken, UsageError
from mtsum.memory import open_corrections, open_memory, size_in_bytes
from mtsum.memory.store import Correction, TranslationMemory

ONE = '{"model": "one"}'
TWO = '{"model": "two"}'

HYPOTHESES = st.builds(
    Hypothesis,
    text=st.text(),
    score=st.floats(max_value=0.0, allow_nan=False),
    n_in=st.integers(0, 10**6),
    n_out=st.integers(0, 10**6),
    stop_reason=st.sampled_from(["eos", "length"]),
)


def hypothesis(text: str) -> Hypothesis:
    return Hypothesis(text, -0.123456789012345, 7, 5, "eos")


@pytest.fixture
def memory(tmp_path: Path) -> TranslationMemory:
    return open_memory(tmp_path / "memory.sqlite", 10**9)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(), HYPOTHESES, max_size=8))
def test_a_hypothesis_comes_back_equal(made: dict[str, Hypothesis]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memory.sqlite"
        with open_memory(path) as memory:
            memory.remember(ONE, made, {})
            assert memory.hypotheses(ONE, [*made]) == made
        with open_memory(path) as memory:
            assert memory.hypotheses(ONE, ["something else", *made]).items() >= made.items()


def test_makers_never_share(memory: TranslationMemory) -> None:
    memory.remember(ONE, {"Po.": hypothesis("Yes.")}, {})
    assert memory.hypotheses(TWO, ["Po."]) == {}
    memory.remember(TWO, {"Po.": hypothesis("Yeah.")}, {})
    assert memory.hypotheses(ONE, ["Po.", "Jo."]) == {"Po.": hypothesis("Yes.")}


def test_hits_and_misses_are_counted_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    with open_memory(path) as memory:
        memory.hypotheses(ONE, ["Po.", "Jo."])
        memory.remember(ONE, {"Po.": hypothesis("Yes."), "Jo.": hypothesis("No.")}, {})
        memory.hypotheses(ONE, ["Po.", "Ndoshta."])
    with open_memory(path) as memory:
        (maker,) = memory.statistics().makers
    assert (maker.maker, maker.entries, maker.hits, maker.misses) == (ONE, 2, 1, 3)
    assert maker.bytes == len("Po.Yes.Jo.No.")


def filled(memory: TranslationMemory, number: int) -> dict[str, Hypothesis]:
    made = {f"{number}-{at}": hypothesis("x" * 1000) for at in range(100)}
    memory.remember(ONE, made, {})
    return made


def test_the_least_recently_used_go_first_and_the_file_stays_within_its_limit(tmp_path: Path) -> None:
    limit = 1_000_000
    with open_memory(tmp_path / "memory.sqlite", limit) as memory:
        first = filled(memory, 0)
        for number in range(1, 30):
            memory.hypotheses(ONE, [*first])
            newest = filled(memory, number)
            assert memory.hypotheses(ONE, [*newest]) == newest
            assert memory.statistics().bytes <= limit
        assert memory.hypotheses(ONE, [*first]) == first
        assert memory.hypotheses(ONE, ["1-0", "5-0"]) == {}
    assert (tmp_path / "memory.sqlite").stat().st_size <= 1.3 * limit


def test_what_one_call_remembers_stays_whatever_the_limit(tmp_path: Path) -> None:
    with open_memory(tmp_path / "memory.sqlite", 0) as memory:
        memory.correct("sq", "en", [Correction("Po.", "Yes.")])
        old, new = filled(memory, 0), filled(memory, 1)
        assert memory.hypotheses(ONE, [*old, *new]) == new
        assert memory.corrections("sq", "en", ["Po."]) == {"Po.": "Yes."}


def test_a_correction_is_found_by_its_languages_and_its_letters_however_composed(memory: TranslationMemory) -> None:
    memory.correct("sq", "en", [Correction("Është e  mirë.", "It is good.", "Era")])
    decomposed = "E\u0308shte\u0308 e mire\u0308."
    wanted = ["Është e mirë.", decomposed, "Jo."]
    assert memory.corrections("sq", "en", wanted) == dict.fromkeys(wanted[:2], "It is good.")
    assert memory.corrections("sq", "de", wanted) == {}
    memory.correct("sq", "en", [Correction("Është e mirë.", "It's good.")])
    assert memory.corrections("sq", "en", wanted[:1]) == {wanted[0]: "It's good."}


def test_a_failed_call_leaves_nothing(memory: TranslationMemory) -> None:
    def some():
        yield Correction("Po.", "Yes.")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        memory.correct("sq", "en", some())
    assert memory.corrections("sq", "en", ["Po."]) == {}
    memory.correct("sq", "en", [Correction("Jo.", "No.")])


def test_others_may_write_while_corrections_come(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"

    def some():
        yield Correction("Po.", "Yes.")
        with open_memory(path) as other:
            other.remember(ONE, {"Jo.": hypothesis("No.")}, {})

    with open_memory(path) as memory:
        memory.correct("sq", "en", some())
        assert memory.corrections("sq", "en", ["Po."]) == {"Po.": "Yes."}
        assert memory.hypotheses(ONE, ["Jo."]) == {"Jo.": hypothesis("No.")}


def test_machine_translations_are_sentences_as_records_show_them_and_the_last_of_several(
    memory: TranslationMemory,
) -> None:
    def shown(*makers: str) -> list[tuple[str, str, str]]:
        return [(one.source, one.target, one.maker) for one in memory.machine_translations(makers)]

    parts = {"A, b.": hypothesis("whole"), "A,": hypothesis("a"), "b.": hypothesis("B")}
    memory.remember(ONE, parts, {"A, b.": "a, b"})
    memory.remember(TWO, {"C.": hypothesis("older")}, {"C.": "older"})
    memory.remember(ONE, {"C.": hypothesis("newer")}, {"C.": "newer"})
    assert shown(ONE, TWO) == [("A, b.", "a, b", ONE), ("C.", "newer", ONE)]
    assert shown(TWO) == [("C.", "older", TWO)]
    memory.hypotheses(ONE, ["A, b.", "b."])
    memory.remember(ONE, {}, {"A, b.": "whole", "b.": "B"})
    assert shown(ONE) == [("A, b.", "whole", ONE), ("C.", "newer", ONE), ("b.", "B", ONE)]


def test_clearing_takes_what_was_asked_for_and_gives_the_space_back(memory: TranslationMemory) -> None:
    filled(memory, 0)
    memory.remember(TWO, {"Po.": hypothesis("Yes.")}, {})
    memory.correct("sq", "en", [Correction("Po.", "Yes.")])
    before = memory.statistics().bytes
    assert memory.clear_machine([ONE]) == 100
    assert memory.statistics().bytes < before
    assert memory.makers() == [TWO]
    assert memory.clear_corrections() == 1
    assert memory.clear_machine() == 1
    assert memory.makers() == []


REMEMBERING = """
import sys
from pathlib import Path
from mtsum.engines.base import Hypothesis
from mtsum.memory import open_memory
memory = open_memory(Path(sys.argv[1]))
for call in range(int(sys.argv[3])):
    made = {f"{sys.argv[2]} {call} {at}": Hypothesis("x" * 50, -0.5, 3, 2, "eos") for at in range(40)}
    memory.hypotheses("{}", list(made))
    memory.remember("{}", made, {})
    print(call, flush=True)
memory.close()
"""


def remembering(path: Path, name: str, calls: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", REMEMBERING, str(path), name, str(calls)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_processes_that_remember_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    processes = [remembering(path, name, 25) for name in "abc"]
    assert [process.communicate()[0].count("\n") for process in processes] == [25, 25, 25]
    assert [process.returncode for process in processes] == [0, 0, 0]
    with open_memory(path) as memory:
        (maker,) = memory.statistics().makers
        assert (maker.entries, maker.hits, maker.misses) == (3000, 0, 3000)


def test_a_killed_process_leaves_whole_calls_and_all_that_were_reported(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    for trial in range(6):
        process = remembering(path, f"t{trial}", 100_000)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(random.uniform(0, 0.1))
        os.kill(process.pid, signal.SIGKILL)
        reported = len(process.communicate()[0].splitlines()) + 1
        with open_memory(path) as memory:
            names = [f"t{trial} {call} {at}" for call in range(reported + 3) for at in range(40)]
            found = len(memory.hypotheses("{}", names))
        assert found % 40 == 0
        assert reported <= found // 40 <= reported + 1
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_damaged_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    path.write_bytes(b"no database at all" * 1000)
    with pytest.raises(MemoryBroken, match=rf"{path}.*mtsum cache clear"):
        open_memory(path)


def test_damage_met_later_is_told_as_well(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    with open_memory(path) as memory:
        for number in range(5):
            filled(memory, number)
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(MemoryBroken, match="damaged"), open_memory(path) as memory:
        memory.hypotheses(ONE, [f"{number}-{at}" for number in range(5) for at in range(100)])


def test_a_full_disk_is_told_and_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    with open_memory(path) as memory:
        first = filled(memory, 0)
        memory._connection.execute("PRAGMA max_page_count = 100")  # SQLite then fails as on a full disk
        with pytest.raises(MemoryBroken, match=r"disk is full.*free some space"):
            for number in range(1, 50):
                filled(memory, number)
    with open_memory(path) as memory:
        assert memory.hypotheses(ONE, [*first]) == first


def test_another_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (x)")
    with pytest.raises(MemoryBroken, match="no memory of mtsum's"):
        open_memory(path)


def test_a_memory_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    open_memory(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 7")
    with pytest.raises(MemoryBroken, match="version 7"):
        open_memory(path)


def test_a_folder_in_its_place_or_a_file_above_it_is_told(tmp_path: Path) -> None:
    with pytest.raises(MemoryBroken, match="cannot be opened"):
        open_memory(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(MemoryBroken, match="cannot be made there"):
        open_memory(tmp_path / "file" / "memory.sqlite")


def test_corrections_alone_are_read_without_writing(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    assert open_corrections(path) is None
    assert not path.exists()
    with open_memory(path) as memory:
        memory.remember(ONE, {"Po.": hypothesis("Yes.")}, {})
        memory.correct("sq", "en", [Correction("Jo.", "No.")])
    alone = open_corrections(path)
    assert alone is not None
    alone.remember(ONE, {"X.": hypothesis("X")}, {})
    assert alone.hypotheses(ONE, ["Po.", "X."]) == {}
    assert alone.corrections("sq", "en", ["Po.", "Jo."]) == {"Jo.": "No."}


def test_corrections_are_read_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "memory.sqlite"
    with open_memory(path) as memory:
        memory.correct("sq", "en", [Correction("Jo.", "No.")])
    # Permissions mean nothing to root, so that the folder is only said to be unwritable.
    monkeypatch.setattr(os, "access", lambda *_: False)
    alone = open_corrections(path)
    assert alone is not None
    assert alone.corrections("sq", "en", ["Jo."]) == {"Jo.": "No."}
    assert [each.name for each in tmp_path.iterdir()] == ["memory.sqlite"]


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("1048576", 1048576), ("500MB", 500_000_000), ("1.5 gb", 1_500_000_000), ("2G", 2 * 10**9)],
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert size_in_bytes(text) == size


def test_the_limit_comes_from_the_environment_and_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTSUM_MEMORY_LIMIT", "3MB")
    assert open_memory(tmp_path / "memory.sqlite").limit == 3_000_000
    monkeypatch.setenv("MTSUM_MEMORY_LIMIT", "much")
    with pytest.raises(UsageError, match=r"MTSUM_MEMORY_LIMIT.*500MB"):
        open_memory(tmp_path / "memory.sqlite")
    with pytest.raises(UsageError, match="negative"):
        open_memory(tmp_path / "memory.sqlite", -1)
