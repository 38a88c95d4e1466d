"""BigQuery through Google's client: every statement is a job, and a job can be cancelled."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import requests
from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import (
    DeadlineExceeded,
    Forbidden,
    GatewayTimeout,
    GoogleAPICallError,
    GoogleAPIError,
    NotFound,
    ServerError,
    Unauthorized,
)
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY
from google.oauth2 import service_account

from vitrail.errors import InvalidInput
from vitrail.warehouse import errors
from vitrail.warehouse.address import Address
from vitrail.warehouse.arrow_values import kind_of, rows_of
from vitrail.warehouse.dialects.bigquery import BIGQUERY
from vitrail.warehouse.errors import QueryTimedOut, WarehouseFailed, WarehouseUnavailable, first_line, timed_out
from vitrail.warehouse.protocol import Rows, WarehouseColumn
from vitrail.warehouse.threads import ThreadedWarehouse

EXAMPLE = "bigquery://project/dataset?location=EU&credentials_base64=…"
OPTIONS = frozenset(
    (
        "location",
        "credentials_base64",
        "credentials_file",
        "maximum_bytes_billed",
        "storage_api",
        "api_endpoint",
        "anonymous",
    )
)
_RETRY = DEFAULT_RETRY.with_timeout(10.0)
"""Of one request. The driver's own would try for ten minutes."""
_FAILURES = (GoogleAPIError, GoogleAuthError, requests.RequestException)


def open_bigquery(address: Address) -> ThreadedWarehouse:
    """Raises `InvalidInput` for an address that names too little or has a key that is none."""
    address.only(OPTIONS, EXAMPLE)
    address.need(EXAMPLE, project=address.host, dataset=address.path)
    if len(address.path) > 1:
        raise InvalidInput("The address names more than a dataset.", cure=f"Write {EXAMPLE}.")
    billed = address.options.get("maximum_bytes_billed", "")
    if billed and not billed.isdigit():
        raise InvalidInput("maximum_bytes_billed is a whole number of bytes.", cure=f"Write {EXAMPLE}.")
    credentials = _credentials(address)
    return ThreadedWarehouse(BIGQUERY, lambda: _Session(address, credentials))


def _credentials(address: Address) -> Any:
    """The account's key; none means the machine's own account (application default credentials)."""
    given = address.options
    if given.get("anonymous") == "true":
        if "api_endpoint" not in given:
            raise InvalidInput("Only an emulator is asked anonymously.", cure="Name its api_endpoint, or give a key.")
        return AnonymousCredentials()
    try:
        if "credentials_file" in given:
            return service_account.Credentials.from_service_account_file(given["credentials_file"])
        if "credentials_base64" in given:
            held = json.loads(base64.b64decode(given["credentials_base64"].replace(" ", "+"), validate=True))
            if not isinstance(held, dict):
                raise ValueError("not a key")
            return service_account.Credentials.from_service_account_info(held)
    except (ValueError, binascii.Error, OSError, GoogleAuthError):
        raise InvalidInput(
            "The key of the BigQuery account can't be used.",
            cure="Give the JSON file of a service account's key, encoded in base64, as credentials_base64.",
        ) from None
    return None


class _Session:
    def __init__(self, address: Address, credentials: Any) -> None:
        self._address = address
        self._job: bigquery.QueryJob | None = None
        options = address.options
        try:
            self._client = bigquery.Client(
                project=address.host,
                credentials=credentials,
                location=options.get("location"),
                client_options=ClientOptions(api_endpoint=options["api_endpoint"])
                if "api_endpoint" in options
                else None,
            )
        except _FAILURES as error:
            raise _failed(error, address, 0) from None

    def run(self, sql: str, parameters: Sequence[Any], *, timeout_s: float, row_limit: int | None) -> Rows:
        if parameters:
            raise WarehouseFailed("Parameters are not used on BigQuery.", cure="Write values with the dialect.")
        config = bigquery.QueryJobConfig(
            use_legacy_sql=False,
            default_dataset=f"{self._address.host}.{self._address.path[0]}",
            job_timeout_ms=math.ceil(timeout_s * 1000),
            labels={"app": "vitrail"},
        )
        if billed := self._address.options.get("maximum_bytes_billed"):
            config.maximum_bytes_billed = int(billed)
        try:
            self._job = self._client.query(sql, job_config=config, timeout=timeout_s, retry=_RETRY, job_retry=None)
            if self._job.statement_type not in (None, "SELECT"):
                raise WarehouseFailed("The statement is not a SELECT.", cure="Ask through the semantic layer.")
            found = self._job.result(max_results=row_limit, timeout=timeout_s, retry=_RETRY, job_retry=None)
            storage = self._address.options.get("storage_api") == "true"
            table = found.to_arrow(create_bqstorage_client=storage and row_limit is None)
        except TimeoutError:
            self.stop()
            raise timed_out(timeout_s) from None
        except _FAILURES as error:
            raise _failed(error, self._address, timeout_s) from None
        return Rows(tuple(WarehouseColumn(f.name, kind_of(f.type)) for f in table.schema), rows_of(table))

    def stop(self) -> None:
        if (job := self._job) is not None:
            with suppress(*_FAILURES, TimeoutError):
                job.cancel(timeout=5, retry=None)

    def close(self) -> None:
        self._client.close()


def _failed(
    error: Exception, address: Address, timeout_s: float
) -> WarehouseFailed | WarehouseUnavailable | QueryTimedOut:
    said = str(error.message) if isinstance(error, GoogleAPICallError) else str(error)
    message = first_line(address.without_password(said))
    reasons = {str(one.get("reason")) for one in getattr(error, "errors", ()) or () if isinstance(one, dict)}
    if isinstance(error, DeadlineExceeded | GatewayTimeout) or "timeout" in reasons or "Job timed out" in message:
        return timed_out(timeout_s)
    if isinstance(error, GoogleAuthError | Unauthorized):
        return WarehouseUnavailable(message, cure=errors.NOT_LET_IN)
    if isinstance(error, NotFound | Forbidden):
        return WarehouseFailed(message, cure=errors.MISSING_TABLE)
    if isinstance(error, ServerError | requests.RequestException) or not isinstance(error, GoogleAPICallError):
        return WarehouseUnavailable(message, cure=errors.NOT_REACHED)
    return WarehouseFailed(
        message, cure=errors.MISSING_COLUMN if "Unrecognized name" in message else errors.OTHER_FAILURE
    )
