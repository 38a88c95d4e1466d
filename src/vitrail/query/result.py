"""The answer to a question."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(slots=True)
class QueryResult:
    """Rows are ready for JSON (see `warehouse.protocol.Rows`); `truncated` when there were more than `limit`."""

    columns: list[Column]
    rows: list[list[Any]]
    truncated: bool
    limit: int
    sql: str
    duration_ms: float
