"""Who reads which rows through dbt's semantic layer: a guarded dbt model is guarded wherever it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml
from demo.manifest import node
from hypothesis import given
from hypothesis import strategies as st

from tests.query.semantic.conftest import HERE, semantic_project
from tests.query.semantic.test_semantic_cases import LIMITS, NOW
from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog
from vitrail.catalog.visible import narrow
from vitrail.query.errors import InvalidQuery, MissingAttribute, UnknownExplore, UnknownField
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import compile_query, run_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DUCKDB
from vitrail.warehouse.protocol import Warehouse

SCHEMA = """
models:
  - name: stations
    meta: {sql_filter: "${TABLE}.city in (${lightdash.attributes.city})"}
    columns: [{name: station_id, data_type: int}, {name: city, data_type: varchar}]
  - name: operators
    meta: {required_attributes: {team: finance}}
    columns: [{name: operator_id, data_type: int}]
  - name: riders
    columns:
      - {name: rider_id, data_type: int}
      - {name: plan, data_type: varchar, meta: {dimension: {required_attributes: {team: finance}}}}
  - name: wallets
    meta: {sql_filter: "${TABLE}.kind = ${ld.attr.kind}", sql_filter_scope: base}
    columns: [{name: kind, data_type: varchar}]
  - name: spine_day
    meta: {sql_filter: "${TABLE}.day >= CAST(${ld.attr.since} AS DATE)"}
    columns: [{name: day, data_type: date}]
