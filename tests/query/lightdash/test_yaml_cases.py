"""Questions to what Lightdash's YAML describes, each beside SQL that somebody wrote by hand.

The form of a case is that of `../test_cases.py`; `pivot` has the rows of the pivoted answer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.query.lightdash.rows import NOW, rounded
from vitrail.catalog.model import Catalog
from vitrail.query.errors import InvalidQuery
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import Limits, run_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.protocol import Warehouse


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['name']}")
        for path in sorted((Path(__file__).parent / "cases").glob("*.yml"))
        for case in yaml.safe_load(path.read_text())
    ]


@pytest.mark.parametrize("case", cases())
async def test_case(case: dict[str, Any], yaml_catalog: Catalog, yaml_warehouse: Warehouse) -> None:
    query = MetricQuery.model_validate(case["ask"])
    asked = run_query(query, yaml_catalog, Viewer(), yaml_warehouse, limits=Limits(), now=NOW)
    if "refused" in case:
        with pytest.raises(InvalidQuery, match=case["refused"]):
            await asked
        return
    answer = await asked
    expected = await yaml_warehouse.execute(case["sql"], timeout_s=10)
    got, wanted = rounded(answer.rows), rounded(expected.rows)
    if not case.get("ordered"):
        got, wanted = sorted(got, key=repr), sorted(wanted, key=repr)
    assert got == wanted, answer.sql
    if "totals" in case:
        assert answer.totals is not None
        totals = await yaml_warehouse.execute(case["totals"], timeout_s=10)
        assert rounded([answer.totals]) == rounded(totals.rows)
    if "pivot" in case:
        assert answer.pivot is not None
        assert rounded(answer.pivot.rows) == case["pivot"]
