from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.catalog.projects import catalog_of
from vitrail.catalog.model import Catalog
from vitrail.warehouse.duckdb import DuckDBWarehouse

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def shop_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute((HERE / "shop.sql").read_text())
    return path


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    catalog = catalog_of(tmp_path_factory.mktemp("dbt"), (HERE / "shop.yml").read_text())
    assert not catalog.problems
    return catalog


@pytest.fixture(scope="session")
def warehouse(shop_file: Path) -> Iterator[DuckDBWarehouse]:
    opened = DuckDBWarehouse(shop_file)
    yield opened
    asyncio.run(opened.close())
