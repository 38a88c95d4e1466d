"""Snowflake through its own connector. A statement is handed over and then waited for, so that its id, by which it is
stopped, is known from the beginning."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import snowflake.connector
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from vitrail.errors import InvalidInput
from vitrail.warehouse import errors
from vitrail.warehouse.address import Address
from vitrail.warehouse.dialects.snowflake import SNOWFLAKE
from vitrail.warehouse.errors import QueryTimedOut, WarehouseFailed, WarehouseUnavailable, first_line, timed_out
from vitrail.warehouse.plain_values import plain
from vitrail.warehouse.protocol import Rows, WarehouseColumn
from vitrail.warehouse.threads import ThreadedWarehouse

EXAMPLE = "snowflake://user:password@account/database/schema?warehouse=WH&role=READER"
OPTIONS = frozenset(("warehouse", "role", "private_key_base64", "private_key_passphrase", "token"))
SETTINGS = {
    "TIMEZONE": "UTC",
    "WEEK_START": 1,
    "WEEK_OF_YEAR_POLICY": 0,
    "QUERY_TAG": "vitrail",
    "MULTI_STATEMENT_COUNT": 1,
}

_KINDS = {
    0: "number",
    1: "number",
    3: "date",
    4: "timestamp",
    6: "timestamp",
    7: "timestamp",
    8: "timestamp",
    13: "boolean",
}
"""By the driver's codes: FIXED, REAL, DATE, TIMESTAMP with its three kinds, BOOLEAN. All others are texts."""


def open_snowflake(address: Address) -> ThreadedWarehouse:
    """Raises `InvalidInput` for an address that names too little or has a key that is none."""
    address.only(OPTIONS, EXAMPLE)
    options = address.options
    secret = address.password or options.get("private_key_base64") or options.get("token")
    address.need(
        EXAMPLE, account=address.host, user=address.user, database=address.path, warehouse=options.get("warehouse"),
        password=secret,
    )  # fmt: skip
    if len(address.path) > 2:
        raise InvalidInput("The address names more than a database and a schema.", cure=f"Write {EXAMPLE}.")
    key = (
        _private_key(options["private_key_base64"], options.get("private_key_passphrase"))
        if "private_key_base64" in options
        else None
    )
    return ThreadedWarehouse(SNOWFLAKE, lambda: _Session(address, key))


def _private_key(encoded: str, passphrase: str | None) -> bytes:
    """A PEM file in base64 → the form the driver takes."""
    try:
        pem = base64.b64decode(encoded.replace(" ", "+"), validate=True)
        key = load_pem_private_key(pem, passphrase.encode() if passphrase else None)
    except (ValueError, TypeError, binascii.Error):
        raise InvalidInput(
            "The private key can't be read.",
            cure="Give the PEM file, encoded in base64, and its passphrase if it has one.",
        ) from None
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


class _Session:
    def __init__(self, address: Address, key: bytes | None) -> None:
        self._address = address
        self._query_id: str | None = None
        options = address.options
        secret: dict[str, Any] = {"password": address.password}
        if key is not None:
            secret = {"private_key": key, "authenticator": "SNOWFLAKE_JWT"}
        elif "token" in options:
            secret = {"token": options["token"], "authenticator": "PROGRAMMATIC_ACCESS_TOKEN"}
        try:
            self._connection = snowflake.connector.connect(
                account=address.host,
                user=address.user,
                database=address.path[0],
                schema=address.path[1] if len(address.path) > 1 else None,
                warehouse=options["warehouse"],
                role=options.get("role"),
                session_parameters=SETTINGS,
                application="vitrail",
                login_timeout=30,
                client_session_keep_alive=False,
                client_store_temporary_credential=False,
                enable_server_session_keep_alive_auto_detection=False,
                **secret,
            )
        except snowflake.connector.errors.Error as error:
            raise WarehouseUnavailable(
                first_line(address.without_password(str(error.msg or error))), cure=errors.NOT_LET_IN
            ) from None

    def run(self, sql: str, parameters: Sequence[Any], *, timeout_s: float, row_limit: int | None) -> Rows:
        self._query_id = None
        limits = {"STATEMENT_TIMEOUT_IN_SECONDS": math.ceil(timeout_s)}
        try:
            with self._connection.cursor() as cursor:
                handed_over = cursor.execute_async(sql, list(parameters) or None, _statement_params=limits)
                self._query_id = str(handed_over["queryId"])
                cursor.get_results_from_sfqid(self._query_id)
                rows = cursor.fetchall() if row_limit is None else cursor.fetchmany(row_limit)
                described = cursor.description or ()
        except snowflake.connector.errors.Error as error:
            raise _failed(error, self._address, timeout_s) from None
        columns = tuple(WarehouseColumn(column[0], _KINDS.get(column[1], "string")) for column in described)
        return Rows(columns, [[plain(value) for value in row] for row in rows])

    def stop(self) -> None:
        if self._query_id is not None:
            with suppress(snowflake.connector.errors.Error), self._connection.cursor() as cursor:
                cursor.abort_query(self._query_id)

    def close(self) -> None:
        with suppress(snowflake.connector.errors.Error):
            self._connection.close()


def _failed(
    error: snowflake.connector.errors.Error, address: Address, timeout_s: float
) -> WarehouseFailed | WarehouseUnavailable | QueryTimedOut:
    message = first_line(address.without_password(str(error.msg or error)))
    if "timeout" in message.lower() and "statement" in message.lower():
        return timed_out(timeout_s)
    if isinstance(error, snowflake.connector.errors.ProgrammingError):
        if "does not exist or not authorized" in message:
            return WarehouseFailed(message, cure=errors.MISSING_TABLE)
        return WarehouseFailed(
            message, cure=errors.MISSING_COLUMN if "invalid identifier" in message else errors.OTHER_FAILURE
        )
    return WarehouseUnavailable(message, cure=errors.NOT_REACHED)
