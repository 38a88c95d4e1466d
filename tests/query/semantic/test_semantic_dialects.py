"""The statements of every dialect can be read in that dialect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlglot

from tests.query.semantic.conftest import semantic_project
from tests.query.semantic.test_semantic_cases import LIMITS, NOW, question
from vitrail.catalog.load import load_catalog
from vitrail.query.run import compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DIALECTS

ASKED: list[dict[str, Any]] = [
    {"metrics": ["fares", "repair_cost"], "by": ["metric_time__month", "station__operator__country"]},
    {"metrics": ["middle_fare", "minutes_p90", "minutes_p90_seen"], "by": ["ride__promo"]},
    {"metrics": ["month_fares_mean"], "by": ["metric_time__week"]},
    {
        "metrics": ["week_riders_filled"],
        "by": ["metric_time"],
        "where": [["metric_time__day", "lessThan", "2024-02-01"]],
    },
    {"metrics": ["rides_growth", "start_against_month_ago"], "by": ["metric_time__quarter", "ride__electric"]},
    {"metrics": ["rides_last_sprint"], "by": ["metric_time"]},
    {"metrics": ["buy_rate_same_device", "buys_7d"], "by": ["metric_time__month"]},
    {"metrics": ["balance_now"], "by": ["metric_time__week", "rider__plan"]},
    {"metrics": ["fares"], "by": ["station__tariff", "metric_time__sprint"]},
    {"metrics": ["busy_station_count"], "by": ["metric_time__extract_dow"]},
    {"metrics": [], "by": ["station__city", "operator__country", "metric_time__year"]},
]


@pytest.mark.parametrize("name", DIALECTS)
def test_every_shape_can_be_read(name: str, tmp_path: Path, rental_semantics: dict[str, Any]) -> None:
    catalog = load_catalog(semantic_project(tmp_path, rental_semantics, name))
    for case in ASKED:
        compiled = compile_query(question(case), catalog, Viewer(), DIALECTS[name], limits=LIMITS, now=NOW)
        assert sqlglot.parse_one(compiled.sql, read=name).find(sqlglot.exp.Select), compiled.sql
