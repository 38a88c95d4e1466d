"""ClickHouse through clickhouse-connect, over HTTP, with the settings that make it read SQL as the others do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, Error

from vitrail.errors import InvalidInput
from vitrail.warehouse import errors
from vitrail.warehouse.address import Address
from vitrail.warehouse.dialects.clickhouse import CLICKHOUSE
from vitrail.warehouse.errors import QueryTimedOut, WarehouseFailed, WarehouseUnavailable, first_line, timed_out
from vitrail.warehouse.plain_values import plain
from vitrail.warehouse.protocol import Rows, WarehouseColumn
from vitrail.warehouse.threads import ThreadedWarehouse

EXAMPLE = "clickhouse://user:password@host:8443/database"
OPTIONS = frozenset(("secure", "sslrootcert"))
SETTINGS = {
    # Reads only. Not 1, which an account that is itself read-only may not set; the check of the statement sees to it
    # that none brings settings of its own.
    "readonly": 2,
    "join_use_nulls": 1,  # Not a zero where an outer join found nothing.
    "aggregate_functions_null_for_empty": 1,  # Nor where there was nothing to add up.
    "prefer_column_name_to_alias": 1,
    "cast_keep_nullable": 1,
    "enable_positional_arguments": 1,
    "count_distinct_implementation": "uniqExact",
    "enable_extended_results_for_datetime_functions": 1,  # Dates before 1970 stay what they are.
    "session_timezone": "UTC",
}


def open_clickhouse(address: Address) -> ThreadedWarehouse:
    """Raises `InvalidInput` for an address that names too little."""
    address.only(OPTIONS, EXAMPLE)
    address.need(EXAMPLE, host=address.host, user=address.user)
    if len(address.path) > 1:
        raise InvalidInput("The address names more than a database.", cure=f"Write {EXAMPLE}.")
    if address.options.get("secure", "true") not in ("true", "false"):
        raise InvalidInput("secure is true or false.", cure=f"Write {EXAMPLE}.")
    return ThreadedWarehouse(CLICKHOUSE, lambda: _Session(address))


class _Session:
    def __init__(self, address: Address) -> None:
        self._address = address
        self._query_id = ""
        self._client = self._opened()

    def _opened(self) -> Client:
        address = self._address
        secure = address.options.get("secure", "true") == "true"
        try:
            return clickhouse_connect.get_client(
                host=address.host,
                port=address.port or (8443 if secure else 8123),
                username=address.user,
                password=address.password,
                database=address.path[0] if address.path else "default",
                secure=secure,
                ca_cert=address.options.get("sslrootcert"),
                connect_timeout=10,
                autogenerate_session_id=False,  # One would hold statements up behind each other.
                client_name="vitrail",
                settings=SETTINGS,
            )
        except ClickHouseError as error:
            raise _failed(error, address, 0) from None

    def run(self, sql: str, parameters: Sequence[Any], *, timeout_s: float, row_limit: int | None) -> Rows:
        self._query_id = str(uuid4())
        settings = {"query_id": self._query_id, "max_execution_time": math.ceil(timeout_s)}
        try:
            with self._client.query_rows_stream(sql, list(parameters) or None, settings=settings) as stream:
                source = stream.source
                columns = tuple(
                    WarehouseColumn(name, _kind(type_.name))
                    for name, type_ in zip(source.column_names, source.column_types, strict=True)
                )
                rows: list[list[Any]] = []
                for row in stream:
                    if row_limit is not None and len(rows) >= row_limit:
                        break
                    rows.append([_value(value) for value in row])
        except ClickHouseError as error:
            raise _failed(error, self._address, timeout_s) from None
        return Rows(columns, rows)

    def stop(self) -> None:
        if self._query_id:
            with suppress(ClickHouseError, WarehouseFailed, WarehouseUnavailable):
                # On a conversation of its own: this one is waiting.
                other = self._opened()
                try:
                    other.command(f"KILL QUERY WHERE query_id = '{self._query_id}' ASYNC")
                finally:
                    other.close()

    def close(self) -> None:
        self._client.close()


def _kind(type_: str) -> str:
    """The kind of `Nullable(Decimal(10, 2))` and the like."""
    while type_.startswith(("Nullable(", "LowCardinality(")):
        type_ = type_.partition("(")[2][:-1]
    if type_.startswith(("Int", "UInt", "Float", "BFloat", "Decimal")):
        return "number"
    if type_.startswith("DateTime"):
        return "timestamp"
    if type_.startswith("Date"):
        return "date"
    return "boolean" if type_ == "Bool" else "string"


def _value(value: Any) -> Any:
    if isinstance(value, datetime):  # Every one is in UTC, and shown as the others show a timestamp without a zone.
        return (value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value).isoformat()
    return plain(value)


def _failed(
    error: ClickHouseError, address: Address, timeout_s: float
) -> WarehouseFailed | WarehouseUnavailable | QueryTimedOut:
    message = first_line(address.without_password(str(error)))
    name = error.name if isinstance(error, Error) else None
    if name is None:  # It did not come from the server.
        return WarehouseUnavailable(message, cure=errors.NOT_REACHED)
    if name in ("TIMEOUT_EXCEEDED", "TOO_SLOW"):
        return timed_out(timeout_s)
    if name in ("AUTHENTICATION_FAILED", "REQUIRED_PASSWORD", "WRONG_PASSWORD", "UNKNOWN_USER"):
        return WarehouseUnavailable(message, cure=errors.NOT_LET_IN)
    if name in ("UNKNOWN_TABLE", "UNKNOWN_DATABASE", "ACCESS_DENIED"):
        return WarehouseFailed(message, cure=errors.MISSING_TABLE)
    return WarehouseFailed(
        message, cure=errors.MISSING_COLUMN if name == "UNKNOWN_IDENTIFIER" else errors.OTHER_FAILURE
    )
