"""dbt's filters: four calls between braces, and nothing else."""

from __future__ import annotations

import pytest

from vitrail.catalog.dbt_semantic.filters import read_call, read_filter, read_filters, spelled
from vitrail.catalog.dbt_semantic_model import Item, MetricCall
from vitrail.catalog.snippets import SnippetError
from vitrail.catalog.yaml_values import Wrong

CUSTOM = {"season"}


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("Dimension('order__status')", Item(("order",), "status")),
        ('Dimension("customer__region__name")', Item(("customer", "region"), "name")),
        ("Dimension('order__day').grain('month')", Item(("order",), "day", "month")),
        ("Dimension('order__day').date_part('dow')", Item(("order",), "day", part="dow")),
        ("Dimension('status', entity_path=['order'])", Item(("order",), "status")),
        ("TimeDimension('metric_time', 'day')", Item((), "metric_time", "day")),
        ("TimeDimension('metric_time')", Item((), "metric_time")),
        ("TimeDimension('order__day', time_granularity_name='WEEK')", Item(("order",), "day", "week")),
        ("TimeDimension('order__day', 'season')", Item(("order",), "day", "season")),
        ("TimeDimension('order__day', date_part_name='year')", Item(("order",), "day", part="year")),
        ("Entity('customer')", Item((), "customer", entity=True)),
        ("Entity('order__customer')", Item(("order",), "customer", entity=True)),
        ("Metric('revenue', ['customer'])", MetricCall("revenue", Item((), "customer", entity=True))),
        ("Metric('revenue', group_by=['customer'])", MetricCall("revenue", Item((), "customer", entity=True))),
    ],
)
def test_calls(text: str, item: Item | MetricCall) -> None:
    assert read_call(text, CUSTOM) == item


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "'text'",
        "Dimension",
        "Dimension()",
        "Dimension(1)",
        "Dimension('a', 'b', 'c')",
        "Dimension(name)",
        "Dimension('order__status').upper()",
        "Dimension('order__status').__class__",
        "Dimension('order__day').grain('eon')",
        "Dimension('order__day').date_part('era')",
        "Dimension('order status')",
        "Dimension('order__')",
        "Dimension('order;drop')",
        "Dimension(__import__('os').getcwd())",
        "Dimension('a' if 1 else 'b')",
        "Dimension(*['a'])",
        "Metric('revenue')",
        "Metric('revenue', group_by=[])",
        "Metric('revenue', group_by=['a', 'b'])",
        "TimeDimension('metric_time', 'fortnight')",
        "open('/etc/passwd')",
        "Dimension('" + "x" * 2000 + "')",
        "(" * 500 + "1" + ")" * 500,
    ],
)
def test_anything_else_is_wrong(text: str) -> None:
    with pytest.raises(Wrong):
        read_call(text, CUSTOM)


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("bookings", Item((), "bookings", entity=True)),
        ("metric_time", Item((), "metric_time")),
        ("metric_time__month", Item((), "metric_time", "month")),
        ("metric_time__extract_dow", Item((), "metric_time", part="dow")),
        ("order__day__season", Item(("order",), "day", "season")),
        ("order__day", Item(("order",), "day")),
        ("Order__Status", Item(("order",), "status")),
    ],
)
def test_spellings(name: str, item: Item) -> None:
    assert spelled(name, CUSTOM) == item


@pytest.mark.parametrize(
    "name", ["metric_time__month", "metric_time__extract_dow", "order__day__season", "a__b__c", "order__status"]
)
def test_spellings_come_back(name: str) -> None:
    assert spelled(name, CUSTOM).spelled() == name


def test_a_filter_keeps_its_text_around_the_calls() -> None:
    found = read_filter(
        "{{ Dimension('order__status') }} = 'done' or {{ Entity('customer') }} is null", CUSTOM, "duckdb"
    )
    assert found.parts == (
        Item(("order",), "status"),
        " = 'done' or ",
        Item((), "customer", entity=True),
        " is null",
    )


@pytest.mark.parametrize("given", [None, "", [], {"where_filters": []}, {"where_sql_template": None}])
def test_no_filter(given: object) -> None:
    assert read_filters(given, CUSTOM, "duckdb") == ()


def test_several_filters_in_each_form() -> None:
    one, two = "{{ Dimension('a__b') }}", "{{ Dimension('a__c') }}"
    forms = ([one, two], {"where_filters": [{"where_sql_template": one}, {"where_sql_template": two}]})
    assert len({read_filters(form, CUSTOM, "duckdb") for form in forms}) == 1
    assert len(read_filters([one, two], CUSTOM, "duckdb")) == 2


@pytest.mark.parametrize(
    "template",
    [
        "{{ Dimension('a__b') }} = 1; select 1",
        "{{ Dimension('a__b') }} = 1 -- {{ Dimension('a__c') }}",
        "{{ Dimension('a__b') }}) or (1=1",
        "{{ Dimension('a__b') }} in (select 1 from t)",
        "sum({{ Dimension('a__b') }}) > 1",
        "{{ Dimension('a__b') }} = other_column",
        "{{ Dimension('a__b') }} = ${lightdash.attributes.x}",
        "{{ Dimension('a__b') }",
        "{% set x = 1 %} {{ Dimension('a__b') }}",
        "{# x #} {{ Dimension('a__b') }}",
        "'{{ Dimension('a__b') }}' = 'x'",
        "{{ Dimension('a__b') }} = 'x" + "y" * 20_000 + "'",
    ],
)
def test_a_filter_that_reaches_beyond_its_place_is_refused(template: str) -> None:
    with pytest.raises((Wrong, SnippetError)):
        read_filter(template, CUSTOM, "duckdb")
