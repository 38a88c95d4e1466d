"""An answer as it goes over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from vitrail.query.explain import Explanation
from vitrail.query.result import Pivot, QueryResult
from vitrail.wire import Wire


class ColumnOut(Wire):
    id: str
    type: str
    label: str
    format: dict[str, Any] | None
    kind: str
    interval: str | None


class SubtotalsOut(Wire):
    """Each metric by some of the dimensions, in the order of the answer's columns; the others are null."""

    dimensions: list[str]
    rows: list[list[Any]]
    truncated: bool


class PivotColumnOut(Wire):
    """One metric or calculation under one value of each dimension that goes across."""

    values: list[Any]
    field: str


class PivotOut(Wire):
    """The answer turned: each row is its values of `index`, then a cell for each of `columns`."""

    index: list[str]
    columns: list[PivotColumnOut]
    rows: list[list[Any]]
    columns_truncated: bool


class QueryOut(Wire):
    """Rows in the order of the columns. `truncated`: there were more than `limit`. `totals` and `subtotals` are
    computed from the rows beneath, however many rows are shown."""

    columns: list[ColumnOut]
    rows: list[list[Any]]
    values: list[list[Any]] | None = None
    """In place of `rows` when it was asked for: a list for each column."""
    truncated: bool
    limit: int
    duration_ms: float
    as_of: datetime
    """When the warehouse gave it: earlier than now where an answer was kept (ask with `refresh` for one of now)."""
    totals: list[Any] | None = None
    subtotals: list[SubtotalsOut] = Field(default_factory=list)
    pivot: PivotOut | None = None


class DefinitionOut(Wire):
    """A field as it is written, with what it is made of, down to the dbt model."""

    id: str
    label: str
    kind: str
    type: str
    sql: str
    description: str | None
    filters: list[str]
    made_of: list[DefinitionOut]
    relation: str | None
    model: str | None
    file: str | None
    line: int | None


class ExplanationOut(Wire):
    """Why this number: the answer's columns, the plan in sentences, the statement as it is sent for you."""

    columns: list[DefinitionOut]
    plan: list[str]
    sql: str


def explanation_out(found: Explanation) -> ExplanationOut:
    return ExplanationOut.model_validate(asdict(found))


def query_out(result: QueryResult, *, columnar: bool = False) -> QueryOut:
    """An answer without its statement: who may ask need not know the warehouse's tables."""
    values = None
    if columnar:
        values = [list(column) for column in zip(*result.rows, strict=True)] or [[] for _ in result.columns]
    return QueryOut(
        columns=[
            ColumnOut(
                id=column.id,
                type=column.type,
                label=column.label,
                format=asdict(column.format) if column.format else None,
                kind=column.kind,
                interval=column.interval,
            )
            for column in result.columns
        ],
        rows=[] if columnar else result.rows,
        values=values,
        truncated=result.truncated,
        limit=result.limit,
        duration_ms=result.duration_ms,
        as_of=result.as_of or datetime.now(UTC),
        totals=result.totals,
        subtotals=[
            SubtotalsOut(dimensions=found.dimensions, rows=found.rows, truncated=found.truncated)
            for found in result.subtotals
        ],
        pivot=_pivot_out(result.pivot) if result.pivot is not None else None,
    )


def _pivot_out(pivot: Pivot) -> PivotOut:
    return PivotOut(
        index=pivot.index,
        columns=[PivotColumnOut(values=column.values, field=column.field) for column in pivot.columns],
        rows=pivot.rows,
        columns_truncated=pivot.columns_truncated,
    )
