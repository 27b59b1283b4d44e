"""What needs no cluster of the engine ``ray``: laying out workers, the desk, and what is said of a wrong call."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mtsum.corpus.executors import Crew
from mtsum.corpus.ray_cluster import Pool, connected, pool_on
from mtsum.corpus.ray_desk import Desk
from mtsum.corpus.ray_worker import settings_on_this_machine
from mtsum.corpus.work import Task
from mtsum.engines.base import Hypothesis
from mtsum.errors import MemoryBroken, ModelNotFound, UsageError

LAPTOP = {"CPU": 8.0}
GPU_SERVER = {"CPU": 32.0, "GPU": 4.0}


def test_a_worker_for_each_machine_gets_all_of_it() -> None:
    assert pool_on([LAPTOP, LAPTOP], "auto", None, None) == Pool(2, 8, 0, "cpu")


def test_a_worker_for_each_gpu_shares_the_cpus_of_the_machines_that_have_one() -> None:
    assert pool_on([LAPTOP, GPU_SERVER], "auto", None, None) == Pool(4, 8, 1, "cuda")


def test_gpus_are_left_alone_when_the_cpu_is_asked_for() -> None:
    assert pool_on([GPU_SERVER], "cpu", None, None) == Pool(1, 32, 0, "cpu")


def test_more_workers_than_cpus_have_one_each() -> None:
    assert pool_on([{"CPU": 2.0}], "cpu", 5, None) == Pool(5, 1, 0, "cpu")


@given(some.lists(some.integers(1, 64), min_size=1, max_size=8), some.integers(1, 100))
def test_even_shares_fit_on_the_machines_and_cannot_be_larger(cpus: list[int], workers: int) -> None:
    share = pool_on([{"CPU": count} for count in cpus], "cpu", workers, None).cpus
    assert share == 1 or sum(count // share for count in cpus) >= workers
    assert sum(count // (share + 1) for count in cpus) < workers


@pytest.mark.parametrize(
    ("machine", "device", "workers", "threads", "said"),
    [
        (LAPTOP, "cuda", None, None, "has a GPU"),
        (LAPTOP, "cpu", None, 9, "largest of the machines has 8"),
        (LAPTOP, "cpu", 0, None, "--workers is 0"),
    ],
)
def test_a_pool_that_never_fits_is_refused(
    machine: dict[str, float], device: str, workers: int | None, threads: int | None, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        pool_on([machine], device, workers, threads)


def test_without_ray_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"pip install 'mtsum\[ray\]'"), connected(Crew()):
        pass


def test_a_model_that_only_the_driver_has_is_missed_by_name_on_the_machine_that_lacks_it(tmp_path: Path) -> None:
    problem = settings_on_this_machine(Task("translate", translator=str(tmp_path / "model")))
    assert isinstance(problem, ModelNotFound)
    assert str(problem).startswith(f"worker on {socket.gethostname()}: {tmp_path / 'model'}: no such directory")


def test_the_desk_tells_of_a_place_once_the_driver_has_come_to_it() -> None:
    async def day() -> list[bool]:
        desk = Desk(None)
        asked = [asyncio.ensure_future(desk.has(place)) for place in (0, 1, 2)]
        await asyncio.sleep(0)
        assert not any(each.done() for each in asked)
        await desk.lay(0, ["chunk"])
        assert await asked[0]
        await desk.lay(1, ["chunk"])
        await desk.close(2)
        return [await each for each in asked]

    assert asyncio.run(day()) == [True, True, False]


def test_the_desk_counts_how_often_a_chunk_was_fetched_and_forgets_it_when_it_is_done() -> None:
    async def day() -> list[tuple[list[str] | None, int]]:
        desk = Desk(None)
        await desk.lay(0, ["chunk"])
        fetched = [await desk.fetch(0), await desk.fetch(0)]
        await desk.clear(0)
        return [*fetched, await desk.fetch(0)]

    assert asyncio.run(day()) == [(["chunk"], 1), (["chunk"], 2), (None, 1)]


def test_the_desk_answers_for_the_memory_and_hands_its_errors_on(tmp_path: Path) -> None:
    made = {"Mirë.": Hypothesis("Well.", -0.5, 4, 3, "eos")}
    (tmp_path / "broken.sqlite").write_text("no data base" * 100)

    async def day() -> tuple[dict[str, Hypothesis], object]:
        desk = Desk(tmp_path / "memory.sqlite")
        await desk.ask_memory("remember", ["maker", made, {}])
        broken = Desk(tmp_path / "broken.sqlite")
        questions = "hypotheses", ["maker", ["Mirë.", "Keq."]]
        return await desk.ask_memory(*questions), await broken.ask_memory(*questions)

    found, problem = asyncio.run(day())
    assert found == made
    assert isinstance(problem, MemoryBroken)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ray://head:10001", "a machine of the cluster"),
        ("127.0.0.1:1", "Connection refused"),
        ("head", "start one with `ray start --head`"),
    ],
)
def test_an_address_without_a_cluster_is_refused_at_once(address: str, said: str) -> None:
    pytest.importorskip("ray", reason="needs pip install 'mtsum[ray]'")
    with pytest.raises(UsageError, match=said), connected(Crew(address=address)):
        pass
