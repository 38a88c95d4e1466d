"""The demo: its data, its project, and its two people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from demo.generate import generate
from demo.manifest import PROJECT, manifest

from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog, Dimension
from vitrail.query.errors import UnknownField
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import Limits, run_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.duckdb import DuckDBWarehouse

ADA = Viewer({"region": ("West", "Central", "East"), "finance": ("yes",)})
VERA = Viewer({"region": ("West",)})


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "any name.duckdb"
    assert generate(path)["order_items"] >= 200_000
    return path


@pytest.fixture
def data(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(file), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    found = load_catalog(PROJECT)
    assert not found.problems
    return found


def test_the_committed_manifest_is_that_of_the_yaml() -> None:
    assert json.loads((PROJECT / "target" / "manifest.json").read_text()) == manifest()


def test_the_same_rows_every_time(file: Path, tmp_path: Path, data: duckdb.DuckDBPyConnection) -> None:
    generate(tmp_path / "again.duckdb")
    query = "select count(*), sum(hash(order_items)) from order_items"
    with duckdb.connect(str(tmp_path / "again.duckdb"), read_only=True) as again:
        assert again.execute(query).fetchone() == data.execute(query).fetchone()


def test_a_failed_run_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.sql"
    broken.write_text("select nope")
    monkeypatch.setattr("demo.generate.SQL", broken)
    with pytest.raises(duckdb.Error):
        generate(tmp_path / "out.duckdb")
    assert [path.name for path in tmp_path.iterdir()] == ["broken.sql"]


def test_the_sums_agree(data: duckdb.DuckDBPyConnection) -> None:
    lines, orders, lost, regions = data.execute(
        """select (select sum(line_total) from order_items), (select sum(order_total) from orders),
        (select count(*) from order_items left join orders using (order_id) where orders.order_id is null),
        (select count(*) from orders join customers using (customer_id) where orders.region <> customers.region)"""
    ).fetchall()[0]
    assert lines == orders
    assert (lost, regions) == (0, 0)


def test_there_is_something_to_see(data: duckdb.DuckDBPyConnection) -> None:
    def one(sql: str) -> object:
        return data.execute(sql).fetchall()[0][0]

    assert one("select count(distinct region) from stores") == 3
    assert one("select count(distinct customer_type) from customers") == 3
    assert one("select count(distinct channel) from orders") == 3
    assert one("select count(distinct category) from products") == 4
    assert one("select min(order_date)::varchar || max(order_date) from orders") == "2023-11-012026-10-31"
    assert one("select count(*) from (select 1 from orders group by date_trunc('month', order_date))") == 36


def test_every_column_the_project_names_is_there(catalog: Catalog, data: duckdb.DuckDBPyConnection) -> None:
    for explore in catalog.explores.values():
        columns = {row[0] for row in data.execute(f"describe {explore.base.relation}").fetchall()}
        named = {d.name for d in explore.base.dimensions.values() if d.interval is None}
        assert named <= columns
        assert explore.base.description


def test_what_people_see_has_a_label_and_a_description(catalog: Catalog) -> None:
    for explore in catalog.explores.values():
        for field in (*explore.base.dimensions.values(), *explore.base.metrics.values()):
            assert field.hidden or (field.label and field.description), field.id
        labels = [
            f.label
            for f in (*explore.base.dimensions.values(), *explore.base.metrics.values())
            if not (isinstance(f, Dimension) and f.interval)
        ]
        assert len(labels) == len(set(labels))


async def test_each_explore_answers_every_field(catalog: Catalog, file: Path) -> None:
    warehouse = DuckDBWarehouse(file)
    for explore in catalog.explores.values():
        for metric in explore.metrics():
            query = MetricQuery(explore_name=explore.name, metrics=[metric.id])
            answer = await run_query(query, catalog, ADA, warehouse, limits=Limits())
            assert answer.rows[0][0] is not None, metric.id
        query = MetricQuery(explore_name=explore.name, dimensions=[d.id for d in explore.dimensions()], limit=1)
        assert len((await run_query(query, catalog, ADA, warehouse, limits=Limits())).rows) == 1
    await warehouse.close()


async def test_two_people_see_different_rows(catalog: Catalog, file: Path) -> None:
    warehouse = DuckDBWarehouse(file)
    query = MetricQuery(
        explore_name="order_items", dimensions=["stores_region"], metrics=["order_items_product_revenue"]
    )
    ada = await run_query(query, catalog, ADA, warehouse, limits=Limits())
    vera = await run_query(query, catalog, VERA, warehouse, limits=Limits())
    assert [row[0] for row in ada.rows] == ["Central", "East", "West"]
    assert vera.rows == [row for row in ada.rows if row[0] == "West"]
    with pytest.raises(UnknownField):
        await run_query(
            MetricQuery(explore_name="orders", metrics=["orders_gross_profit"]),
            catalog,
            VERA,
            warehouse,
            limits=Limits(),
        )
    await warehouse.close()
