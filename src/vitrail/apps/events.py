"""A version's progress: kept as rows, sent as server-sent events, joined again at any point.

The rows are the truth; the in-process signal only makes them arrive sooner. A stream in another process than the
build's finds new rows by looking once in `POLL_S`.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson
from sqlalchemy import JSON, Insert, String, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.apps.state import Status
from vitrail.apps.tables import EventRow, VersionRow
from vitrail.db.base import UtcDateTime
from vitrail.db.engine import Database
from vitrail.db.errors import AlreadyThere

T = TypeVar("T")

WRITE_ATTEMPTS = 20
POLL_S = 0.5
HEARTBEAT_S = 15.0
MAX_DETAIL = 4_000
"""Characters of a step's detail that are kept; a trace is for reading, not for storing files."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of progress. `kind` is the event's name on the wire: `stage`, `step` or `done`."""

    seq: int
    kind: str
    data: dict[str, Any]

    def encode(self) -> bytes:
        """As a server-sent event, with its number as the id to resume from."""
        return b"id: %d\nevent: %s\ndata: %s\n\n" % (self.seq, self.kind.encode(), orjson.dumps(self.data))


class EventLog:
    """Writes and follows the events of versions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._signals: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def append(self, version_id: str, kind: str, data: dict[str, Any]) -> None:
        """Add an event. Two processes that write at once get different numbers: the loser of a race tries again."""
        if isinstance(data.get("detail"), str) and len(data["detail"]) > MAX_DETAIL:
            data = {**data, "detail": data["detail"][:MAX_DETAIL] + " …"}

        async def write(session: AsyncSession) -> None:
            await self.add(session, version_id, kind, data)

        await self.together(version_id, write)

    async def add(self, session: AsyncSession, version_id: str, kind: str, data: dict[str, Any]) -> None:
        """Add an event in a unit of work of `together`."""
        await session.execute(_appending(version_id, kind, data))

    async def together(self, version_id: str, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """A unit of work that adds events among other things, all of it or nothing; tried again from its beginning when
        another process took an event's number. Whoever follows is told when it is done."""
        async with self._locks[version_id]:
            for last in (*[False] * (WRITE_ATTEMPTS - 1), True):
                try:
                    async with self._database.session() as session:
                        result = await work(session)
                    break
                except AlreadyThere:
                    if last:
                        raise
                    await asyncio.sleep(random.uniform(0, 0.02))  # noqa: S311 - to part two writers, not to hide
        self._signals.pop(version_id, asyncio.Event()).set()
        return result

    async def since(self, version_id: str, seq: int) -> list[Event]:
        """The events after number `seq`, in order."""
        async with self._database.session() as session:
            rows = await session.scalars(
                select(EventRow)
                .where(EventRow.version_id == version_id, EventRow.seq > seq)
                .order_by(EventRow.seq)
                .limit(500)
            )
            return [Event(row.seq, row.kind, row.data) for row in rows]

    async def follow(self, version_id: str, seq: int = 0) -> AsyncIterator[bytes]:
        """Encoded events after `seq` as they come, ending after `done`, with a comment line when nothing happens."""
        idle = 0.0
        while True:
            signal = self._signals[version_id]
            events = await self.since(version_id, seq)
            for event in events:
                seq = event.seq
                yield event.encode()
                if event.kind == "done":
                    return
            if events:
                idle = 0.0
                continue
            if await self._ended(version_id):
                # Both are written at once: what was not there before the end is there now, or will never be.
                if not await self.since(version_id, seq):
                    return
                continue
            try:
                await asyncio.wait_for(signal.wait(), POLL_S)
            except TimeoutError:
                idle += POLL_S
                if idle >= HEARTBEAT_S:
                    idle = 0.0
                    yield b": still here\n\n"

    async def _ended(self, version_id: str) -> bool:
        async with self._database.session() as session:
            status = await session.scalar(select(VersionRow.status).where(VersionRow.id == version_id))
        return status is None or Status(status).ended


def _appending(version_id: str, kind: str, data: dict[str, Any]) -> Insert:
    """One statement that takes the next number and writes the row."""
    following = select(
        literal(version_id, String),
        func.coalesce(func.max(EventRow.seq), 0) + 1,
        literal(kind, String),
        literal(data, JSON),
        literal(datetime.now(UTC), UtcDateTime),
    ).where(EventRow.version_id == version_id)
    return insert(EventRow).from_select(["version_id", "seq", "kind", "data", "at"], following)
