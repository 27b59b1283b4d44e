"""The desk of a run on Ray: where the driver lays chunks, the workers fetch them and share the translation memory."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mtsum.engines.base import Hypothesis
from mtsum.errors import MtsumError
from mtsum.memory import Memory, open_memory


class Desk:
    """An asynchronous actor, one a run, on the driver's machine. A chunk is known by its place: 0, 1, 2, ...

    The memory is used in this one process, as SQLite likes it, and answers for workers on all machines.
    """

    def __init__(self, memory_path: Path | None) -> None:
        self._memory_path = memory_path
        self._memory: Memory | None = None
        self._chunks: dict[int, list[Any]] = {}
        self._fetched: dict[int, int] = {}
        self._places = 0
        self._closed = False
        self._news = asyncio.Condition()
        self._agreed: dict[str, Any] | None = None

    async def lay(self, place: int, reference: list[Any]) -> None:
        """Keep a chunk: its reference, alone in a list so that Ray does not fetch it."""
        async with self._news:
            self._chunks[place] = reference
            self._places = max(self._places, place + 1)
            self._news.notify_all()

    async def close(self, places: int) -> None:
        """There are ``places`` chunks in all."""
        async with self._news:
            self._places, self._closed = places, True
            self._news.notify_all()

    async def clear(self, place: int) -> None:
        """The chunk is done."""
        self._chunks.pop(place, None)
        self._fetched.pop(place, None)

    async def has(self, place: int) -> bool:
        """Whether there is such a place; the answer waits until that is known."""
        async with self._news:
            await self._news.wait_for(lambda: self._closed or place < self._places)
        return place < self._places

    async def fetch(self, place: int) -> tuple[list[Any] | None, int]:
        """The chunk's reference, ``None`` when it is done, and how many times it has been fetched."""
        self._fetched[place] = self._fetched.get(place, 0) + 1
        return self._chunks.get(place), self._fetched[place]

    async def agree(self, settings: dict[str, Any]) -> dict[str, Any]:
        """The settings of the first worker that told its own."""
        self._agreed = self._agreed or settings
        return self._agreed

    async def ask_memory(self, method: str, arguments: Sequence[Any]) -> Any:
        """What the memory's ``method`` returns, or the ``MtsumError`` that it raises."""
        try:
            self._memory = self._memory or open_memory(self._memory_path)
            return getattr(self._memory, method)(*arguments)
        except MtsumError as problem:
            return problem


class MemoryAtDesk:
    """The translation memory at ``desk``, a handle of a ``Desk``, for a worker anywhere."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk

    def hypotheses(self, maker: str, texts: Sequence[str]) -> dict[str, Hypothesis]:
        """As ``Memory``."""
        return self._ask("hypotheses", maker, texts)

    def remember(self, maker: str, made: Mapping[str, Hypothesis], sentences: Mapping[str, str]) -> None:
        """As ``Memory``."""
        self._ask("remember", maker, made, sentences)

    def corrections(self, source: str, target: str, sentences: Sequence[str]) -> dict[str, str]:
        """As ``Memory``."""
        return self._ask("corrections", source, target, sentences)

    def _ask(self, method: str, *arguments: Any) -> Any:
        import ray

        answer = ray.get(self._desk.ask_memory.remote(method, arguments))
        if isinstance(answer, MtsumError):
            raise answer
        return answer
