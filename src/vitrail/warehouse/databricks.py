"""A Databricks SQL warehouse through Databricks' own connector."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from databricks import sql as databricks_sql
from databricks.sql.exc import Error, RequestError, ServerOperationError
from requests import RequestException
from thrift.Thrift import TException
from urllib3.exceptions import HTTPError

from vitrail.errors import InvalidInput
from vitrail.warehouse import errors
from vitrail.warehouse.address import Address
from vitrail.warehouse.arrow_values import kind_of, rows_of
from vitrail.warehouse.dialects.databricks import DATABRICKS
from vitrail.warehouse.errors import QueryTimedOut, WarehouseFailed, WarehouseUnavailable, first_line, timed_out
from vitrail.warehouse.protocol import Rows, WarehouseColumn
from vitrail.warehouse.threads import ThreadedWarehouse

EXAMPLE = "databricks://token:dapi…@host/catalog/schema?http_path=/sql/1.0/warehouses/…"
OPTIONS = frozenset(("http_path",))
ATTEMPTS = 3
_FAILURES = (Error, HTTPError, RequestException, TException, OSError)


def open_databricks(address: Address) -> ThreadedWarehouse:
    """Raises `InvalidInput` for an address that names too little."""
    address.only(OPTIONS, EXAMPLE)
    address.need(
        EXAMPLE,
        host=address.host,
        token=address.password,
        catalog=address.path,
        http_path=address.options.get("http_path"),
    )
    if address.user != "token":
        raise InvalidInput("Only an access token opens a Databricks warehouse.", cure=f"Write {EXAMPLE}.")
    if len(address.path) > 2:
        raise InvalidInput("The address names more than a catalog and a schema.", cure=f"Write {EXAMPLE}.")
    return ThreadedWarehouse(DATABRICKS, lambda: _Session(address))


class _Session:
    def __init__(self, address: Address) -> None:
        self._address = address
        self._cursor: Any = None
        self._seconds = 0
        self._connection = self._opened(None)

    def _opened(self, seconds: int | None) -> Any:
        address = self._address
        settings = {"TIMEZONE": "UTC", "ANSI_MODE": "true"}
        if seconds:
            settings["STATEMENT_TIMEOUT"] = str(seconds)
        try:
            return databricks_sql.connect(
                server_hostname=address.host,
                http_path=address.options["http_path"],
                access_token=address.password,
                catalog=address.path[0],
                schema=address.path[1] if len(address.path) > 1 else None,
                session_configuration=settings,
                user_agent_entry="vitrail",
                enable_telemetry=False,
                _socket_timeout=60,
                _retry_stop_after_attempts_count=ATTEMPTS,
            )
        except _FAILURES as error:
            raise _failed(error, address, 0) from None

    def run(self, sql: str, parameters: Sequence[Any], *, timeout_s: float, row_limit: int | None) -> Rows:
        seconds = math.ceil(timeout_s)
        if seconds != self._seconds:  # The engine's own limit belongs to the whole conversation.
            self.close()
            self._connection, self._seconds = self._opened(seconds), seconds
        try:
            with self._connection.cursor() as cursor:
                self._cursor = cursor
                cursor.execute(sql, list(parameters) or None)
                table = cursor.fetchall_arrow() if row_limit is None else cursor.fetchmany_arrow(row_limit)
        except _FAILURES as error:
            raise _failed(error, self._address, timeout_s) from None
        return Rows(tuple(WarehouseColumn(f.name, kind_of(f.type)) for f in table.schema), rows_of(table))

    def stop(self) -> None:
        if self._cursor is not None:
            with suppress(*_FAILURES):
                self._cursor.cancel()

    def close(self) -> None:
        with suppress(*_FAILURES):
            self._connection.close()


def _failed(
    error: Exception, address: Address, timeout_s: float
) -> WarehouseFailed | WarehouseUnavailable | QueryTimedOut:
    message = first_line(address.without_password(str(error)))
    if "STATEMENT_TIMEOUT" in message or ("timed out" in message.lower() and isinstance(error, ServerOperationError)):
        return timed_out(timeout_s)
    if isinstance(error, ServerOperationError):
        if any(word in message for word in ("TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND", "PERMISSION")):
            return WarehouseFailed(message, cure=errors.MISSING_TABLE)
        return WarehouseFailed(
            message, cure=errors.MISSING_COLUMN if "UNRESOLVED_COLUMN" in message else errors.OTHER_FAILURE
        )
    let_in = isinstance(error, RequestError) and ("401" in message or "403" in message)
    return WarehouseUnavailable(message, cure=errors.NOT_LET_IN if let_in else errors.NOT_REACHED)
