"""The states of a version and the words used for them everywhere: rows, events, API, command line."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a version is. The first six are passed in order; the last three are ends and are never left."""

    PENDING = "pending"
    SANDBOX = "sandbox"
    CATALOG = "catalog"
    GENERATING = "generating"
    CHECKING = "checking"
    PACKAGING = "packaging"
    READY = "ready"
    ERROR = "error"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in ENDED


ENDED = frozenset({Status.READY, Status.ERROR, Status.CANCELLED})
STAGES = (
    Status.PENDING,
    Status.SANDBOX,
    Status.CATALOG,
    Status.GENERATING,
    Status.CHECKING,
    Status.PACKAGING,
)
