"""Each file of `cases/` is a list of questions beside SQL that somebody wrote by hand; both must give the same rows.

A case: `name`, `ask` (a metric query), `sql` (its answer; rows are compared in order when `ordered`), or `refused` (a
word of the error's cause). `once: true` asserts that the statement needs no sub-query.
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
from vitrail.warehouse.duckdb import DuckDBWarehouse

NOW = datetime.fromisoformat("2024-03-31T12:00:00+00:00")


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['name']}")
        for path in sorted((Path(__file__).parent / "cases").glob("*.yml"))
        for case in yaml.safe_load(path.read_text())
    ]


def rounded(rows: list[list[Any]]) -> list[list[Any]]:
    return [[round(v, 6) if isinstance(v, float) else v for v in row] for row in rows]


@pytest.mark.parametrize("case", cases())
async def test_case(case: dict[str, Any], shop: Catalog, warehouse: DuckDBWarehouse) -> None:
    query = MetricQuery.model_validate(case["ask"])
    asked = run_query(query, shop, Viewer(), warehouse, limits=Limits(), now=NOW)
    if "refused" in case:
        with pytest.raises(InvalidQuery, match=case["refused"]):
            await asked
        return
    answer = await asked
    expected = await warehouse.execute(case["sql"], timeout_s=10)
    got, wanted = rounded(answer.rows), rounded(expected.rows)
    if not case.get("ordered"):
        got, wanted = sorted(got, key=repr), sorted(wanted, key=repr)
    assert got == wanted, answer.sql
    if case.get("once"):
        assert "WITH" not in answer.sql
