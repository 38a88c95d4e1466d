"""Random rows, random questions, compared with an evaluator that joins by nested loops and counts by hand.

What it takes for granted is the rule itself: a metric sees each row of its own table once in each group, of the rows
that the explore's left joins and the filter leave.
"""

from __future__ import annotations

import math
from datetime import datetime
from statistics import fmean, median
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vitrail.catalog.model import Catalog
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import Limits, compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DUCKDB

Row = dict[str, Any]
COLUMNS = {
    "people": ("id", "city", "credit"),
    "orders": ("id", "person_id", "status", "amount"),
    "items": ("order_id", "line", "quantity", "price"),
    "tickets": ("person_id", "topic", "minutes"),
    "order_tags": ("order_id", "tag_id"),
    "tags": ("id", "word", "weight"),
    "visits": ("person_id", "seconds"),
}
# Explore → its joins as (table, its column, the table joined to, that one's column).
JOINS = {
    "people": [("orders", "person_id", "people", "id"), ("tickets", "person_id", "people", "id"),
               ("items", "order_id", "orders", "id")],
    "orders": [("people", "id", "orders", "person_id"), ("items", "order_id", "orders", "id"),
               ("order_tags", "order_id", "orders", "id"), ("tags", "id", "order_tags", "tag_id")],
    "items": [("orders", "id", "items", "order_id"), ("people", "id", "orders", "person_id")],
    "visits": [("tickets", "person_id", "visits", "person_id")],
}  # fmt: skip
DIMENSIONS = {"people_city": "city", "orders_status": "status", "tickets_topic": "topic", "tags_word": "word"}
# Metric → table, the value of a row (None: not counted), and what is made of the values.
METRICS: dict[str, tuple[str, Any, Any]] = {
    "people_people_count": ("people", lambda r: r["id"], len),
    "people_total_credit": ("people", lambda r: r["credit"], sum),
    "people_average_credit": ("people", lambda r: r["credit"], fmean),
    "people_median_credit": ("people", lambda r: r["credit"], median),
    "people_known_credit": ("people", lambda r: r["credit"] or 0, fmean),
    "people_highest_credit": ("people", lambda r: r["credit"], max),
    "orders_order_count": ("orders", lambda r: r["id"], len),
    "orders_row_count": ("orders", lambda _: 1, len),
    "orders_revenue": ("orders", lambda r: r["amount"], sum),
    "orders_done_revenue": ("orders", lambda r: r["amount"] if r["status"] == "done" else None, sum),
    "items_units": ("items", lambda r: r["quantity"], sum),
    "items_distinct_quantities": ("items", lambda r: r["quantity"], lambda values: len(set(values))),
    "items_turnover": ("items", lambda r: r["quantity"] * r["price"], sum),
    "tickets_minutes_spent": ("tickets", lambda r: r["minutes"], sum),
    "tickets_ticket_count": ("tickets", lambda _: 1, len),
    "tickets_worst": ("tickets", lambda r: 100 if r["minutes"] is None else r["minutes"], fmean),
    "tags_total_weight": ("tags", lambda r: r["weight"], sum),
    "visits_total_seconds": ("visits", lambda r: r["seconds"], sum),
}
COUNTS = {"people_people_count", "orders_order_count", "orders_row_count", "items_distinct_quantities"}
COUNTS |= {"tickets_ticket_count"}


def table(draw: Any, keys: list[int] | None, **columns: Any) -> list[Row]:
    rows = []
    for key in keys if keys is not None else range(draw(st.integers(0, 6))):
        row = {name: draw(values) for name, values in columns.items()}
        rows.append({"id": key, **row} if keys is not None else row)
    return rows


@st.composite
def shops(draw: Any) -> dict[str, list[Row]]:
    def keys() -> list[int]:
        return sorted(draw(st.sets(st.integers(1, 5), max_size=5)))

    number, link = st.none() | st.integers(0, 9), st.none() | st.integers(1, 6)
    shop = {
        "people": table(draw, keys(), city=st.sampled_from(["Rome", "Oslo", None]), credit=number),
        "orders": table(draw, keys(), person_id=link, status=st.sampled_from(["done", "open", None]), amount=number),
        "items": table(draw, None, order_id=st.integers(1, 6), quantity=st.integers(0, 3), price=st.integers(0, 3)),
        "tickets": table(draw, None, person_id=link, topic=st.sampled_from(["bug", "bill"]), minutes=number),
        "order_tags": table(draw, None, order_id=link, tag_id=link),
        "tags": table(draw, keys(), word=st.sampled_from(["gift", "rush"]), weight=number),
        "visits": table(draw, None, person_id=link, seconds=st.integers(0, 9)),
    }
    for line, item in enumerate(shop["items"]):
        item["line"] = line
    return shop


