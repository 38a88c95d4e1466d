"""An address → a warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from vitrail.errors import InvalidInput
from vitrail.warehouse import address
from vitrail.warehouse.errors import missing_driver
from vitrail.warehouse.protocol import Warehouse

# Scheme → (module, what opens it). Imported late: a driver takes a tenth of a second and more, which `vitrail --help`
# need not spend, and most are not installed.
_OPENERS: Mapping[str, tuple[str, str]] = {
    "postgresql": ("postgres", "PostgresWarehouse"),
    "postgres": ("postgres", "PostgresWarehouse"),
    "redshift": ("redshift", "open_redshift"),
    "bigquery": ("bigquery", "open_bigquery"),
    "snowflake": ("snowflake", "open_snowflake"),
    "databricks": ("databricks", "open_databricks"),
    "trino": ("trino", "open_trino"),
    "clickhouse": ("clickhouse", "open_clickhouse"),
}
_NOT_YET = {
    "motherduck": "MotherDuck needs DuckDB with its network on, and Vitrail opens DuckDB with none.",
    "athena": "Athena is not supported yet; a Trino over the same tables is.",
}
KINDS = ("duckdb", *(scheme for scheme in _OPENERS if scheme != "postgres"))
"""The schemes of addresses that can be opened."""
# What makes an address reach into the machine that Vitrail runs on: a file of it, its own account, a socket.
_OF_THE_MACHINE = frozenset(("credentials_file", "sslcert", "sslkey", "sslrootcert", "host", "api_endpoint"))


def scheme_of(url: str) -> str:
    """`postgresql` of `postgresql://…`; empty for a plain path."""
    return url.split("://", 1)[0].strip().lower() if "://" in url else ""


def connect(url: str) -> Warehouse:
    """Open `duckdb:///abs/path.duckdb`, `duckdb://relative.duckdb`, a plain path, or a server (docs/warehouses.md has
    each one's form), read-only. A server is asked for the first time when the first statement is.

    Raises `WarehouseUnavailable`, or `InvalidInput` for an address that can't be one. Nothing of the address's
    password is in any error.
    """
    scheme = scheme_of(url)
    if scheme == "duckdb" or (not scheme and url.strip()):
        path = unquote(url.split("://", 1)[1]) if scheme else url
        if path.startswith("md:"):
            raise InvalidInput(_NOT_YET["motherduck"], cure="Connect a DuckDB file, or another warehouse.")
        from vitrail.warehouse.duckdb import DuckDBWarehouse

        return DuckDBWarehouse(Path(path))
    if scheme not in _OPENERS:
        raise InvalidInput(
            _NOT_YET.get(
                scheme, f"There are no warehouses of the kind {scheme[:40]!r}." if scheme else "No warehouse was named."
            ),
            cure=f"Give the address of one of these kinds: {', '.join(KINDS)}. A DuckDB file is duckdb:///path/to/file.",
        )
    read = address.read(url)
    module, opener = _OPENERS[scheme]
    try:
        found = import_module(f"vitrail.warehouse.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("vitrail"):
            raise
        raise missing_driver(scheme) from None
    opened: Warehouse = getattr(found, opener)(read)
    return opened


def reaches_into_machine(url: str) -> str | None:
    """What of a server's address is about the machine that Vitrail runs on, rather than about the server: the name of
    an option, or what is missing. Only whoever runs the machine may say that; None when there is nothing."""
    scheme = scheme_of(url)
    options = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if found := sorted(_OF_THE_MACHINE & set(options)):
        return f"the option {found[0]}"
    if scheme == "bigquery" and "credentials_base64" not in options:
        return "the account of the machine (no credentials_base64)"
    if scheme != "duckdb" and not urlsplit(url).hostname:
        return "a socket (no host)"
    return None
