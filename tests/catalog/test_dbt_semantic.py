"""dbt's semantic layer: what explores and fields it becomes, and what is left out, with the reason."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from demo.manifest import node

from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog, DimensionType, ExploreName, FieldId, MetricType, Problem, TimeInterval
from vitrail.catalog.search import search
from vitrail.catalog.typescript import typescript

SEMANTIC = """
semantic_models:
  - name: orders
    node_relation: {alias: orders, schema_name: main}
    primary_entity: order
    defaults: {agg_time_dimension: day}
    entities: [{name: customer, type: foreign, expr: customer_id}]
    dimensions:
      - {name: day, type: time, type_params: {time_granularity: day}, label: Ordered on}
      - {name: status, type: categorical, description: How far it is}
    measures:
      - {name: order_count, agg: sum, expr: "1"}
      - {name: revenue, agg: sum, expr: amount, create_metric: true, label: Turnover}
      - {name: typical, agg: median, expr: amount}
  - name: customers
    node_relation: {alias: customers, schema_name: main}
    entities:
      - {name: customer, type: primary, expr: id}
      - {name: region, type: foreign, expr: region_id}
    dimensions: [{name: country, type: categorical}]
  - name: regions
    node_relation: {alias: regions, schema_name: main}
    entities: [{name: region, type: primary, expr: id}]
    dimensions: [{name: continent, type: categorical}]
metrics:
  - {name: order_count, type: simple, label: Orders, type_params: {measure: order_count}}
  - {name: typical, type: simple, type_params: {measure: typical}}
  - {name: per_order, type: ratio, type_params: {numerator: revenue, denominator: order_count}}
project_configuration:
  time_spines:
    - node_relation: {alias: days, schema_name: main}
      primary_column: {name: day, time_granularity: day}
      custom_granularities: [{name: season, column_name: season_start}]
