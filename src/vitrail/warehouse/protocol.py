"""What the query path asks of a warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from vitrail.warehouse.dialect import Dialect


@dataclass(frozen=True, slots=True)
class WarehouseColumn:
    name: str
    type: str
    """string, number, date, timestamp or boolean."""


@dataclass(frozen=True, slots=True)
class Rows:
    """An answer, ready for JSON: dates `2024-01-31`, timestamps `2024-01-31T10:00:00` (with `Z` when the engine knows
    the zone), decimals as float or int, what is no number as None."""

    columns: tuple[WarehouseColumn, ...]
    rows: list[list[Any]]
    as_of: datetime | None = None
    """When the engine gave it, if it was kept; None: just now."""


class Warehouse(Protocol):
    """A read-only connection to an engine. `unchanging`: what it reads stays as it is while the connection is open, so
    that the same statement has the same answer."""

    @property
    def unchanging(self) -> bool: ...

    @property
    def dialect(self) -> Dialect: ...

    async def execute(
        self, sql: str, parameters: Sequence[Any] = (), *, timeout_s: float, row_limit: int | None = None
    ) -> Rows:
        """Run one SELECT and fetch at most `row_limit` rows. Cancelling the task stops the statement in the engine.

        Raises `WarehouseFailed`, `WarehouseUnavailable` or `QueryTimedOut`.
        """
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Replaceable(Protocol):
    """A warehouse that is a file, in whose place somebody may put another."""

    def replaced(self) -> bool:
        """Whether that has happened: then it is to be opened anew."""
        ...
