"""Trino through its own client, over HTTP."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import requests
import trino
from trino.auth import BasicAuthentication, JWTAuthentication

from vitrail.errors import InvalidInput
from vitrail.warehouse import errors
from vitrail.warehouse.address import Address
from vitrail.warehouse.dialects.trino import TRINO
from vitrail.warehouse.errors import QueryTimedOut, WarehouseFailed, WarehouseUnavailable, first_line, timed_out
from vitrail.warehouse.plain_values import plain
from vitrail.warehouse.protocol import Rows, WarehouseColumn
from vitrail.warehouse.threads import ThreadedWarehouse

EXAMPLE = "trino://user:password@host:443/catalog/schema"
OPTIONS = frozenset(("http_scheme", "sslrootcert", "token", "role"))
REQUEST_S = 30.0
"""For one request; a statement is many."""

_NUMBERS = frozenset(("tinyint", "smallint", "integer", "bigint", "real", "double", "decimal", "number"))


def open_trino(address: Address) -> ThreadedWarehouse:
    """Raises `InvalidInput` for an address that names too little."""
    address.only(OPTIONS, EXAMPLE)
    address.need(EXAMPLE, host=address.host, user=address.user, catalog=address.path)
    if len(address.path) > 2:
        raise InvalidInput("The address names more than a catalog and a schema.", cure=f"Write {EXAMPLE}.")
    scheme = address.options.get("http_scheme", "https")
    if scheme not in ("http", "https"):
        raise InvalidInput("http_scheme is http or https.", cure=f"Write {EXAMPLE}.")
    if scheme == "http" and (address.password or "token" in address.options):
        raise InvalidInput("A password or token is not sent to Trino over http.", cure="Leave http_scheme=http out.")
    return ThreadedWarehouse(TRINO, lambda: _Session(address))


class _Session:
    def __init__(self, address: Address) -> None:
        self._address = address
        self._http = requests.Session()
        self._http.trust_env = False  # No netrc file of this machine's user.
        self._http.verify = address.options.get("sslrootcert", True)
        self._cursor: Any = None

    def run(self, sql: str, parameters: Sequence[Any], *, timeout_s: float, row_limit: int | None) -> Rows:
        self._cursor = self._connection(timeout_s).cursor()
        try:
            self._cursor.execute(sql, list(parameters) or None)
            described = self._cursor.description or []
            rows = self._cursor.fetchall() if row_limit is None else self._cursor.fetchmany(row_limit)
            if row_limit is not None:
                self._cursor.cancel()
        except trino.exceptions.Error as error:
            raise _failed(error, self._address, timeout_s) from None
        except requests.RequestException as error:
            raise _unreachable(error, self._address) from None
        columns = tuple(WarehouseColumn(column[0], _kind(str(column[1]))) for column in described)
        return Rows(columns, [[plain(value) for value in row] for row in rows])

    def stop(self) -> None:
        if self._cursor is not None:
            with suppress(trino.exceptions.Error, requests.RequestException):
                self._cursor.cancel()

    def close(self) -> None:
        self._http.close()

    def _connection(self, timeout_s: float) -> Any:
        """One for each statement: they share the connection to the server, and each has its own time."""
        address, options = self._address, self._address.options
        auth: Any = None
        if "token" in options:
            auth = JWTAuthentication(options["token"])
        elif address.password:
            auth = BasicAuthentication(address.user, address.password)
        scheme = options.get("http_scheme", "https")
        return trino.dbapi.connect(
            host=address.host,
            port=address.port or (443 if scheme == "https" else 8080),
            http_scheme=scheme,
            user=address.user,
            auth=auth,
            catalog=address.path[0],
            schema=address.path[1] if len(address.path) > 1 else None,
            roles=options.get("role"),
            source="vitrail",
            timezone="UTC",
            session_properties={"query_max_run_time": f"{math.ceil(timeout_s)}s"},
            http_session=self._http,
            request_timeout=REQUEST_S,
            max_attempts=2,
        )


def _kind(type_: str) -> str:
    base = type_.partition("(")[0].strip().lower()
    if base in _NUMBERS:
        return "number"
    if base.startswith("timestamp"):
        return "timestamp"
    return base if base in ("date", "boolean") else "string"


def _failed(
    error: trino.exceptions.Error, address: Address, timeout_s: float
) -> WarehouseFailed | WarehouseUnavailable | QueryTimedOut:
    if isinstance(error, trino.exceptions.TrinoQueryError):
        name = error.error_name or ""
        if name in ("EXCEEDED_TIME_LIMIT", "EXCEEDED_CPU_LIMIT"):
            return timed_out(timeout_s)
        message = first_line(address.without_password(error.message or name))
        if error.error_type == "INSUFFICIENT_RESOURCES" or name in ("SERVER_STARTING_UP", "SERVER_SHUTTING_DOWN"):
            return WarehouseUnavailable(message, cure=errors.NOT_REACHED)
        if name in ("TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND", "CATALOG_NOT_FOUND", "PERMISSION_DENIED"):
            return WarehouseFailed(message, cure=errors.MISSING_TABLE)
        cure = errors.MISSING_COLUMN if name in ("COLUMN_NOT_FOUND", "TYPE_MISMATCH") else errors.OTHER_FAILURE
        return WarehouseFailed(message, cure=cure)
    return _unreachable(error, address)


def _unreachable(error: Exception, address: Address) -> WarehouseUnavailable:
    message = first_line(address.without_password(str(error)))
    let_in = isinstance(error, trino.exceptions.TrinoAuthError) or "401" in message or "403" in message
    return WarehouseUnavailable(message, cure=errors.NOT_LET_IN if let_in else errors.NOT_REACHED)
