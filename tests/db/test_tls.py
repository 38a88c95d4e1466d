"""`sslmode` and `sslrootcert` of PGCONNECTIONURI reach the driver of the records and that of the queue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from tests.kit import postgres
from tests.wire.certificate import certificate
from vitrail.apps.runtime import _queue_url
from vitrail.db.engine import database_url, make_engine
from vitrail.settings import Settings, load_settings

pytestmark = pytest.mark.skipif(postgres.binaries() is None, reason="no Postgres was found")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def server(authority: Path) -> Iterator[postgres.PostgresServer]:
    with postgres.running(authority) as running:
        running.run("CREATE ROLE keeper LOGIN PASSWORD 'p@ss:w/rd'; ")
        yield running


def settings(server: postgres.PostgresServer, query: str) -> Settings:
    address = f"postgresql://keeper:p%40ss%3Aw%2Frd@127.0.0.1:{server.port}/postgres{query}"
    return load_settings(PGCONNECTIONURI=address, LIGHTDASH_SECRET="x" * 32)


async def encrypted(of: Settings) -> bool:
    engine = make_engine(database_url(of))
    try:
        async with engine.connect() as connection:
            found = await connection.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
            assert isinstance(found, bool)
            return found
    finally:
        await engine.dispose()


async def test_the_records_are_read_as_the_address_says(
    server: postgres.PostgresServer, authority: Path, tmp_path: Path
) -> None:
    assert await encrypted(settings(server, "?sslmode=require&application_name=vitrail"))
    assert not await encrypted(settings(server, "?sslmode=disable"))
    assert await encrypted(settings(server, f"?sslmode=verify-full&sslrootcert={authority}"))
    for wrong in ("?sslmode=verify-full", f"?sslmode=verify-full&sslrootcert={certificate(tmp_path)}"):
        with pytest.raises(Exception, match=r"CERTIFICATE_VERIFY_FAILED|root certificate|does not exist"):
            await encrypted(settings(server, wrong))


def test_so_is_the_queue(server: postgres.PostgresServer, authority: Path) -> None:
    address = _queue_url(settings(server, f"?sslmode=verify-full&sslrootcert={authority}"))
    with psycopg.connect(address.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (True,)
