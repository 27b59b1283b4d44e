"""Draw the curves of one run, or of several together: loss, dev loss, BLEU and chrF over target tokens and minutes.

    python scripts/plot_training.py runs/translator                     # writes runs/translator/curves.png
    python scripts/plot_training.py runs/a runs/b --output both.svg

Works from log.jsonl alone, also while the run goes on. Needs matplotlib.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mtsum.errors import MtsumError, UsageError
from mtsum.training.curves import draw_curves


def main() -> None:
    """Parse the call and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="run folders")
    parser.add_argument("--output", type=Path, help="picture to write (default: curves.png in the one run's folder)")
    arguments = parser.parse_args()
    try:
        if arguments.output is None and len(arguments.runs) > 1:
            raise UsageError("say with --output where the picture of several runs is to go")
        output = arguments.output or arguments.runs[0] / "curves.png"
        draw_curves(arguments.runs, output)
    except MtsumError as error:
        print(f"plot_training.py: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
    print(output)


if __name__ == "__main__":
    main()
