"""DuckDB, in process and closed: read-only, no files, no network, no settings, one SELECT at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb

from vitrail.warehouse.arrow_values import kind_of, rows_of
from vitrail.warehouse.dialect import DUCKDB, Dialect
from vitrail.warehouse.errors import WarehouseFailed, WarehouseUnavailable
from vitrail.warehouse.protocol import Rows, WarehouseColumn
from vitrail.warehouse.threads import Underway

WORKERS = 4

# Settings of the whole engine; afterwards nothing can be set any more.
SETTINGS = (
    "SET GLOBAL python_enable_replacements=false",  # A missing table must not be looked for among Python's variables.
    "SET GLOBAL enable_external_access=false",  # No file, no network, no extension.
    "SET GLOBAL TimeZone='UTC'",
    # Two rules of DuckDB 2.0.0 give wrong numbers (tests/query/test_random_worlds.py shows both): one takes sub-queries
    # that differ for the same one, the other drops a filter where a joined table is empty.
    "SET GLOBAL disabled_optimizers='common_subplan,statistics_propagation'",
    "SET GLOBAL lock_configuration=true",
)


class DuckDBWarehouse:
    """A DuckDB file. Statements run in a pool of threads of its own, each on its own cursor."""

    unchanging = (
        True  # nobody can write to the file meanwhile, and one put in its place is seen by a new connection only
    )

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = _open(path)
        self._use = f"USE {_name(path)}"
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="duckdb")
        self._underway = Underway(self._pool)
        self._closed = False
        self._stamp = _stamp(path)

    def replaced(self) -> bool:
        stamp = _stamp(self.path)
        return stamp is not None and stamp != self._stamp  # While it is moved, there may be none.

    @property
    def dialect(self) -> Dialect:
        return DUCKDB

    async def execute(
        self, sql: str, parameters: Sequence[Any] = (), *, timeout_s: float, row_limit: int | None = None
    ) -> Rows:
        if self._closed:
            raise WarehouseUnavailable("The connection is closed.", cure="Open the project again.")
        cursor = self._connection.cursor()
        cursor.execute(self._use)
        return await self._underway.run(_Statement(cursor, sql, list(parameters), row_limit), timeout_s)

    async def close(self) -> None:
        """Stops what is running."""
        if not self._closed:
            self._closed = True
            await self._underway.stop()
            await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
            self._connection.close()


class _Statement:
    """One statement on one cursor, which another thread may stop at any moment."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any], row_limit: int | None
    ) -> None:
        self.cursor, self.sql, self.parameters, self.row_limit = cursor, sql, parameters, row_limit
        self.stopped = threading.Event()

    def run(self) -> Rows:
        try:
            if self.stopped.is_set():
                raise WarehouseUnavailable("The statement was stopped.", cure="Ask again.")
            self._refuse_all_but_one_select()
            relation = self.cursor.sql(self.sql, params=self.parameters or None)
            if self.row_limit is not None:
                relation = relation.limit(self.row_limit)
            table = relation.to_arrow_table()
            columns = tuple(WarehouseColumn(field.name, kind_of(field.type)) for field in table.schema)
            return Rows(columns, rows_of(table))
        except duckdb.Error as error:
            raise _failed(error) from None
        finally:
            self.cursor.close()

    def _refuse_all_but_one_select(self) -> None:
        statements = self.cursor.extract_statements(self.sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise WarehouseFailed(
                "Only one SELECT at a time is sent to the warehouse, and this statement is something else.",
                cure="Ask through the semantic layer.",
            )

    async def stop(self, running: asyncio.Future[Rows]) -> None:
        """Interrupt until the thread is done: an interrupt before the statement has begun would be lost."""
        self.stopped.set()
        while not running.done():
            try:
                self.cursor.interrupt()
            except duckdb.Error:
                break  # The cursor is closed: the thread is on its last line.
            await asyncio.wait((running,), timeout=0.02)
        if running.done() and not running.cancelled():
            running.exception()  # Seen, so that nobody reports it as never retrieved.


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    if not path.exists():
        raise WarehouseUnavailable(f"There is no file {path}.", cure="Give the path of a DuckDB file that exists.")
    if path.is_dir():
        raise WarehouseUnavailable(f"{path} is a folder.", cure="Give the path of a DuckDB file.")
    # An engine of its own with the file attached: a process has one engine for a path, which goes on with the file that
    # it knows when another was put in its place.
    connection = duckdb.connect(":memory:")
    try:
        escaped = str(path.resolve()).replace("'", "''")
        connection.execute(f"ATTACH '{escaped}' AS {_name(path)} (TYPE duckdb, READ_ONLY)")
        for setting in SETTINGS:
            connection.execute(setting)
    except duckdb.Error as error:
        connection.close()
        message = str(error)
        if "Could not set lock" in message:
            raise WarehouseUnavailable(
                f"Another program has {path} open for writing.",
                cure="Close that program (a DuckDB shell, dbt), or give Vitrail a copy of the file.",
            ) from None
        if "not a valid DuckDB" in message:
            raise WarehouseUnavailable(f"{path} is not a DuckDB file.", cure="Give a DuckDB file.") from None
        raise WarehouseUnavailable(
            f"{path} can't be opened: {message.splitlines()[0][:300]}",
            cure="Check that the file is whole, readable, and not written by a newer DuckDB.",
        ) from None
    return connection


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What tells a file from another that was put in its place."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _name(path: Path) -> str:
    """The database's name in statements, quoted: the file's without its ending, as DuckDB and dbt call it."""
    return '"' + path.stem.replace('"', '""') + '"'


def _failed(error: duckdb.Error) -> WarehouseFailed:
    message = str(error).strip()
    first = message.splitlines()[0][:500] if message else type(error).__name__
    if isinstance(error, duckdb.CatalogException):
        cure = "The catalog names a table that the warehouse lacks: run dbt against this warehouse, or correct the URL."
    elif isinstance(error, duckdb.BinderException):
        cure = "A column or type differs from what the catalog says: correct the field's SQL, or run dbt again."
    elif isinstance(error, duckdb.OutOfMemoryException):
        cure = "Ask for less at once, or give the machine more memory."
    else:
        cure = "Look at the SQL of the fields that were asked for; one of them can't be computed on these rows."
    return WarehouseFailed(first, cure=cure)
