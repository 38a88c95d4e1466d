"""The shop of `shop.sql` in each warehouse that can run here. A test that takes `warehouse` runs once on each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.catalog.projects import catalog_of
from tests.kit import postgres
from vitrail.catalog.model import Catalog
from vitrail.warehouse.connect import connect
from vitrail.warehouse.protocol import Warehouse

HERE = Path(__file__).parent
NO_POSTGRES = "No Postgres was found here (apt-get install postgresql)."
KINDS = ["duckdb", pytest.param("postgres", marks=pytest.mark.skipif(not postgres.binaries(), reason=NO_POSTGRES))]


@pytest.fixture(scope="session", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def shop_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute((HERE / "shop.sql").read_text())
    return path


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The shop's catalog as dbt made it on DuckDB."""
    catalog = catalog_of(tmp_path_factory.mktemp("dbt"), (HERE / "shop.yml").read_text())
    assert not catalog.problems
    return catalog


@pytest.fixture(scope="session")
def catalog(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The shop's catalog as dbt made it on the warehouse of the test."""
    made = catalog_of(tmp_path_factory.mktemp("dbt"), (HERE / "shop.yml").read_text(), kind)
    assert not made.problems
    return made


@pytest.fixture(scope="session")
def warehouse(kind: str, request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    if kind == "duckdb":
        opened = connect(str(request.getfixturevalue("shop_file")))
    else:
        server: postgres.PostgresServer = request.getfixturevalue("postgres_server")
        database = server.database()
        # dbt's relations name DuckDB's schema; hand-written SQL names none.
        server.run("CREATE SCHEMA main; SET search_path = main; " + (HERE / "shop.sql").read_text(), database)
        server.run(f'ALTER DATABASE "{database}" SET search_path = main', database)
        opened = connect(server.address(database))
    yield opened
    asyncio.run(opened.close())
