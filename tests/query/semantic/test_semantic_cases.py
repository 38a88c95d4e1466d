"""Each file of `cases/` is a list of questions over dbt's semantic layer beside SQL that somebody wrote by hand.

A case: `name`; `metrics` and `by` in dbt's own spelling; `where`, a list of `[field, operator, value, …]`; or a whole
`ask`; then `sql` (its answer: the columns of `by`, then the metrics), or `refused` (a word of the error's cause).
Rows are compared in order when the case sorts.
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
LIMITS = Limits(5000, 5000)


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['name']}")
        for path in sorted((Path(__file__).parent / "cases").glob("*.yml"))
        for case in yaml.safe_load(path.read_text())
    ]


def question(case: dict[str, Any]) -> MetricQuery:
    rules = [
        {"target": {"fieldId": field}, "operator": operator, "values": values}
        for field, operator, *values in case.get("where", [])
    ]
    ask: dict[str, Any] = {
        "exploreName": "metrics",
        "metrics": case.get("metrics", []),
        "dimensions": case.get("by", []),
        "filters": {"dimensions": {"and": rules}} if rules else {},
    }
    return MetricQuery.model_validate(ask | case.get("ask", {}))


def rounded(rows: list[list[Any]]) -> list[list[Any]]:
    return [[round(v, 6) if isinstance(v, float) else v for v in row] for row in rows]


@pytest.mark.parametrize("case", cases())
async def test_case(case: dict[str, Any], rental: Catalog, rental_warehouse: Warehouse) -> None:
    query = question(case)
    asked = run_query(query, rental, Viewer(), rental_warehouse, limits=LIMITS, now=NOW)
    if "refused" in case:
        with pytest.raises(InvalidQuery, match=case["refused"]):
            await asked
        return
    answer = await asked
    expected = await rental_warehouse.execute(case["sql"], timeout_s=10)
    got, wanted = rounded(answer.rows), rounded(expected.rows)
    if not query.sorts:
        got, wanted = sorted(got, key=repr), sorted(wanted, key=repr)
    assert wanted, "a case without rows shows nothing"
    assert got == wanted, answer.sql
