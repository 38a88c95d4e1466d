"""What differs between two catalogs: added, removed, renamed, retyped; for explores and for fields."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog.projects import catalog_of
from vitrail.catalog.changes import Change, Kind, What, counts, diff, in_words

BEFORE = """
models:
  - name: orders
    columns:
      - {name: id, data_type: int, meta: {metrics: {orders: {type: count}}}}
      - {name: placed_on, data_type: date}
      - {name: amount, data_type: int, meta: {metrics: {revenue: {type: sum}}}}
  - {name: people, columns: [{name: id, data_type: int}]}
"""


def changed(tmp_path: Path, before: str, *pairs: tuple[str, str]) -> list[str]:
    after = before
    for old, new in pairs:
        assert old in after
        after = after.replace(old, new)
    return [str(each) for each in diff(catalog_of(tmp_path / "a", before), catalog_of(tmp_path / "b", after))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("amount, data_type: int", "amount, data_type: int", []),
        (
            "amount, data_type: int",
            "amount, data_type: varchar",
            ["dimension orders_amount in orders is now string, was number"],
        ),
        (
            "revenue: {type: sum}",
            "revenue: {type: average}",
            ["metric orders_revenue in orders is now average, was sum"],
        ),
        ("revenue: {type: sum}", "income: {type: sum}", ["metric orders_revenue is now orders_income in orders"]),
        (
            "revenue: {type: sum}",
            "revenue: {type: sum}, tips: {type: sum, sql: 1}",
            ["metric orders_tips in orders added"],
        ),
        (", meta: {metrics: {orders: {type: count}}}", "", ["metric orders_orders in orders removed"]),
        # Another SQL and another name, but what people see is the same.
        (
            "- {name: amount, data_type: int, meta: {metrics: {revenue: {type: sum}}}}",
            "- {name: total, data_type: int, meta: {dimension: {label: Amount}, metrics: {revenue: {type: sum}}}}",
            ["dimension orders_amount is now orders_total in orders"],
        ),
        # A date takes its intervals with it, which are not told one by one.
        (
            "placed_on",
            "ordered_on",
            ["dimension orders_placed_on in orders removed", "dimension orders_ordered_on in orders added"],
        ),
        (
            "placed_on, data_type: date",
            "placed_on, data_type: timestamp",
            [
                "dimension orders_placed_on_raw in orders added",
                "dimension orders_placed_on in orders is now timestamp, was date",
            ],
        ),
        ("{name: people, ", "{name: persons, ", ["explore people removed", "explore persons added"]),
        ("- {name: people, columns: [{name: id, data_type: int}]}", "", ["explore people removed"]),
    ],
)  # fmt: skip
def test_each_kind_of_change(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    assert changed(tmp_path, BEFORE, (old, new)) == expected


def test_an_explore_that_reads_the_same_table_is_renamed_and_its_fields_are_compared(tmp_path: Path) -> None:
    before = """
models:
  - name: orders
    meta: {explores: {by_day: {label: By day, joins: [{join: people, sql_on: "${orders.id} = ${people.id}"}]}}}
    columns: [{name: id, data_type: int}]
  - {name: people, columns: [{name: id, data_type: int}]}
"""
    assert changed(tmp_path, before, ("by_day", "daily")) == ["explore by_day is now daily"]


def test_two_that_fit_alike_are_not_taken_for_renamed(tmp_path: Path) -> None:
    before = (
        "models: [{name: t, columns: [{name: a, data_type: int, meta: {metrics: {x: {type: sum}, y: {type: sum}}}}]}]"
    )
    found = changed(tmp_path, before, ("x: {type: sum}, y: {type: sum}", "v: {type: sum}, w: {type: sum}"))
    assert sorted(found) == [f"metric t_{name} in t {kind}" for name, kind in
                             (("v", "added"), ("w", "added"), ("x", "removed"), ("y", "removed"))]  # fmt: skip


def test_a_dimension_that_became_a_metric_is_retyped(tmp_path: Path) -> None:
    before = "models: [{name: t, columns: [{name: a, data_type: int}, {name: b, data_type: int}]}]"
    found = changed(tmp_path, before, ("{name: b, data_type: int}", "{name: c, meta: {metrics: {b: {type: sum}}}}"))
    assert "metric t_b in t is now metric of type sum, was dimension of type number" in found


def test_words_and_counts() -> None:
    changes = [
        Change(Kind.REMOVED, What.METRIC, "t", "t_a"),
        Change(Kind.ADDED, What.EXPLORE, "t", "t"),
        Change(Kind.ADDED, What.EXPLORE, "u", "u"),
    ]
    assert counts(changes) == {"added": 2, "removed": 1}
    assert in_words(changes) == "2 added, 1 removed"
    assert in_words([]) == "nothing changed"
