from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from vitrail.catalog.model import Catalog, FieldId
from vitrail.errors import InvalidInput
from vitrail.query.errors import FieldNotAllowed, InvalidQuery, UnknownExplore, UnknownField
from vitrail.query.metric_query import MetricQuery, read_query
from vitrail.query.run import CompiledQuery, Limits, compile_query, run_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DUCKDB, POSTGRES
from vitrail.warehouse.duckdb import DuckDBWarehouse


def compiled(shop: Catalog, allowed: frozenset[FieldId] | None = None, **query: Any) -> CompiledQuery:
    question = MetricQuery.model_validate({"exploreName": "orders", **query})
    return compile_query(question, shop, Viewer(), DUCKDB, limits=Limits(), allowed=allowed)


def test_everything_wrong_is_told_at_once(shop: Catalog) -> None:
    with pytest.raises(InvalidQuery) as refused:
        compiled(
            shop,
            dimensions=["orders.statu", "orders_revenue"],
            metrics=["orders_revenu"],
            sorts=[{"fieldId": "orders_amount"}],
            filters={"metrics": {"and": [{"target": {"fieldId": "nope"}, "operator": "isNull"}]}},
            timezone="Mars/Olympus",
        )
    fields = [detail["field"] for detail in refused.value.details]
    assert fields == [None, "orders_statu", "orders_revenue", "orders_revenu", "nope", "orders_amount"]
    assert refused.value.details[1]["suggestions"][0] == "orders_status"
    assert 'did you mean "orders_revenue"' in refused.value.cause


def test_an_unknown_explore_has_neighbours(shop: Catalog) -> None:
    with pytest.raises(UnknownExplore, match="no explore 'order'") as refused:
        compiled(shop, exploreName="order", metrics=["x"])
    assert "orders" in refused.value.details[0]["suggestions"]
    assert refused.value.status == 404


def test_an_app_may_ask_only_what_it_declared(shop: Catalog) -> None:
    allowed = frozenset(FieldId(name) for name in ("orders_revenue", "orders_status"))
    compiled(shop, allowed, dimensions=["orders_status"], metrics=["orders_revenue"])
    rule = {"target": {"fieldId": "people_city"}, "operator": "isNull"}
    for query in (
        {"metrics": ["orders_order_count"]},
        {"dimensions": ["people_city"]},
        {"metrics": ["orders_revenue"], "filters": {"dimensions": {"and": [rule]}}},
        {"metrics": ["orders_revenue"], "sorts": [{"fieldId": "orders_order_count"}]},
        {
            "metrics": ["people_x"],
            "additionalMetrics": [{"table": "people", "name": "x", "type": "max", "baseDimensionName": "name"}],
        },
    ):
        with pytest.raises(FieldNotAllowed):
            compiled(shop, allowed, **query)
    with pytest.raises(UnknownField) as unknown:
        compiled(shop, allowed, metrics=["orders_order_coun"])
    assert unknown.value.details[0]["suggestions"] in ([], ["orders_revenue"])


def test_an_empty_question_is_refused(shop: Catalog) -> None:
    with pytest.raises(InvalidQuery, match="no dimension and no metric"):
        compiled(shop)


def test_limits(shop: Catalog) -> None:
    assert compiled(shop, metrics=["orders_revenue"]).sql.endswith("LIMIT 501")
    assert compiled(shop, metrics=["orders_revenue"], limit=10**9).limit == 5000
    assert compiled(shop, metrics=["orders_revenue"], limit=7).limit == 7


async def test_more_rows_than_the_limit_are_told(shop: Catalog, warehouse: DuckDBWarehouse) -> None:
    for limit, truncated in ((7, True), (8, False), (9, False)):
        query = MetricQuery(explore_name="orders", dimensions=["orders_id"], limit=limit)
        answer = await run_query(query, shop, Viewer(), warehouse, limits=Limits())
        assert (len(answer.rows), answer.truncated, answer.limit) == (min(limit, 8), truncated, limit)


async def test_columns_carry_types_labels_and_intervals(shop: Catalog, warehouse: DuckDBWarehouse) -> None:
    query = MetricQuery(
        explore_name="orders",
        dimensions=["orders_ordered_on_month"],
        metrics=["orders_smallest", "people_people_count"],
    )
    answer = await run_query(query, shop, Viewer(), warehouse, limits=Limits())
    found = [(c.id, c.type, c.label, c.kind, c.interval) for c in answer.columns]
    assert found == [
        ("orders_ordered_on_month", "date", "Ordered on month", "dimension", "MONTH"),
        ("orders_smallest", "number", "Smallest", "metric", None),
        ("people_people_count", "number", "People count", "metric", None),
    ]


def test_notes_say_where_rows_are_told_apart(shop: Catalog) -> None:
    notes = compiled(shop, exploreName="people", dimensions=["orders_status"], metrics=["people_total_credit"]).notes
    assert notes == (
        "People is read, joined with Orders (keeping rows without a match).",
        "Each row of people counts once per group for people_total_credit, because joining orders repeats rows.",
        "There is one row for each Status.",
    )


def test_another_dialect_is_only_data(shop: Catalog) -> None:
    query = MetricQuery(
        explore_name="people", dimensions=["orders_ordered_at_day_of_week_name"], metrics=["people_median_credit"]
    )
    sql = compile_query(query, shop, Viewer(), POSTGRES, limits=Limits()).sql
    assert "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY m0)" in sql
    assert "to_char" in sql


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null",
     '{"exploreName": 1}', '{"exploreName": "x", "limit": 0}', '{"exploreName": "x", "sql": "select 1"}',
     '{"exploreName": "x", "filters": {"dimensions": {"xor": []}}}', "{" * 5000, '{"exploreName": "\\ud800"}'],
)  # fmt: skip
def test_what_is_no_question_is_invalid_input(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_query(text)
    assert refused.value.cure


def test_values_are_few_and_plain() -> None:
    rule = {"target": {"fieldId": "x"}, "operator": "equals", "values": [[1]]}
    with pytest.raises(ValidationError):
        MetricQuery.model_validate({"exploreName": "x", "filters": {"dimensions": {"and": [rule]}}})
