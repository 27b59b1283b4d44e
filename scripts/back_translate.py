"""Make training pairs from text of the target language alone, by a model that translates the other way round.

    python scripts/back_translate.py --model MODEL --from en --to sq --text en-news.txt.xz --output back.tsv --lines 20000
    python scripts/train_translator.py --encoder ENCODER.npz --data DATA --train back.tsv:0.5 --run runs/translator

Each line of the text becomes the target of a pair, its translation the source (Sennrich et al. 2016). Lines whose
translation mtsum's checks flag are left out, and counted on stderr by flag. The same model and text give the same pairs.
"""

from __future__ import annotations

import argparse
import gzip
import lzma
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, cast

from mtsum.errors import MtsumError
from mtsum.loading import load_translator, model_entry
from mtsum.reading import article_from_text

# What is true of the translation and no fault of it.
HARMLESS = {"restored"}


def main() -> None:
    """Parse the call, translate, and write the pairs that pass."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="alias, repository or directory of a model")
    parser.add_argument("--from", dest="source", required=True, metavar="LANGUAGE", help="language of the text")
    parser.add_argument("--to", dest="target", required=True, metavar="LANGUAGE", help="language to make sources in")
    parser.add_argument("--text", type=Path, required=True, help="a sentence a line, UTF-8; plain, .gz or .xz")
    parser.add_argument("--output", type=Path, required=True, help="lines of “translation<TAB>line”")
    parser.add_argument("--lines", type=int, help="take so many lines (default: all)")
    parser.add_argument("--words", type=int, nargs=2, default=(5, 50), metavar=("LEAST", "MOST"), help="of a line")
    parser.add_argument("--beam", type=int, default=1, help="beam size (default: 1)")
    arguments = parser.parse_args()
    try:
        targets = read_lines(arguments.text, arguments.words, arguments.lines)
        pairs, left_out = back_translated(arguments, targets)
    except MtsumError as error:
        print(f"back_translate.py: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
    arguments.output.write_text("".join(f"{source}\t{target}\n" for source, target in pairs), "utf-8")
    reasons = ", ".join(f"{flag} {count:,}" for flag, count in left_out.most_common()) or "none"
    print(f"{arguments.output}: {len(pairs):,} pairs of {len(targets):,} lines; left out: {reasons}", file=sys.stderr)


def read_lines(path: Path, words: Sequence[int], most: int | None) -> list[str]:
    """The first ``most`` distinct lines of ``words[0]`` to ``words[1]`` words, without tabs."""
    openers: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".xz": lzma.open}
    opened = openers.get(path.suffix, open)
    found: dict[str, None] = {}
    with cast(IO[str], opened(path, "rt", encoding="utf-8")) as lines:
        for line in lines:
            if words[0] <= len(line.split()) <= words[1]:
                found[" ".join(line.split())] = None
            if len(found) == most:
                break
    return list(found)


def back_translated(
    arguments: argparse.Namespace, targets: Sequence[str]
) -> tuple[list[tuple[str, str]], Counter[str]]:
    """Pairs of a translation and the line it is of, and how many lines were left out for which flag."""
    entry = model_entry(arguments.model, "translation")
    loaded = load_translator(entry, arguments.source, arguments.target)
    translator = replace(loaded, settings=replace(loaded.settings, beam_size=arguments.beam), retry_flagged=False)
    articles = [article_from_text(target, arguments.source) for target in targets]
    pairs, left_out = [], Counter[str]()
    for target, translation in zip(targets, translator.translate(articles), strict=True):
        flags = {flag for sentence in translation.sentences for flag in sentence.flags} - HARMLESS
        source = " ".join(translation.text.split())
        if flags or not source:
            left_out.update(sorted(flags)[:1] or ["empty"])
        else:
            pairs.append((source, target))
    return pairs, left_out


if __name__ == "__main__":
    main()
