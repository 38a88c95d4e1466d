"""docs/queries.md names every part of a question, and its examples can be asked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from tests.kit.small_shop import DBT
from vitrail.catalog.load import load_catalog
from vitrail.query.metric_query import CalculationTemplate, FilterOperator, MetricQuery, TimeUnit, read_query
from vitrail.query.run import Limits, compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DUCKDB

PAGE = (Path(__file__).parents[2] / "docs" / "queries.md").read_text()
EXAMPLES = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
ADA = Viewer({"region": ("West",), "finance": ("yes",)})


def names() -> list[str]:
    fields = [field.alias or name for name, field in MetricQuery.model_fields.items()]
    templates = get_args(CalculationTemplate.model_fields["type"].annotation)
    return [*fields, *FilterOperator, *templates]


@pytest.mark.parametrize("name", names())
def test_every_part_operator_and_template_is_told(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_every_unit_of_time_is_told() -> None:
    assert [unit for unit in TimeUnit if unit not in PAGE] == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_can_be_asked(example: str) -> None:
    assert compile_query(read_query(example), load_catalog(DBT), ADA, DUCKDB, limits=Limits()).sql.startswith(
        ("SELECT", "WITH")
    )


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4
