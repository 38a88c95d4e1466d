"""Every property of a dimension and a metric in Lightdash's YAML, and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.catalog.projects import catalog_of
from vitrail.catalog.model import (
    Catalog,
    Dimension,
    DimensionType,
    Format,
    GroupDetail,
    Link,
    Metric,
    MetricType,
    Spotlight,
    Table,
    TimeInterval,
)

EVERY_INTERVAL = [interval.value for interval in TimeInterval]


def project(folder: Path, model: dict[str, Any], problems: int = 0) -> Catalog:
    catalog = catalog_of(folder, yaml.safe_dump({"models": [{"name": "t", **model}]}, sort_keys=False))
    assert len(catalog.problems) == problems, catalog.problems
    return catalog


def table(catalog: Catalog) -> Table:
    return catalog.explores["t"].tables["t"]  # type: ignore[index]


def dimension(folder: Path, given: dict[str, Any], problems: int = 0) -> Dimension:
    columns = [{"name": "a", "data_type": "int", "meta": {"dimension": given}}]
    return table(project(folder, {"columns": columns}, problems)).dimensions["a"]


def metric(folder: Path, given: dict[str, Any], problems: int = 0) -> Metric:
    columns = [{"name": "a", "data_type": "int", "meta": {"metrics": {"m": given}}}]
    return table(project(folder, {"columns": columns}, problems)).metrics["m"]


def test_a_dimension_with_everything(tmp_path: Path) -> None:
    found = dimension(
        tmp_path,
        {
            "type": "string",
            "label": "The A",
            "description": "What it is",
            "sql": "upper(${TABLE}.a)",
            "hidden": True,
            "format": "[$€]#,##0.00",
            "round": 2,
            "compact": "K",
            "separator": "spacePeriod",
            "groups": ["outer", "inner"],
            "urls": [{"label": "Open", "url": "https://x.org/${ value.raw }"}, {"url": "https://y.org"}],
            "image": {"url": "https://x.org/${value.raw}.png"},
            "richText": "**${value.raw}**",
            "colors": {"x": "#ff0000", 3: "red"},
            "tags": "core",
            "ai_hint": ["first", "second"],
            "case_sensitive": False,
            "convert_timezone": False,
            "required_attributes": {"team": "finance"},
            "any_attributes": {"level": ["a", "b"]},
        },
    )
    assert (found.type, found.label, found.description) == (DimensionType.STRING, "The A", "What it is")
    assert (found.sql, found.hidden) == ("upper(${TABLE}.a)", True)
    assert found.format == Format("[$€]#,##0.00", 2, "thousands", "spacePeriod")
    assert found.groups == ("outer", "inner")
    assert found.urls == (Link("Open", "https://x.org/${ value.raw }"), Link("https://y.org", "https://y.org"))
    assert (found.image, found.rich_text) == ("https://x.org/${value.raw}.png", "**${value.raw}**")
    assert found.colors == (("x", "#ff0000"), ("3", "red"))
    assert (found.tags, found.ai_hint) == (("core",), ("first", "second"))
    assert (found.case_sensitive, found.convert_timezone) == (False, False)
    assert (found.rule.all, found.rule.any) == ({"team": ("finance",)}, {"level": ("a", "b")})


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        ({"format": "usd"}, Format("usd")),
        ({"format": "percent", "round": 1}, Format("percent", 1)),
        ({"format": "0.0%"}, Format("0.0%")),
        ({"format": '#,##0.00" km"'}, Format('#,##0.00" km"')),
        ({"format": '$#,##0.00,"K"'}, Format('$#,##0.00,"K"')),
        ({"format": "m/d/yyyy h:mm AM/PM"}, Format("m/d/yyyy h:mm AM/PM")),
        ({"format": "dddd"}, Format("dddd")),
        ({"format": '"Delivered in "@'}, Format('"Delivered in "@')),
        ({"format": '"⬆️ "0;"⬇️ "0;0'}, Format('"⬆️ "0;"⬇️ "0;0')),
        ({"round": 0}, Format(None, 0)),
        ({"round": 2.0}, Format(None, 2)),
        ({"compact": "million"}, Format(compact="millions")),
        ({"compact": "KB"}, Format(compact="kilobytes")),
        ({"compact": "GiB"}, Format(compact="gibibytes")),
        ({"compact": "auto"}, None),
        ({"separator": "default"}, None),
        ({"separator": "periodComma"}, Format(separator="periodComma")),
        ({}, None),
    ],
)
def test_formats(tmp_path: Path, given: dict[str, Any], shape: Format | None) -> None:
    assert dimension(tmp_path, given).format == shape


def test_what_only_changes_how_a_field_looks_never_takes_it_away(tmp_path: Path) -> None:
    odd = {"label": [1], "format": {}, "round": "x", "compact": 3, "urls": 1, "colors": [1], "tags": {}, "groups": 3}
    found = dimension(tmp_path, odd, problems=len(odd))
    assert (found.label, found.format, found.urls, found.groups) == ("A", None, (), ())


def test_every_interval_by_name(tmp_path: Path) -> None:
    given = {"type": "timestamp", "time_intervals": [word.lower() for word in EVERY_INTERVAL]}
    columns = [{"name": "at", "meta": {"dimension": {**given, "label": "When"}}}]
    found = table(project(tmp_path, {"columns": columns})).dimensions
    assert [d.interval for d in found.values() if d.base == "at"] == list(TimeInterval)
    kinds = {d.interval: d.type.value for d in found.values() if d.base == "at"}
    assert kinds[TimeInterval.RAW] == kinds[TimeInterval.HOUR] == "timestamp"
    assert kinds[TimeInterval.DAY] == kinds[TimeInterval.YEAR] == "date"
    assert kinds[TimeInterval.WEEK_NUM] == kinds[TimeInterval.DAY_OF_WEEK_INDEX] == "number"
    assert kinds[TimeInterval.MONTH_NAME] == kinds[TimeInterval.QUARTER_NAME] == "string"
    assert found["at_day_of_week_name"].label == "When day of week name"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("default", ["RAW", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]),
        ("OFF", []),
        ("off", []),
        (False, []),
        ([], []),
        (["YEAR", "YEAR"], ["YEAR"]),
    ],
)
def test_intervals_in_one_word(tmp_path: Path, given: Any, wanted: list[str]) -> None:
    columns = [{"name": "at", "data_type": "timestamp", "meta": {"dimension": {"time_intervals": given}}}]
    found = table(project(tmp_path, {"columns": columns})).dimensions
    assert [d.interval for d in found.values() if d.base] == wanted


def test_additional_dimensions_have_intervals_of_their_own(tmp_path: Path) -> None:
    more = {
        "shipped": {"type": "date", "sql": "${TABLE}.a + 3", "time_intervals": ["WEEK"]},
        "is_large": {"type": "boolean", "sql": "${a} > 3", "groups": "size"},
        "same": {},
    }
    columns = [{"name": "a", "data_type": "int", "meta": {"additional_dimensions": more}}]
    found = table(project(tmp_path, {"columns": columns})).dimensions
    assert list(found) == ["a", "shipped", "shipped_week", "is_large", "same"]
    assert (found["is_large"].sql, found["is_large"].groups) == ("${a} > 3", ("size",))
    assert found["same"].sql == "${TABLE}.a"


def test_a_metric_with_everything(tmp_path: Path) -> None:
    found = metric(
        tmp_path,
        {
            "type": "SUM",
            "label": "The M",
            "description": "What it is",
            "sql": "${a} * 2",
            "hidden": True,
            "format": "eur",
            "groups": "money",
            "filters": [{"a": "> 3"}, {"a": "!null"}],
            "show_underlying_values": ["a", "other.b"],
            "urls": [{"label": "Open", "url": "https://x.org"}],
            "tags": ["core"],
            "ai_hint": "hint",
            "spotlight": {"visibility": "hide", "categories": ["money"], "owner": "a@x.org"},
            "required_attributes": {"team": "finance"},
            "default_time_dimension": {"field": "at", "interval": "DAY"},
            "drivers": ["n"],
        },
    )
    assert (found.type, found.label, found.description) == (MetricType.SUM, "The M", "What it is")
    assert (found.sql, found.hidden, found.format) == ("${a} * 2", True, Format("eur"))
    assert [(f.dimension, f.operator, f.values) for f in found.filters] == [
        ("a", "greaterThan", (3,)), ("a", "notNull", ())
    ]  # fmt: skip
    assert (found.groups, found.show_underlying_values) == (("money",), ("a", "other.b"))
    assert found.urls == (Link("Open", "https://x.org"),)
    assert (found.tags, found.ai_hint) == (("core",), ("hint",))
    assert found.spotlight == Spotlight(False, ("money",), "a@x.org")
    assert found.rule.all == {"team": ("finance",)}


@pytest.mark.parametrize("kind", ["count", "count_distinct", "sum", "average", "min", "max", "median", "percentile"])
def test_an_aggregate_is_of_its_column(tmp_path: Path, kind: str) -> None:
    found = metric(tmp_path, {"type": kind})
    assert (found.type, found.sql) == (MetricType(kind), "${TABLE}.a")
    assert found.percentile == (50.0 if kind == "percentile" else None)


def test_an_aggregate_is_of_its_column_as_the_dimension_has_it(tmp_path: Path) -> None:
    meta = {"dimension": {"sql": "${TABLE}.a / 100"}, "metrics": {"m": {"type": "sum"}}}
    found = table(project(tmp_path, {"columns": [{"name": "a", "meta": meta}]}))
    assert found.metrics["m"].sql == "${TABLE}.a / 100"


@pytest.mark.parametrize("kind", ["sum_distinct", "average_distinct"])
def test_metrics_of_keys(tmp_path: Path, kind: str) -> None:
    assert metric(tmp_path / "1", {"type": kind, "distinct_keys": "a"}).distinct_keys == ("a",)
    assert metric(tmp_path / "2", {"type": kind, "distinct_keys": ["a", "t.a", "a"]}).distinct_keys == ("a", "t.a")


def test_metrics_over_rows_have_a_format(tmp_path: Path) -> None:
    model = {
        "columns": [{"name": "a", "meta": {"metrics": {"s": {"type": "sum"}}}}],
        "meta": {
            "metrics": {
                "share": {"type": "percent_of_total", "sql": "${s}"},
                "ratio": {"type": "percent_of_previous", "sql": "${s}", "format": "0.0%"},
                "so_far": {"type": "running_total", "sql": "${s}"},
            }
        },
    }
    found = table(project(tmp_path, model)).metrics
    assert found["share"].format == Format("percent", 2)
    assert found["ratio"].format == Format("0.0%")
    assert found["so_far"].format is None


def test_what_stands_on_the_table(tmp_path: Path) -> None:
    model = {
        "meta": {
            "label": "Tee",
            "order_fields_by": "index",
            "group_details": {"money": {"label": "Money", "description": "All of it", "ai_hint": "rich"}, "size": {}},
            "ai_hint": "a table",
            "owner": "a@x.org",
            "spotlight": {"categories": ["core"]},
            "default_show_underlying_values": ["a"],
            "groups": ["sales", "web"],
            "tags": ["x"],
            "hidden": True,
        },
        "columns": [{"name": "a", "meta": {"metrics": {"m": {"type": "sum"}, "n": {"type": "sum", "label": "N"}}}}],
    }
    catalog = project(tmp_path, model)
    found, explore = table(catalog), catalog.explores["t"]  # type: ignore[index]
    assert (found.label, found.order_fields_by, found.ai_hint) == ("Tee", "index", ("a table",))
    assert found.group_details == {"money": GroupDetail("Money", "All of it", ("rich",)), "size": GroupDetail("Size")}
    assert found.metrics["m"].spotlight == Spotlight(True, ("core",), "a@x.org")
    assert found.metrics["m"].show_underlying_values == ("a",)
    assert (explore.groups, explore.tags, explore.hidden) == (("sales", "web"), ("x",), True)


def test_words_of_other_tools_are_let_be(tmp_path: Path) -> None:
    columns = [{"name": "a", "meta": {"contains_pii": True, "steward": "x"}}]
    project(tmp_path, {"meta": {"elementary": {}, "freshness": 3}, "columns": columns})
