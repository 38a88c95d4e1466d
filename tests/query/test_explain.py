"""Why this number: each column down to its model, the plan in words, the statement."""

from __future__ import annotations

from typing import Any

from vitrail.catalog.model import Catalog
from vitrail.query.explain import Definition, Explanation, explain
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import Limits, compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DUCKDB


def explained(shop: Catalog, **question: Any) -> Explanation:
    query = MetricQuery.model_validate(question)
    return explain(compile_query(query, shop, Viewer(), DUCKDB, limits=Limits()))


def definition(of: Explanation, name: str) -> Definition:
    return next(column for column in of.columns if column.id == name)


def test_a_formula_is_told_down_to_the_columns_of_its_models(shop: Catalog) -> None:
    found = definition(
        explained(shop, exploreName="people", metrics=["people_spend_per_minute"]), "people_spend_per_minute"
    )
    assert found.sql == "${orders.revenue} / nullif(${tickets.minutes_spent}, 0)"
    revenue, minutes = found.made_of
    assert (revenue.id, revenue.type, revenue.model, revenue.relation) == (
        "orders_revenue",
        "sum",
        "orders",
        '"main"."orders"',
    )
    assert (minutes.id, minutes.model) == ("tickets_minutes_spent", "tickets")
    assert [part.sql for part in revenue.made_of] == []
    assert revenue.sql == "${TABLE}.amount"


def test_filters_of_a_metric_and_the_file_of_its_model_are_told(shop: Catalog) -> None:
    found = definition(explained(shop, exploreName="orders", metrics=["orders_done_revenue"]), "orders_done_revenue")
    assert found.filters == ("status equals done",)
    assert found.file is not None
    assert found.file.endswith(".yml")


def test_a_cut_date_is_made_of_the_date(shop: Catalog) -> None:
    found = explained(shop, exploreName="orders", dimensions=["orders_ordered_at_month"])
    month = definition(found, "orders_ordered_at_month")
    assert (month.type, [part.id for part in month.made_of]) == ("MONTH", ["orders_ordered_at"])


def test_the_plan_says_what_is_joined_kept_counted_once_and_set_beside(shop: Catalog) -> None:
    plan = explained(
        shop,
        exploreName="people",
        dimensions=["orders_ordered_on_year"],
        metrics=["people_total_credit", "orders_revenue", "people_before"],
        filters={
            "dimensions": {"and": [{"target": {"fieldId": "people_city"}, "operator": "equals", "values": ["Rome"]}]},
            "metrics": {"or": [{"target": {"fieldId": "orders_revenue"}, "operator": "greaterThan", "values": [5]}]},
        },
        additionalMetrics=[
            {
                "table": "people",
                "name": "before",
                "baseMetricId": "people_total_credit",
                "timeDimensionId": "orders_ordered_on",
                "granularity": "YEAR",
            }
        ],
        timezone="Europe/Paris",
    ).plan
    assert "Rows are kept where City is Rome." in plan
    assert "Then those rows are kept where Revenue is more than 5." in plan
    assert "There is one row for each Ordered on year." in plan
    assert "Total credit is also computed 1 year earlier and set beside." in plan
    assert "Times are shown in the clocks of Europe/Paris." in plan
    assert any("counts once per group for people_total_credit, because joining orders repeats rows" in s for s in plan)
    assert any("joined with Orders (keeping rows without a match)" in s for s in plan)


def test_what_the_question_made_says_so(shop: Catalog) -> None:
    found = explained(
        shop,
        exploreName="people",
        dimensions=["big"],
        metrics=["people_people_count"],
        customDimensions=[
            {"type": "sql", "id": "big", "name": "Big", "sql": "${people.credit} > 60", "dimensionType": "boolean"}
        ],
        tableCalculations=[{"name": "twice", "displayName": "Twice", "sql": "2 * ${people.people_count}"}],
    )
    big = definition(found, "big")
    assert (big.sql, big.model, [part.id for part in big.made_of]) == ("${people.credit} > 60", None, ["people_credit"])
    assert definition(found, "twice").sql == "2 * ${people.people_count}"


def test_the_statement_is_the_one_that_is_sent(shop: Catalog) -> None:
    question: dict[str, Any] = {"exploreName": "people", "metrics": ["people_total_credit"]}
    sql = compile_query(MetricQuery.model_validate(question), shop, Viewer(), DUCKDB, limits=Limits()).sql
    assert explained(shop, **question).sql == sql
