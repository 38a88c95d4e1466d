from __future__ import annotations

from typing import Any

import pytest

from vitrail.catalog.metric_filters import parse_filters
from vitrail.catalog.model import MetricFilter


@pytest.mark.parametrize(
    ("value", "operator", "values"),
    [
        ("done", "equals", ("done",)),
        ("!done", "notEquals", ("done",)),
        (["a", "b"], "equals", ("a", "b")),
        (["!a", "!b"], "notEquals", ("a", "b")),
        ("%x%", "include", ("x",)),
        ("!%x%", "doesNotInclude", ("x",)),
        ("x%", "startsWith", ("x",)),
        ("%x", "endsWith", ("x",)),
        ("is\\_subscribed", "equals", ("is_subscribed",)),
        ("\\> 5", "equals", ("> 5",)),
        ("\\!x", "equals", ("!x",)),
        ("\\%x\\%", "equals", ("%x%",)),
        ("%50\\%%", "include", ("50%",)),
        ("C:\\\\x", "equals", ("C:\\x",)),
        ("%", "equals", ("%",)),
        ("> 5", "greaterThan", (5,)),
        (">=5.5", "greaterThanOrEqual", (5.5,)),
        ("< 2024-01-01", "lessThan", ("2024-01-01",)),
        ("<= 5", "lessThanOrEqual", (5,)),
        ("between 1 and 5", "inBetween", (1, 5)),
        ("null", "isNull", ()),
        (None, "isNull", ()),
        ("!null", "notNull", ()),
        (True, "equals", (True,)),
        (3, "equals", (3,)),
    ],
)
def test_short_forms(value: Any, operator: str, values: tuple[Any, ...]) -> None:
    assert parse_filters([{"f": value}]) == (MetricFilter("f", operator, values),)


def test_relative_dates() -> None:
    assert parse_filters([{"d": "inThePast 14 completed months"}]) == (
        MetricFilter("d", "inThePast", (14,), "months", completed=True),
    )
    assert parse_filters({"d": "inTheCurrent year"}) == (MetricFilter("d", "inTheCurrent", (), "years"),)
    with pytest.raises(ValueError, match="needs a number"):
        parse_filters([{"d": "inThePast days"}])


def test_written_out() -> None:
    given = [{"target": {"fieldRef": "orders.status"}, "operator": "equals", "values": ["a"]}]
    assert parse_filters(given) == (MetricFilter("orders.status", "equals", ("a",)),)
    with pytest.raises(ValueError, match="known `operator`"):
        parse_filters([{"field": "x", "operator": "almost"}])


@pytest.mark.parametrize("value", ["!x%", "!%x"])
def test_what_has_no_operator_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="can't be said"):
        parse_filters([{"f": value}])


def test_a_unit_is_one_that_is_known() -> None:
    given = {"field": "at", "operator": "inThePast", "values": [3], "unit": "weeks", "completed": True}
    assert parse_filters([given]) == (MetricFilter("at", "inThePast", (3,), "weeks", completed=True),)
    with pytest.raises(ValueError, match="`unit` such as days, not 'eons'"):
        parse_filters([{**given, "unit": "eons"}])
