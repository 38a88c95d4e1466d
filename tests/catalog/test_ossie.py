"""Apache Ossie models: what becomes of datasets, relationships and metrics, and what they answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.catalog.ossie_models import (
    ask,
    catalog_of,
    dataset,
    document,
    expression,
    field,
    filled,
    metric,
    relationship,
    written,
)
from tests.kit import postgres
from vitrail.catalog.errors import ProjectUnreadable
from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog, ExploreName, Problem, Relationship

SHARED = Path(__file__).parents[3] / "shared" / "data"
TABLES = """
create table orders as select * from (values (1, 1, date '2026-01-05', 10), (2, 1, date '2026-02-01', 20),
  (3, 2, date '2026-02-09', 30), (4, null, date '2026-02-10', 40)) t(id, customer_id, ordered_on, amount);
create table items as select * from (values (1, 1, 2), (2, 1, 3), (3, 2, 1), (4, 3, 5), (5, 3, 6)) t(id, order_id, n);
create table visits as select * from (values (1, 1), (2, 1), (3, 3), (4, 2)) t(id, customer_id);
create table customers as select * from (values (1, 'Ann', 7, 100), (2, 'Bo', 8, 50), (3, 'Cy', 7, 1))
  t(id, name, city_id, credit);
create table cities as select * from (values (7, 'Rome'), (8, 'Oslo')) t(id, name);
"""
ORDERS = dataset("orders", "id", "customer_id", field("ordered_on", datatype="Date"), field("amount"))
ITEMS = dataset("items", "id", "order_id", field("n", datatype="Integer"))
VISITS = dataset("visits", "id", "customer_id")
CUSTOMERS = dataset("customers", "id", "name", "city_id", field("credit", datatype="Decimal"))
CITIES = dataset("cities", "id", "name")
LINKS = [
    relationship("order_of_item", "items", "orders", order_id="id"),
    relationship("customer_of_order", "orders", "customers", customer_id="id"),
    relationship("city_of_customer", "customers", "cities", city_id="id"),
]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return filled(tmp_path / "shop.duckdb", TABLES)


def shop(folder: Path, *metrics: dict[str, Any]) -> Catalog:
    catalog = catalog_of(folder, document(ITEMS, ORDERS, CUSTOMERS, CITIES, relationships=LINKS, metrics=metrics))
    assert catalog.problems == ()
    return catalog


def fields(catalog: Catalog, explore: str) -> dict[str, Any]:
    found = catalog.explores[ExploreName(explore)]
    return {each.id: each for each in (*found.dimensions(), *found.metrics())}


def the_problem(tmp_path: Path, given: Any) -> Problem:
    catalog = catalog_of(tmp_path, given)
    [problem] = catalog.problems
    assert problem.cure and problem.origin and problem.origin.file == "shop.ossie.yaml"
    return problem


def test_fields_have_types_intervals_labels_and_synonyms(tmp_path: Path) -> None:
    given = dataset(
        "t",
        field("id", datatype="Integer"),
        field("day", datatype="Date", ai_context={"synonyms": ["date", "when"]}, description="The day."),
        field("at", datatype="DateTimeTz"),
        field("seen", dimension={"is_time": True}),
        field("audited", datatype="DateTime", dimension={"is_time": False}),
        field("year", datatype="Integer", dimension={"is_time": True}),
        field("paid", datatype="Boolean", label="Paid?"),
        field("low", "LOWER(name) || '!'"),
        field("on_day", "CAST(at AS DATE)"),
        ai_context="tees",
    )
    catalog = catalog_of(tmp_path, document(given))
    assert catalog.problems == ()
    found = fields(catalog, "t")
    kinds = {name.removeprefix("t_"): each.type.value for name, each in found.items() if each.interval is None}
    assert kinds == {
        "id": "number",
        "day": "date",
        "at": "timestamp",
        "seen": "timestamp",
        "audited": "timestamp",
        "year": "number",
        "paid": "boolean",
        "low": "string",
        "on_day": "date",
    }
    assert {each.base for each in found.values() if each.interval} == {"day", "at", "seen", "on_day"}
    assert found["t_paid"].label == "Paid?"
    assert found["t_day"].description == "The day. Also called: date, when."
    assert catalog.explores[ExploreName("t")].description == "Also called: tees."
    assert found["t_low"].sql == "LOWER(${TABLE}.name) || '!'"


def test_the_warehouses_own_dialect_is_taken_else_the_standard(tmp_path: Path) -> None:
    both = {"name": "x", "expression": expression("a || b", SNOWFLAKE="CONCAT(a, b)")}
    other = {"name": "y", "expression": expression("", BIGQUERY="SAFE_CAST(a AS STRING)")}
    division = metric("share", "SUM(t.id) / COUNT(*)")
    given = document(dataset("t", "id", both, other), metrics=[division])
    snowflake = catalog_of(tmp_path, given, "snowflake")
    assert fields(snowflake, "t")["t_x"].sql == "CONCAT(${TABLE}.a, ${TABLE}.b)"
    assert "is written for BIGQUERY only" in snowflake.problems[0].cause
    postgres = load_catalog(tmp_path, "postgres")
    assert fields(postgres, "t")["t_x"].sql == "${TABLE}.a || ${TABLE}.b"
    # Postgres would cut the quotient of whole numbers down to a whole number; the standard's metric does not mean that.
    assert "DOUBLE PRECISION" in fields(postgres, "t")["t_share"].sql
    assert "t_y" in fields(load_catalog(tmp_path, "bigquery"), "t")


def test_explores_are_over_the_many_sides_and_over_what_has_metrics(tmp_path: Path) -> None:
    catalog = shop(tmp_path, metric("people", "COUNT(DISTINCT customers.id)"))
    assert {name: [join.table for join in each.joins] for name, each in catalog.explores.items()} == {
        "items": ["orders", "customers", "cities"],
        "orders": ["customers", "cities", "items"],
        "customers": ["cities", "orders"],
    }
    kinds = [join.relationship for join in catalog.explores[ExploreName("orders")].joins]
    assert kinds == [Relationship.MANY_TO_ONE, Relationship.MANY_TO_ONE, Relationship.ONE_TO_MANY]


async def test_a_metric_over_several_datasets_counts_each_row_once(tmp_path: Path, warehouse: Path) -> None:
    catalog = shop(
        tmp_path / "model",
        metric("revenue", "SUM(orders.amount)"),
        metric("pieces", "SUM(items.n)"),
        metric("per_customer", "SUM(orders.amount) / COUNT(DISTINCT customers.id)"),
        metric("total_credit", "SUM(customers.credit)"),
        metric("piece_price", "SUM(orders.amount) / SUM(items.n)"),
        metric("value", "SUM(items.n * orders.amount)"),
    )
    # Over the items an order is repeated once an item; its amount must not be.
    rows = await ask(
        catalog,
        warehouse,
        "items",
        ["customers_name"],
        ["orders_revenue", "items_pieces", "items_piece_price", "customers_total_credit", "items_value"],
    )
    assert rows == [
        ["Ann", 30, 6, 5.0, 100.0, 2 * 10 + 3 * 10 + 1 * 20],
        ["Bo", 30, 11, 30 / 11, 50.0, 5 * 30 + 6 * 30],
    ]
    assert await ask(catalog, warehouse, "orders", [], ["orders_per_customer"]) == [[50.0]]
    by_city = await ask(catalog, warehouse, "orders", ["cities_name"], ["orders_revenue", "customers_total_credit"])
    assert by_city == [["Oslo", 30, 50.0], ["Rome", 30, 100.0], [None, 40, None]]


async def test_filters_percentiles_and_distinct_counts_become_metrics_of_their_type(
    tmp_path: Path, warehouse: Path
) -> None:
    catalog = shop(
        tmp_path / "model",
        metric("big", "SUM(orders.amount) FILTER (WHERE orders.amount > 15)"),
        metric("late", "COUNT(*) FILTER (WHERE orders.ordered_on >= DATE '2026-02-01')"),
        metric("median", "MEDIAN(orders.amount)"),
        metric("top", "PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY orders.amount)"),
        metric("buyers", "COUNT(DISTINCT orders.customer_id)"),
        metric("orders", "COUNT(orders.*)"),
        metric("spread", "STDDEV_POP(orders.amount)"),
        metric("biggest", "MAX(orders.amount)"),
    )
    kinds = {each.name: each.type.value for each in catalog.explores[ExploreName("orders")].metrics()}
    assert kinds == {
        "big": "sum",
        "late": "count",
        "median": "median",
        "top": "percentile",
        "buyers": "count_distinct",
        "orders": "count",
        "spread": "number",
        "biggest": "max",
    }
    names = [f"orders_{name}" for name in kinds]
    assert await ask(catalog, warehouse, "orders", [], names) == [
        [90, 3, 25.0, 32.5, 2, 4, pytest.approx(11.1803398), 40]
    ]


async def test_facts_meet_in_the_dimension_that_they_share(tmp_path: Path, warehouse: Path) -> None:
    links = [*LINKS[1:], relationship("customer_of_visit", "visits", "customers", customer_id="id")]
    metrics = [
        metric("revenue", "SUM(orders.amount)"),
        metric("visits", "COUNT(visits.id)"),
        metric("per_visit", "SUM(orders.amount) / COUNT(visits.id)"),
    ]
    given = document(ORDERS, VISITS, CUSTOMERS, CITIES, relationships=links, metrics=metrics)
    catalog = catalog_of(tmp_path / "model", given)
    [note] = catalog.problems
    assert not note.fatal and "rows that belong to no row of customers do not count" in note.cause
    names = ["orders_revenue", "visits_visits", "customers_per_visit"]
    rows = await ask(catalog, warehouse, "customers", ["customers_name"], names)
    assert rows == [["Ann", 30, 2, 15.0], ["Bo", 30, 1, 30.0], ["Cy", None, 1, None]]
    # Each fact alone still counts all of its rows.
    assert await ask(catalog, warehouse, "orders", [], ["orders_revenue"]) == [[100]]


FLIGHTS = dataset("flights", "id", "origin", "destination", field("seats", datatype="Integer"))
AIRPORTS = dataset("airports", "id", "name", "city_id")
AIRWAYS = [
    relationship("departs_from", "flights", "airports", origin="id"),
    relationship("arrives_at", "flights", "airports", destination="id"),
    relationship("airport_city", "airports", "cities", city_id="id"),
]


async def test_two_relationships_between_the_same_datasets_are_two_roles(tmp_path: Path) -> None:
    warehouse = filled(
        tmp_path / "air.duckdb",
        """
        create table flights as select * from (values (1, 1, 2, 100), (2, 2, 1, 50)) t(id, origin, destination, seats);
        create table airports as select * from (values (1, 'FCO', 7), (2, 'OSL', 8)) t(id, name, city_id);
        create table cities as select * from (values (7, 'Rome'), (8, 'Oslo')) t(id, name);
        """,
    )
    metrics = [metric("seats", "SUM(flights.seats)"), metric("fields", "COUNT(airports.id)")]
    given = document(FLIGHTS, AIRPORTS, CITIES, relationships=AIRWAYS, metrics=metrics)
    given["semantic_model"][0]["metrics"][0]["name"] = "total_seats"
    catalog = catalog_of(tmp_path / "model", given)
    assert catalog.problems == ()
    joins = [join.table for join in catalog.explores[ExploreName("flights")].joins]
    assert joins == ["departs_from", "arrives_at", "departs_from_airport_city", "arrives_at_airport_city"]
    dimensions = ["departs_from_airport_city_name", "arrives_at_name"]
    rows = await ask(catalog, warehouse, "flights", dimensions, ["flights_total_seats"])
    assert rows == [["Oslo", "FCO", 50], ["Rome", "OSL", 100]]


async def test_a_metric_that_needs_one_of_two_roles_is_left_out_with_the_reason(tmp_path: Path) -> None:
    metrics = [metric("share", "SUM(flights.seats) / COUNT(airports.id)")]
    problem = the_problem(tmp_path, document(FLIGHTS, AIRPORTS, CITIES, relationships=AIRWAYS, metrics=metrics))
    assert problem.title == "Metric left out"
    assert "does not say which it means" in problem.cause


async def test_composite_keys_join_on_every_column(tmp_path: Path) -> None:
    warehouse = filled(
        tmp_path / "w.duckdb",
        """
        create table lines as select * from (values (1, 1, 1, 5), (2, 1, 2, 7)) t(id, product_id, variant, n);
        create table products as select * from (values (1, 1, 'red'), (1, 2, 'blue')) t(id, variant, colour);
        """,
    )
    lines = dataset("lines", "id", field("n", datatype="Integer"))  # The keys are no fields of it.
    products = dataset("products", "id", "variant", "colour", primary_key=["id", "variant"])
    link = relationship("product", "lines", "products", product_id="id", variant="variant")
    given = document(lines, products, relationships=[link], metrics=[metric("pieces", "SUM(lines.n)")])
    catalog = catalog_of(tmp_path / "model", given)
    assert catalog.problems == ()
    rows = await ask(catalog, warehouse, "lines", ["products_colour"], ["lines_pieces"])
    assert rows == [["blue", 7], ["red", 5]]
    assert fields(catalog, "lines")["lines_product_id"].hidden


async def test_a_source_may_be_a_query(tmp_path: Path, warehouse: Path) -> None:
    big = dataset("big", "id", source="select * from main.orders where amount > 15")
    catalog = catalog_of(tmp_path / "model", document(big, metrics=[metric("n", "COUNT(*)")]))
    assert await ask(catalog, warehouse, "big", [], ["big_n"]) == [[3]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("orders.amount", "aggregates nothing"),
        ("SUM(orders.amount) + orders.id", "outside an aggregate"),
        ("SUM(AVG(orders.amount))", "inside an aggregate"),
        ("SUM(orders.amount) OVER ()", "window function"),
        ("(SELECT 1)", "sub-query"),
        ("SUM(orders.amount) FROM x", "not one expression"),
        ("SUM(orders.amount); DROP TABLE orders", "not one expression"),
        ("SUM(orders.amount)) --", "can't be parsed"),
        ("SUM(nowhere.x)", "no usable dataset 'nowhere'"),
        ("SUM(id)", "is a field of"),
        ("SUM(nothing)", "a field of no dataset"),
        ("COUNT(*)", "does not say which dataset"),
        ("SUM('${ld.attr.x}')", "${"),
        (" ", "not one expression"),
        ("SUM(visits.id) / COUNT(items.id)", "no relationships lead"),
        ("SUM(" * 400 + "1" + ")" * 400, "too long, or nested too deep"),
    ],
)
def test_a_metric_that_cant_be_split_is_left_out_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    given = document(ORDERS, ITEMS, VISITS, relationships=LINKS[:1], metrics=[metric("m", text)])
    problem = the_problem(tmp_path, given)
    assert (problem.title, problem.fatal) == ("Metric left out", True)
    assert reason in problem.cause
    assert problem.origin is not None and problem.origin.line


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (lambda m: m["datasets"][0].pop("source"), "semantic_model[0].datasets[0]", "`source` is missing"),
        (lambda m: m["datasets"][0].update(fields=[{"name": "x"}]), "datasets[0].fields[0]", "`expression` is missing"),
        (lambda m: m["datasets"][0]["fields"][0].update(datatype="int"), "fields[0].datatype", "not one of String"),
        (lambda m: m["datasets"][0].update(name=7), "datasets[0].name", "type string"),
        (lambda m: m.update(metrics=[{"name": "m", "expression": {"dialects": []}}]), "dialects", "empty"),
        (lambda m: m["datasets"][0].update(colour="red"), "datasets[0]", "colour is not in the specification"),
    ],
)
def test_what_the_schema_refuses_is_told_with_its_place_and_the_rest_is_read(
    tmp_path: Path, change: Any, where: str, what: str
) -> None:
    given = document(json.loads(json.dumps(ORDERS)), CUSTOMERS)
    change(given["semantic_model"][0])
    problem = the_problem(tmp_path, given)
    assert where in problem.cause and what in problem.cause
    assert problem.origin is not None and problem.origin.line
    assert "customers" in load_catalog(tmp_path).explores


def test_a_model_at_the_top_is_read_as_later_versions_write_it(tmp_path: Path) -> None:
    given = document(ORDERS, metrics=[metric("revenue", "SUM(orders.amount)")])
    flat = {"version": "0.3.0", **given["semantic_model"][0]}
    problem = the_problem(tmp_path, flat)
    assert "read as 0.2.0.dev0" in problem.cause and not problem.fatal
    assert "orders_revenue" in fields(load_catalog(tmp_path), "orders")


def test_json_is_read_too_and_several_files_are_one_project(tmp_path: Path) -> None:
    written(tmp_path, json.dumps(document(ORDERS)), "a.ossie.json")
    written(tmp_path, document(CUSTOMERS), "b.ossie.yml")
    assert set(load_catalog(tmp_path).explores) == {"orders", "customers"}
    assert set(load_catalog(tmp_path / "b.ossie.yml").explores) == {"customers"}


def test_extensions_of_others_are_passed_over_with_a_note(tmp_path: Path) -> None:
    other = [{"vendor_name": "SNOWFLAKE", "data": "{"}]
    problem = the_problem(tmp_path, document(ORDERS, custom_extensions=other))
    assert "SNOWFLAKE are not read" in problem.cause and not problem.fatal


@pytest.mark.parametrize("said", ['{"sql_filter": ', "[]", '{"sql_filter_in": "x"}', '{"metrics": 7}'])
def test_our_own_extension_that_cant_be_read_closes_the_dataset(tmp_path: Path, said: str) -> None:
    broken = [{"vendor_name": "VITRAIL", "data": said}]
    problem = the_problem(tmp_path, document({**ORDERS, "custom_extensions": broken}, CUSTOMERS))
    assert problem.title == "Dataset left out" and "stays closed" in problem.cause
    assert set(load_catalog(tmp_path).explores) == {"customers"}


@pytest.mark.skipif(not SHARED.exists(), reason="The shared folder is not beside this repository.")
def test_the_specifications_ontology_is_refused_by_its_name(tmp_path: Path) -> None:
    written(tmp_path, (SHARED / "ossie-flights-example.yaml").read_text())
    with pytest.raises(ProjectUnreadable, match="it is an ontology"):
        load_catalog(tmp_path)


@pytest.mark.skipif(not SHARED.exists(), reason="The shared folder is not beside this repository.")
def test_the_schema_that_ships_is_the_published_one() -> None:
    ours = Path(__file__).parents[2] / "src" / "vitrail" / "catalog" / "schemas" / "ossie-schema.json"
    assert ours.read_bytes() == (SHARED / "ossie-schema.json").read_bytes()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "not a mapping"),
        ("[1]", "not a mapping"),
        ("version: x", "no `semantic_model`"),
        ("semantic_model: []\nversion: 0.2.0.dev0", "no semantic model"),
        ("semantic_model: {a: 1}\nversion: 0.2.0.dev0", "no `semantic_model`"),
        ("a: [", "shop.ossie.yaml:2"),
        ("a: &a [*a]", "holds itself"),
        ("[" * 5000, "nested more than"),
        ("a: !!python/object/apply:os.system [id]", "the tag"),
    ],
)
def test_a_file_of_which_nothing_can_be_used_is_refused(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(ProjectUnreadable) as refused:
        catalog_of(tmp_path, text)
    assert what in refused.value.cause
    assert refused.value.cure


@pytest.mark.skipif(not postgres.binaries(), reason="No Postgres was found here (apt-get install postgresql).")
async def test_the_numbers_are_the_same_on_postgres(
    tmp_path: Path, warehouse: Path, postgres_server: postgres.PostgresServer
) -> None:
    metrics = [
        metric("revenue", "SUM(orders.amount)"),
        metric("mean", "SUM(orders.amount) / COUNT(*)"),
        metric("per_customer", "SUM(orders.amount) / COUNT(DISTINCT customers.id)"),
        metric("late", "COUNT(*) FILTER (WHERE orders.ordered_on >= DATE '2026-02-01')"),
        metric("top", "PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY orders.amount)"),
        metric("pieces", "SUM(items.n)"),
        metric("piece_price", "SUM(orders.amount) / SUM(items.n)"),
    ]
    given = document(ITEMS, ORDERS, CUSTOMERS, CITIES, relationships=LINKS, metrics=metrics)
    database = postgres_server.database()
    postgres_server.run("CREATE SCHEMA main; SET search_path = main; " + TABLES, database)
    on_duckdb = catalog_of(tmp_path / "model", given)
    on_postgres = load_catalog(tmp_path / "model", "postgres")
    assert on_duckdb.problems == on_postgres.problems == ()
    asked: list[tuple[str, list[str], list[str]]] = [
        ("orders", ["cities_name"], ["orders_revenue", "orders_mean", "orders_per_customer", "orders_late"]),
        ("orders", ["orders_ordered_on_month"], ["orders_revenue", "orders_top"]),
        ("items", ["customers_name"], ["orders_revenue", "items_pieces", "items_piece_price", "orders_mean"]),
    ]
    for explore, dimensions, fields in asked:
        mine = await ask(on_duckdb, warehouse, explore, dimensions, fields)
        address = postgres_server.address(database)
        assert len(mine) > 1
        assert await ask(on_postgres, address, explore, dimensions, fields) == [pytest.approx(row) for row in mine]