"""


def semantics(change: Any = None) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(SEMANTIC)
    if change is not None:
        change(found)
    return found


def load(folder: Path, semantic: dict[str, Any], schema: str = "models: []", lines: str | None = None) -> Catalog:
    target = folder / "target"
    target.mkdir(parents=True, exist_ok=True)
    nodes = {n["unique_id"]: n for n in (node(model, "schema.yml") for model in yaml.safe_load(schema)["models"])}
    manifest = {"metadata": {"adapter_type": "duckdb"}, "nodes": nodes}
    (target / "manifest.json").write_text(json.dumps(manifest))
    (target / "semantic_manifest.json").write_text(json.dumps(semantic))
    if lines is not None:
        (folder / "models").mkdir(exist_ok=True)
        (folder / "models" / "semantic.yml").write_text(lines)
    return load_catalog(folder)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    found = load(tmp_path, semantics())
    assert not found.problems
    return found


def ids(catalog: Catalog, explore: str) -> set[str]:
    found = catalog.explores[ExploreName(explore)]
    return {str(field.id) for field in [*found.dimensions(), *found.metrics()]}


class TestExplores:
    def test_one_for_each_semantic_model_and_one_with_everything(self, catalog: Catalog) -> None:
        assert list(catalog.explores) == ["orders", "customers", "regions", "metrics"]

    def test_one_that_is_called_like_a_model_of_the_project_gets_another_name(self, tmp_path: Path) -> None:
        found = load(tmp_path, semantics(), "models: [{name: orders, columns: [{name: id, data_type: int}]}]")
        assert list(found.explores) == ["orders", "orders_semantic", "customers", "regions", "metrics"]
        assert found.explores[ExploreName("orders")].semantic is None

    def test_its_tables_are_paths_of_entities(self, catalog: Catalog) -> None:
        tables = catalog.explores[ExploreName("orders")].tables
        assert set(tables) == {"order", "customer", "customer__region", "metric"}
        assert tables[catalog.explores[ExploreName("orders")].base_table].relation == '"main"."orders"'

    def test_it_has_the_metrics_of_its_measures_and_what_its_entities_lead_to(self, catalog: Catalog) -> None:
        orders, customers = ids(catalog, "orders"), ids(catalog, "customers")
        assert {"order_revenue", "order_per_order", "customer_country", "customer__region_continent"} <= orders
        assert {"customer_country", "region_continent"} <= customers
        assert not {"order_revenue", "order_status", "order_day"} & customers

    def test_everything_is_in_metrics(self, catalog: Catalog) -> None:
        everything = ids(catalog, "metrics")
        assert all(ids(catalog, name) <= everything for name in ("orders", "customers", "regions"))

    def test_entities_can_be_grouped_by(self, catalog: Catalog) -> None:
        assert {"customer_customer", "order_customer", "customer_region"} <= ids(catalog, "orders")

    def test_a_loop_of_entities_ends(self, tmp_path: Path) -> None:
        def change(given: dict[str, Any]) -> None:
            given["semantic_models"][2]["entities"].append({"name": "customer", "type": "primary", "expr": "boss"})

        assert load(tmp_path, semantics(change)).explores


class TestFields:
    def test_a_time_dimension_has_a_field_for_each_grain_from_its_own_on(self, catalog: Catalog) -> None:
        time = catalog.explores[ExploreName("orders")].tables["order"].dimensions  # type: ignore[index]
        named = [name for name in time if name.startswith("day")]
        assert named == ["day", "day_day", "day_week", "day_month", "day_quarter", "day_year", "day_season"]
        assert time["day_month"].interval is TimeInterval.MONTH
        assert time["day_month"].base == "day"
        assert time["day_month"].type is DimensionType.DATE

    def test_metric_time_is_a_field_like_any_other(self, catalog: Catalog) -> None:
        assert {"metric_time", "metric_time_day", "metric_time_year", "metric_time_season"} <= ids(catalog, "orders")

    def test_labels_and_descriptions_are_kept(self, catalog: Catalog) -> None:
        fields = {field.id: field for field in catalog.explores[ExploreName("orders")].dimensions()}
        assert fields[FieldId("order_day")].label == "Ordered on"
        assert fields[FieldId("order_status")].description == "How far it is"

    def test_metrics_tell_their_types(self, catalog: Catalog) -> None:
        metrics = {metric.id: metric for metric in catalog.explores[ExploreName("metrics")].metrics()}
        assert metrics[FieldId("order_revenue")].type is MetricType.SUM
        assert metrics[FieldId("order_typical")].type is MetricType.MEDIAN
        assert metrics[FieldId("order_per_order")].type is MetricType.NUMBER
        assert metrics[FieldId("order_revenue")].label == "Turnover"
        assert metrics[FieldId("order_order_count")].label == "Orders"

    def test_a_metric_called_like_a_dimension_has_another_id(self, tmp_path: Path) -> None:
        def change(given: dict[str, Any]) -> None:
            given["metrics"].append({"name": "status", "type": "simple", "type_params": {"measure": "order_count"}})

        found = load(tmp_path, semantics(change))
        assert "order_metric_status" in ids(found, "orders")

    def test_types_of_columns_are_those_of_the_model(self, tmp_path: Path) -> None:
        schema = """
        models:
          - name: customers
            columns: [{name: country, data_type: int}]
          - name: orders
            columns: [{name: day, data_type: timestamp}]
        """
        found = load(tmp_path, semantics(), schema).explores[ExploreName("metrics")]
        fields = {field.id: field for field in found.dimensions()}
        assert fields[FieldId("customer_country")].type is DimensionType.NUMBER
        # A timestamp that is asked for by day is a date.
        assert fields[FieldId("order_day")].type is DimensionType.DATE
        semantic = found.semantic
        assert semantic is not None
        assert semantic.layer.models["orders"].dimensions["day"].type is DimensionType.TIMESTAMP

    def test_whoever_reads_catalogs_reads_them(self, catalog: Catalog) -> None:
        assert "  metric_time_month: 'date';" in typescript(catalog)
        assert "  order_revenue: 'number';" in typescript(catalog)
        assert search(catalog, "turnover")[0].id == "order_revenue"
        assert [hit.id for hit in search(catalog, "continent")] == ["customer__region_continent", "region_continent"]

    def test_ambiguous_names_are_left_out_and_told(self, tmp_path: Path) -> None:
        def change(given: dict[str, Any]) -> None:
            other = copy.deepcopy(given["semantic_models"][1]) | {"name": "old_customers"}
            given["semantic_models"].append(other)

        found = load(tmp_path, semantics(change))
        assert "customer_country" not in ids(found, "orders")
        assert "customer_country" in ids(found, "customers")
        [problem] = [p for p in found.problems if p.cause.startswith("customer__country")]
        assert problem.title == "Dimension can't be asked"
        assert "in customers and in old_customers" in problem.cause
        assert not problem.fatal


class TestWhereItIsWritten:
    def test_manifest_json_alone_has_the_same_things(self, tmp_path: Path) -> None:
        given = semantics()
        target = tmp_path / "target"
        target.mkdir()
        days = node({"name": "days", "columns": [{"name": "day"}, {"name": "season_start"}]}, "schema.yml")
        days["columns"]["day"]["granularity"] = "day"
        days["time_spine"] = {
            "standard_granularity_column": "day",
            "custom_granularities": [{"name": "season", "column_name": "season_start"}],
        }
        manifest = {
            "metadata": {"adapter_type": "duckdb"},
            "nodes": {days["unique_id"]: days},
            "semantic_models": {f"semantic_model.shop.{m['name']}": m for m in given["semantic_models"]},
            "metrics": {f"metric.shop.{m['name']}": m for m in given["metrics"]},
            "saved_queries": {},
        }
        (target / "manifest.json").write_text(json.dumps(manifest))
        alone = load_catalog(tmp_path)
        both = load(tmp_path / "other", given)
        assert ids(alone, "metrics") == ids(both, "metrics")
        semantic = alone.explores[ExploreName("metrics")].semantic
        assert semantic is not None
        assert semantic.layer.spines[0].custom == {"season": "season_start"}

    def test_semantic_manifest_json_alone_is_enough(self, tmp_path: Path) -> None:
        (tmp_path / "target").mkdir()
        (tmp_path / "target" / "semantic_manifest.json").write_text(json.dumps(semantics()))
        alone = load_catalog(tmp_path)
        assert not alone.problems
        assert ids(alone, "metrics") == ids(load(tmp_path / "other", semantics()), "metrics")

    def test_the_older_form_of_a_time_spine(self, tmp_path: Path) -> None:
        def change(given: dict[str, Any]) -> None:
            legacy = {"location": "main.days", "column_name": "day", "grain": "day"}
            given["project_configuration"] = {"time_spine_table_configurations": [legacy]}

        semantic = load(tmp_path, semantics(change)).explores[ExploreName("metrics")].semantic
        assert semantic is not None
        assert [(spine.relation, spine.grain) for spine in semantic.layer.spines] == [("main.days", "day")]

    def test_models_without_described_columns_are_no_problem_when_they_are_described_here(self, tmp_path: Path) -> None:
        found = load(tmp_path, semantics(), "models: [{name: orders}, {name: days}, {name: stray}]")
        assert [problem.origin.model for problem in found.problems if problem.origin] == ["stray"]


def of(found: Catalog, title: str) -> list[Problem]:
    return [problem for problem in found.problems if problem.title == title]


METRICS = [
    ("no measure", {"type": "simple", "type_params": {}}, "it names no measure"),
    ("an unknown measure", {"type": "simple", "type_params": {"measure": "orderz"}}, "no usable measure 'orderz'"),
    ("an unknown type", {"type": "magic"}, "`type: magic` is not simple"),
    (
        "an unknown input",
        {"type": "ratio", "type_params": {"numerator": "nothing", "denominator": "order_count"}},
        "there is no metric 'nothing'",
    ),
    (
        "a circle",
        {"type": "derived", "type_params": {"expr": "bad", "metrics": [{"name": "bad"}]}},
        "it refers to itself in a circle",
    ),
    (
        "an expression with a name that is no input",
        {"type": "derived", "type_params": {"expr": "revenue + tax", "metrics": [{"name": "revenue"}]}},
        "`expr` names 'tax'",
    ),
    (
        "an expression that aggregates",
        {"type": "derived", "type_params": {"expr": "sum(revenue)", "metrics": [{"name": "revenue"}]}},
        "not aggregate or read tables",
    ),
    (
        "an expression that reads a table",
        {
            "type": "derived",
            "type_params": {"expr": "revenue + (select max(x) from secrets)", "metrics": [{"name": "revenue"}]},
        },
        "not aggregate or read tables",
    ),
    (
        "two inputs of one name",
        {"type": "derived", "type_params": {"expr": "revenue", "metrics": [{"name": "revenue"}, {"name": "revenue"}]}},
        "two of its inputs have the same name",
    ),
    (
        "a filter that names a column",
        {"type": "simple", "type_params": {"measure": "revenue"}, "filter": "status = 'done'"},
        "names the column 'status' outright",
    ),
    (
        "a filter with a sub-query",
        {
            "type": "simple",
            "type_params": {"measure": "revenue"},
            "filter": "{{ Dimension('order__status') }} in (select name from secrets)",
        },
        "can't hold a sub-query",
    ),
    (
        "a filter that closes its place",
        {
            "type": "simple",
            "type_params": {"measure": "revenue"},
            "filter": "{{ Dimension('order__status') }} = 'x') OR (1 = 1",
        },
        "more than one expression",
    ),
    (
        "a filter with another template",
        {"type": "simple", "type_params": {"measure": "revenue"}, "filter": "{% if x %}true{% endif %}"},
        "no other template",
    ),
    (
        "a filter with a call of its own",
        {"type": "simple", "type_params": {"measure": "revenue"}, "filter": "{{ env_var('SECRET') }} = 'x'"},
        "is none of Dimension",
    ),
    (
        "a filter with a reference inside quotes",
        {
            "type": "simple",
            "type_params": {"measure": "revenue"},
            "filter": "'{{ Dimension('order__status') }}' = 'x'",
        },
        "stands inside quotes",
    ),
    (
        "a filter by an unknown metric",
        {
            "type": "simple",
            "type_params": {"measure": "revenue"},
            "filter": "{{ Metric('nothing', group_by=['customer']) }} > 1",
        },
        "there is no metric 'nothing'",
    ),
    (
        "a window and a grain to date",
        {"type": "cumulative", "type_params": {"measure": "revenue", "window": "7 days", "grain_to_date": "month"}},
        "only one of the two",
    ),
    (
        "a window of nobody knows what",
        {"type": "cumulative", "type_params": {"measure": "revenue", "window": "a while"}},
        "is not a window such as",
    ),
    (
        "a conversion without the entity",
        {
            "type": "conversion",
            "type_params": {
                "conversion_type_params": {
                    "base_measure": "order_count",
                    "conversion_measure": "order_count",
                    "entity": "visitor",
                }
            },
        },
        "`entity: visitor` is not an entity of orders",
    ),
]


@pytest.mark.parametrize(("given", "cause"), [each[1:] for each in METRICS], ids=[each[0] for each in METRICS])
def test_a_metric_with(tmp_path: Path, given: dict[str, Any], cause: str) -> None:
    def change(semantic: dict[str, Any]) -> None:
        semantic["metrics"].insert(0, {"name": "bad", **given})
        user = {"expr": "bad", "metrics": [{"name": "bad"}]}
        semantic["metrics"].append({"name": "user", "type": "derived", "type_params": user})

    found = load(tmp_path, semantics(change))
    bad, user = of(found, "Metric left out")
    assert cause in bad.cause
    assert bad.cause.startswith("Metric bad: ")
    assert "the metric bad is left out" in user.cause
    assert bad.cure
    assert bad.fatal
    # Nothing else went with it.
    assert {"order_revenue", "order_order_count", "order_per_order"} <= ids(found, "metrics")


ELEMENTS = [
    ("measures", {"name": "bad", "agg": "magic"}, "`agg: magic` is not an aggregate"),
    ("measures", {"name": "bad", "agg": "sum", "expr": "sum(amount)"}, "`expr` can't aggregate"),
    ("measures", {"name": "bad", "agg": "sum", "expr": "1) FROM x; DROP TABLE y"}, "can't be parsed"),
    ("measures", {"name": "bad", "agg": "sum", "expr": "${amount}"}, "can't stand in it"),
    ("measures", {"name": "bad", "agg": "sum", "agg_time_dimension": "status"}, "not a time dimension"),
    ("measures", {"name": "bad", "agg": "percentile"}, "`agg_params.percentile` must be a number"),
    ("measures", {"name": "bad name", "agg": "sum"}, "is not a plain word"),
    (
        "dimensions",
        {"name": "bad", "type": "time", "type_params": {"time_granularity": "eon"}},
        "time_granularity: eon",
    ),
    ("dimensions", {"name": "bad", "type": "odd"}, "`type` must be categorical or time"),
    ("entities", {"name": "bad", "type": "related"}, "must be primary, unique, foreign or natural"),
]


@pytest.mark.parametrize(("key", "entry", "cause"), ELEMENTS)
def test_a_bad_element_is_left_out_alone(tmp_path: Path, key: str, entry: dict[str, Any], cause: str) -> None:
    found = load(tmp_path, semantics(lambda given: given["semantic_models"][0][key].append(entry)))
    [problem] = of(found, "Field left out")
    assert cause in problem.cause
    assert problem.cause.startswith("Semantic model orders: ")
    assert ids(found, "metrics") == ids(load(tmp_path / "sound", semantics()), "metrics")


@pytest.mark.parametrize(
    ("measure", "text"),
    [
        ({"agg": "sum", "expr": 1}, "1"),
        ({"agg": "sum", "expr": "amount"}, "r.amount"),
        ({"agg": "sum"}, "r.it"),
        ({"agg": "max", "expr": "current_date"}, "current_date"),
        ({"agg": "count", "expr": "*"}, "1"),
        ({"agg": "count", "expr": "1"}, "1"),
        ({"agg": "count", "expr": "amount"}, "CASE WHEN r.amount IS NOT NULL THEN 1 ELSE 0 END"),
        ({"agg": "count", "expr": "a + b"}, "CASE WHEN (a + b) IS NOT NULL THEN 1 ELSE 0 END"),
        ({"agg": "SUM_BOOLEAN", "expr": "paid"}, "CASE WHEN r.paid THEN 1 ELSE 0 END"),
        ({"agg": "sum", "expr": "amount -- net"}, "amount -- net\n"),
    ],
)
def test_what_a_measure_adds_up(tmp_path: Path, measure: dict[str, Any], text: str) -> None:
    entry = {"name": "it", **measure}
    found = load(tmp_path, semantics(lambda given: given["semantic_models"][0]["measures"].append(entry)))
    assert not found.problems
    semantic = found.explores[ExploreName("orders")].semantic
    assert semantic is not None
    assert semantic.layer.models["orders"].measures["it"].expression.over("r") == text


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"name": "or ders"}, "not a plain, unused word"),
        ({"name": "customers"}, "not a plain, unused word"),
        ({"node_relation": {}}, "names no table that can be read"),
        ({"node_relation": {"relation_name": "orders; DROP TABLE x"}}, "names no table that can be read"),
        ({"entities": "customer"}, "`entities` must be a list"),
        ({"measures": {"a": 1}}, "`measures` must be a list"),
    ],
)
def test_a_bad_semantic_model_is_left_out_alone(tmp_path: Path, change: dict[str, Any], cause: str) -> None:
    def broken(given: dict[str, Any]) -> None:
        given["semantic_models"].append({**given["semantic_models"][0], "name": "more", "measures": []} | change)

    found = load(tmp_path, semantics(broken))
    [problem] = of(found, "Semantic model left out")
    assert cause in problem.cause
    assert ids(found, "metrics") == ids(load(tmp_path / "sound", semantics()), "metrics")


@pytest.mark.parametrize("junk", [None, 7, "x", [1, None, "x", {"name": 3}], {"a": {"b": 1}}])
@pytest.mark.parametrize("key", ["semantic_models", "metrics", "saved_queries", "project_configuration"])
def test_whatever_is_there_a_catalog_comes_out(tmp_path: Path, key: str, junk: Any) -> None:
    load(tmp_path, semantics(lambda given: given.update({key: junk})))


def test_a_problem_names_file_and_line(tmp_path: Path) -> None:
    text = "semantic_models:\n  - name: orders\n    measures:\n      - name: order_count\nmetrics:\n  - name: bad\n"

    def change(given: dict[str, Any]) -> None:
        given["metrics"].append({"name": "bad", "type": "magic", "original_file_path": "models/semantic.yml"})

    [problem] = of(load(tmp_path, semantics(change), lines=text), "Metric left out")
    assert problem.origin is not None
    assert (problem.origin.file, problem.origin.line) == ("models/semantic.yml", 6)


class TestGuardedModels:
    SCHEMA = """
    models:
      - name: orders
        meta: {sql_filter: "${TABLE}.country in (${lightdash.attributes.country})", required_attributes: {team: sales}}
        columns: [{name: id, data_type: int}]
    """

    def test_the_filter_and_the_rule_of_the_model_come_along(self, tmp_path: Path) -> None:
        semantic = load(tmp_path, semantics(), self.SCHEMA).explores[ExploreName("metrics")].semantic
        assert semantic is not None
        orders = semantic.layer.models["orders"]
        assert orders.guarded is not None
        assert orders.rule.all == {"team": ("sales",)}

    @pytest.mark.parametrize(
        "relation",
        [
            {"alias": "orders"},
            {"alias": "Orders", "schema_name": "main", "database": "shop"},
            {"relation_name": "main.orders"},
            {"relation_name": "`shop`.`main`.`orders`"},
        ],
    )
    def test_however_the_relation_is_written(self, tmp_path: Path, relation: dict[str, Any]) -> None:
        found = load(tmp_path, semantics(lambda s: s["semantic_models"][0].update(node_relation=relation)), self.SCHEMA)
        semantic = found.explores[ExploreName("metrics")].semantic
        assert semantic is not None
        assert semantic.layer.models["orders"].guarded is not None

    def test_a_model_whose_guard_can_not_be_read_is_closed(self, tmp_path: Path) -> None:
        found = load(tmp_path, semantics(), self.SCHEMA.replace("${TABLE}.country in", "${TABLE}.country in (("))
        [problem] = of(found, "Semantic model left out")
        assert "can't be read, so it is closed" in problem.cause
        assert "orders_semantic" not in found.explores
        assert "orders" not in found.explores
        assert "order_revenue" not in ids(found, "metrics")

    def test_a_sub_query_past_the_guard_is_left_out(self, tmp_path: Path) -> None:
        def change(given: dict[str, Any]) -> None:
            expr = "coalesce((select max(total) from main.orders), 0)"
            given["semantic_models"][1]["dimensions"].append({"name": "best", "type": "categorical", "expr": expr})

        found = load(tmp_path, semantics(change), self.SCHEMA)
        [problem] = of(found, "Field left out")
        assert "past the row filter or rule of orders" in problem.cause
        assert "customer_best" not in ids(found, "metrics")


class TestSavedQueries:
    def test_they_are_kept(self, tmp_path: Path) -> None:
        def change(given: dict[str, Any]) -> None:
            params = {
                "metrics": ["revenue"],
                "group_by": ["TimeDimension('metric_time', 'month')", "Dimension('customer__country')", "customer"],
                "where": ["{{ Dimension('order__status') }} = 'done'"],
                "order_by": ["Metric('revenue').descending(True)", "-customer__country", "metric_time__month"],
                "limit": 10,
            }
            given["saved_queries"] = [{"name": "monthly", "label": "Monthly", "query_params": params}]

        [saved] = load(tmp_path, semantics(change)).saved_queries
        assert saved.metrics == ("revenue",)
        assert [item.spelled() for item in saved.group_by] == ["metric_time__month", "customer__country", "customer"]
        assert saved.order_by == (("revenue", True), ("customer__country", True), ("metric_time__month", False))
        assert (saved.limit, saved.label, len(saved.filters)) == (10, "Monthly", 1)

    @pytest.mark.parametrize(
        ("params", "cause"),
        [
            ({"metrics": ["nothing"]}, "asks for the metric 'nothing'"),
            ({"metrics": []}, "it asks for nothing"),
            ({"metrics": ["revenue"], "group_by": ["Evil('x')"]}, "is none of Dimension"),
            ({"metrics": ["revenue"], "limit": "many"}, "`limit` must be a whole number"),
        ],
    )
    def test_one_that_can_not_be_asked_is_told(self, tmp_path: Path, params: dict[str, Any], cause: str) -> None:
        given = semantics(lambda s: s.update(saved_queries=[{"name": "bad", "query_params": params}]))
        found = load(tmp_path, given)
        [problem] = of(found, "Saved query left out")
        assert cause in problem.cause
        assert found.saved_queries == ()
