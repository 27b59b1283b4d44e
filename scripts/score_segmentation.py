"""Score sentence splitters on the gold set of tests/golden/segmentation.

Prints, for each language and half, boundary F1, precision, recall and the rate of cases split exactly as marked, for
mtsum, sentencex, pysbd and naive splitting. A boundary counts where the same number of non-space characters stands
before it; the end of a text is no boundary. pysbd has no Albanian, so its English rules split the Albanian half. A
rival that is not installed (``pip install sentencex pysbd``) is reported as missing.

    python scripts/score_segmentation.py                # both halves
    python scripts/score_segmentation.py tune           # while working on the rules
    python scripts/score_segmentation.py --errors sq    # the cases of the tune half that mtsum gets wrong
    python scripts/score_segmentation.py --documents F  # text by other hands: lines of document, Albanian, English

The gold set and the rules come from the same hands, so a perfect score there says little about unseen text. The
last form takes the lines of each document (tab-separated, such as NTREX-128) that end in a full stop, question or
exclamation mark, joins them with spaces and scores the line ends found again. Lines that hold several sentences lower
every splitter's precision.
"""

from __future__ import annotations

import argparse
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
    for line in (GOLD / f"{language}-{half}.tsv").read_text(encoding="utf-8").rstrip("\n").split("\n"):
        category, marked = line.split("\t")
        sentences = tuple(marked.replace("⏎", "\n").split("¶"))
        cases.append(Case(category, "".join(sentences), sentences))
    return cases


def read_documents(path: Path, language: str) -> list[Case]:
    """The documents of a file of ``document <TAB> Albanian <TAB> English`` lines, each line taken for one sentence."""
    documents: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n"):
        name, albanian, english = line.split("\t")
        sentence = (albanian if language == "sq" else english).strip()
        if sentence.rstrip("\"'”“»’)")[-1:] in (".", "!", "?"):
            documents.setdefault(name, []).append(sentence)
    return [Case(name, " ".join(lines), tuple(lines)) for name, lines in documents.items()]


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


def print_errors(language: str) -> None:
    """Print the cases of the tune half that mtsum splits wrong, as it splits them."""
    for case in read_cases(language, "tune"):
        if boundaries(case.sentences) != boundaries(segment(case.text, language)):
            print(case.category, "¶".join(segment(case.text, language)).replace("\n", "⏎"), sep="\t")


def print_scores(name: str, language: str, cases: list[Case]) -> None:
    """Print one row a splitter."""
    for splitter, split in SPLITTERS.items():
        label = f"{splitter} (its English rules)" if (splitter, language) == ("pysbd", "sq") else splitter
        row = f"{name:<11}{language:<10}{len(cases):>6}  {label:<28}"
        if splitter in ("sentencex", "pysbd") and importlib.util.find_spec(splitter) is None:
            print(f"{row} not installed")
            continue
        result = score(cases, language, split)
        print(
            f"{row}{100 * result.f1:7.1f}{100 * result.precision:11.1f}"
            f"{100 * result.recall:8.1f}{100 * result.exact:7.1f}"
        )


def main() -> int:
    """Print the table that the arguments ask for."""
    parser = argparse.ArgumentParser(description="Score sentence splitters on the gold set.")
    parser.add_argument("half", nargs="*", metavar="half", help="tune or held-out; both unless told")
    parser.add_argument("--errors", choices=LANGUAGES, metavar="LANGUAGE")
    parser.add_argument("--documents", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    if unknown := set(arguments.half) - set(HALVES):
        parser.error(f"no such half: {', '.join(sorted(unknown))} (choose from {', '.join(HALVES)})")
    if arguments.errors:
        print_errors(arguments.errors)
        return 0
    head = f"{'half':<11}{'language':<10}{'cases':>6}  {'splitter':<28}"
    print(f"{head}{'F1':>7}{'precision':>11}{'recall':>8}{'exact':>7}")
    if arguments.documents:
        for language in LANGUAGES:
            print_scores("documents", language, read_documents(arguments.documents, language))
        return 0
    for half in arguments.half or HALVES:
        for language in LANGUAGES:
            print_scores(half, language, read_cases(language, half))
    return 0


if __name__ == "__main__":
    sys.exit(main())
