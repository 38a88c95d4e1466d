"""The bike rental of `rental.sql` in each warehouse that can run here, and its semantic layer as dbt writes it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.kit import postgres
from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog
from vitrail.warehouse.connect import connect
from vitrail.warehouse.protocol import Warehouse

HERE = Path(__file__).parent


def semantic_project(folder: Path, semantic: dict[str, Any], adapter: str, models: tuple[Any, ...] = ()) -> Path:
    """A dbt folder whose `target/` has this semantic manifest, and these models in its manifest."""
    target = folder / "target"
    target.mkdir(parents=True, exist_ok=True)
    nodes = {model["unique_id"]: model for model in models}
    (target / "manifest.json").write_text(json.dumps({"metadata": {"adapter_type": adapter}, "nodes": nodes}))
    (target / "semantic_manifest.json").write_text(json.dumps(semantic))
    return folder


@pytest.fixture(scope="session")
def rental_semantics() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / "rental.yml").read_text())
    return found


@pytest.fixture(scope="session")
def rental(kind: str, rental_semantics: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The rental's catalog as dbt made it on the warehouse of the test."""
    catalog = load_catalog(semantic_project(tmp_path_factory.mktemp("rental"), rental_semantics, kind))
    assert not catalog.problems
    return catalog


@pytest.fixture(scope="session")
def rental_warehouse(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    statements = (HERE / "rental.sql").read_text()
    if kind == "duckdb":
        path = tmp_path_factory.mktemp("rental") / "rental.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(statements)
        opened = connect(str(path))
    else:
        server: postgres.PostgresServer = request.getfixturevalue("postgres_server")
        database = server.database()
        server.run("CREATE SCHEMA main; SET search_path = main; " + statements, database)
        server.run(f'ALTER DATABASE "{database}" SET search_path = main', database)
        opened = connect(server.address(database))
    yield opened
    asyncio.run(opened.close())
