"""The engine ``ray`` on two Ray nodes of this machine: the local engine's records, whatever dies in between.

Each node has one CPU and a worker takes one, so two workers are on two nodes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.corpus import ALBANIAN

from mtsum.corpus.chunks import Chunk, chunked
from mtsum.corpus.executors import Crew, executor
from mtsum.corpus.inputs import Source, read_items
from mtsum.corpus.work import Task, Worker
from mtsum.loading import EngineChoice
from mtsum.memory import open_memory

pytest.importorskip("ray", reason="needs pip install 'mtsum[ray]'")
pytestmark = pytest.mark.slow

ARTICLES = 320
PATIENCE = 120.0  # seconds until a process that should have done something is given up


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": 80_000_000}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    cluster.add_node(**node)
    yield cluster.address
    cluster.shutdown()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def offline(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTSUM_HOME", str(home))
    monkeypatch.setenv("MTSUM_OFFLINE", "1")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Articles without a common sentence or half of one: the memory would give it as the first chunk done has it."""
    path = tmp_path_factory.mktemp("corpus") / "articles.jsonl"
    sentences = [f"{text[0].lower()}{text[1:-1]}" for text in ALBANIAN[:20]]
    texts = (
        f"Lajmi {at} thotë se {sentences[at % 20]} më {at}. Lajmi {at} thotë edhe se {sentences[at * 7 % 20]} te {at}."
        for at in range(ARTICLES)
    )
    lines = (json.dumps({"id": f"a{at}", "text": text}) + "\n" for at, text in enumerate(texts))
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def task(converted_model: Callable[..., Path]) -> Task:
    return Task("translate", translator=str(converted_model("unigram-bart")), choice=EngineChoice(beam=1, threads=1))


@pytest.fixture(scope="module")
def local(task: Task, corpus: Path) -> dict[int, tuple[dict, ...]]:
    """The records of each chunk as this process makes them."""
    worker = Worker(task)
    return {chunk.number: worker.work(chunk.items).records for chunk in chunks_of(corpus)}


def chunks_of(corpus: Path) -> Iterator[Chunk]:
    return chunked(read_items(Source(str(corpus))), most_articles=16)


def workers_of_the_cluster() -> list[int]:
    """The processes below this one that hold models."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    parent = {int(pid): int(above) for pid, above, _ in rows}

    def is_ours(pid: int) -> bool:
        while pid and pid != os.getpid():
            pid = parent.get(pid, 0)
        return bool(pid)

    return [int(pid) for pid, _, name in rows if "RayWorker" in name and name.startswith("ray::") and is_ours(int(pid))]


def wait_until(done: Callable[[], object], process: subprocess.Popen | None = None) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "nothing happened"
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.05)


def test_two_workers_one_of_them_killed_make_the_local_engines_records_and_fill_one_memory(
    address: str, task: Task, corpus: Path, local: dict[int, tuple[dict, ...]], tmp_path: Path
) -> None:
    made, seen = [], []
    memory = tmp_path / "memory.sqlite"
    for each in executor("ray").run(
        chunks_of(corpus), task, memory, lambda *wrote: seen.append(wrote), Crew(2, address)
    ):
        made.append(each)
        if len(made) == 3:
            os.kill(workers_of_the_cluster()[0], signal.SIGKILL)
    assert sorted(number for number, _ in made) == sorted(local)
    assert {number: done.records for number, done in made} == local
    assert sum(texts for texts, _ in seen) == sum(done.generated for _, done in made)
    with open_memory(memory) as opened:
        assert opened.makers()


def test_a_driver_killed_in_mid_run_is_gone_on_with_by_the_same_command(
    address: str, task: Task, corpus: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    command = [sys.executable, "-m", "mtsum", "batch", str(corpus), "-o", str(out), "--task", "translate"]
    command += ["--model", str(task.translator), "--beam", "1", "--threads", "1"]
    on_ray = [*command, "--engine", "ray", "--workers", "2", "--address", address]
    killed = subprocess.Popen(on_ray, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: [*out.glob("work/part-*.jsonl")], killed)
    killed.kill()
    killed.communicate()
    assert not [*out.glob("records-*")]
    again = subprocess.run(on_ray, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
    assert again.returncode == 0, again.stderr
    alone = tmp_path / "local"
    command[command.index(str(out))] = str(alone)
    subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=True)
    assert (out / "records-00000.jsonl").read_bytes() == (alone / "records-00000.jsonl").read_bytes()
