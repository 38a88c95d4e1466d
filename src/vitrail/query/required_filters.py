"""The filters that an explore asks for: one that is required holds in every question without a filter of its own.

A filter of the question's own is one on the same field (a date's interval is the same field) that every row must pass:
not one among alternatives, nor one without a value. Filters that are only suggested are for whoever puts a question
together, and are not added here.
"""

from __future__ import annotations

from collections.abc import Iterator

from vitrail.catalog.model import DefaultFilter, Dimension, Explore, TableName
from vitrail.query.conditions import Rule
from vitrail.query.metric_query import FilterOperator, TimeUnit
from vitrail.query.question import Condition, Group, Test

_WITHOUT_VALUES = frozenset(
    (
        *(FilterOperator.IS_NULL, FilterOperator.NOT_NULL),
        *(FilterOperator.IN_THE_CURRENT, FilterOperator.NOT_IN_THE_CURRENT),
    )
)


def with_required_filters(where: Condition | None, explore: Explore) -> Condition | None:
    """The question's filter with those that the explore requires and the question does not have."""
    required = _required(explore)
    if not required:
        return where
    held = {_field(test.field) for test in _always(where) if isinstance(test.field, Dimension)}
    missing = tuple(test for test in required if isinstance(test.field, Dimension) and _field(test.field) not in held)
    if not missing:
        return where
    return Group(True, missing if where is None else (where, *missing))


def _required(explore: Explore) -> tuple[Test, ...]:
    found: tuple[Test, ...] | None = explore.memo.get("required_filters")
    if found is None:
        found = tuple(_test(given, explore) for given in explore.default_filters if given.required)
        explore.memo["required_filters"] = found
    return found


def _test(given: DefaultFilter, explore: Explore) -> Test:
    table, _, name = given.filter.dimension.rpartition(".")
    dimension = explore.tables[TableName(table or explore.base_table)].dimensions[name]
    unit = TimeUnit(given.filter.unit) if given.filter.unit else None
    return Test(
        dimension, Rule(FilterOperator(given.filter.operator), given.filter.values, unit, given.filter.completed)
    )


def _field(dimension: Dimension) -> tuple[str, str]:
    return dimension.table, dimension.base or dimension.name


def _always(where: Condition | None) -> Iterator[Test]:
    """The tests that every row must pass and that say something."""
    if isinstance(where, Test):
        if where.rule.values or where.rule.operator in _WITHOUT_VALUES:
            yield where
    elif where is not None and (where.every or len(where.members) == 1):
        for member in where.members:
            yield from _always(member)
