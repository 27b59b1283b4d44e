"""The folder of a run: what is in it after a crash at any change of the disk, and who may use it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mtsum.corpus.chunks import Item
from mtsum.corpus.manifest import Manifest, differences, read_manifest
from mtsum.corpus.retry import pending_retry, plan_retry
from mtsum.corpus.run_folder import RunFolder, check_place, locked
from mtsum.errors import InputError, UsageError

JOB = {"settings": {"beam": 4}}


def record(name: str, error: str | None = None) -> dict[str, Any]:
    sentence = {"id": "s1", "source": "Po.", "target": "Yes.", "score": -0.5, "flags": ["names"]}
    made = {"model": "m", "text": "Yes.", "sentences": [sentence]}
    source = {"lang": "sq", "text": "Po."}
    meta = {"mtsum": "1", "engine": "e", "device": "cpu", "settings": {"a": 1}, "seconds": None}
    rest = {"summary": None, "meta": meta, "error": error}
    return {"id": name, "source": source, "translation": None if error else made, **rest}


# Seven chunks, three to a shard: the last shard has one.
WORK = [[record(f"a{chunk}"), record(f"b{chunk}", "f: empty" if chunk % 3 == 1 else None)] for chunk in range(7)]


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No power is cut here, so nothing need wait until it is on the disk."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def opened(path: Path, format: str = "jsonl") -> RunFolder:
    path.mkdir(exist_ok=True)
    manifest = read_manifest(path)
    if manifest is None:
        manifest = Manifest(JOB, {"mtsum": "1"})
        manifest.write(path)
    return RunFolder(path, manifest, 3, format)


def complete(path: Path, order: list[int] | None = None, format: str = "jsonl") -> None:
    """What a run does to its folder, from wherever it was."""
    folder = opened(path, format)
    if folder.manifest.state == "finished":
        folder.delete_work()
        return
    for number in order or range(len(WORK)):
        if not folder.is_done(number):
            folder.write_part(number, WORK[number])
    folder.finish(len(WORK))


def retried(path: Path) -> None:
    """What a retry of all failed records does, from wherever it was; they succeed now."""
    items = [
        Item(position, each["id"], InputError("empty"))
        for position, each in enumerate(each for chunk in WORK for each in chunk)
    ]
    retry = pending_retry(path)
    folder = opened(path)
    retry = retry or plan_retry(folder, JOB | {"new": 1}, items)
    if retry is not None:
        for number, position in enumerate(retry.positions):
            if number not in retry.parts:
                retry.parts.write(number, [record(items[position].id)])
        retry.apply(folder)
    folder.delete_work()


def contents(path: Path) -> dict[str, bytes]:
    return {str(each.relative_to(path)): each.read_bytes() for each in path.rglob("*") if each.is_file()}


class Dead(BaseException):
    """The process is gone."""


@contextmanager
def dying_at(change: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """At the ``change``-th change of the disk, and ever after, nothing reaches the disk any more. Yields the count."""
    count = [0]

    def dying(name: str) -> Callable[..., Any]:
        do = getattr(os, name)

        def changed(*arguments: Any, **options: Any) -> Any:
            count[0] += 1
            if count[0] >= change:
                raise Dead
            return do(*arguments, **options)

        return changed

    with monkeypatch.context() as patch:
        for name in ("fsync", "replace", "unlink", "rmdir", "mkdir"):
            patch.setattr(os, name, dying(name))
        yield count


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("undisturbed")
    complete(path)
    return contents(path)


def test_records_stand_in_the_order_of_the_input_and_the_manifest_counts_them(expected: dict[str, bytes]) -> None:
    lines = b"".join(expected[f"records-0000{shard}.jsonl"] for shard in range(3)).splitlines()
    assert [json.loads(line) for line in lines] == [each for chunk in WORK for each in chunk]
    manifest = json.loads(expected["manifest.json"])
    assert manifest["state"] == "finished"
    assert manifest["counts"]["records"] == 14
    assert manifest["counts"]["errors"] == {"empty": 2}
    assert manifest["counts"]["flags"] == {"names": 12}
    assert [shard["counts"]["records"] for shard in manifest["shards"]] == [6, 6, 2]
    assert len(expected) == 4


def test_chunks_may_be_finished_in_any_order(expected: dict[str, bytes], tmp_path: Path) -> None:
    complete(tmp_path, [6, 4, 2, 5, 0, 3, 1])
    assert contents(tmp_path) == expected


def test_a_crash_at_any_change_of_the_disk_changes_nothing_in_the_end(
    expected: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dying_at(10**9, monkeypatch) as count:
        complete(tmp_path / "whole")
    changes = count[0]
    assert changes > 50
    for change in range(1, changes + 1):
        path = tmp_path / str(change)
        with dying_at(change, monkeypatch), pytest.raises(Dead):
            complete(path)
        complete(path)
        assert contents(path) == expected, f"after a crash at change {change}"


def test_crashes_in_a_row_change_nothing_in_the_end(
    expected: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run"
    for change in range(1, 200):
        try:
            with dying_at(change, monkeypatch):
                complete(path)
        except Dead:
            continue
        break
    assert contents(path) == expected


def test_a_retry_replaces_what_failed_and_survives_a_crash_at_any_change_of_the_disk(
    expected: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(tmp_path / "whole")
    with dying_at(10**9, monkeypatch) as count:
        retried(tmp_path / "whole")
    changes = count[0]
    after = contents(tmp_path / "whole")
    manifest = json.loads(after["manifest.json"])
    assert manifest["counts"]["errors"] == {}
    assert manifest["job"] == JOB | {"new": 1}
    assert after["records-00002.jsonl"] == expected["records-00002.jsonl"]
    assert [name for name in after if after[name] != expected[name]] == [
        name for name in after if name in ("manifest.json", "records-00000.jsonl", "records-00001.jsonl")
    ]
    for change in range(1, changes + 1):
        path = tmp_path / str(change)
        complete(path)
        with dying_at(change, monkeypatch), pytest.raises(Dead):
            retried(path)
        retried(path)
        assert contents(path) == after, f"after a crash at change {change}"


def test_a_retry_refuses_an_input_that_changed_in_more_than_what_failed(tmp_path: Path) -> None:
    complete(tmp_path)
    items = [Item(position, f"x{position}", InputError("empty")) for position in range(14)]
    with pytest.raises(UsageError, match="record 1 of the run is 'a0', and the input has 'x0' there now"):
        plan_retry(opened(tmp_path), JOB, items)
    with pytest.raises(UsageError, match="the input has fewer records than the run, which has 14"):
        plan_retry(opened(tmp_path), JOB, [])


def test_parquet_shards_hold_the_same_records(expected: dict[str, bytes], tmp_path: Path) -> None:
    from mtsum.corpus.records_reading import read_records

    complete(tmp_path, format="parquet")
    assert list(read_records(tmp_path)) == [each for chunk in WORK for each in chunk]
    assert (
        json.loads((tmp_path / "manifest.json").read_bytes())["counts"]
        == json.loads(expected["manifest.json"])["counts"]
    )


def test_a_folder_that_is_no_run_is_refused_and_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"not empty and not the folder of a run \(no manifest.json\)"):
        check_place(tmp_path)
    with pytest.raises(UsageError, match="is a file"):
        check_place(tmp_path / "notes.txt")
    assert contents(tmp_path) == {"notes.txt": b"mine"}


def test_two_cannot_be_in_a_folder_and_one_that_was_not_used_goes_again(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "run"),
        pytest.raises(UsageError, match="another mtsum batch is at work"),
        locked(tmp_path / "run"),
    ):
        pass
    assert not (tmp_path / "run").exists()


def test_a_manifest_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"name": "some web page"}', encoding="utf-8")
    with pytest.raises(UsageError, match="not the manifest of a run"):
        read_manifest(tmp_path)


def test_jobs_are_compared_value_by_value_and_named_as_briefly_as_can_be() -> None:
    then = {"mtsum": "1", "a": {"beam_size": 4, "model": "x", "checksums": {"model.bin": "12"}}, "b": {"model": "x"}}
    now = {"mtsum": "1", "a": {"beam_size": 1, "model": "y", "checksums": {"model.bin": "13"}}, "b": {"model": "x"}}
    assert list(differences(then, now).values()) == [
        "beam_size: 4 in the run, 1 now",
        'a.model: "x" in the run, "y" now',
        'a.checksums model.bin: "12" in the run, "13" now',
    ]
    assert differences(then, then) == {}
    assert differences({"b": then["b"]}, {"a": then["a"], "b": now["b"]}) == {
        "a.model": 'a.model: nothing in the run, "x" now',
    }
    assert differences({"a": 1}, {"b": None, "c": 2}) == {
        "a": "a: 1 in the run, nothing now",
        "c": "c: nothing in the run, 2 now",
    }
