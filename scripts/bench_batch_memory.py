"""The most resident memory of ``mtsum batch`` over corpora of different size: a Markdown table.

    python scripts/bench_batch_memory.py [--records 1000 100000] [--task translate] [--model M] [--beam N] [--threads 2]

Every record is a sentence of its own, so each is translated, and goes into a translation memory that is new for the run.
The run is a process of its own, in an empty home; its most resident memory is what the kernel says of it when it has ended.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count, islice, product
from pathlib import Path

SUBJECTS = (
    "Ministri", "Kryetari", "Mësuesi", "Mjeku", "Gazetari", "Drejtori", "Trajneri", "Lojtari", "Deputeti", "Shoferi",
    "Fermeri", "Studenti", "Profesori", "Aktori", "Shkrimtari", "Polici", "Gjykatësi", "Avokati", "Tregtari", "Peshkatari",
)  # fmt: skip
PREDICATES = (
    "foli", "punoi", "priti", "qeshi", "këndoi", "vrapoi", "pushoi", "mësoi", "shkroi", "lexoi",
    "hyri", "mbeti", "gatoi", "bleu bukë", "piu kafe", "hapi derën", "mori fjalën", "pa filmin", "gjeti punë", "bëri paqe",
    "humbi rrugën", "ndezi dritën", "shiti makinën", "mbylli dritaren", "pagoi faturën",
)  # fmt: skip
PLACES = (
    "në shkollë", "në treg", "në shtëpi", "në rrugë", "në qytet", "në fshat", "në park", "në stadium", "në spital", "në zyrë",
    "në bibliotekë", "në teatër", "në port", "në fabrikë", "në stacion", "në sheshin kryesor", "në breg", "në mal", "në kopsht",
    "në gjykatë",
)  # fmt: skip
TIMES = (
    "sot", "dje", "mbrëmë", "këtë javë", "në mëngjes", "pas drekës", "natën", "të hënën", "të premten", "gjatë verës",
)  # fmt: skip


def main() -> None:
    """Run every size; print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--task", choices=("translate", "summarize"), default="translate")
    parser.add_argument("--model", help="the shipped translator by default")
    parser.add_argument("--beam", type=int, help="the model's own by default")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    options = ["--task", arguments.task, "--threads", str(arguments.threads)]
    options += ["--translator", arguments.model] if arguments.model else []
    options += ["--beam", str(arguments.beam)] if arguments.beam else []
    print("| records | most resident memory, MB | of the first | minutes |")
    print("|---:|---:|---:|---:|")
    first = None
    for size in arguments.records:
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as place:
            used = most_memory(size, Path(place), options)
        first = first or used
        minutes = (time.perf_counter() - started) / 60
        print(f"| {size:,} | {used / 1000:.1f} | {used / first:.3f} | {minutes:.1f} |", flush=True)


def most_memory(size: int, place: Path, options: list[str]) -> float:
    """The most resident memory, in kB, of a run over ``size`` records."""
    corpus = place / "corpus.jsonl"
    with corpus.open("w", encoding="utf-8") as file:
        for number, text in enumerate(islice(sentences(), size)):
            file.write(json.dumps({"id": f"record-{number}", "text": text}, ensure_ascii=False) + "\n")
    # A short sentence of words that several languages have may look like another one.
    command = [sys.executable, "-m", "mtsum", "batch", str(corpus), "-o", str(place / "run"), "-q", "--any-language"]
    process = subprocess.Popen(
        [*command, *options], env={**os.environ, "MTSUM_HOME": str(place / "home"), "MTSUM_OFFLINE": "1"}
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the run ended with {process.returncode}")
    return used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)


def sentences() -> Iterator[str]:
    """100,000 different sentences, then the same ones again; the first of them are as long as all of them."""
    parts = [*product(SUBJECTS, PREDICATES, PLACES, TIMES)]
    for number in count(step=61_803):  # prime to their number, so that each comes once
        yield " ".join(parts[number % len(parts)]) + "."


if __name__ == "__main__":
    main()
