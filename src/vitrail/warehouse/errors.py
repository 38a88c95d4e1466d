"""What can go wrong between a statement and its rows."""

from __future__ import annotations

from vitrail.errors import InvalidInput, Unavailable, VitrailError

MISSING_TABLE = (
    "The catalog names a table that the warehouse lacks, or that the account may not read: run dbt against this "
    "warehouse, grant the account SELECT, or correct the connection."
)
MISSING_COLUMN = "A column or type differs from what the catalog says: correct the field's SQL, or run dbt again."
OTHER_FAILURE = "Look at the SQL of the fields that were asked for; one of them can't be computed on these rows."
NOT_LET_IN = "Correct the user, password or key of the project's connection, or what the account may do."
NOT_REACHED = "See that the warehouse runs and can be reached from here, then ask again."


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


def timed_out(timeout_s: float) -> QueryTimedOut:
    return QueryTimedOut(
        f"The statement ran longer than {timeout_s:g} seconds and was stopped.",
        cure="Ask for fewer rows or a shorter time, or raise VITRAIL_QUERY_TIMEOUT_S.",
    )


def missing_driver(kind: str) -> InvalidInput:
    return InvalidInput(
        f"The driver for {kind} warehouses is not installed.", cure=f"On the server: pip install 'vitrail[{kind}]'."
    )


def first_line(message: str) -> str:
    """A driver's message as it is shown: its first line that says something, and not all of it."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return lines[0][:500] if lines else "The driver gave no reason."
