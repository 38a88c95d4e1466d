"""The types that every loader fills and every reader uses.

A catalog is immutable: a reload makes a new one. Names are the field's own: an *explore* is a base table with the
tables joined to it; a *field* is a dimension or a metric; a field's id on the wire is `table_field`, and a time
dimension's is `table_field_month`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NewType

ExploreName = NewType("ExploreName", str)
TableName = NewType("TableName", str)
FieldId = NewType("FieldId", str)


class DimensionType(StrEnum):
    STRING = "string"
    NUMBER = "number"
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"


class MetricType(StrEnum):
    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    SUM = "sum"
    SUM_DISTINCT = "sum_distinct"
    AVERAGE = "average"
    AVERAGE_DISTINCT = "average_distinct"
    MIN = "min"
    MAX = "max"
    MEDIAN = "median"
    PERCENTILE = "percentile"
    # Expressions over other metrics; the result's type is in the name.
    NUMBER = "number"
    STRING = "string"
    DATE = "date"
    BOOLEAN = "boolean"


class TimeInterval(StrEnum):
    RAW = "RAW"
    YEAR = "YEAR"
    QUARTER = "QUARTER"
    MONTH = "MONTH"
    WEEK = "WEEK"
    DAY = "DAY"
    HOUR = "HOUR"
    MINUTE = "MINUTE"
    SECOND = "SECOND"
    MILLISECOND = "MILLISECOND"
    DAY_OF_WEEK_INDEX = "DAY_OF_WEEK_INDEX"
    DAY_OF_MONTH_NUM = "DAY_OF_MONTH_NUM"
    DAY_OF_YEAR_NUM = "DAY_OF_YEAR_NUM"
    WEEK_NUM = "WEEK_NUM"
    MONTH_NUM = "MONTH_NUM"
    QUARTER_NUM = "QUARTER_NUM"
    YEAR_NUM = "YEAR_NUM"
    HOUR_OF_DAY_NUM = "HOUR_OF_DAY_NUM"
    MINUTE_OF_HOUR_NUM = "MINUTE_OF_HOUR_NUM"
    DAY_OF_WEEK_NAME = "DAY_OF_WEEK_NAME"
    MONTH_NAME = "MONTH_NAME"
    QUARTER_NAME = "QUARTER_NAME"


class JoinType(StrEnum):
    LEFT = "left"
    INNER = "inner"
    RIGHT = "right"
    FULL = "full"


class Relationship(StrEnum):
    ONE_TO_ONE = "one-to-one"
    ONE_TO_MANY = "one-to-many"
    MANY_TO_ONE = "many-to-one"
    MANY_TO_MANY = "many-to-many"


@dataclass(frozen=True, slots=True)
class Format:
    """How a value is shown. `kind` is Lightdash's `format` word (`usd`, `eur`, `gbp`, `percent`, `km`, `id`, …) or a
    spreadsheet expression; `round` is a number of decimals; `compact` is `thousands|millions|billions|trillions`."""

    kind: str | None = None
    round: int | None = None
    compact: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a thing is written: the dbt model and the file with its line, so far as known."""

    model: str
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """Who may see a thing: every attribute of `all` must match, and one of `any` where it is not empty.

    An attribute matches when the viewer holds one of the listed values.
    """

    all: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    any: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not self.all and not self.any


@dataclass(frozen=True, slots=True)
class Dimension:
    """A column, an expression, or (with `interval`) a time dimension truncated to an interval."""

    name: str
    table: TableName
    type: DimensionType
    sql: str
    label: str
    description: str | None = None
    hidden: bool = False
    format: Format | None = None
    groups: tuple[str, ...] = ()
    interval: TimeInterval | None = None
    base: str | None = None
    """For a time dimension: the name of the dimension it is an interval of."""
    rule: AttributeRule = AttributeRule()
    private: bool = False
    """Left out of an explore by a join's `fields`: kept for the fields that refer to it, but can't be asked."""

    @property
    def id(self) -> FieldId:
        return FieldId(f"{self.table}_{self.name}")


@dataclass(frozen=True, slots=True)
class MetricFilter:
    """A condition inside an aggregate (`filters:` of a metric): a dimension of the same explore, an operator and
    values."""

    dimension: str
    operator: str
    values: tuple[str | int | float | bool | None, ...] = ()
    unit: str | None = None
    completed: bool = False


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    table: TableName
    type: MetricType
    sql: str
    label: str
    description: str | None = None
    hidden: bool = False
    format: Format | None = None
    groups: tuple[str, ...] = ()
    filters: tuple[MetricFilter, ...] = ()
    percentile: float | None = None
    rule: AttributeRule = AttributeRule()
    private: bool = False
    """Left out of an explore by a join's `fields`: kept for the fields that refer to it, but can't be asked."""

    @property
    def id(self) -> FieldId:
        return FieldId(f"{self.table}_{self.name}")


@dataclass(frozen=True, slots=True)
class Table:
    """One dbt model as it takes part in explores, under the name (or alias) it has there."""

    name: TableName
    label: str
    relation: str
    """The quoted name to select from, as written in the manifest (`"db"."schema"."table"`)."""
    dimensions: Mapping[str, Dimension]
    metrics: Mapping[str, Metric]
    origin: Origin
    description: str | None = None
    primary_key: tuple[str, ...] = ()
    sql_filter: str | None = None
    """Row access: holds wherever the table is read, inside the table, before any join (FIELD §3)."""
    sql_filter_base_only: bool = False
    rule: AttributeRule = AttributeRule()


@dataclass(frozen=True, slots=True)
class Join:
    """A table joined to an explore's base. `table` is the name it has in the explore (its alias if it has one)."""

    table: TableName
    sql_on: str
    type: JoinType = JoinType.LEFT
    relationship: Relationship | None = None
    always: bool = False
    hidden: bool = False
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Explore:
    name: ExploreName
    label: str
    base_table: TableName
    tables: Mapping[TableName, Table]
    joins: tuple[Join, ...] = ()
    description: str | None = None
    group_label: str | None = None
    tags: tuple[str, ...] = ()
    memo: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What readers work out of this explore once (an index, its join graph); never part of what it is."""

    @property
    def base(self) -> Table:
        return self.tables[self.base_table]

    def dimensions(self) -> Iterator[Dimension]:
        """Every dimension, the base table's first, then in the order of the joins."""
        for table in self.tables.values():
            yield from table.dimensions.values()

    def metrics(self) -> Iterator[Metric]:
        """Every metric, the base table's first, then in the order of the joins."""
        for table in self.tables.values():
            yield from table.metrics.values()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the project that could not be used; one bad model never takes the others down."""

    title: str
    cause: str
    cure: str
    origin: Origin | None = None
    fatal: bool = False
    """A fatal problem left its explore (or field) out; another is a warning."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """All that can be asked of one project. `version` is a hash of what it was loaded from."""

    explores: Mapping[ExploreName, Explore]
    version: str
    problems: tuple[Problem, ...] = ()
