"""Sentences a second of both engines on the same weights, the shipped default translator's, in one run.

    python scripts/bench_engines.py [--text FILE] [--sentences 200] [--threads 2]

CTranslate2 runs the shipped int8 directory; transformers runs the same weights turned back into float32. Both get the
same batches. Each figure is the best of ``--repeats`` runs after a warm-up, so that a busy machine disturbs it least.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from mtsum.batching import generate_in_batches
from mtsum.engines import Engine, GenerationSettings, load_engine
from mtsum.engines.dequantize import dequantize
from mtsum.hub import locate
from mtsum.reading import read_articles
from mtsum.registry import load_registry

EXAMPLE = Path(__file__).parents[1] / "examples/lajm.txt"


def main() -> None:
    """Load both engines, time both on the same sentences, print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, default=EXAMPLE, help="an article; its sentences are repeated as needed")
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    sources = list(islice(cycle(sentences_of(arguments.text)), arguments.sentences))
    words = sum(len(source.split()) for source in sources) / len(sources)
    entry = load_registry().default("translation")
    shipped = locate(entry, offline=True)
    with tempfile.TemporaryDirectory() as temporary:
        dequantize(shipped, Path(temporary) / "float32")
        engines = {
            "ctranslate2 int8": load_engine(shipped, entry.family, threads=arguments.threads),
            "transformers float32": load_engine(
                Path(temporary) / "float32", entry.family, engine="transformers", threads=arguments.threads
            ),
        }
        print(f"{entry.alias}, {len(sources)} sentences of {words:.1f} words, {arguments.threads} threads\n")
        print("| search | " + " | ".join(f"{name}, sentences/s" for name in engines) + " | ratio |")
        print("|---|---:|---:|---:|")
        for name, settings in (
            ("greedy", GenerationSettings(beam_size=1)),
            ("beam 4", GenerationSettings(beam_size=4)),
        ):
            fast, slow = (
                len(sources) / best_seconds(engine, sources, settings, arguments.repeats) for engine in engines.values()
            )
            print(f"| {name} | {fast:.1f} | {slow:.1f} | {fast / slow:.1f}x |", flush=True)


def sentences_of(path: Path) -> list[str]:
    """The Albanian sentences of an article."""
    found: list[str] = []
    for article in read_articles([str(path)], language="sq"):
        if isinstance(article, Exception):
            raise article
        found += [sentence.content for sentence in article.sentences]
    return found


def best_seconds(engine: Engine, sources: list[str], settings: GenerationSettings, repeats: int) -> float:
    """Seconds of the fastest of ``repeats`` runs over all sources, after one over a few of them."""
    generate_in_batches(engine, sources[:8], settings)
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        generate_in_batches(engine, sources, settings)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


if __name__ == "__main__":
    main()
