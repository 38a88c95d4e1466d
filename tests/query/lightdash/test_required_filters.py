"""A required filter holds for whoever asks, however little of it they may know."""

from __future__ import annotations

import pytest

from tests.catalog.projects import catalog_of
from tests.query.lightdash.rows import NOW
from vitrail.catalog.model import Catalog, FieldId
from vitrail.query.errors import InvalidQuery
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import Limits, compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DUCKDB

SCHEMA = """
models:
  - name: t
    meta:
      default_filters: [{at: inThePast 2 days, required: true}, {odd: "> x", required: true}, {word: y}]
      explores: {plain: {default_filters: []}, sound: {default_filters: [{at: inThePast 2 days, required: true}]}}
    columns:
      - {name: at, data_type: date, meta: {dimension: {required_attributes: {team: finance}}}}
      - {name: odd, data_type: int, meta: {metrics: {n: {type: count}}}}
      - {name: word}
"""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    found = catalog_of(tmp_path_factory.mktemp("dbt"), SCHEMA)
    assert not found.problems
    return found


def sql(catalog: Catalog, explore: str, viewer: Viewer | None = None, allowed: frozenset[FieldId] | None = None) -> str:
    query = MetricQuery.model_validate({"exploreName": explore, "metrics": ["t_n"]})
    return compile_query(
        query, catalog, viewer or Viewer(), DUCKDB, limits=Limits(), allowed=allowed, now=NOW
    ).sql  # fmt: skip


def test_for_an_app_that_did_not_declare_the_field_and_a_viewer_who_may_not_see_it(catalog: Catalog) -> None:
    for viewer in (Viewer(), Viewer({"team": ("finance",)})):
        written = sql(catalog, "sound", viewer, frozenset({FieldId("t_n")}))
        assert "\"t\".at >= DATE '2024-03-29'" in written
        assert "word" not in written


def test_none_where_the_explore_has_none(catalog: Catalog) -> None:
    assert "WHERE" not in sql(catalog, "plain")


def test_one_that_can_t_be_applied_refuses_and_never_opens(catalog: Catalog) -> None:
    with pytest.raises(InvalidQuery, match="needs numbers, not 'x'"):
        sql(catalog, "t")
