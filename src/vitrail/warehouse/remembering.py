"""Answers that can't have changed are not asked for twice, and the same question asked twice at once is one statement.

Only for a warehouse that says of itself that what it reads stays as it is while it is open (a DuckDB file, opened
read-only): there, the answer that is kept *is* the answer. The statement holds the viewer's row filters as literals, so
two viewers share an answer exactly when the engine would give both the same.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vitrail.warehouse.dialect import Dialect
from vitrail.warehouse.protocol import Rows, Warehouse

MOST_CELLS = 1_000_000
"""Of all answers that are kept: some tens of megabytes."""
LARGEST = 50_000
"""Cells of an answer that is kept. Larger ones are exports, which nobody asks for twice."""

Key = tuple[str, tuple[Any, ...], int | None]


@dataclass(slots=True)
class _Running:
    """A statement under way and how many wait for it. When the last one leaves, it is stopped."""

    task: asyncio.Task[Rows]
    waiting: int = 0


class RememberingWarehouse:
    """`warehouse` with its answers kept, the least recently used ones forgotten first."""

    unchanging = True

    def __init__(self, warehouse: Warehouse, *, most_cells: int = MOST_CELLS) -> None:
        self._warehouse = warehouse
        self._most_cells = most_cells
        self._kept: OrderedDict[Key, Rows] = OrderedDict()
        self._cells = 0
        self._running: dict[Key, _Running] = {}

    @property
    def dialect(self) -> Dialect:
        return self._warehouse.dialect

    async def execute(
        self, sql: str, parameters: Sequence[Any] = (), *, timeout_s: float, row_limit: int | None = None
    ) -> Rows:
        """As the warehouse itself. A failure is told to all who wait for it, and never kept."""
        key = (sql, tuple(parameters), row_limit)
        if (kept := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return kept
        running = self._running.get(key)
        if running is None:
            asked = self._warehouse.execute(sql, parameters, timeout_s=timeout_s, row_limit=row_limit)
            running = self._running[key] = _Running(asyncio.create_task(self._asked(key, asked)))
        running.waiting += 1
        try:
            return await asyncio.shield(running.task)
        finally:
            running.waiting -= 1
            if running.waiting == 0 and not running.task.done():
                self._running.pop(key, None)
                running.task.cancel()
                # The engine has let go of the statement when this returns.
                await asyncio.gather(running.task, return_exceptions=True)

    async def _asked(self, key: Key, asked: Any) -> Rows:
        try:
            answer: Rows = await asked
            self._keep(key, answer)
            return answer
        finally:
            self._running.pop(key, None)

    def _keep(self, key: Key, answer: Rows) -> None:
        cells = _cells(answer)
        if cells > min(LARGEST, self._most_cells):
            return
        self._kept[key] = answer
        self._cells += cells
        while self._cells > self._most_cells:
            self._cells -= _cells(self._kept.popitem(last=False)[1])

    async def close(self) -> None:
        self._kept.clear()
        await self._warehouse.close()


def _cells(answer: Rows) -> int:
    return 1 + len(answer.rows) * len(answer.columns)
