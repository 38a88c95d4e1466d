"""A `MetricQuery` whose every name has been found: what the planner works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from vitrail.catalog.model import Dimension, Explore, Metric
from vitrail.query.conditions import Rule
from vitrail.query.metric_query import TableCalculation

Field = Dimension | Metric


@dataclass(frozen=True, slots=True)
class Test:
    """A rule on a field (on a table calculation: its name)."""

    field: Field | str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Group:
    """All (or any) of some tests."""

    every: bool
    members: tuple[Test | Group, ...]


Condition = Test | Group


@dataclass(frozen=True, slots=True)
class SortBy:
    id: str
    field: Field | None
    """None: a table calculation."""
    descending: bool
    nulls_first: bool | None


@dataclass(frozen=True, slots=True)
class Question:
    explore: Explore
    dimensions: tuple[Dimension, ...]
    metrics: tuple[Metric, ...]
    where: Condition | None
    having: Condition | None
    calculated: Condition | None
    calculations: tuple[TableCalculation, ...]
    sorts: tuple[SortBy, ...]
    limit: int
    offset: int
    zone: str | None
    now: datetime
    """The moment that relative dates are counted from, on the clocks of `zone` (else UTC)."""
    extra: dict[str, Metric] = field(default_factory=dict)


def tests(condition: Condition | None) -> list[Test]:
    """Every test in a condition."""
    if condition is None:
        return []
    if isinstance(condition, Test):
        return [condition]
    return [test for member in condition.members for test in tests(member)]
