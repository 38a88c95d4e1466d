"""What can go wrong between a statement and its rows."""

from __future__ import annotations

from vitrail.errors import Unavailable, VitrailError


class WarehouseUnavailable(Unavailable):
    """The warehouse can't be opened."""

    title = "The warehouse can't be opened"
    code = "warehouse-unavailable"


class WarehouseFailed(VitrailError):
    """The warehouse refused a statement, or broke while it ran."""

    status = 502
    title = "The warehouse could not answer"
    code = "warehouse-failed"


class QueryTimedOut(VitrailError):
    """The statement ran longer than allowed and was stopped."""

    status = 504
    title = "The query took too long"
    code = "query-timed-out"
