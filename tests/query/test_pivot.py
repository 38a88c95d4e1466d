"""An answer turned: values across, whole rows down."""

from __future__ import annotations

from typing import Any

import pytest

from vitrail.catalog.model import Catalog
from vitrail.query.errors import InvalidQuery
from vitrail.query.metric_query import MetricQuery
from vitrail.query.result import Pivot, QueryResult
from vitrail.query.run import Limits, run_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.protocol import Warehouse


async def asked(shop: Catalog, warehouse: Warehouse, **question: Any) -> QueryResult:
    query = MetricQuery.model_validate({"exploreName": "orders", **question})
    return await run_query(query, shop, Viewer(), warehouse, limits=Limits())


def pivot_of(answer: QueryResult) -> Pivot:
    assert answer.pivot is not None
    return answer.pivot


async def test_values_go_across_in_their_order_and_missing_cells_are_null(shop: Catalog, warehouse: Warehouse) -> None:
    answer = await asked(
        shop,
        warehouse,
        dimensions=["people_city", "orders_status"],
        metrics=["orders_order_count", "orders_revenue"],
        pivot={"columns": ["orders_status"]},
    )
    pivot = pivot_of(answer)
    assert pivot.index == ["people_city"]
    assert [(column.values, column.field) for column in pivot.columns] == [
        (["done"], "orders_order_count"),
        (["done"], "orders_revenue"),
        (["lost"], "orders_order_count"),
        (["lost"], "orders_revenue"),
        (["open"], "orders_order_count"),
        (["open"], "orders_revenue"),
        ([None], "orders_order_count"),
        ([None], "orders_revenue"),
    ]
    assert pivot.rows == [
        ["Rome", 3, 70, None, None, 2, 17, None, None],
        [None, 1, 7, 1, None, None, None, 1, 30],
    ]
    assert not answer.truncated
    assert not pivot.columns_truncated
    assert sorted(row[0] or "" for row in answer.rows) == ["", "", "", "Rome", "Rome"]


async def test_the_limit_counts_whole_rows(shop: Catalog, warehouse: Warehouse) -> None:
    question: dict[str, Any] = {
        "dimensions": ["orders_status", "items_line"],
        "metrics": ["orders_revenue"],
        "pivot": {"columns": ["items_line"]},
        "limit": 1,
    }
    first = await asked(shop, warehouse, **question)
    assert first.truncated
    assert [column.values[0] for column in pivot_of(first).columns] == [1, 2, 3, None]
    assert [row[0] for row in pivot_of(first).rows] == ["done"]
    second = await asked(shop, warehouse, **question, offset=1)
    assert [row[0] for row in pivot_of(second).rows] == ["lost"]


async def test_sorted_by_a_metric_a_row_stands_where_its_greatest_value_puts_it(
    shop: Catalog, warehouse: Warehouse
) -> None:
    answer = await asked(
        shop,
        warehouse,
        dimensions=["orders_status", "orders_ordered_on_year"],
        metrics=["orders_revenue"],
        sorts=[
            {"fieldId": "orders_revenue", "descending": True},
            {"fieldId": "orders_ordered_on_year", "descending": True},
        ],
        pivot={"columns": ["orders_ordered_on_year"]},
    )
    assert [row[0] for row in pivot_of(answer).rows] == ["done", None, "open", "lost"]
    assert [column.values[0] for column in pivot_of(answer).columns] == ["2025-01-01", "2024-01-01", None]


async def test_month_names_go_across_as_the_year_does(shop: Catalog, warehouse: Warehouse) -> None:
    answer = await asked(
        shop,
        warehouse,
        dimensions=["orders_ordered_at_month_name"],
        metrics=["orders_order_count"],
        pivot={"columns": ["orders_ordered_at_month_name"]},
    )
    values = [column.values[0] for column in pivot_of(answer).columns]
    assert values == ["January", "February", "March", "December", None]
    assert pivot_of(answer).rows == [[3, 1, 2, 1, 1]]


async def test_calculations_and_totals_stand_in_a_pivoted_answer(shop: Catalog, warehouse: Warehouse) -> None:
    answer = await asked(
        shop,
        warehouse,
        dimensions=["people_city", "orders_status"],
        metrics=["orders_order_count"],
        tableCalculations=[
            {"name": "share", "template": {"type": "percent_of_column_total", "fieldId": "orders_order_count"}}
        ],
        pivot={"columns": ["orders_status"]},
        subtotals=[["people_city"]],
        totals=True,
    )
    assert [column.field for column in pivot_of(answer).columns][:2] == ["orders_order_count", "share"]
    assert pivot_of(answer).rows[0][1:3] == [3, 0.375]
    assert answer.totals == [None, None, 8, None]
    assert answer.subtotals[0].rows == [["Rome", None, 5, None], [None, None, 3, None]]


async def test_more_values_than_fit_across_are_left_out_and_it_says_so(
    shop: Catalog, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vitrail.query.pivot.MOST_COLUMNS", 2)
    answer = await asked(
        shop,
        warehouse,
        dimensions=["orders_status"],
        metrics=["orders_revenue"],
        pivot={"columns": ["orders_status"]},
    )
    assert pivot_of(answer).columns_truncated
    assert pivot_of(answer).rows == [[77, None]]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"pivot": {"columns": ["orders_id"]}}, "not a dimension of the question"),
        ({"pivot": {"columns": ["orders_revenue"]}}, "not a dimension of the question"),
        (
            {"pivot": {"columns": ["orders_status"]}, "sorts": [{"fieldId": "orders_order_count"}]},
            "without asking for it",
        ),
    ],
)
async def test_what_can_not_be_turned_is_refused(
    shop: Catalog, warehouse: Warehouse, change: dict[str, Any], cause: str
) -> None:
    with pytest.raises(InvalidQuery, match=cause):
        await asked(shop, warehouse, dimensions=["orders_status"], metrics=["orders_revenue"], **change)
