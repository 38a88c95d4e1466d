"""The answer to a question."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vitrail.catalog.model import Format


@dataclass(frozen=True, slots=True)
class Column:
    id: str
    type: str
    """string, number, date, timestamp or boolean."""
    label: str
    format: Format | None
    kind: str
    """dimension, metric or calculation."""
    interval: str | None = None


@dataclass(frozen=True, slots=True)
class Subtotals:
    """Each metric by some of the dimensions. Rows are in the order of the answer's columns; the dimensions that are
    not among `dimensions` are null, and so is a calculation that looks at other rows."""

    dimensions: list[str]
    rows: list[list[Any]]
    truncated: bool


@dataclass(frozen=True, slots=True)
class PivotColumn:
    """One metric or calculation (`field`, its id) under one value of each dimension that goes across."""

    values: list[Any]
    field: str


@dataclass(frozen=True, slots=True)
class Pivot:
    """A pivoted answer: each row is its values of `index` (ids of dimensions), then a cell for each of `columns`, null
    where there is nothing. `columns_truncated`: there were more values across than are shown."""

    index: list[str]
    columns: list[PivotColumn]
    rows: list[list[Any]]
    columns_truncated: bool


@dataclass(slots=True)
class QueryResult:
    """Rows are ready for JSON (see `warehouse.protocol.Rows`); `truncated` when there were more than `limit`."""

    columns: list[Column]
    rows: list[list[Any]]
    truncated: bool
    limit: int
    sql: str
    duration_ms: float
    totals: list[Any] | None = None
    """In the order of the columns; null under the dimensions."""
    subtotals: list[Subtotals] = field(default_factory=list)
    pivot: Pivot | None = None
    as_of: datetime | None = None
    """When the warehouse gave the (oldest part of the) answer."""
