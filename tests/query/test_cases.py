"""Each file of `cases/` is a list of questions beside SQL that somebody wrote by hand; both must give the same rows.

A case: `name`, `ask` (a metric query), `sql` (its answer; rows are compared in order when `ordered`), or `refused` (a
word of the error's cause). `totals` and `subtotals` are SQL for what stands beside the rows. `once: true` asserts that
the statement needs no sub-query. `where` and `having` are short for filters that must all hold: lists of field,
operator, values, and `{unit, completed}`. `now` and `week_start` stand in for the usual ones. Each runs on every
warehouse; `sql_postgres` stands in for `sql` where that can't be said in words that both know.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from vitrail.catalog.model import Catalog
from vitrail.query.errors import InvalidQuery
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import Limits, run_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.protocol import Warehouse

NOW = datetime.fromisoformat("2024-03-31T12:00:00+00:00")


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['name']}")
        for path in sorted((Path(__file__).parent / "cases").glob("*.yml"))
        for case in yaml.safe_load(path.read_text())
    ]


def question(case: dict[str, Any]) -> MetricQuery:
    ask = dict(case["ask"])
    for word, kind in (("where", "dimensions"), ("having", "metrics")):
        if word in case:
            ask["filters"] = {**ask.get("filters", {}), kind: {"and": [rule(*given) for given in case[word]]}}
    return MetricQuery.model_validate(ask)


def rule(field: str, operator: str, *values: Any) -> dict[str, Any]:
    settings = next((value for value in values if isinstance(value, dict)), {})
    return {
        "target": {"fieldId": field},
        "operator": operator,
        "values": [value for value in values if not isinstance(value, dict)],
        "settings": {"unitOfTime": settings.get("unit"), "completed": settings.get("completed", False)},
    }


def rounded(rows: list[list[Any]]) -> list[list[Any]]:
    return [[_plain(round(v, 6)) if isinstance(v, float) else v for v in row] for row in rows]


def _plain(value: float) -> float | int:
    return int(value) if value.is_integer() else value


@pytest.mark.parametrize("case", cases())
async def test_case(case: dict[str, Any], kind: str, catalog: Catalog, warehouse: Warehouse) -> None:
    now = datetime.fromisoformat(case["now"]) if "now" in case else NOW
    limits = Limits(week_start=case.get("week_start", 0))
    asked = run_query(question(case), catalog, Viewer(), warehouse, limits=limits, now=now)
    if "refused" in case:
        with pytest.raises(InvalidQuery, match=case["refused"]):
            await asked
        return
    answer = await asked
    expected = await warehouse.execute(case.get(f"sql_{kind}", case["sql"]), timeout_s=10)
    got, wanted = rounded(answer.rows), rounded(expected.rows)
    if not case.get("ordered"):
        got, wanted = sorted(got, key=repr), sorted(wanted, key=repr)
    assert got == wanted, answer.sql
    beside = [case["totals"]] if "totals" in case else []
    found = [answer.totals and [answer.totals]] if beside else []
    for sql, rows in zip(
        beside + case.get("subtotals", []), found + [subtotals.rows for subtotals in answer.subtotals], strict=True
    ):
        expected = await warehouse.execute(sql, timeout_s=10)
        assert rounded(rows) == rounded(expected.rows)
    if case.get("once"):
        assert "WITH" not in answer.sql
