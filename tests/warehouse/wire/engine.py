"""What lies behind the wire-level servers: DuckDB, asked in the words of another engine's dialect."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import duckdb
import sqlglot


@dataclass
class Statement:
    """A statement under way. `done` is set when it has rows or an error."""

    sql: str
    id: str = field(default_factory=lambda: uuid4().hex)
    done: threading.Event = field(default_factory=threading.Event)
    cancelled: bool = False
    error: str | None = None
    columns: list[tuple[str, str]] = field(default_factory=list)
    """Names, and DuckDB's types."""
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    cursor: duckdb.DuckDBPyConnection | None = None


class Engine:
    """Runs each statement in a thread of its own."""

    def __init__(self, dialect: str, tables: str) -> None:
        self._dialect = dialect
        self._connection = duckdb.connect()
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute(tables)
        self.statements: dict[str, Statement] = {}

    def tables(self) -> int:
        """Tables, and rows in `samples`, as one number."""
        sql = "select (select count(*) from samples) + 100 * count(*) from information_schema.tables"
        found = self._connection.cursor().execute(sql).fetchone()
        assert found is not None
        return int(found[0])

    def running(self) -> int:
        return sum(not statement.done.is_set() for statement in self.statements.values())

    def start(self, sql: str, id_: str | None = None) -> Statement:
        statement = Statement(sql, **({"id": id_} if id_ else {}))
        statement.cursor = self._connection.cursor()
        self.statements[statement.id] = statement
        threading.Thread(target=self._run, args=(statement,), daemon=True).start()
        return statement

    def _run(self, statement: Statement) -> None:
        assert statement.cursor is not None
        try:
            (text,) = sqlglot.transpile(statement.sql, read=self._dialect, write="duckdb")
            found = statement.cursor.execute(text)
            statement.columns = [(column[0], str(column[1])) for column in found.description]
            statement.rows = found.fetchall()
        except (duckdb.Error, sqlglot.errors.SqlglotError) as error:
            statement.error = str(error).splitlines()[0]
        finally:
            statement.done.set()

    def cancel(self, id_: str) -> bool:
        """Whether there was something to stop."""
        statement = self.statements.get(id_)
        if statement is None or statement.done.is_set():
            return False
        statement.cancelled = True
        assert statement.cursor is not None
        while not statement.done.wait(0.02):
            statement.cursor.interrupt()
        return True

    def close(self) -> None:
        for id_ in list(self.statements):
            self.cancel(id_)
        self._connection.close()
