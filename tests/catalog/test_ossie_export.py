"""A catalog written as an Ossie model: valid by the published schema, read back with the same numbers, and loud about
what others will not keep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from demo.generate import generate
from demo.manifest import PROJECT as DEMO

from tests.catalog.ossie_models import ask, catalog_of, filled
from tests.catalog.projects import catalog_of as lightdash
from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog, ExploreName
from vitrail.catalog.ossie_document import valid
from vitrail.catalog.ossie_export import Export, as_json, as_yaml, export_ossie

REGION = {"region": "West", "finance": "yes"}


def exported(catalog: Catalog, adapter: str = "duckdb") -> Export:
    found = export_ossie(catalog, "shop", adapter)
    assert valid(yaml.safe_load(as_yaml(found.document)))
    assert valid(json.loads(as_json(found.document)))
    return found


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    generate(path)
    return path


async def test_the_demo_gives_the_same_numbers_after_the_way_there_and_back(tmp_path: Path, demo_file: Path) -> None:
    ours = load_catalog(DEMO)
    theirs = catalog_of(tmp_path, exported(ours).document)
    assert [each for each in theirs.problems if each.fatal] == []
    asked = 0
    for name, explore in ours.explores.items():
        dimensions = [d.id for d in explore.base.dimensions.values() if d.type.value in ("string", "boolean")][:2]
        metrics = [metric.id for metric in explore.base.metrics.values()]
        for by in ([], dimensions):
            mine = await ask(ours, demo_file, name, by, metrics, **REGION)
            back = await ask(theirs, demo_file, name, by, metrics, **REGION)
            assert back == [pytest.approx(row) for row in mine]
            asked += len(mine)
    assert asked > 20


async def test_fields_of_joined_tables_keep_their_names(tmp_path: Path, demo_file: Path) -> None:
    theirs = catalog_of(tmp_path, exported(load_catalog(DEMO)).document)
    arguments: tuple[Any, ...] = (
        "order_items",
        ["customers_customer_type", "products_category"],
        ["orders_order_count"],
    )
    mine = await ask(load_catalog(DEMO), demo_file, *arguments, **REGION)
    assert mine
    assert await ask(theirs, demo_file, *arguments, **REGION) == mine


def test_rules_of_access_are_told_loudly_and_kept_in_our_own_extension(tmp_path: Path) -> None:
    found = exported(load_catalog(DEMO))
    loud = [each for each in found.warnings if each.startswith("ACCESS RULE NOT EXPORTED")]
    assert loud == found.warnings[: len(loud)]
    assert any("row filter of orders" in each for each in loud)
    assert any("orders_total_cost is for those with the attribute finance" in each for each in loud)
    back = catalog_of(tmp_path, found.document)
    for name, explore in load_catalog(DEMO).explores.items():
        again = back.explores[name]
        assert (again.base.sql_filter, again.base.rule) == (explore.base.sql_filter, explore.base.rule)
        for metric in explore.base.metrics.values():
            assert again.base.metrics[metric.name].rule == metric.rule
        for dimension in explore.base.dimensions.values():
            kept = again.base.dimensions[dimension.name]
            assert (kept.rule, kept.hidden, kept.label) == (dimension.rule, dimension.hidden, dimension.label)


SHOP = """
models:
  - name: orders
    meta:
      primary_key: id
      joins: [{join: people, alias: buyers, sql_on: "${orders.buyer} = ${buyers.id}", relationship: many-to-one},
        {join: people, alias: sellers, sql_on: "${orders.seller} = ${sellers.id}", relationship: many-to-one,
         type: inner}]
      metrics:
        orders: {type: count}
        share: {type: number, sql: "${revenue} / nullif(${orders}, 0)"}
        big: {type: sum, sql: "${amount}", filters: [{amount: "> 15"}, {kind: "!web"}]}
        recent: {type: sum, sql: "${amount}", filters: [{day: "inThePast 7 days"}]}
        odd: {type: sum, sql: "${TABLE}.twice"}
    columns:
      - {name: id, data_type: int}
      - {name: buyer, data_type: int}
      - {name: seller, data_type: int}
      - {name: kind, data_type: varchar}
      - {name: day, data_type: date}
      - {name: amount, data_type: int, meta: {metrics: {revenue: {type: sum}}}}
      - {name: twice, data_type: int, meta: {dimension: {sql: "${amount} * 2"}}}
      - {name: mine, data_type: int, meta: {dimension: {sql: "${ld.attr.x}"}}}
  - name: people
    meta: {primary_key: id}
    columns:
      - {name: id, data_type: int}
      - {name: name, data_type: varchar, meta: {metrics: {people: {type: count_distinct}}}}
