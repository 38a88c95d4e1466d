"""Connections to Postgres: a few, each begun anew for each statement."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo

from vitrail.errors import InvalidInput
from vitrail.warehouse.address import Address
from vitrail.warehouse.errors import WarehouseUnavailable
from vitrail.warehouse.postgres_values import take_texts

CONNECTIONS = 4
IDLE_S = 300.0
"""How long a connection may lie idle before it is closed rather than used: what lies between may have forgotten it."""
CONNECT_S = 10
EXAMPLE = "postgresql://user:password@host:5432/database?sslmode=verify-full"
OPTIONS = frozenset(
    (
        "host",
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "sslpassword",
        "channel_binding",
        "connect_timeout",
        "target_session_attrs",
    )
)
# Set anew for every statement, so that they hold behind a pooler too, and whatever the statement before did. A path to
# tables, the one thing that the account itself may have set for a reason, is left.
_SETTINGS = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "standard_conforming_strings": "on",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "client_encoding": "UTF8",
}
# Several statements, which go in one message; the one that is asked goes in a message of its own.
BEGIN = "SET default_transaction_read_only = on;BEGIN TRANSACTION READ ONLY;" + "".join(
    f"SET LOCAL {name} = '{value}';" for name, value in _SETTINGS.items()
)
PORT = 5432


class Pool:
    """At most `CONNECTIONS` at once, opened when they are needed."""

    def __init__(self, address: str) -> None:
        """`address`: as libpq writes it."""
        self._address = address
        self._turns = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[tuple[psycopg.AsyncConnection[Any], float]] = []
        self._open: set[psycopg.AsyncConnection[Any]] = set()
        self._closed = False

    @asynccontextmanager
    async def taken(self, begin: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A connection inside a transaction begun by `begin`, which is rolled back at the end."""
        async with self._turns:
            connection = await self._begun(begin)
            whole = False
            try:
                yield connection
                whole = True
            except psycopg.Error:
                whole = True
                raise
            finally:
                # After anything else (a time-out, a task cancelled) nobody can say what the connection is about to
                # hear: it goes.
                if whole and not self._closed and await _rolled_back(connection):
                    self._idle.append((connection, time.monotonic()))
                else:
                    await self._drop(connection)

    async def _begun(self, begin: str) -> psycopg.AsyncConnection[Any]:
        """A connection that has heard `begin`. One that lay idle and turns out to be lost is replaced: nothing has
        been asked on it yet."""
        while self._idle:
            connection, since = self._idle.pop()
            if time.monotonic() - since < IDLE_S:
                try:
                    await connection.execute(begin.encode())
                except psycopg.OperationalError:
                    pass
                except BaseException:
                    await self._drop(connection)
                    raise
                else:
                    return connection
            await self._drop(connection)
        if self._closed:
            raise WarehouseUnavailable("The connection is closed.", cure="Open the project again.")
        connection = await self._opened()
        try:
            await connection.execute(begin.encode())
        except BaseException:
            await self._drop(connection)
            raise
        return connection

    async def _opened(self) -> psycopg.AsyncConnection[Any]:
        connection = await psycopg.AsyncConnection.connect(self._address, autocommit=True, prepare_threshold=None)
        self._open.add(connection)
        take_texts(connection)
        return connection

    async def _drop(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._open.discard(connection)
        await connection.close()

    async def shut(self) -> None:
        """From now on nobody gets a connection, and those that lie idle are closed."""
        self._closed = True
        while self._idle:
            await self._drop(self._idle.pop()[0])

    async def close(self) -> None:
        for connection in list(self._open):
            await self._drop(connection)


async def _rolled_back(connection: psycopg.AsyncConnection[Any]) -> bool:
    if connection.closed:
        return False
    try:
        await connection.execute(b"ROLLBACK")
    except psycopg.Error:
        return False
    return connection.info.transaction_status is pq.TransactionStatus.IDLE


def conninfo(address: Address, port: int, example: str) -> str:
    address.only(OPTIONS, example)
    options = dict(address.options)
    host = options.pop("host", address.host)
    if len(address.path) > 1:
        raise InvalidInput("The address names more than a database.", cure=f"Write {example}.")
    address.need(example, host=host, user=address.user, database=address.path)
    if options.get("sslmode", "").startswith("verify") and "sslrootcert" not in options:
        # The driver would look for a file in the home folder only; the machine's own certificates are what is meant.
        options["sslrootcert"] = ssl.get_default_verify_paths().cafile or "system"
    return make_conninfo(
        **{
            "connect_timeout": str(CONNECT_S),
            "application_name": "vitrail",
            "keepalives_idle": "30",
            **options,
            "host": host,
            "port": str(address.port or port),
            "user": address.user,
            "dbname": address.path[0],
            # Nothing of this process's own surroundings: not its PGPASSWORD, password file or Kerberos ticket.
            "password": address.password,
            "passfile": "/dev/null/none",
            "gssencmode": "disable",
            "options": "",
        }
    )
