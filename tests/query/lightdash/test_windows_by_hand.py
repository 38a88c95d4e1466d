"""Random rows and questions: what a window says is what somebody would work out from the answer without it."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.query.lightdash.conftest import load
from tests.query.lightdash.rows import NOW
from vitrail.catalog.model import Catalog
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import Limits, compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DUCKDB

DIMENSIONS = ["orders_status", "orders_ordered_on_month", "people_city"]
WINDOWS = ["orders_share", "orders_running", "orders_of_previous", "orders_running_count"]
ROW = st.tuples(
    st.none() | st.integers(1, 4),
    st.sampled_from(["done", "open", None]),
    st.none() | st.integers(-3, 9),
    st.none() | st.dates(date(2024, 1, 1), date(2024, 4, 30)),
)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return load(tmp_path_factory.mktemp("yaml"), "duckdb")


@st.composite
def questions(draw: Any) -> dict[str, Any]:
    dimensions = draw(st.lists(st.sampled_from(DIMENSIONS), unique=True, max_size=3))
    sortable = [*dimensions, "orders_revenue", "orders_order_count"]
    sorts = draw(st.lists(st.sampled_from(sortable), unique=True, max_size=2))
    question: dict[str, Any] = {
        "exploreName": "orders",
        "dimensions": dimensions,
        "metrics": ["orders_revenue", "orders_order_count"],
        "sorts": [
            {"fieldId": name, "descending": draw(st.booleans()), "nullsFirst": draw(st.booleans())} for name in sorts
        ],
    }
    if draw(st.booleans()):
        rule = {
            "target": {"fieldId": "orders_order_count"},
            "operator": "greaterThan",
            "values": [draw(st.integers(0, 2))],
        }
        question["filters"] = {"metrics": {"and": [rule]}}
    return question


def asked(catalog: Catalog, connection: duckdb.DuckDBPyConnection, question: dict[str, Any]) -> list[list[Any]]:
    sql = compile_query(
        MetricQuery.model_validate(question), catalog, Viewer(), DUCKDB, limits=Limits(5000), now=NOW
    ).sql
    return [list(row) for row in connection.execute(sql).fetchall()]


def by_hand(rows: list[list[Any]], width: int) -> list[list[Any]]:
    """The windows of each row, from its revenue and its number of orders."""
    revenue = [None if row[width] is None else float(row[width]) for row in rows]
    whole = sum(value for value in revenue if value is not None)
    found: list[list[Any]] = []
    for place, value in enumerate(revenue):
        known = [each for each in revenue[: place + 1] if each is not None]
        before = revenue[place - 1] if place else None
        found.append([
            None if value is None or not whole else value / whole,
            sum(known) if known else None,
            None if value is None or not before else value / before,
            sum(row[width + 1] for row in rows[: place + 1]),
        ])  # fmt: skip
    return found


def same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(float(one), float(other), abs_tol=1e-9)


@settings(max_examples=200, deadline=None)
@given(data=st.lists(ROW, max_size=12), question=questions(), limit=st.integers(1, 6), offset=st.integers(0, 3))
def test_windows_are_those_of_the_answer_without_them(
    catalog: Catalog, data: list[Any], question: dict[str, Any], limit: int, offset: int
) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table people(id integer, name varchar, city varchar)")
        connection.execute("insert into people values (1, 'a', 'Rome'), (2, 'b', 'Oslo'), (3, 'c', null)")
        connection.execute("create table items(order_id integer, line integer, quantity integer)")
        connection.execute(
            "create table orders(id integer, person_id integer, status varchar, amount decimal(10, 2), ordered_on date)"
        )
        for number, row in enumerate(data):
            connection.execute("insert into orders values (?, ?, ?, ?, ?)", [number, *row])
        plain = asked(catalog, connection, question)
        width = len(question["dimensions"])
        wanted = by_hand(plain, width)[offset : offset + limit]
        metrics = [*question["metrics"], *WINDOWS]
        got = asked(
            catalog, connection, {**question, "metrics": metrics, "limit": limit, "offset": offset}
        )[:limit]  # fmt: skip
    assert [row[: width + 2] for row in got] == plain[offset : offset + limit]
    for row, windows in zip(got, wanted, strict=True):
        assert all(same(a, b) for a, b in zip(row[width + 2 :], windows, strict=True)), (row, windows)


@settings(max_examples=150, deadline=None)
@given(
    lines=st.lists(st.tuples(st.none() | st.integers(0, 4), st.integers(1, 3), st.integers(0, 3)), max_size=10),
    amounts=st.lists(st.none() | st.integers(-3, 9), min_size=5, max_size=5),
    grouped=st.booleans(),
)
def test_each_key_counts_once_in_each_group(
    catalog: Catalog, lines: list[Any], amounts: list[int | None], grouped: bool
) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table items(order_id integer, line integer, quantity integer)")
        connection.execute(
            "create table orders(id integer, person_id integer, status varchar, amount decimal(10, 2), ordered_on date)"
        )
        for number, amount in enumerate(amounts):
            connection.execute("insert into orders values (?, null, null, ?, null)", [number, amount])
        for line in lines:
            connection.execute("insert into items values (?, ?, ?)", line)
        question = {
            "exploreName": "items",
            "dimensions": ["items_line"] * grouped,
            "metrics": ["items_order_value", "items_mean_order_value", "items_units"],
        }
        got = asked(catalog, connection, question)
    groups: dict[Any, list[Any]] = {} if grouped else {None: []}
    for line in lines:
        groups.setdefault(line[1] if grouped else None, []).append(line)
    assert len(got) == len(groups)
    for row in got:
        members = groups[row[0] if grouped else None]
        keys = {order for order, _, _ in members if order is not None}
        values = [amount for key in keys if (amount := amounts[key]) is not None]
        total, mean, units = row[-3:]
        assert same(total, sum(values) if values else None)
        assert same(mean, sum(values) / len(values) if values else None)
        assert same(units, sum(quantity for _, _, quantity in members) if members else None)
