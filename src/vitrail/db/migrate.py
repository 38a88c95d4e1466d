"""Brings the tables to this version at start. Two servers that start at once wait for each other."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from vitrail.db.errors import DatabaseUnusable, classified

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_ID = 0x7617A11  # any number, the same in every server of ours


def scripts() -> ScriptDirectory:
    """The migrations, one straight line of files in `versions/`."""
    config = Config()
    # Alembic reads % as interpolation; a folder may have one in its name.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return ScriptDirectory.from_config(config)


async def migrate(engine: AsyncEngine) -> None:
    """Runs what is missing, all of it or nothing. Raises `DatabaseUnusable`."""
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
            await connection.commit()
    except (SQLAlchemyError, OSError) as error:
        if isinstance(error, DBAPIError | ssl.SSLError):
            raise classified(error) from error
        raise DatabaseUnusable(
            f"The database can't be reached ({error.__class__.__name__}).",
            cure="See that it runs and that PGCONNECTIONURI names the right host, port and, with sslrootcert, file.",
        ) from error


def _upgrade(connection: Connection) -> None:
    directory = scripts()
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        # Python's sqlite3 begins no transaction before CREATE TABLE; this begins one and takes the write lock.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": LOCK_ID})
    with EnvironmentContext(Config(), directory, fn=lambda current, _: _missing(directory, current)) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        with environment.begin_transaction():
            environment.run_migrations()


def _missing(directory: ScriptDirectory, current: Any) -> Any:
    """The steps from the revisions that the database is at to ours."""
    try:
        return directory._upgrade_revs("head", current)
    except CommandError as error:
        raise DatabaseUnusable(
            "The database was written by a newer version of Vitrail.",
            cure="Start the newer version, or put back a backup that was made before the upgrade.",
        ) from error
