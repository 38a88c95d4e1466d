"""A shop described in Lightdash's YAML, in each warehouse that can run here."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.catalog.projects import write_project
from tests.kit.postgres import PostgresServer
from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog
from vitrail.warehouse.connect import connect
from vitrail.warehouse.protocol import Warehouse

HERE = Path(__file__).parent


def load(folder: Path, kind: str) -> Catalog:
    write_project(folder, (HERE / "shop.yml").read_text(), kind)
    shutil.copy(HERE / "lightdash.config.yml", folder)
    made = load_catalog(folder)
    assert not made.problems
    return made


@pytest.fixture(scope="session")
def yaml_catalog(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """`shop.yml` of this folder as dbt made it on the warehouse of the test."""
    return load(tmp_path_factory.mktemp("yaml"), kind)


@pytest.fixture(scope="session")
def yaml_warehouse(
    kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Warehouse]:
    statements = (HERE / "shop.sql").read_text()
    if kind == "duckdb":
        path = tmp_path_factory.mktemp("shop") / "shop.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(statements)
        opened = connect(str(path))
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        database = server.database()
        server.run("CREATE SCHEMA main; SET search_path = main; " + statements, database)
        server.run(f'ALTER DATABASE "{database}" SET search_path = main', database)
        opened = connect(server.address(database))
    yield opened
    asyncio.run(opened.close())
