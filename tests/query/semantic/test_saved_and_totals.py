"""Saved queries asked by name; totals under the answer; what a question over the semantic layer can't have."""

from __future__ import annotations

from typing import Any

import pytest

from tests.query.semantic.test_semantic_cases import LIMITS, NOW
from vitrail.catalog.model import Catalog
from vitrail.query.errors import InvalidQuery
from vitrail.query.explain import explain
from vitrail.query.metric_query import MetricQuery
from vitrail.query.result import QueryResult
from vitrail.query.run import compile_query, run_query
from vitrail.query.semantic.saved import saved_question
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DIALECTS, DUCKDB
from vitrail.warehouse.protocol import Warehouse


async def answered(query: MetricQuery, catalog: Catalog, warehouse: Warehouse) -> QueryResult:
    return await run_query(query, catalog, Viewer(), warehouse, limits=LIMITS, now=NOW)


def asked(**given: Any) -> MetricQuery:
    return MetricQuery.model_validate({"exploreName": "metrics", **given})


async def test_a_saved_query_asks_with_its_filters_order_and_limit(
    rental: Catalog, rental_warehouse: Warehouse
) -> None:
    answer = await answered(saved_question("fares_by_city", rental), rental, rental_warehouse)
    expected = await rental_warehouse.execute(
        "SELECT CAST(date_trunc('month', ride_day) AS DATE), city, SUM(fare), COUNT(*) FROM rides "
        "LEFT JOIN stations USING (station_id) WHERE NOT electric GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 3",
        timeout_s=10,
    )
    assert answer.rows == expected.rows
    assert [column.id for column in answer.columns] == [
        "metric_time_month",
        "station_city",
        "ride_fares",
        "ride_ride_count",
    ]


async def test_a_saved_query_without_metrics_lists_values(rental: Catalog, rental_warehouse: Warehouse) -> None:
    answer = await answered(saved_question("cities", rental), rental, rental_warehouse)
    assert [row[0] for row in answer.rows] == ["Delft", "Gouda", "Leuven", None]


def test_a_saved_query_that_is_not_there(rental: Catalog) -> None:
    with pytest.raises(InvalidQuery, match="There is no saved query 'nothing'"):
        saved_question("nothing", rental)


async def test_the_columns_tell_their_types(rental: Catalog, rental_warehouse: Warehouse) -> None:
    query = asked(
        dimensions=["metric_time__month", "station__covered", "ride__started_at__hour"],
        metrics=["ride_count", "fare_per_ride", "double_fares", "longest"],
    )
    columns = (await answered(query, rental, rental_warehouse)).columns
    assert columns[0].type == "date"
    assert columns[2].type == "timestamp"
    assert {column.type for column in columns[3:]} == {"number"}
    assert [column.interval for column in columns[:3]] == ["MONTH", None, "HOUR"]


async def test_totals_are_over_the_rows_beneath(rental: Catalog, rental_warehouse: Warehouse) -> None:
    query = asked(
        dimensions=["station_city", "ride_electric"],
        metrics=["active_riders", "fare_per_ride"],
        totals=True,
        subtotals=[["station_city"]],
        limit=4,
    )
    answer = await answered(query, rental, rental_warehouse)
    expected = await rental_warehouse.execute(
        "SELECT COUNT(DISTINCT rider_id), SUM(fare) / COUNT(*) FROM rides", timeout_s=10
    )
    assert answer.totals is not None
    assert answer.totals[2:] == pytest.approx(expected.rows[0])
    assert [row[0] for row in answer.subtotals[0].rows] == ["Delft", "Gouda", "Leuven", None]


async def test_totals_of_filtered_metrics_are_refused(rental: Catalog, rental_warehouse: Warehouse) -> None:
    rule = {"target": {"fieldId": "fares"}, "operator": "greaterThan", "values": [10]}
    query = asked(dimensions=["station_city"], metrics=["fares"], totals=True, filters={"metrics": {"and": [rule]}})
    with pytest.raises(InvalidQuery, match="Totals can't be told"):
        await answered(query, rental, rental_warehouse)


def plan_of(rental: Catalog, **given: Any) -> tuple[str, ...]:
    return compile_query(asked(**given), rental, Viewer(), DUCKDB, limits=LIMITS, now=NOW).notes


async def test_the_plan_is_told_in_words(rental: Catalog) -> None:
    rule = {"target": {"fieldId": "ride__electric"}, "operator": "equals", "values": [True]}
    assert plan_of(
        rental, dimensions=["station__city"], metrics=["ride_count"], filters={"dimensions": {"and": [rule]}}
    ) == (
        "Ride count is computed from Rides, joined with Stations (keeping rows without a match).",
        "Rows are kept where Electric is True.",
        "There is one row for each City.",
    )
    assert plan_of(rental, dimensions=["metric_time"], metrics=["fares", "repair_cost"])[-2:] == (
        "What was computed apart meets on Metric time.",
        "There is one row for each Metric time.",
    )


@pytest.mark.parametrize(
    ("metric", "sentence"),
    [
        ("week_fares", "Each moment of the time spine takes the rows of the 7 days up to it."),
        ("fares_mtd", "Each moment of the time spine takes the rows since the start of its month."),
        ("rides_5_days_ago", "Each moment of the time spine shows the value of 5 days earlier."),
        ("rides_every_day", "Moments of the time spine without a value are shown too."),
        ("balance_now", "Only the rows of the last noted_on count, for each rider."),
        (
            "buy_rate_7d",
            "Each purchase_count counts once, for the closest visit_count before it of the same rider within 7 days.",
        ),
    ],
)
async def test_the_plan_tells_what_is_unusual(rental: Catalog, metric: str, sentence: str) -> None:
    assert sentence in plan_of(rental, dimensions=["metric_time"], metrics=[metric])


async def test_why_a_number_goes_down_to_the_measure(rental: Catalog) -> None:
    query = asked(dimensions=["metric_time__month"], metrics=["gold_fare_per_ride", "balance_now", "rides_growth"])
    columns = {c.id: c for c in explain(compile_query(query, rental, Viewer(), DUCKDB, limits=LIMITS)).columns}
    ratio, balance = columns["ride_gold_fare_per_ride"], columns["wallet_balance_now"]
    assert (ratio.sql, ratio.filters) == ("fares / ride_count", ("rider__plan = 'gold'",))
    assert [(made.id, made.sql) for made in ratio.made_of] == [
        ("ride_fares", "sum(fare)"),
        ("ride_ride_count", "sum(1)"),
    ]
    assert balance.sql == "sum(balance) at the last noted_on for each rider"
    assert columns["ride_rides_growth"].sql == "ride_count - before with before = ride_count 7 days earlier"


async def test_all_that_is_asked_of_one_table_is_one_select(rental: Catalog) -> None:
    query = asked(dimensions=["station_city", "metric_time_month"], metrics=["fares", "ride_count", "active_riders"])
    compiled = compile_query(query, rental, Viewer(), DUCKDB, limits=LIMITS)
    assert compiled.sql.count("rides") == 1
    assert "WITH" not in compiled.sql


@pytest.mark.parametrize(
    ("dialect", "text"), [("duckdb", "APPROX_QUANTILE("), ("postgres", "PERCENTILE_CONT(0.9) WITHIN GROUP")]
)
async def test_an_approximate_percentile_is_the_engines_where_it_has_one(
    rental: Catalog, dialect: str, text: str
) -> None:
    compiled = compile_query(
        asked(metrics=["minutes_p90_about"]), rental, Viewer(), DIALECTS[dialect], limits=LIMITS, now=NOW
    )
    assert text in compiled.sql
