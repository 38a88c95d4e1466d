"""A `MetricQuery` whose every name has been found: what the planner works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vitrail.catalog.dbt_semantic_model import Filter
from vitrail.catalog.model import Dimension, Explore, FieldId, Metric
from vitrail.query.conditions import Rule
from vitrail.query.dates import Clock
from vitrail.query.metric_query import TableCalculation
from vitrail.query.parameters import ParameterValues

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
class Shift:
    """A metric of an earlier period: `metric` over rows whose `dimension` is set forward by `count` `unit`s, so that
    they fall into the groups of now."""

    metric: Metric = field(compare=False)
    dimension: tuple[str, str]
    """Table and name of the date, as it is before it is cut to an interval."""
    unit: str
    """DAY, WEEK, MONTH, QUARTER or YEAR."""
    count: int

    def moves(self, field: Dimension) -> bool:
        return (field.table, field.base or field.name) == self.dimension


@dataclass(frozen=True, slots=True)
class Kept:
    """Totals are over the rows of the groups that an answer shows: `select` is that answer (its filters on metrics and
    calculations among it), `dimensions` its groups."""

    dimensions: tuple[Dimension, ...]
    select: str


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
    week_start: int = 0
    """The day that weeks begin on: 0 is Monday, 6 is Sunday."""
    extra: Mapping[str, Field] = field(default_factory=dict)
    """Fields made in the question, by id."""
    shifts: Mapping[str, Shift] = field(default_factory=dict)
    """By the id of the metric that is one of an earlier period."""
    beneath: tuple[Dimension, ...] = ()
    """Of a question for totals: the dimensions of the answer that they stand under. Joins that take rows away there
    take them away here."""
    beneath_metrics: tuple[Metric, ...] = ()
    """Of a question for totals: the metrics that the answer only filters or sorts by, for the same reason."""
    kept: Kept | None = None
    filters: tuple[Filter, ...] = ()
    """Those of the saved query that it is, over dbt's semantic layer."""
    parameters: ParameterValues = field(default_factory=ParameterValues)
    across: tuple[FieldId, ...] = ()
    """The dimensions that a pivot takes across."""

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.zone, self.week_start)


def tests(condition: Condition | None) -> list[Test]:
    """Every test in a condition."""
    if condition is None:
        return []
    if isinstance(condition, Test):
        return [condition]
    return [test for member in condition.members for test in tests(member)]
