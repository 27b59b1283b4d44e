"""The unit of work of a long run: neighbouring articles of the input, always cut the same way.

What a chunk holds depends on the input alone, so a chunk that is worked on again, by another process or on another
machine, gives the same records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mtsum.errors import InputError
from mtsum.formats import Document

MOST_ARTICLES = 64
MOST_CHARACTERS = 400_000


@dataclass(frozen=True)
class Item:
    """One record of the input, at ``position`` (from 0) in its order: a document, or what was wrong with it.

    ``id`` names it in the output: its own identifier, or one made of the file's name and line.
    """

    position: int
    id: str
    content: Document | InputError


@dataclass(frozen=True)
class Chunk:
    """Items that are worked on together; ``number`` counts the chunks of a run from 0."""

    number: int
    items: tuple[Item, ...]


def chunked(
    items: Iterable[Item], most_articles: int = MOST_ARTICLES, most_characters: int = MOST_CHARACTERS
) -> Iterator[Chunk]:
    """``items`` in chunks of at most so many articles and characters; one larger article is a chunk of its own."""
    waiting: list[Item] = []
    characters = number = 0
    for item in items:
        size = len(item.content.text) if isinstance(item.content, Document) else 0
        if waiting and (len(waiting) == most_articles or characters + size > most_characters):
            yield Chunk(number, tuple(waiting))
            number, waiting, characters = number + 1, [], 0
        waiting.append(item)
        characters += size
    if waiting:
        yield Chunk(number, tuple(waiting))
