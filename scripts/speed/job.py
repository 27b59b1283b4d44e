"""What a contestant is given: model, sentences and search. Imports nothing but the standard library.

A contestant may live in an environment of its own (EasyNMT needs another transformers than mtsum), so jobs and answers
travel as lines of JSON.
"""

from __future__ import annotations

import dataclasses
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Job:
    """One model's weights in both formats, the sentences, and how to search.

    ``converted`` is the CTranslate2 directory, ``hugging_face`` the Hugging Face one of the same weights. ``limit`` is
    the most new tokens of any sentence. ``decode_length``, where given, is the number of new tokens that every
    hypothesis has (or one less and the end token), for weights that know no end. ``place`` is an empty directory.
    """

    contestant: str
    model: str | None
    family: str
    converted: str
    hugging_face: str
    precision: str
    device: str
    threads: int
    beam: int
    batch_tokens: int
    limit: int
    decode_length: int | None
    place: str
    sentences: list[str]

    @classmethod
    def from_json(cls, line: str) -> Job:
        """The job that ``to_json`` wrote."""
        return cls(**json.loads(line))

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(dataclasses.asdict(self))


class CannotRun(Exception):
    """This contestant is not installed, or cannot work on these weights; the message says why."""


class Contestant(ABC):
    """A way to translate sentences. Only ``translate`` is on the clock."""

    version = ""

    def prepare(self, sentences: list[str]) -> Any:
        """What ``translate`` takes, made of the sentences before the clock starts."""
        return sentences

    @abstractmethod
    def translate(self, prepared: Any) -> Any:
        """The translations, in the order of the sentences."""

    def texts(self, translated: Any) -> list[str]:
        """What ``translate`` gave as texts, made after the clock has stopped."""
        return list(translated)
