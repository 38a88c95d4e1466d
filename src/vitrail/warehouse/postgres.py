"""Postgres through psycopg: each statement alone in a read-only transaction with settings of its own."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg

from vitrail.warehouse import errors
from vitrail.warehouse.address import Address
from vitrail.warehouse.dialect import POSTGRES, Dialect
from vitrail.warehouse.errors import WarehouseFailed, WarehouseUnavailable, first_line, timed_out
from vitrail.warehouse.one_select import refuse_all_but_one_select
from vitrail.warehouse.postgres_pool import BEGIN, EXAMPLE, PORT, Pool, conninfo
from vitrail.warehouse.postgres_values import answer
from vitrail.warehouse.protocol import Rows

STOP_S = 5.0
"""How long the server may take about a cancel before its connection is given up."""
SERVER_LATER_S = 1.0
OFF_THE_LOOP = 5_000
"""Rows from which an answer is made ready in a thread, so that others are served meanwhile."""


class PostgresWarehouse:
    """A database of a Postgres server, opened at the first statement."""

    unchanging = False

    def __init__(
        self,
        address: Address,
        *,
        dialect: Dialect = POSTGRES,
        begin: str | None = None,
        port: int = PORT,
        example: str = EXAMPLE,
    ) -> None:
        """Raises `InvalidInput` for an address that names too little. `begin` ends with a semicolon."""
        self._address = address
        self._dialect = dialect
        self._begin = BEGIN if begin is None else begin
        self._pool = Pool(conninfo(address, port, example))
        self._running: dict[asyncio.Task[Rows], psycopg.AsyncConnection[Any]] = {}

    @property
    def dialect(self) -> Dialect:
        return self._dialect

    async def execute(
        self, sql: str, parameters: Sequence[Any] = (), *, timeout_s: float, row_limit: int | None = None
    ) -> Rows:
        """Parameters are named `$1`, `$2`, … in the statement."""
        refuse_all_but_one_select(sql, self._dialect.name)
        if row_limit is not None:
            sql = f"SELECT * FROM (\n{sql.rstrip().rstrip(';')}\n) AS limited LIMIT {int(row_limit)}"  # noqa: S608
        # The server's own limit is the second: it also holds where this process is no more.
        begin = self._begin + f"SET LOCAL statement_timeout = {math.ceil((timeout_s + SERVER_LATER_S) * 1000)}"
        try:
            async with asyncio.timeout(timeout_s), self._pool.taken(begin) as connection:
                return await self._stoppable(connection, sql, parameters)
        except TimeoutError:
            raise timed_out(timeout_s) from None
        except psycopg.errors.QueryCanceled as error:
            if "statement timeout" in str(error):
                raise timed_out(timeout_s) from None
            raise self._failed(error) from None
        except psycopg.Error as error:
            raise self._failed(error) from None

    async def close(self) -> None:
        """Stops what is running."""
        await self._pool.shut()
        await asyncio.gather(*(_stop(connection, task) for task, connection in self._running.items()))
        await self._pool.close()

    async def _stoppable(self, connection: psycopg.AsyncConnection[Any], sql: str, parameters: Sequence[Any]) -> Rows:
        running = asyncio.create_task(_asked(connection, sql, parameters))
        # Seen, so that nobody reports it as never retrieved.
        running.add_done_callback(lambda done: None if done.cancelled() else done.exception())
        self._running[running] = connection
        try:
            await asyncio.wait((running,))
            return running.result()
        finally:
            if not running.done():
                await _stop(connection, running)
            del self._running[running]

    def _failed(self, error: psycopg.Error) -> WarehouseFailed | WarehouseUnavailable:
        return failed(error, self._address)


async def _stop(connection: psycopg.AsyncConnection[Any], running: asyncio.Task[Rows]) -> None:
    """Cancel until the server has let go: it does not hear a cancel that overtakes its statement."""
    deadline = time.monotonic() + STOP_S
    try:
        while not running.done() and time.monotonic() < deadline:
            with suppress(psycopg.Error):
                await connection.cancel_safe(timeout=2)
            await asyncio.wait((running,), timeout=0.1)
    finally:
        if not running.done():  # Its own statement_timeout will end it.
            await connection.close()
            running.cancel()


async def _asked(connection: psycopg.AsyncConnection[Any], sql: str, parameters: Sequence[Any]) -> Rows:
    async with _OneStatement(connection) as cursor:
        await cursor.execute(sql.encode(), list(parameters) or None)
        described = cursor.description
        if described is None:
            raise WarehouseFailed("The statement gives no rows.", cure="Ask through the semantic layer.")
        rows = [list(row) for row in await cursor.fetchall()]
    if len(rows) > OFF_THE_LOOP:
        return await asyncio.to_thread(answer, described, rows)
    return answer(described, rows)


class _OneStatement(psycopg.AsyncRawCursor[Any]):
    """A cursor that always speaks the extended protocol, in which a message holds one statement and no more."""

    def _execute_send(self, query: Any, **more: Any) -> None:
        super()._execute_send(query, **{**more, "force_extended": True})


def failed(error: psycopg.Error, address: Address) -> WarehouseFailed | WarehouseUnavailable:
    """A driver's error as ours, the address's password never in it."""
    first = first_line(address.without_password(str(error)))
    state = error.sqlstate or ""
    # 08: connection; 57P: the server is going down; 53: out of connections, memory or disk; 28: not let in.
    if (isinstance(error, psycopg.OperationalError) and not state) or state.startswith(("08", "57P", "53", "28", "3D")):
        return WarehouseUnavailable(first, cure=_connection_cure(state, first))
    if state in ("42P01", "3F000", "42501"):
        return WarehouseFailed(first, cure=errors.MISSING_TABLE)
    cure = errors.MISSING_COLUMN if state.startswith("42") else errors.OTHER_FAILURE
    return WarehouseFailed(first, cure=cure)


def _connection_cure(state: str, message: str) -> str:
    if "SSL" in message or "certificate" in message:
        return "Correct sslmode or sslrootcert of the project's connection, or the server's TLS certificate."
    if state.startswith(("28", "3D")) or "authentication" in message or "does not exist" in message:
        return "Correct the user, password or database of the project's connection."
    return errors.NOT_REACHED
