"""Answers that are kept are not asked for twice, and the same question asked twice at once is one statement.

The statement holds the viewer's row filters as literals, so two viewers share an answer exactly when the engine would
give both the same. How long an answer may be kept is said by who opens the warehouse: for ever where what it reads
stays as it is while it is open (a DuckDB file, opened read-only: there the answer that is kept *is* the answer), else
for as many seconds as the operator allows, none by default. Every answer says when the engine gave it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from vitrail.warehouse.dialect import Dialect
from vitrail.warehouse.protocol import Rows, Warehouse

MOST_CELLS = 1_000_000
"""Of all answers that are kept in memory: some tens of megabytes."""
LARGEST = 50_000
"""Cells of an answer that is kept. Larger ones are exports, which nobody asks for twice."""


class Shelf(Protocol):
    """Where answers are kept beyond this process. Neither call raises: a shelf that fails is an empty one."""

    async def get(self, key: str) -> Rows | None: ...

    async def put(self, key: str, rows: Rows) -> None: ...


@dataclass(slots=True)
class _Running:
    """A statement under way and how many wait for it. When the last one leaves, it is stopped."""

    task: asyncio.Task[Rows]
    waiting: int = 0


class RememberingWarehouse:
    """`warehouse` with its answers kept, the least recently used ones forgotten first.

    `keep`: how long; None is for ever. `epoch`: what else the answers depend on (the catalog's version); when it
    changes, what was kept before is not found any more.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        *,
        keep: timedelta | None = None,
        shelf: Shelf | None = None,
        epoch: str = "",
        most_cells: int = MOST_CELLS,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.epoch = epoch
        self._warehouse = warehouse
        self._keep_for = keep
        self._shelf = shelf
        self._most_cells = most_cells
        self._now = now
        self._kept: OrderedDict[str, Rows] = OrderedDict()
        self._cells = 0
        self._running: dict[str, _Running] = {}

    @property
    def unchanging(self) -> bool:
        return self._warehouse.unchanging

    @property
    def dialect(self) -> Dialect:
        return self._warehouse.dialect

    async def execute(
        self, sql: str, parameters: Sequence[Any] = (), *, timeout_s: float, row_limit: int | None = None
    ) -> Rows:
        """As the warehouse itself. A failure is told to all who wait for it, and never kept."""
        key = self._key(sql, parameters, row_limit)
        found = await self._found(key)
        return found if found is not None else await self._ask(key, sql, parameters, timeout_s, row_limit)

    def asked_anew(self) -> Warehouse:
        """The same warehouse for somebody who wants answers of now: nothing kept is given, what comes is kept."""
        return _Anew(self)

    async def ask_anew(self, sql: str, parameters: Sequence[Any], timeout_s: float, row_limit: int | None) -> Rows:
        """The engine's own answer. One that another began to ask for before is not waited for."""
        key = self._key(sql, parameters, row_limit)
        return await self._ask(key, sql, parameters, timeout_s, row_limit, join=False)

    def _key(self, sql: str, parameters: Sequence[Any], row_limit: int | None) -> str:
        asked = json.dumps([self.epoch, sql, [repr(value) for value in parameters], row_limit])
        return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()

    async def _found(self, key: str) -> Rows | None:
        kept = self._kept.get(key)
        if kept is not None and self._fresh(kept):
            self._kept.move_to_end(key)
            return kept
        if self._shelf is None or key in self._running:
            return None
        shelved = await self._shelf.get(key)
        if shelved is None or not self._fresh(shelved):
            return None
        self._keep(key, shelved)
        return shelved

    def _fresh(self, rows: Rows) -> bool:
        if self._keep_for is None:
            return True
        return rows.as_of is not None and self._now() - rows.as_of < self._keep_for

    async def _ask(
        self,
        key: str,
        sql: str,
        parameters: Sequence[Any],
        timeout_s: float,
        row_limit: int | None,
        *,
        join: bool = True,
    ) -> Rows:
        running = self._running.get(key) if join else None
        if running is None:
            asked = self._warehouse.execute(sql, parameters, timeout_s=timeout_s, row_limit=row_limit)
            running = _Running(asyncio.create_task(self._asked(key, asked)))
            self._running[key] = running
        running.waiting += 1
        try:
            return await asyncio.shield(running.task)
        finally:
            running.waiting -= 1
            if running.waiting == 0 and not running.task.done():
                self._forget(key, running.task)
                running.task.cancel()
                # The engine has let go of the statement when this returns.
                await asyncio.gather(running.task, return_exceptions=True)

    async def _asked(self, key: str, asked: Any) -> Rows:
        try:
            began = self._now()
            answer: Rows = replace(await asked, as_of=began)
            self._keep(key, answer)
            if self._shelf is not None and _cells(answer) <= LARGEST:
                await self._shelf.put(key, answer)
            return answer
        finally:
            task = asyncio.current_task()
            assert task is not None
            self._forget(key, task)

    def _forget(self, key: str, task: asyncio.Task[Any]) -> None:
        running = self._running.get(key)
        if running is not None and running.task is task:
            del self._running[key]

    def _keep(self, key: str, answer: Rows) -> None:
        cells = _cells(answer)
        if cells > min(LARGEST, self._most_cells) or self._keep_for == timedelta(0):
            return
        if (before := self._kept.get(key)) is not None:
            if before.as_of is not None and answer.as_of is not None and before.as_of > answer.as_of:
                return  # One that was asked for later came first.
            del self._kept[key]
            self._cells -= _cells(before)
        self._kept[key] = answer
        self._cells += cells
        while self._cells > self._most_cells:
            self._cells -= _cells(self._kept.popitem(last=False)[1])

    async def close(self) -> None:
        self._kept.clear()
        await self._warehouse.close()


class _Anew:
    """See `RememberingWarehouse.asked_anew`."""

    def __init__(self, remembering: RememberingWarehouse) -> None:
        self._remembering = remembering

    @property
    def unchanging(self) -> bool:
        return self._remembering.unchanging

    @property
    def dialect(self) -> Dialect:
        return self._remembering.dialect

    async def execute(
        self, sql: str, parameters: Sequence[Any] = (), *, timeout_s: float, row_limit: int | None = None
    ) -> Rows:
        return await self._remembering.ask_anew(sql, parameters, timeout_s, row_limit)

    async def close(self) -> None:
        await self._remembering.close()


def _cells(answer: Rows) -> int:
    return 1 + len(answer.rows) * len(answer.columns)
