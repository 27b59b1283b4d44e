"""Count what a model's card says beside its scores: names and numbers kept, loops, hypotheses cut by length.

    mtsum benchmark --models sq-en-draft --testset ntrex-30-documents --testsets-dir DATA --out results
    python scripts/count_kept.py results

Reads the outputs that a benchmark has stored; no model runs. Prints a Markdown table. What stands alike in a source and
its reference is to be kept: words of three letters or more that begin with a capital, and runs of digits.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

NAME, DIGITS = re.compile(r"\b[^\W\d_a-zçë][^\W\d_]{2,}\b"), re.compile(r"\d+")
LOOPS = {"length-limit", "repetition"}


def main() -> None:
    """Print a row for each system and translation set of the benchmark folders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="folders of mtsum benchmark")
    arguments = parser.parse_args()
    print("| set | system | segments | names kept | digits kept | loops or cut by length |")
    print("|---|---|---:|---:|---:|---:|")
    for folder in arguments.folders:
        with (folder / "segments.jsonl").open(encoding="utf-8") as lines:
            segments = [json.loads(line) for line in lines]
        for testset in dict.fromkeys(segment["testset"] for segment in segments):
            own = [segment for segment in segments if segment["testset"] == testset]
            for system in dict.fromkeys(name for segment in own for name in segment["systems"]):
                done = [segment for segment in own if system in segment["systems"]]
                print(f"| {testset} | {system} | {len(done)} | {row(done, system)} |")


def row(segments: list[dict[str, Any]], system: str) -> str:
    """The counted cells of one system on one set."""
    outputs = [segment["systems"][system] for segment in segments]
    loops = sum(bool(LOOPS & set(output["flags"])) for output in outputs)
    triples = [
        (segment["source"], segment["references"][0], output["hypothesis"])
        for segment, output in zip(segments, outputs, strict=True)
    ]
    return f"{kept(NAME, triples)} | {kept(DIGITS, triples)} | {loops}"


def kept(what: re.Pattern[str], triples: Iterable[tuple[str, str, str]]) -> str:
    """Of what stands alike in a source and its reference, how much is in the hypothesis: per cent, and of how many."""
    due = found = 0
    for source, reference, hypothesis in triples:
        both = Counter(what.findall(source)) & Counter(what.findall(reference))
        due += both.total()
        found += (both & Counter(what.findall(hypothesis))).total()
    return f"{100 * found / max(1, due):.1f}% of {due}"


if __name__ == "__main__":
    main()
