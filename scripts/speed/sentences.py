"""Albanian sentences to translate, no two alike."""

from __future__ import annotations

import random
import re
from pathlib import Path

from mtsum.reading import read_articles

EXAMPLE = Path(__file__).parents[2] / "examples/lajm.txt"
OPENINGS = ("Sipas raportit", "Në vitin", "Deri më datën", "Në faqen", "Gjatë javës", "Në pikën")


def sentences_of(path: Path) -> list[str]:
    """The distinct sentences of the Albanian articles in a file of any kind that mtsum reads."""
    found: list[str] = []
    for article in read_articles([str(path)], language="sq"):
        if isinstance(article, Exception):
            raise article
        found += [sentence.content for sentence in article.sentences]
    return list(dict.fromkeys(found))


def example_sentences() -> list[str]:
    """Those of the example article."""
    return sentences_of(EXAMPLE)


def renumbered(count: int) -> list[str]:
    """``count`` sentences made of the example's, with openings and numbers of their own; the same at every call."""
    chance = random.Random(1)
    base = example_sentences()
    found: dict[str, None] = {}
    while len(found) < count:
        sentence = base[len(found) % len(base)]
        sentence = re.sub(r"\d+", lambda number: str(chance.randrange(2, 10 ** len(number[0]))), sentence)
        found[f"{chance.choice(OPENINGS)} {chance.randrange(2, 3000)}: {sentence}"] = None
    return list(found)
