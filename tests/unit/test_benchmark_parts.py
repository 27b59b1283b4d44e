"""What is measured, what is amiss with outputs, and the parts of a test set that are scored by themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mtsum.errors import InputError
from mtsum.evaluation.benchmark import generation
from mtsum.evaluation.benchmark.breakdowns import Kept, buckets, kept
from mtsum.evaluation.benchmark.configuration import Benchmark
from mtsum.evaluation.benchmark.environment import environment
from mtsum.evaluation.benchmark.folder import Folder, Output, write_json_lines
from mtsum.evaluation.benchmark.measuring import disk_mb, processor_time, spread, waiting_share
from mtsum.evaluation.benchmark.outliers import outliers
from mtsum.evaluation.benchmark.systems import System
from mtsum.evaluation.benchmark.worker import REFERENCES, Job
from mtsum.evaluation.testsets import Segment, SetRequest, TestSet

ROOT = Path(__file__).parents[2]


def a_set(*segments: tuple[str, str], task: str = "translation", documents: tuple[str, ...] = ()) -> TestSet:
    made = tuple(
        Segment(str(at), source, (reference,), documents[at] if documents else None)
        for at, (source, reference) in enumerate(segments)
    )
    source = "en" if task == "summarization" else "sq"
    return TestSet("s", task, source, "en", "en", made)  # type: ignore[arg-type]


def outputs(*texts: str, stop: str = "eos") -> list[Output]:
    return [Output(str(at), text, None, (), stop) for at, text in enumerate(texts)]


def test_repeats_give_their_median_and_extremes() -> None:
    assert spread([3.0, 1.0, 2.5]) == {"median": 2.5, "low": 1.0, "high": 3.0, "repeats": [3.0, 1.0, 2.5]}
    assert spread([1.0, 2.0])["median"] == 1.5


def test_peak_memory_is_the_process_own_and_not_its_parents() -> None:
    # getrusage would give a child the peak of the process that it was started from.
    child = "from mtsum.evaluation.benchmark.measuring import peak_memory_mb; print(peak_memory_mb())"
    parent = (
        "import subprocess, sys\nheld = bytearray(b'x') * 400_000_000\n"
        f"print(subprocess.run([sys.executable, '-c', {child!r}], capture_output=True, text=True, check=True).stdout)\n"
        f"{child}"
    )
    done = subprocess.run([sys.executable, "-c", parent], capture_output=True, text=True, check=True, cwd=ROOT)
    of_child, of_parent = map(float, done.stdout.split())
    assert 5 < of_child < 200
    assert of_parent > 400


def test_waiting_for_a_processor_is_a_share_of_the_time_wanted() -> None:
    assert waiting_share((100, 50), (400, 150)) == 0.25
    assert waiting_share((100, 50), (100, 50)) is None
    assert waiting_share(None, (1, 1)) is None


@pytest.mark.skipif(processor_time() is None, reason="this system does not tell how long threads waited")
def test_a_busy_processor_shows_as_waiting() -> None:
    """Two processes on one core: each waits about half of the time that it wants to run."""
    program = (
        "import os, sys\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from mtsum.evaluation.benchmark.measuring import processor_time, waiting_share\n"
        "before = processor_time()\nwhile processor_time()[0] - before[0] < 300_000_000: pass\n"
        "print(waiting_share(before, processor_time()))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(2)
    ]
    shares = [float(process.communicate()[0]) for process in started]
    assert max(shares) > 0.2


def test_the_size_on_disk_counts_a_directory_once_and_no_bookkeeping(tmp_path: Path) -> None:
    (tmp_path / "a/.cache").mkdir(parents=True)
    (tmp_path / "a/model.bin").write_bytes(b"x" * 3_000_000)
    (tmp_path / "a/.cache/x").write_bytes(b"x" * 3_000_000)
    assert disk_mb([tmp_path / "a", tmp_path / "a"]) == 3.0


def test_the_environment_names_the_machine_and_the_versions() -> None:
    said = environment(3)
    assert said["threads"] == 3
    assert environment()["threads"] == said["cores"] >= 1
    assert said["cpu"]
    assert set(said["packages"]) >= {"ctranslate2", "sacrebleu"}
    assert said["commit"] is None or len(said["commit"].removesuffix("-dirty")) == 40


@pytest.mark.parametrize(
    ("source", "hypothesis", "stop", "kind", "detail"),
    [
        ("Treni u nis dje.", "the train the train the train the train", "eos", "repetition", "repeats itself: the train"),
        ("Treni i udhëtarëve u nis nga qyteti dje në mëngjes.", "Treni i udhëtarëve u nis nga qyteti dje në mëngjes.",
         "eos", "copy-through", "the words are the source's: Treni"),
        ("Treni i udhëtarëve u nis nga qyteti dje në mëngjes herët.", "The.", "eos", "length", "1 words for 11"),
        ("Po.", "Yes it is so and it has always been so for all of us here, I say.", "eos", "length", "17 words for 1"),
        ("Treni u nis dje në mëngjes.", "The train left in", "length", "length", "ended by the limit on its length"),
        ("Treni u nis dje në mëngjes.", "", "eos", "length", "nothing for 6 words"),
        ("Treni u nis dje në mëngjes herët.", "Der Zug ist gestern früh am Morgen abgefahren.", "eos", "language",
         "looks like German: Der Zug"),
    ],
)  # fmt: skip
def test_a_translation_with_something_amiss_is_an_outlier(
    source: str, hypothesis: str, stop: str, kind: str, detail: str
) -> None:
    found = {
        finding.kind: finding.detail
        for _, finding in outliers(a_set((source, "x")), outputs(hypothesis, stop=stop), {})
    }
    assert detail in found[kind]


def test_a_good_translation_is_no_outlier() -> None:
    testset = a_set(("Treni i parë u nis dje nga Prishtina.", "The first train left Pristina yesterday."))
    assert list(outliers(testset, outputs("The first train departed from Pristina yesterday."), {})) == []


def test_a_summary_is_held_to_the_length_asked_for_and_is_no_copy() -> None:
    article = " ".join(f"Officials in town number {n} said that the road would open soon." for n in range(20))
    testset = a_set((article, "Roads open."), task="summarization")
    few = " ".join(article.split()[:24])
    assert list(outliers(testset, outputs(few), {"length": "30"})) == []
    found = {finding.kind: finding.detail for _, finding in outliers(testset, outputs(few), {"length": "120"})}
    assert found == {"length": "24 words, 120 were wanted"}
    assert "copy-through" in {finding.kind for _, finding in outliers(testset, outputs(article), {"length": "30"})}


def test_names_and_numbers_are_counted_as_kept_or_lost() -> None:
    testset = a_set(
        ("Treni i Hasan Grudës mbërriti me 240 udhëtarë.", "x"),
        ("Treni i Hasan Grudës mbërriti me 240 udhëtarë.", "x"),
        ("Treni u nis dje.", "x"),
    )
    made = outputs("The train of Hasan Gruda arrived with 240 passengers.", "The train arrived with 12 people.", "No.")
    counted = kept(testset, made)
    assert counted["numbers"] == [Kept(1, 1), Kept(1, 0), Kept(0, 0)]
    assert counted["names"][0].wanted == counted["names"][0].kept > 0
    assert counted["names"][1].kept == 0
    named = {(each.kind, each.name): each.rows for each in buckets(testset, made)}
    assert named["numbers", "all kept"] == (0,)
    assert named["numbers", "some lost"] == (1,)
    assert named["numbers", "none to keep"] == (2,)


def test_a_summary_is_to_keep_what_its_reference_names() -> None:
    testset = a_set(("A long article.", "Hasan Gruda paid 12 euros in Peja."), task="summarization")
    assert kept(testset, outputs("Hasan Gruda paid 12 euros."))["numbers"] == [Kept(1, 1)]
    names = kept(testset, outputs("Hasan Gruda paid nothing."))["names"][0]
    assert (names.wanted, names.kept) == (3, 2)


def test_buckets_of_length_and_document_hold_every_segment_once() -> None:
    words = (1, 10, 11, 20, 21, 41, 5)
    testset = a_set(*((" ".join(["fjalë"] * n), "x") for n in words), documents=("a", "a", "b", "b", "b", "c", "a"))
    found: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
    for bucket in buckets(testset, outputs(*"abcdefg")):
        found.setdefault(bucket.kind, []).append((bucket.name, bucket.rows))
    assert found["length"] == [
        ("1-10 words", (0, 1, 6)),
        ("11-20 words", (2, 3)),
        ("21-30 words", (4,)),
        ("over 40 words", (5,)),
    ]
    assert found["document"] == [("a", (0, 1, 6)), ("b", (2, 3, 4)), ("c", (5,))]


def test_a_reference_that_is_translated_to_nothing_is_refused_before_anything_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def worker(job: Job) -> tuple[str | None, list[str]]:
        write_json_lines(Path(job.root) / REFERENCES, [{"id": "a", "references": [" "]}])
        return None, []

    monkeypatch.setattr(generation, "run_job", worker)
    articles = tmp_path / "data/lr-sum-sq"
    articles.mkdir(parents=True)
    (articles / "test.jsonl").write_text('{"id": "a", "text": "Shkolla u hap.", "summary": "U hap."}\n', "utf-8")
    benchmark = Benchmark(
        systems=(System("both", "sq-en-draft", "en-sum-draft"),),
        testsets=(SetRequest("lr-sum-sq"),),
        testsets_dir=str(tmp_path / "data"),
        reference_translator="sq-en-draft",
    )
    with pytest.raises(InputError, match="sq-en-draft makes nothing of a reference of a"):
        generation.store_testsets(benchmark, Folder(tmp_path / "out"), lambda _: None)
    assert not (tmp_path / "out").exists()
