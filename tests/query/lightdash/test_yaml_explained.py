"""What is told of metrics over rows and of keys, and of what stands in a statement."""

from __future__ import annotations

from vitrail.catalog.model import Catalog
from vitrail.query.explain import explain
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import CompiledQuery, Limits, compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DIALECTS


def compiled(catalog: Catalog, kind: str, *metrics: str, explore: str = "orders") -> CompiledQuery:
    query = {"exploreName": explore, "dimensions": [f"{explore}_status"] * (explore == "orders"), "metrics": metrics}
    return compile_query(MetricQuery.model_validate(query), catalog, Viewer(), DIALECTS[kind], limits=Limits())


def test_a_share_is_made_of_its_metric(yaml_catalog: Catalog, kind: str) -> None:
    told = explain(compiled(yaml_catalog, kind, "orders_share"))
    share = next(each for each in told.columns if each.id == "orders_share")
    assert (share.type, share.sql) == ("percent_of_total", "${revenue}")
    assert [each.id for each in share.made_of] == ["orders_revenue"]


def test_columns_have_types_and_formats(yaml_catalog: Catalog, kind: str) -> None:
    columns = compiled(yaml_catalog, kind, "orders_share", "orders_running").columns
    assert [(column.id, column.type) for column in columns[1:]] == [
        ("orders_share", "number"),
        ("orders_running", "number"),
    ]
    assert columns[1].format is not None and columns[1].format.kind == "percent"
    (keyed,) = compiled(yaml_catalog, kind, "items_order_value", explore="items").columns
    assert keyed.type == "number"


def test_the_plan_says_what_counts_once(yaml_catalog: Catalog, kind: str) -> None:
    told = explain(compiled(yaml_catalog, kind, "items_order_value", explore="items")).plan
    assert "Each items.order_id counts once per group for items_order_value." in told


def test_the_plan_says_what_is_done_to_the_rows_of_the_answer(yaml_catalog: Catalog, kind: str) -> None:
    told = explain(compiled(yaml_catalog, kind, "orders_share", "orders_running", "orders_of_previous")).plan
    assert told[-3:] == (
        "Share is each row's value divided by the sum over all rows, a limit or not.",
        "Running is the sum of the rows so far.",
        "Of previous is each row's value divided by that of the row before.",
    )
