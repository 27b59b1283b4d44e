"""Reading the input of a command: articles in the order given, each with the language it is in."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

from mtsum.cli.options import InputChoice
from mtsum.documents import Article
from mtsum.errors import InputError
from mtsum.language_identification import identify, looks_like, name_of
from mtsum.languages import language
from mtsum.reading import read_articles

Item = Article | InputError
Warn = Callable[[str], None]


def read_as(choice: InputChoice, code: str, warn: Warn) -> list[Item]:
    """All articles of the input read as ``code``, an ``InputError`` in the place of each that cannot be read.

    ``warn`` is told of an article that does not look like that language.
    """
    items = _Reader(choice).read(code)
    for item in items:
        if isinstance(item, Article) and not looks_like(item.text, code):
            found = identify(item.text)
            warn(
                f"{item.name}: looks like {name_of(found.code)}, not {language(code).name}; "
                "say --from if it is another language"
            )
    return items


def read_identified(choice: InputChoice, spoken: tuple[str, ...], fallback: str, warn: Warn) -> list[Item]:
    """All articles of the input, each read as the language it is identified to be in.

    ``spoken`` are the languages that can be dealt with; an article in any other, or in none that can be told, is read
    as ``fallback``, and ``warn`` is told of the former.
    """
    reader = _Reader(choice)
    items = reader.read(fallback)
    codes = []
    for item in items:
        code = fallback
        if isinstance(item, Article) and not looks_like(item.text, fallback):
            code = identify(item.text).code
            if code not in spoken:
                warn(f"{item.name}: looks like {name_of(code)}; it is treated as {language(fallback).name}, say --from")
                code = fallback
        codes.append(code)
    # Sentences end by other rules in other languages, so an article is read again as what it is.
    read_again = {code: reader.read(code) for code in set(codes) - {fallback}}
    return [read_again.get(code, items)[at] for at, code in enumerate(codes)]


class _Reader:
    """Reads the input as often as wanted; stdin, which can be read only once, is kept."""

    def __init__(self, choice: InputChoice) -> None:
        self._choice = choice
        self._stdin = sys.stdin.buffer.read() if "-" in choice.files else b""

    def read(self, code: str) -> list[Item]:
        choice = self._choice
        return list(
            read_articles(
                choice.files,
                language=code,
                format=choice.format,
                text_column=choice.text_column,
                id_column=choice.id_column,
                stdin=io.BytesIO(self._stdin),
            )
        )
