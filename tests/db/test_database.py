"""Opening, migrating, and what is said when the database can't be used."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError

from tests.conftest import Engine
from tests.kit.instance import Instance
from vitrail.db.engine import open_database
from vitrail.db.errors import AlreadyThere, DatabaseUnusable
from vitrail.db.migrate import scripts
from vitrail.db.tables import METADATA
from vitrail.identity.tables import OrganizationRow, PersonRow
from vitrail.settings import Settings, load_settings


@pytest.fixture
def fresh(engine: Engine, data_dir: Path) -> Settings:
    """An empty database on either engine."""
    data_dir.mkdir()
    return engine.settings(data_dir, engine.server.database() if engine.server else None)


async def test_migrations_make_exactly_the_tables_that_the_code_knows(fresh: Settings) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))

    database = await open_database(fresh)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


def test_migrations_are_one_straight_line() -> None:
    assert len(scripts().get_heads()) == 1
    assert len(scripts().get_bases()) == 1


async def test_servers_that_start_at_once_migrate_once(fresh: Settings) -> None:
    databases = await asyncio.gather(*(open_database(fresh) for _ in range(3)))
    for database in databases:
        await database.ping()
        await database.close()


async def test_a_second_start_keeps_what_is_there(fresh: Settings) -> None:
    for expected in (0, 1):
        database = await open_database(fresh)
        async with database.session() as session:
            found = list(await session.scalars(select(OrganizationRow)))
            assert len(found) == expected
            from vitrail.db.base import now

            session.add(OrganizationRow(id=str(expected), name="x", created_at=now()))
        await database.close()


async def test_a_database_of_a_newer_version_is_left_alone(fresh: Settings) -> None:
    database = await open_database(fresh)
    async with database.session() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(DatabaseUnusable) as refused:
        await open_database(fresh)
    assert "newer version" in refused.value.cause


async def test_a_failed_unit_of_work_leaves_nothing(instance: Instance) -> None:
    db = instance.services.db
    with pytest.raises(AlreadyThere):
        async with db.session() as session:
            organization = await session.scalar(select(OrganizationRow))
            assert organization is not None
            organization.name = "changed"
            await session.flush()
            await session.execute(text("INSERT INTO organizations (id, name) SELECT id, name FROM organizations"))
    async with db.session() as session:
        assert await session.scalar(select(OrganizationRow.name)) == "Jaffle Shop"


async def test_what_a_row_refers_to_must_exist(instance: Instance) -> None:
    with pytest.raises((AlreadyThere, IntegrityError)):
        async with instance.services.db.session() as session:
            await session.execute(text("UPDATE people SET organization_id = 'nowhere'"))


async def test_moments_come_back_aware_and_in_utc(instance: Instance) -> None:
    async with instance.services.db.session() as session:
        moment = await session.scalar(select(PersonRow.created_at).limit(1))
    assert moment is not None
    assert moment.utcoffset() is not None
    assert moment.utcoffset().total_seconds() == 0  # type: ignore[union-attr]


async def test_writers_wait_for_each_other(instance: Instance) -> None:
    async def rename(number: int) -> None:
        async with instance.services.db.session() as session:
            await session.execute(text("UPDATE organizations SET name = name || :n"), {"n": str(number)})
            await asyncio.sleep(0.01)

    await asyncio.gather(*(rename(number) for number in range(8)))
    async with instance.services.db.session() as session:
        name = await session.scalar(select(OrganizationRow.name))
    assert name is not None
    assert sorted(name.removeprefix("Jaffle Shop")) == list("01234567")


class TestSqlite:
    @pytest.fixture
    def file(self, empty_settings: Settings) -> Path:
        empty_settings.data_dir.mkdir()
        return empty_settings.data_dir / "vitrail.db"

    async def test_only_the_owner_may_read_it(self, empty_settings: Settings, file: Path) -> None:
        database = await open_database(empty_settings)
        async with database.session() as session:
            await session.execute(text("UPDATE alembic_version SET version_num = version_num"))
        modes = {path.name: path.stat().st_mode & 0o777 for path in empty_settings.data_dir.iterdir()}
        await database.close()
        assert set(modes.values()) == {0o600}, modes

    async def test_readers_do_not_wait_for_a_writer(self, empty_settings: Settings, file: Path) -> None:
        database = await open_database(empty_settings)
        async with database.session() as writer:
            await writer.execute(text("UPDATE alembic_version SET version_num = version_num"))
            await asyncio.wait_for(database.ping(), 1)
            async with database.session() as reader:
                assert await reader.scalar(text("PRAGMA journal_mode")) == "wal"
        await database.close()

    @pytest.mark.parametrize("content", [b"this is no database at all", b"SQLite format 3\x00" + b"\xff" * 5000])
    async def test_a_damaged_file_is_named_and_left_as_it_is(
        self, empty_settings: Settings, file: Path, content: bytes
    ) -> None:
        file.write_bytes(content)
        with pytest.raises(DatabaseUnusable) as refused:
            await open_database(empty_settings)
        assert "backup" in refused.value.cure
        assert file.read_bytes() == content

    async def test_a_file_that_another_process_holds_is_named(
        self, empty_settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("vitrail.db.engine.BUSY_TIMEOUT_MS", 50)
        monkeypatch.setattr("vitrail.db.engine.PRAGMAS", ("PRAGMA busy_timeout=50",))
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseUnusable) as refused:
            await open_database(empty_settings)
        holder.close()
        assert "Another process" in refused.value.cause


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u:secret@h/d", "not an address of a Postgres"),
        ("not an address", "not an address of a Postgres"),
        ("postgresql://u:secret@127.0.0.1:1/d", "can't be reached"),
    ],
)
async def test_an_address_that_leads_nowhere_is_told_without_its_password(data_dir: Path, url: str, words: str) -> None:
    with pytest.raises(DatabaseUnusable) as refused:
        await open_database(load_settings(VITRAIL_DATA_DIR=str(data_dir), PGCONNECTIONURI=url))
    assert words in refused.value.cause
    assert "secret" not in str(refused.value)
    assert "PGCONNECTIONURI" in refused.value.cause + refused.value.cure
