"""How many questions of one person are answered at once, so that one person's page can't take the warehouse from the
others. Counted by each process for itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from vitrail.errors import TooManyRequests

MOST_WAITING = 200
"""Questions of one person that wait for their turn: a full dashboard and a busy app together are far below."""


class TooManyQuestions(TooManyRequests):
    """Somebody asks faster than their questions are answered."""

    title = "Too many questions at once"
    code = "too-many-questions"


@dataclass(slots=True)
class _Line:
    turn: asyncio.Semaphore
    inside: int = 0


class Turns:
    """One line for each person who asks right now."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def one(self, person_id: str) -> AsyncIterator[None]:
        """A turn, waited for. Raises `TooManyQuestions`."""
        line = self._lines.setdefault(person_id, _Line(asyncio.Semaphore(self._at_once)))
        if line.inside >= self._at_once + MOST_WAITING:
            raise TooManyQuestions(
                f"{MOST_WAITING} of your questions wait for an answer already.",
                cure="Wait until some are answered, then ask again.",
            )
        line.inside += 1
        try:
            async with line.turn:
                yield
        finally:
            line.inside -= 1
            if not line.inside:
                self._lines.pop(person_id, None)
