"""A statement to SQLite as one trip to the connection's thread.

SQLAlchemy's cursor over aiosqlite goes there four times for each (open, execute, fetch, close), and a trip costs more
than most of our statements do there. All of it is done in one here; what is asked and what comes back is the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any

from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_connection
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor


@dataclass(slots=True)
class _Finished:
    """What is left of a cursor whose rows were fetched."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    arraysize: int = 1

    def close(self) -> None:
        """It was closed where it was opened."""


def _trip(connection: Connection, many: bool, operation: str, parameters: Any) -> tuple[_Finished, list[Any]]:
    cursor = connection.cursor()
    try:
        run: Callable[..., object] = cursor.executemany if many else cursor.execute
        run(operation) if parameters is None else run(operation, parameters)
        rows = cursor.fetchall() if cursor.description else []
        return _Finished(cursor.description, cursor.rowcount, cursor.lastrowid), rows
    finally:
        cursor.close()


class OneTripCursor(AsyncAdapt_aiosqlite_cursor):
    """In place of SQLAlchemy's; see `use_one_trip`."""

    __slots__ = ()
    _awaitable_cursor_close = False

    def __init__(self, adapt_connection: Any) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._cursor: Any = _Finished()
        self._soft_closed_memoized: Any = {}
        self._rows = deque()

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        return await self._one_trip(False, operation, parameters)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        return await self._one_trip(True, operation, seq_of_parameters)

    async def _one_trip(self, many: bool, operation: Any, parameters: Any) -> Any:
        connection: Any = self._connection
        async with self._adapt_connection._execute_mutex:
            self._cursor, rows = await connection._execute(_trip, connection._conn, many, operation, parameters)
            self._rows = deque(rows)


def _commit(self: AsyncAdapt_aiosqlite_connection) -> None:
    if self._connection._connection and self._connection.in_transaction:
        AsyncAdapt_dbapi_connection.commit(self)


def _rollback(self: AsyncAdapt_aiosqlite_connection) -> None:
    if self._connection._connection and self._connection.in_transaction:
        AsyncAdapt_dbapi_connection.rollback(self)


def use_one_trip() -> None:
    """From now on, for every connection of SQLAlchemy's to SQLite in this process. The end of a transaction that never
    began (reading begins none) is no trip at all."""
    AsyncAdapt_aiosqlite_connection._cursor_cls = OneTripCursor
    AsyncAdapt_aiosqlite_connection.commit = _commit  # type: ignore[method-assign]
    AsyncAdapt_aiosqlite_connection.rollback = _rollback  # type: ignore[method-assign]
