"""Score sentence splitters on the gold set of tests/golden/segmentation.

Prints, for each language and half, boundary F1, precision, recall and the rate of cases split exactly as marked, for
mtsum, sentencex, pysbd and naive splitting. A boundary counts where the same number of non-space characters stands
before it; the end of a text is no boundary. pysbd has no Albanian, so its English rules split the Albanian half. A
rival that is not installed (``pip install sentencex pysbd``) is reported as missing.

    python scripts/score_segmentation.py                # both halves
    python scripts/score_segmentation.py tune           # while working on the rules
    python scripts/score_segmentation.py --errors sq    # the cases of the tune half that mtsum gets wrong
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mtsum.segmentation import segment

GOLD = Path(__file__).resolve().parents[1] / "tests" / "golden" / "segmentation"
LANGUAGES = ("sq", "en")
HALVES = ("tune", "held-out")

Splitter = Callable[[str, str], list[str]]


@dataclass(frozen=True)
class Case:
    """A text with its sentences as a person splits them."""

    category: str
    text: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """How well a splitter found the boundaries of some cases; all four are fractions of one."""

    f1: float
    precision: float
    recall: float
    exact: float


def read_cases(language: str, half: str) -> list[Case]:
    """The gold cases of one language (``sq``, ``en``) and half (``tune``, ``held-out``)."""
    cases = []
    for line in (GOLD / f"{language}-{half}.tsv").read_text(encoding="utf-8").splitlines():
        category, marked = line.split("\t")
        sentences = tuple(marked.replace("⏎", "\n").split("¶"))
        cases.append(Case(category, "".join(sentences), sentences))
    return cases


def boundaries(sentences: tuple[str, ...] | list[str]) -> set[int]:
    """Inner boundaries as counts of the non-space characters before them."""
    found, count = set(), 0
    for sentence in sentences:
        count += sum(not character.isspace() for character in sentence)
        found.add(count)
    return found - {0, count}


def score(cases: list[Case], language: str, split: Splitter) -> Score:
    """Boundary precision, recall and F1 over all cases, and the share of cases without an error."""
    right = found = wanted = exact = 0
    for case in cases:
        gold, guess = boundaries(case.sentences), boundaries(split(case.text, language))
        right += len(gold & guess)
        found += len(guess)
        wanted += len(gold)
        exact += gold == guess
    precision, recall = right / max(found, 1), right / max(wanted, 1)
    f1 = 2 * right / max(found + wanted, 1)
    return Score(f1, precision, recall, exact / max(len(cases), 1))


def naive(text: str, language: str) -> list[str]:
    """Split after every full stop, question or exclamation mark that whitespace follows."""
    return re.split(r"(?<=[.!?])\s+", text)


def sentencex(text: str, language: str) -> list[str]:
    """The sentencex library, which knows both languages."""
    import sentencex

    return list(sentencex.segment(language, text))


def pysbd(text: str, language: str) -> list[str]:
    """The pysbd library with its English rules; it has no Albanian."""
    import pysbd

    return list(pysbd.Segmenter(language="en", clean=False).segment(text))


SPLITTERS: dict[str, Splitter] = {"mtsum": segment, "sentencex": sentencex, "pysbd": pysbd, "naive": naive}


def main() -> int:
    """Print the table; ``--errors LANGUAGE`` prints the cases of the tune half that mtsum gets wrong instead."""
    if sys.argv[1:2] == ["--errors"]:
        for case in read_cases(sys.argv[2], "tune"):
            if boundaries(case.sentences) != boundaries(segment(case.text, sys.argv[2])):
                print(case.category, "¶".join(segment(case.text, sys.argv[2])).replace("\n", "⏎"), sep="\t")
        return 0
    print(
        f"{'half':<10}{'language':<10}{'cases':>6}  {'splitter':<28}{'F1':>7}{'precision':>11}{'recall':>8}{'exact':>7}"
    )
    for half in sys.argv[1:] or HALVES:
        for language in LANGUAGES:
            cases = read_cases(language, half)
            for name, split in SPLITTERS.items():
                label = f"{name} (its English rules)" if (name, language) == ("pysbd", "sq") else name
                row = f"{half:<10}{language:<10}{len(cases):>6}  {label:<28}"
                if name in ("sentencex", "pysbd") and importlib.util.find_spec(name) is None:
                    print(f"{row} not installed")
                    continue
                result = score(cases, language, split)
                print(
                    f"{row}{100 * result.f1:7.1f}{100 * result.precision:11.1f}"
                    f"{100 * result.recall:8.1f}{100 * result.exact:7.1f}"
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
