"""An answer as it goes over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vitrail.query.result import QueryResult
from vitrail.wire import Wire


class ColumnOut(Wire):
    id: str
    type: str
    label: str
    format: dict[str, Any] | None
    kind: str
    interval: str | None


class QueryOut(Wire):
    """Rows in the order of the columns. `truncated`: there were more than `limit`."""

    columns: list[ColumnOut]
    rows: list[list[Any]]
    truncated: bool
    limit: int
    duration_ms: float


def query_out(result: QueryResult) -> QueryOut:
    """An answer without its statement: who may ask need not know the warehouse's tables."""
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
        rows=result.rows,
        truncated=result.truncated,
        limit=result.limit,
        duration_ms=result.duration_ms,
    )