"""


async def test_roles_filters_and_formulas(tmp_path: Path) -> None:
    warehouse = filled(
        tmp_path / "w.duckdb",
        """
        create table orders as select *, 7 as twice, 1 as mine from (values (1, 1, 2, 'web', date '2026-01-05', 10),
          (2, 1, 2, null, date '2026-02-01', 20), (3, 2, 1, 'shop', date '2026-02-09', 30)) t(id, buyer, seller, kind,
          day, amount);
        create table people as select * from (values (1, 'Ann'), (2, 'Bo')) t(id, name);
        """,
    )
    ours = lightdash(tmp_path / "dbt", SHOP)
    assert ours.problems == ()
    found = exported(ours)
    theirs = catalog_of(tmp_path / "ossie", found.document)
    assert [each for each in theirs.problems if each.fatal] == []
    asked: tuple[Any, ...] = (
        "orders",
        ["buyers_name", "sellers_name"],
        ["orders_revenue", "orders_orders", "orders_share", "orders_big", "buyers_people"],
    )
    mine = await ask(ours, warehouse, *asked)
    assert mine == [["Ann", "Bo", 30, 2, 15.0, 20, 1], ["Bo", "Ann", 30, 1, 30.0, 30, 1]]
    assert await ask(theirs, warehouse, *asked) == mine
    joins = {join.table: join.type.value for join in theirs.explores[ExploreName("orders")].joins}
    assert joins == {"buyers": "left", "sellers": "inner"}


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("metric orders_recent", "inThePast"),
        ("metric orders_odd", "the column twice"),
        ("field orders_mine", "a user attribute"),
    ],
)
def test_what_cant_be_said_is_left_out_and_told(tmp_path: Path, what: str, why: str) -> None:
    found = exported(lightdash(tmp_path / "dbt", SHOP))
    assert any(each.startswith(f"{what} is left out") and why in each for each in found.warnings), found.warnings
    name = what.rpartition("orders_")[2]
    assert f'"name": "{name}"' not in json.dumps(found.document)


def test_a_warehouse_with_a_dialect_of_its_own_has_both(tmp_path: Path) -> None:
    schema = """
models:
  - name: t
    columns: [{name: id, data_type: int, meta: {dimension: {sql: "IFF(${TABLE}.id > 1, 1, 0)"}}}]
"""
    found = exported(lightdash(tmp_path, schema), "snowflake")
    [field] = found.document["semantic_model"][0]["datasets"][0]["fields"]
    assert field["expression"]["dialects"] == [
        {"dialect": "ANSI_SQL", "expression": "CASE WHEN id > 1 THEN 1 ELSE 0 END"},
        {"dialect": "SNOWFLAKE", "expression": "IFF(id > 1, 1, 0)"},
    ]


SEMANTIC = """
models:
  - {name: orders, columns: [{name: id, data_type: int}], meta: {sql_filter: "${TABLE}.kind in (${ld.attr.kind})"}}
  - {name: people, columns: [{name: id, data_type: int}]}
semantic_models:
  - name: sales
    model: ref('orders')
    defaults: {agg_time_dimension: day}
    entities: [{name: sale, type: primary, expr: id}, {name: buyer, type: foreign}]
    dimensions:
      - {name: day, type: time, type_params: {time_granularity: day}}
      - {name: kind, type: categorical}
    measures: [{name: total, agg: sum, expr: amount}, {name: sales, agg: count, expr: id}]
  - name: buyers
    model: ref('people')
    entities: [{name: buyer, type: primary, expr: id}]
    dimensions: [{name: name, type: categorical}]
metrics:
  - {name: revenue, type: simple, label: Revenue, type_params: {measure: total}}
  - {name: sold, type: simple, label: Sold, type_params: {measure: sales}}
  - {name: per_sale, type: ratio, label: Per sale, type_params: {numerator: revenue, denominator: sold}}
  - {name: twice, type: derived, label: Twice, type_params: {expr: revenue * 2, metrics: [revenue]}}
  - name: of_ann
    type: simple
    label: Of Ann
    type_params: {measure: total}
    filter: "{{ Dimension('buyer__name') }} = 'Ann'"
  - name: running
    type: cumulative
    label: Running
    type_params: {measure: total}
"""


async def test_dbts_semantic_models_and_metrics_give_the_same_numbers(tmp_path: Path) -> None:
    folder = tmp_path / "dbt"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: shop\n")
    (folder / "models" / "schema.yml").write_text(SEMANTIC)
    for name in ("orders", "people"):
        (folder / "models" / f"{name}.sql").write_text("select 1")
    warehouse = filled(
        tmp_path / "w.duckdb",
        """
        create table orders as select * from (values (1, 1, 'web', date '2026-01-05', 10),
          (2, 1, 'shop', date '2026-02-01', 20), (3, 2, 'web', date '2026-02-09', 30)) t(id, buyer, kind, day, amount);
        create table people as select * from (values (1, 'Ann'), (2, 'Bo')) t(id, name);
        """,
    )
    ours = load_catalog(folder)
    found = exported(ours)
    assert any(each.startswith("metric running is left out") for each in found.warnings)
    assert any("row filter of sales" in each for each in found.access)
    theirs = catalog_of(tmp_path / "ossie", found.document)
    metrics = ["revenue", "sold", "per_sale", "twice", "of_ann"]
    [explore] = [each.name for each in ours.explores.values() if each.semantic and each.name.startswith("sales")]
    mine = await ask(ours, warehouse, explore, ["buyer_name"], [f"sale_{name}" for name in metrics], kind="web")
    assert mine == [["Ann", 10, 1, 10.0, 20, 10], ["Bo", 30, 1, 30.0, 60, None]]
    back = await ask(theirs, warehouse, "sales", ["buyers_name"], [f"sales_{name}" for name in metrics], kind="web")
    assert back == mine
