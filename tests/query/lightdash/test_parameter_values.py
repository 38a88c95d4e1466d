"""No value of a parameter can be more than a value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.query.lightdash.conftest import load
from tests.query.lightdash.rows import NOW
from tests.query.test_row_access import VALUES, shape
from vitrail.catalog.model import Catalog, Parameter, ParameterOption
from vitrail.query.errors import InvalidQuery
from vitrail.query.metric_query import MetricQuery
from vitrail.query.parameters import BadParameter, read_values
from vitrail.query.run import Limits, compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DUCKDB


@pytest.fixture(scope="module")
def duckdb_catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return load(tmp_path_factory.mktemp("yaml"), "duckdb")


def sql(catalog: Catalog, **parameters: Any) -> str:
    query = {"exploreName": "orders", "metrics": ["orders_in_words", "orders_large"], "parameters": parameters}
    asked = MetricQuery.model_validate(query)
    return compile_query(asked, catalog, Viewer(), DUCKDB, limits=Limits(), now=NOW).sql


@given(value=VALUES)
def test_no_text_changes_the_shape(duckdb_catalog: Catalog, value: str) -> None:
    try:
        written = sql(duckdb_catalog, word=value)
    except InvalidQuery as refused:
        assert "not a text" in refused.cause
        assert "\0" in value or any("\ud800" <= c <= "\udfff" for c in value)
        return
    assert shape(written) == shape(sql(duckdb_catalog, word="plain"))
    row = duckdb.execute(f"select {written.split('max(')[1].split(') AS')[0]}").fetchone()
    assert row == (value,)


@given(value=VALUES | st.integers() | st.floats() | st.booleans() | st.none() | st.lists(st.integers(), max_size=3))
def test_a_number_is_written_or_refused(duckdb_catalog: Catalog, value: Any) -> None:
    try:
        written = sql(duckdb_catalog, word="w", least=value)
    except (InvalidQuery, ValueError):
        return
    number = written.split(">= ")[1].split(" then")[0]
    row = duckdb.execute(f"select {number}").fetchone()
    given_number = value[0] if isinstance(value, list) else value
    assert row is not None and float(row[0]) == float(given_number)


@given(values=st.lists(st.sampled_from(["done", "open", "lost"]) | VALUES, max_size=4))
def test_only_options_are_taken(values: list[str]) -> None:
    options = tuple(ParameterOption(value, value.title()) for value in ("done", "open", "lost"))
    parameter = Parameter("p", "P", options=options, multiple=True)
    try:
        found = read_values(values, parameter)
    except BadParameter:
        assert not values or set(values) - {"done", "open", "lost"}
    else:
        assert set(found) == set(values) <= {"done", "open", "lost"}


def test_values_of_a_dimension_and_custom_ones_are_free() -> None:
    option = (ParameterOption("a", "A"),)
    assert read_values("zz", Parameter("p", "P", options=option, custom=True)) == ("zz",)
    assert read_values("zz", Parameter("p", "P", options=option, options_from="orders.status")) == ("zz",)
    with pytest.raises(BadParameter, match="'a'"):
        read_values("zz", Parameter("p", "P", options=option))


def test_a_value_is_as_long_as_may_be(tmp_path: Path) -> None:
    parameter = Parameter("p", "P", multiple=True)
    with pytest.raises(BadParameter, match="2000 characters"):
        read_values("x" * 2001, parameter)
    with pytest.raises(BadParameter, match="at most 1000 values"):
        read_values(["x"] * 1001, parameter)
