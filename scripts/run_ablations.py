"""Train variants of the recipe one after the other, for as many tokens or minutes each, and table what they came to.

    python scripts/run_ablations.py --out runs/ablations --only recipe encoder-random without-other-languages \\
        --variant "back-translated=--train back.tsv:0.5" \\
        -- --encoder ENCODER.npz --data ../shared/data --max-tokens 600000 --workers 2

What stands after ``--`` goes to train_translator.py for every variant. The encoded pairs are made once and shared. A
variant that came to its end is not run again; ``table.md`` is written anew after each.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from mtsum.errors import MtsumError, UsageError
from mtsum.training.ablations import COMMAND, VARIANTS, chosen_variants, is_done, table

TRAIN = Path(__file__).with_name("train_translator.py")


def main() -> None:
    """Parse the call and run the variants; the exit status is 1 when one of them failed."""
    own, common = split(sys.argv[1:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the variants' run folders and of table.md")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help=f"of: {', '.join(VARIANTS)}")
    parser.add_argument("--variant", action="append", default=[], metavar="NAME=OPTIONS", help="one of your own")
    arguments = parser.parse_args(own)
    try:
        failed = run_variants(arguments.out, chosen_variants(arguments.only, arguments.variant), common)
    except MtsumError as error:
        print(f"run_ablations.py: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
    print((arguments.out / "table.md").read_text("utf-8"))
    sys.exit(1 if failed else 0)


def split(words: list[str]) -> tuple[list[str], list[str]]:
    """The words before ``--`` and those after it."""
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at + 1 :]


def run_variants(out: Path, variants: dict[str, tuple[str, ...]], common: list[str]) -> list[str]:
    """Run each that is not done yet; returns the names of those that failed."""
    if "--run" in common:
        raise UsageError("--run is for run_ablations.py to say: each variant has a folder of its own below --out")
    out.mkdir(parents=True, exist_ok=True)
    failed = []
    done = {}
    for name, options in variants.items():
        run, whole = out / name, [*common, *options]
        if not is_done(run, whole) and not train(run, whole, out / "encoded"):
            failed.append(name)
        done[name] = run, options
        (out / "table.md").write_text(table(done), "utf-8")
    return failed


def train(run: Path, options: list[str], cache: Path) -> bool:
    """Train one variant (or go on with it), its output in ``output.txt``; whether it came to its end."""
    command = run / COMMAND
    if run.exists() and (not command.is_file() or json.loads(command.read_text("utf-8")) != options):
        raise UsageError(f"{run} was trained with other options; remove it, or give another --out")
    run.mkdir(parents=True, exist_ok=True)
    command.write_text(json.dumps(options), "utf-8")
    print(f"{run.name}: training", flush=True)
    words = [sys.executable, str(TRAIN), "--run", str(run), "--cache", str(cache), "--keep", "0", *options]
    with (run / "output.txt").open("w") as output:
        result = subprocess.run(words, stdout=output, stderr=subprocess.STDOUT, check=False)
    if result.returncode:
        lines = (run / "output.txt").read_text("utf-8", errors="replace").strip().splitlines() or ["no output"]
        print(f"{run.name}: failed: {lines[-1]}", file=sys.stderr, flush=True)
    return result.returncode == 0


if __name__ == "__main__":
    main()
