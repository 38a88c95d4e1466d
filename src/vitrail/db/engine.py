"""The database as a value: open it, take a session, close it. SQLite in the data folder, or Postgres.

Both engines run the same code and show it the same behaviour: each statement sees what is committed (Postgres's
default; SQLite with a transaction that begins at the first write), foreign keys hold, a writer waits for another.
So a rule that reads and then writes must write conditionally (`UPDATE … WHERE state = …`) or lean on a constraint.
"""

from __future__ import annotations

import sqlite3
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from vitrail.db.errors import DatabaseUnusable, classified
from vitrail.db.one_trip import use_one_trip
from vitrail.settings import Settings

BUSY_TIMEOUT_MS = 10_000
SHORT_WAIT_MS = 50
PRAGMAS = (
    "PRAGMA synchronous=FULL",  # a commit that was answered survives a power cut
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
)


class Database:
    """An open database. `session()` is a unit of work: it commits when left in peace and rolls back otherwise."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.info: dict[str, Any] = {}
        """What every session carries in its `info`."""
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction. Keep it short: never across a model call, a build or a warehouse query."""
        async with self._sessions(info=self.info) as session:
            try:
                yield session
                await session.commit()
            except DBAPIError as error:
                await session.rollback()
                raise classified(error) from error
            except BaseException:
                await session.rollback()
                raise

    async def ping(self) -> None:
        """Raises `DatabaseUnusable` unless the database answers."""
        async with self.session() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.engine.dispose()


def database_url(settings: Settings) -> URL:
    """Where records are kept: `PGCONNECTIONURI`, else `vitrail.db` in the data folder."""
    if settings.database_url is None:
        return URL.create("sqlite+aiosqlite", database=str(settings.data_dir.absolute() / "vitrail.db"))
    try:
        url = make_url(settings.database_url)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() not in ("postgresql", "postgres"):
        raise DatabaseUnusable(
            "PGCONNECTIONURI is not an address of a Postgres database.",
            cure="Write it as postgresql://user:password@host:5432/database, or remove it to use SQLite.",
        )
    if str(url.query.get("sslmode", "")).startswith("verify") and "sslrootcert" not in url.query:
        # The drivers would look for a file in the home folder only; whom the machine trusts is what is meant.
        url = url.update_query_dict({"sslrootcert": ssl.get_default_verify_paths().cafile or "system"})
    return url.set(drivername="postgresql+asyncpg")


def make_engine(url: URL) -> AsyncEngine:
    """The engine for one address, with what SQLite needs switched on at each connection."""
    if url.get_backend_name() != "sqlite":
        # The driver reads the address itself: SQLAlchemy would hand it `sslmode` and its like as arguments that it does
        # not have.
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return create_async_engine(
            url, async_creator=lambda: asyncpg.connect(address), pool_pre_ping=True, pool_size=10, max_overflow=10
        )
    use_one_trip()
    engine = create_async_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine.sync_engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        _write_ahead(cursor)
        for pragma in PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    return engine


def _write_ahead(cursor: Any) -> None:
    """Switch the file to a write-ahead log, in which readers never wait for the writer.

    Of two connections that find a new file, one switches it and holds on to it; the other would wait for the file to
    be free in vain, and sees that nothing is left to do only when it looks again. So it waits shortly and often.
    """
    tries = BUSY_TIMEOUT_MS // SHORT_WAIT_MS
    cursor.execute(f"PRAGMA busy_timeout={SHORT_WAIT_MS}")
    for left in reversed(range(tries)):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if not left or "locked" not in str(error):
                raise
        else:
            return


async def open_database(settings: Settings) -> Database:
    """The database, reachable, whole and migrated to this version's tables. Raises `DatabaseUnusable`."""
    from vitrail.db.migrate import migrate

    url = database_url(settings)
    if url.database and url.get_backend_name() == "sqlite":
        check_sqlite_file(Path(url.database))
    database = Database(make_engine(url))
    try:
        await migrate(database.engine)
    except BaseException:
        await database.close()
        raise
    return database


def check_sqlite_file(path: Path) -> None:
    """Refuses a file that is there but is no SQLite database, before anything is written to it; where none is, makes
    an empty one that only its owner may read (SQLite gives its other files the same rights)."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except FileNotFoundError:
        _make_private(path)
        return
    except OSError as error:
        raise DatabaseUnusable(
            f"{path} can't be read ({error.strerror}).",
            cure="Let the server's user read and write this file, or choose another VITRAIL_DATA_DIR.",
        ) from None
    if start and start != b"SQLite format 3\x00":
        raise DatabaseUnusable(
            f"{path} is not a SQLite database; it was overwritten or damaged.",
            cure="Move the file aside and put back a backup (or start without it: a new, empty one is made).",
        )


def _make_private(path: Path) -> None:
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise DatabaseUnusable(
            f"{path} can't be made ({error.strerror}).",
            cure="Let the server's user write to the data folder (VITRAIL_DATA_DIR), or choose another one.",
        ) from None
