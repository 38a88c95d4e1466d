"""The catalog as TypeScript: what is offered, and that nothing in a catalog can leave its place."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrail.catalog.model import (
    Catalog,
    DefaultFilter,
    Dimension,
    DimensionType,
    Explore,
    ExploreName,
    Metric,
    MetricFilter,
    MetricType,
    Origin,
    Parameter,
    ParameterOption,
    Table,
    TableName,
    TimeInterval,
)
from vitrail.catalog.typescript import typescript


def table(name: str, dimensions: list[Dimension], metrics: list[Metric], label: str = "Orders") -> Table:
    return Table(
        TableName(name),
        label,
        f'"{name}"',
        {d.name: d for d in dimensions},
        {m.name: m for m in metrics},
        Origin(name),
    )


def dimension(name: str, kind: DimensionType = DimensionType.STRING, **more: object) -> Dimension:
    return Dimension(name, TableName("orders"), kind, "x", str(more.pop("label", name.title())), **more)  # type: ignore[arg-type]


def metric(name: str, kind: MetricType = MetricType.SUM, **more: object) -> Metric:
    return Metric(name, TableName("orders"), kind, "x", str(more.pop("label", name.title())), **more)  # type: ignore[arg-type]


def catalog_of(*tables: Table, name: str = "orders", description: str | None = None) -> Catalog:
    explore = Explore(ExploreName(name), "Orders", tables[0].name, {t.name: t for t in tables}, description=description)
    return Catalog({explore.name: explore}, "1")


def test_fields_have_their_types_labels_and_descriptions() -> None:
    text = typescript(
        catalog_of(
            table(
                "orders",
                [
                    dimension("status", description="Where it is"),
                    dimension("date_month", DimensionType.DATE, interval=TimeInterval.MONTH, label="Date month"),
                    dimension("at_hour", DimensionType.TIMESTAMP, interval=TimeInterval.HOUR, label="At"),
                    dimension("paid", DimensionType.BOOLEAN),
                ],
                [metric("revenue"), metric("latest", MetricType.DATE), metric("orders", MetricType.COUNT)],
            )
        )
    )
    assert "/** Orders: Status – Where it is */\n  orders_status: 'string';" in text
    assert "/** Orders: Date month */\n  orders_date_month: 'date';" in text
    assert "/** Orders: At (hour) */\n  orders_at_hour: 'timestamp';" in text
    assert "orders_paid: 'boolean';" in text
    assert "/** Orders: Revenue (sum) */\n  orders_revenue: 'number';" in text
    assert "orders_latest: 'date';" in text
    assert "orders: { dimensions: Dimensions1; metrics: Metrics2 };" in text


def test_hidden_fields_are_not_offered() -> None:
    text = typescript(catalog_of(table("orders", [dimension("cost", hidden=True)], [metric("margin", hidden=True)])))
    assert "cost" not in text and "margin" not in text
    assert "orders: { dimensions: {}; metrics: {} };" in text


def with_parameters(*parameters: Parameter, **more: Any) -> str:
    orders = table("orders", [dimension("status")], [])
    explore = Explore(
        ExploreName("orders"), "Orders", orders.name, {orders.name: orders},
        parameters={parameter.name: parameter for parameter in parameters}, **more,
    )  # fmt: skip
    return typescript(Catalog({explore.name: explore}, "1"))


def test_parameters_have_their_types_and_options() -> None:
    options = (ParameterOption("EMEA", "Europe"), ParameterOption("AP'AC", "Asia"))
    text = with_parameters(
        Parameter("region", "Region", description="Where", options=options, default=("EMEA",)),
        Parameter("regions", "Regions", options=options, multiple=True, custom=True),
        Parameter("orders.least", "Least", "number", options=(ParameterOption(1, "One"), ParameterOption(2.5, "Two"))),
        Parameter("since", "Since", "date", multiple=True),
    )
    assert """      /** Region – Where (default: EMEA) */\n      region: "EMEA" | "AP'AC";\n""" in text
    assert "      /** Regions – (must be given) */\n      regions: string | readonly (string)[];\n" in text
    assert '      "orders.least": 1 | 2.5;\n' in text
    assert "      since: string | readonly (string)[];\n" in text


@pytest.mark.parametrize("text", ["*/ declare const x: any; /*", "a\u2028b", "'; } } //", '"; } } //'])
def test_a_hostile_parameter_stays_in_its_place(text: str) -> None:
    made = with_parameters(
        Parameter("p", text, description=text, options=(ParameterOption(text, text),), default=(text,))
    )
    assert f"p: {json.dumps(text)};" in code_of(made)
    assert not set(made) & set("\u2028\u2029")


def test_required_filters_are_told() -> None:
    given = DefaultFilter(MetricFilter("status", "inThePast", (14,), "days"), required=True)
    text = with_parameters(default_filters=(given, DefaultFilter(MetricFilter("status", "equals", ("x",)))))
    assert "/** Orders – (Unless filtered otherwise: orders_status inThePast 14 days) */" in text


HOSTILE = [
    "*/ declare const x: any; /*",
    "'; } } export const y = 1; //",
    "a\u2028b\u2029c\nd\r\x00e",
    "@ts-nocheck",
    "${process.env}",
    "`\\u0027",
    "\u202eesrever",
]


def code_of(text: str) -> str:
    """What is left when comments are taken away, as a reader of TypeScript would."""
    out, rest = "", text
    while rest:
        start = rest.find("/**")
        if start < 0:
            return out + rest
        out += rest[:start]
        rest = rest[rest.index("*/", start) + 2 :]
    return out


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_its_comment(text: str) -> None:
    plain = table("orders", [dimension("a", label="x", description="y")], [metric("m", label="x")], label="x")
    evil = table("orders", [dimension("a", label=text, description=text)], [metric("m", label=text)], label=text)
    found = typescript(catalog_of(evil, description=text))
    assert code_of(found) == code_of(typescript(catalog_of(plain, description="y")))
    assert not set(found) & set("\u2028\u2029\u202e\x00\r")


@given(st.text(max_size=60))
def test_any_text_stays_in_its_comment(text: str) -> None:
    plain = typescript(catalog_of(table("orders", [dimension("a", label="x")], []), description="y"))
    found = typescript(
        catalog_of(table("orders", [dimension("a", label=text, description=text)], []), description=text)
    )
    assert code_of(found) == code_of(plain)


@pytest.mark.parametrize("name", ["or'ders", 'or"ders', "or\nders", "a b", "1st", "naïve", "x\u2028y", "*/"])
def test_odd_names_are_quoted(name: str) -> None:
    text = typescript(catalog_of(table("orders", [dimension("a")], []), name=name))
    line = next(line for line in text.splitlines() if "dimensions: Dimensions1" in line)
    quoted = line.strip().split(": { dimensions")[0]
    assert quoted.startswith('"') and quoted.endswith('"') and quoted.isascii() and "\n" not in quoted


def test_a_table_in_many_explores_is_written_once_and_a_thousand_models_are_quick() -> None:
    shared = table("orders", [dimension(f"d{n}") for n in range(40)], [metric(f"m{n}") for n in range(20)])
    explores = {
        ExploreName(f"e{n}"): Explore(ExploreName(f"e{n}"), f"E{n}", shared.name, {shared.name: shared})
        for n in range(1000)
    }
    start = time.perf_counter()
    text = typescript(Catalog(explores, "1"))
    assert time.perf_counter() - start < 2
    assert text.count("orders_d7:") == 1
    assert text.count("dimensions: Dimensions1;") == 1000
