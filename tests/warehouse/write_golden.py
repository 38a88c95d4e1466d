"""The statements of `golden/`: a fixed set of questions about the shop, in every dialect.

`python -m tests.warehouse.write_golden` writes them anew; what changed is then read by a person, beside the engine's
documentation, before it is committed.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.catalog.projects import catalog_of
from vitrail.catalog.model import Catalog
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import Limits, compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DIALECTS, Dialect

FOLDER = Path(__file__).parent / "golden"
SHOP = Path(__file__).parents[1] / "query" / "shop.yml"
NOW = datetime.fromisoformat("2024-03-31T12:00:00+00:00")


def rule(field: str, operator: str, *values: Any, **settings: Any) -> dict[str, Any]:
    return {"target": {"fieldId": field}, "operator": operator, "values": list(values), "settings": settings}


def every(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"dimensions": {"and": list(rules)}}


AT = "orders.ordered_at_"
QUESTIONS: dict[str, dict[str, Any]] = {
    "one_metric": {"exploreName": "orders", "metrics": ["orders_revenue"]},
    "aggregates": {
        "exploreName": "people",
        "dimensions": ["people.city"],
        "metrics": [f"people_{name}" for name in ("people_count", "average_credit", "median_credit", "p75_credit",
                                                  "highest_credit", "roman_credit", "credit_per_person")],
    },
    "dates": {
        "exploreName": "orders",
        "dimensions": [AT + unit for unit in ("raw", "year", "quarter", "month", "week", "day")],
    },
    "times": {
        "exploreName": "orders",
        "dimensions": [AT + unit for unit in ("hour", "minute", "second", "millisecond")],
    },
    "numbers": {
        "exploreName": "orders",
        "dimensions": [AT + unit for unit in ("day_of_week_index", "day_of_month_num", "day_of_year_num", "week_num",
                                              "month_num", "quarter_num", "year_num", "hour_of_day_num",
                                              "minute_of_hour_num")],
    },
    "names_in_the_order_of_the_year": {
        "exploreName": "orders",
        "dimensions": [AT + unit for unit in ("month_name", "day_of_week_name", "quarter_name")],
        "metrics": ["orders_order_count"],
    },
    "clocks_of_another_zone": {
        "exploreName": "orders",
        "dimensions": [AT + "day", AT + "hour"],
        "metrics": ["orders_order_count"],
        "timezone": "Europe/Paris",
    },
    "two_facts": {
        "exploreName": "people",
        "dimensions": ["people.city"],
        "metrics": ["orders_revenue", "tickets_minutes_spent", "people_people_count"],
    },
    "median_over_a_fan": {
        "exploreName": "people",
        "dimensions": ["orders.status"],
        "metrics": ["people_median_credit", "people_people_count"],
    },
    "rows_without_a_key": {
        "exploreName": "visits",
        "dimensions": ["tickets.topic"],
        "metrics": ["visits_total_seconds", "tickets_minutes_spent"],
    },
    "texts_in_filters": {
        "exploreName": "orders",
        "dimensions": ["orders.id"],
        "filters": every(
            rule("orders_status", "equals", "it's", "back\\slash", "new\nline"),
            rule("orders_status", "include", "50%_É"),
            rule("orders_status", "startsWith", "a"),
            rule("orders_status", "doesNotInclude", "\\"),
        ),
    },
    "dates_in_filters": {
        "exploreName": "orders",
        "dimensions": ["orders.id"],
        "filters": every(
            rule("orders_ordered_on", "inThePast", 2, unitOfTime="months", completed=True),
            rule("orders_ordered_at", "inBetween", "2024-01-01T10:00:00", "2024-02-01T00:00:00.250000"),
            rule("orders_ordered_at_month", "equals", "2024-02"),
            rule("orders_amount", "greaterThan", -1.5),
        ),
    },
    "sorted_page": {
        "exploreName": "people",
        "dimensions": ["people.name"],
        "metrics": ["people_total_credit"],
        "sorts": [{"fieldId": "people_total_credit", "descending": True, "nullsFirst": True}],
        "limit": 3,
        "offset": 6,
    },
    "table_calculation": {
        "exploreName": "people",
        "dimensions": ["people.name"],
        "metrics": ["people_total_credit"],
        "tableCalculations": [{"name": "share", "sql": "${people.total_credit} / sum(${people.total_credit}) over ()"}],
    },
}  # fmt: skip


def shop(dialect: Dialect) -> Catalog:
    """The shop with its relations written as dbt writes them on this engine."""
    with tempfile.TemporaryDirectory() as folder:
        catalog = catalog_of(Path(folder), SHOP.read_text())
    quoted = dialect.identifier
    explores = {
        name: replace(
            explore,
            tables={
                key: replace(table, relation=f"{quoted('shop')}.{quoted(table.relation.split('.')[1].strip(chr(34)))}")
                for key, table in explore.tables.items()
            },
        )
        for name, explore in catalog.explores.items()
    }
    return replace(catalog, explores=explores)


def statements(dialect: Dialect) -> dict[str, str]:
    """By question."""
    catalog = shop(dialect)
    return {
        name: compile_query(MetricQuery.model_validate(asked), catalog, Viewer(), dialect, limits=Limits(), now=NOW).sql
        for name, asked in QUESTIONS.items()
    }


def main() -> None:
    for name, dialect in DIALECTS.items():
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
        for question, sql in statements(dialect).items():
            (FOLDER / name / f"{question}.sql").write_text(sql + "\n")


if __name__ == "__main__":
    main()