@st.composite
def questions(draw: Any) -> dict[str, Any]:
    explore = draw(st.sampled_from(sorted(JOINS)))
    tables = {explore} | {join[0] for join in JOINS[explore]}
    dimensions = [name for name in DIMENSIONS if name.split("_")[0] in tables]
    metrics = [name for name, (owner, _, _) in METRICS.items() if owner in tables]
    question = {
        "exploreName": explore,
        "dimensions": draw(st.lists(st.sampled_from(dimensions), unique=True, max_size=2)),
        "metrics": draw(st.lists(st.sampled_from(metrics), unique=True, min_size=1, max_size=4)),
    }
    if draw(st.booleans()):
        field, value = draw(
            st.sampled_from([("people_city", "Rome"), ("orders_status", "done"), ("tickets_topic", "bug")])
        )
        if field in dimensions:
            rule = {"target": {"fieldId": field}, "operator": "equals", "values": [value]}
            question["filters"] = {"dimensions": {"and": [rule]}}
    return question


def by_hand(shop: dict[str, list[Row]], question: dict[str, Any]) -> list[list[Any]]:
    explore = question["exploreName"]
    needed = {name.split("_")[0] for name in question["dimensions"]} | {METRICS[m][0] for m in question["metrics"]}
    rules = question.get("filters", {}).get("dimensions", {}).get("and", [])
    needed |= {rule["target"]["fieldId"].split("_")[0] for rule in rules}
    joined: list[dict[str, Row | None]] = [{explore: row} for row in shop[explore]]
    for name, column, other, other_column in JOINS[explore]:
        joined = [
            {**line, name: match}
            for line in joined
            for match in (
                [
                    r
                    for r in shop[name]
                    if line[other] and r[column] is not None and r[column] == line[other][other_column]
                ]
                or [None]
            )
        ]  # Joining more tables than needed only repeats rows.

    def value(line: dict[str, Row | None], field: str) -> Any:
        row = line[field.split("_")[0]]
        return None if row is None else row[DIMENSIONS[field]]

    for rule in rules:
        joined = [line for line in joined if value(line, rule["target"]["fieldId"]) == rule["values"][0]]
    groups: dict[tuple[Any, ...], list[dict[str, Row | None]]] = {}
    for line in joined:
        groups.setdefault(tuple(value(line, name) for name in question["dimensions"]), []).append(line)
    if not question["dimensions"]:
        groups = groups or {(): []}
    return [[*key, *(one_metric(name, lines) for name in question["metrics"])] for key, lines in groups.items()]


def one_metric(name: str, lines: list[dict[str, Row | None]]) -> Any:
    owner, value_of, aggregate = METRICS[name]
    rows = {id(row): row for line in lines if (row := line[owner]) is not None}
    values = [value for row in rows.values() if (value := value_of(row)) is not None]
    return aggregate(values) if values else 0 if name in COUNTS else None


def same(one: Any, other: Any) -> bool:
    if isinstance(one, str) or isinstance(other, str) or one is None or other is None:
        return one == other
    return math.isclose(float(one), float(other), abs_tol=1e-9)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=shops(), question=questions())
def test_answers_are_those_of_counting_by_hand(
    shop: Catalog, data: dict[str, list[Row]], question: dict[str, Any]
) -> None:
    with duckdb.connect() as connection:
        for name, columns in COLUMNS.items():
            kinds = {"city": "varchar", "status": "varchar", "topic": "varchar", "word": "varchar"}
            typed = ", ".join(f"{column} {kinds.get(column, 'integer')}" for column in columns)
            connection.execute(f"create table {name}({typed})")
            if rows := [[row[column] for column in columns] for row in data[name]]:
                marks = ", ".join("?" for _ in columns)
                connection.executemany(f"insert into {name} values ({marks})", rows)
        compiled = compile_query(
            MetricQuery.model_validate(question), shop, Viewer(), DUCKDB, limits=Limits(), now=datetime(2024, 1, 1)
        )
        got = [list(row) for row in connection.execute(compiled.sql).fetchall()]
    wanted = by_hand(data, question)
    width = len(question["dimensions"])
    order = lambda row: [repr(cell) for cell in row[:width]]  # noqa: E731
    got.sort(key=order)
    wanted.sort(key=order)
    assert len(got) == len(wanted), compiled.sql
    assert all(same(a, b) for one, other in zip(got, wanted, strict=True) for a, b in zip(one, other, strict=True)), (
        compiled.sql, got, wanted
    )  # fmt: skip