"""
FINANCE = Viewer({"city": ("Delft", "Gouda"), "team": ("finance",), "since": ("2024-01-01",), "kind": ("gift",)})
DELFT = Viewer({"city": ("Delft",), "since": ("2024-03-01",)})


def guarded(folder: Path) -> Catalog:
    models = tuple(node(model, "schema.yml") for model in yaml.safe_load(SCHEMA)["models"])
    semantic = yaml.safe_load((HERE / "rental.yml").read_text())
    return load_catalog(semantic_project(folder, semantic, "duckdb", models))


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return guarded(tmp_path_factory.mktemp("guarded"))


def asked(metrics: list[str], by: list[str] | None = None, **more: Any) -> MetricQuery:
    given = {"exploreName": "metrics", "metrics": metrics, "dimensions": by or [], **more}
    return MetricQuery.model_validate(given)


def statement(catalog: Catalog, viewer: Viewer, metrics: list[str], by: list[str] | None = None, **more: Any) -> str:
    return compile_query(asked(metrics, by, **more), catalog, viewer, DUCKDB, limits=LIMITS, now=NOW).sql


class TestRowFilters:
    async def test_hold_on_the_model_that_is_asked(self, catalog: Catalog, rental_warehouse: Warehouse) -> None:
        answer = await run_query(asked(["station_count"]), catalog, DELFT, rental_warehouse, limits=LIMITS)
        assert answer.rows == [[2]]

    async def test_hold_on_a_joined_model_before_the_join(self, catalog: Catalog, rental_warehouse: Warehouse) -> None:
        query = asked(["ride_count"], ["station__city"])
        answer = await run_query(query, catalog, DELFT, rental_warehouse, limits=LIMITS)
        expected = await rental_warehouse.execute(
            "SELECT city, COUNT(*) FROM rides LEFT JOIN (SELECT * FROM stations WHERE city = 'Delft') AS s "
            "USING (station_id) GROUP BY 1 ORDER BY 1 NULLS LAST",
            timeout_s=10,
        )
        assert answer.rows == expected.rows
        assert len(answer.rows) == 2

    def test_hold_where_a_metric_filters_by_the_model(self, catalog: Catalog) -> None:
        assert """WHERE ("stations".city in ('Delft'))""" in statement(catalog, DELFT, ["delft_fares"])

    def test_hold_inside_a_metric_in_a_filter(self, catalog: Catalog) -> None:
        assert statement(catalog, DELFT, ["busy_station_count"]).count("in ('Delft')") == 1

    def test_hold_where_only_values_are_asked(self, catalog: Catalog) -> None:
        assert "in ('Delft')" in statement(catalog, DELFT, [], ["station__city"])

    def test_hold_on_the_time_spine(self, catalog: Catalog) -> None:
        for metric in ("fares_so_far", "rides_5_days_ago", "rides_every_day"):
            assert "CAST('2024-03-01' AS DATE)" in statement(catalog, DELFT, [metric], ["metric_time"])
        assert "CAST('2024-03-01' AS DATE)" in statement(catalog, DELFT, ["ride_count"], ["metric_time__sprint"])

    def test_an_attribute_that_is_missing_is_a_refusal_only_where_it_is_needed(self, catalog: Catalog) -> None:
        stranger = Viewer()
        for metrics, by in (
            (["station_count"], []),
            (["ride_count"], ["station__city"]),
            (["delft_fares"], []),
            ([], ["station__city"]),
            (["fares_so_far"], ["metric_time"]),
        ):
            with pytest.raises(MissingAttribute, match="which you do not have"):
                statement(catalog, stranger, metrics, by)
        assert statement(catalog, stranger, ["ride_count"], ["ride__electric"])

    def test_one_for_the_base_only_does_not_hold_elsewhere(self, catalog: Catalog) -> None:
        assert "'gift'" in statement(catalog, FINANCE, ["last_balance"])

    @given(st.text())
    def test_no_value_changes_the_shape(self, value: str) -> None:
        catalog = self.shared
        try:
            sql = statement(catalog, Viewer({"city": (value,)}), ["ride_count"], ["station__city"])
        except InvalidQuery:
            return
        plain = statement(catalog, Viewer({"city": ("x",)}), ["ride_count"], ["station__city"])
        shape = [type(found).__name__ for found in sqlglot.parse_one(sql, read="duckdb").walk()]
        assert shape == [type(found).__name__ for found in sqlglot.parse_one(plain, read="duckdb").walk()]

    @pytest.fixture(autouse=True)
    def _share(self, catalog: Catalog) -> None:
        type(self).shared = catalog

    shared: Catalog


class TestRules:
    def test_a_closed_model_is_answered_like_one_that_is_not_there(self, catalog: Catalog) -> None:
        with pytest.raises(UnknownField, match=r'Unknown field "station__operator__country" in explore "metrics"'):
            statement(catalog, DELFT, ["ride_count"], ["station__operator__country"])
        with pytest.raises(UnknownExplore):
            compile_query(
                MetricQuery.model_validate({"exploreName": "operators_semantic", "dimensions": ["operator__country"]}),
                catalog,
                DELFT,
                DUCKDB,
                limits=LIMITS,
            )
        assert statement(catalog, FINANCE, ["ride_count"], ["station__operator__country"])

    def test_no_suggestion_names_it(self, catalog: Catalog) -> None:
        with pytest.raises(UnknownField) as refused:
            statement(catalog, DELFT, ["ride_count"], ["station__operator__countri"])
        assert "operator__country" not in str(refused.value).replace("operator__countri", "")

    def test_a_closed_column_closes_the_dimension(self, catalog: Catalog) -> None:
        with pytest.raises(UnknownField):
            statement(catalog, DELFT, ["ride_count"], ["rider__plan"])
        with pytest.raises(UnknownField):
            statement(catalog, DELFT, ["ride_count"], more_filter("rider__plan"))
        assert statement(catalog, DELFT, ["ride_count"], ["rider__home_city"])

    def test_a_filter_on_a_closed_dimension_is_refused(self, catalog: Catalog) -> None:
        rule = {"target": {"fieldId": "station__operator__country"}, "operator": "equals", "values": ["NL"]}
        with pytest.raises(UnknownField):
            statement(catalog, DELFT, ["ride_count"], filters={"dimensions": {"and": [rule]}})

    def test_what_is_shown_of_the_catalog_leaves_it_out(self, catalog: Catalog) -> None:
        shown = narrow(catalog, DELFT).explores
        assert "operators_semantic" not in shown
        ids = {str(field.id) for explore in shown.values() if explore.semantic for field in explore.dimensions()}
        assert "rider_home_city" in ids
        assert not {"rider_plan", "station__operator_country", "operator_country"} & ids

    def test_saved_queries_that_ask_for_it_are_not_shown(self, catalog: Catalog, tmp_path: Path) -> None:
        assert [saved.name for saved in narrow(catalog, DELFT).saved_queries] == ["fares_by_city", "cities"]
        models = (node({"name": "stations", "meta": {"required_attributes": {"team": "finance"}},
                        "columns": [{"name": "city"}]}, "schema.yml"),)  # fmt: skip
        semantic = yaml.safe_load((HERE / "rental.yml").read_text())
        closed = load_catalog(semantic_project(tmp_path, semantic, "duckdb", models))
        assert not narrow(closed, DELFT).saved_queries
        assert len(narrow(closed, FINANCE).saved_queries) == 2

    def test_rules_in_the_meta_of_metrics_measures_and_dimensions_hold(self, tmp_path: Path) -> None:
        semantic = yaml.safe_load((HERE / "rental.yml").read_text())
        closed = {"config": {"meta": {"required_attributes": {"team": "finance"}}}}
        next(m for m in semantic["metrics"] if m["name"] == "ride_count").update(closed)
        rides = semantic["semantic_models"][0]
        next(m for m in rides["measures"] if m["name"] == "longest").update(closed)
        next(d for d in rides["dimensions"] if d["name"] == "promo").update(closed)
        catalog = load_catalog(semantic_project(tmp_path, semantic, "duckdb"))
        for metrics, by in (
            (["ride_count"], []),
            (["fare_per_ride"], []),
            (["longest_so_far"], []),
            (["fares"], ["ride__promo"]),
        ):
            with pytest.raises(UnknownField):
                statement(catalog, DELFT, metrics, by)
            assert statement(catalog, FINANCE, metrics, by)
        assert statement(catalog, DELFT, ["fares", "shortest"], ["ride__electric"])

    def test_a_rule_that_can_not_be_read_closes_what_it_guards(self, tmp_path: Path) -> None:
        semantic = yaml.safe_load((HERE / "rental.yml").read_text())
        broken = {"config": {"meta": {"required_attributes": ["finance"]}}}
        next(m for m in semantic["metrics"] if m["name"] == "repair_cost").update(broken)
        next(d for d in semantic["semantic_models"][0]["dimensions"] if d["name"] == "promo").update(broken)
        catalog = load_catalog(semantic_project(tmp_path, semantic, "duckdb"))
        assert {p.title for p in catalog.problems} == {"Metric left out", "Field left out"}
        for metrics, by in (["repair_cost"], []), (["fares"], ["ride__promo"]):
            with pytest.raises(UnknownField):
                statement(catalog, FINANCE, metrics, by)

    def test_a_rule_on_what_a_metric_is_made_of_closes_the_metric(self, tmp_path: Path) -> None:
        models = (node({"name": "repairs", "meta": {"required_attributes": {"team": "finance"}},
                        "columns": [{"name": "cost"}]}, "schema.yml"),)  # fmt: skip
        semantic = yaml.safe_load((HERE / "rental.yml").read_text())
        catalog = load_catalog(semantic_project(tmp_path, semantic, "duckdb", models))
        for metric in ("repair_cost", "margin", "repairs_per_ride"):
            with pytest.raises(UnknownField):
                statement(catalog, DELFT, [metric])
            assert statement(catalog, FINANCE, [metric])

    def test_a_rule_on_what_a_metric_filters_by_closes_the_metric(self, tmp_path: Path) -> None:
        models = (node({"name": "stations", "meta": {"required_attributes": {"team": "finance"}},
                        "columns": [{"name": "city"}]}, "schema.yml"),)  # fmt: skip
        semantic = yaml.safe_load((HERE / "rental.yml").read_text())
        catalog = load_catalog(semantic_project(tmp_path, semantic, "duckdb", models))
        with pytest.raises(UnknownField):
            statement(catalog, DELFT, ["delft_fares"])
        assert statement(catalog, DELFT, ["fares"])

    def test_an_app_gets_what_it_declared(self, catalog: Catalog) -> None:
        query = asked(["fares"], ["metric_time__month"])
        allowed = frozenset({"ride_fares", "metric_time_month"})
        assert compile_query(query, catalog, FINANCE, DUCKDB, limits=LIMITS, allowed=allowed).sql  # type: ignore[arg-type]
        with pytest.raises(InvalidQuery, match="did not declare"):
            compile_query(query, catalog, FINANCE, DUCKDB, limits=LIMITS, allowed=frozenset({"ride_fares"}))  # type: ignore[arg-type]


def more_filter(name: str) -> list[str]:
    return [name, "ride__electric"]
