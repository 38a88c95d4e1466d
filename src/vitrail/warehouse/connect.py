"""An address → a warehouse."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from vitrail.errors import InvalidInput
from vitrail.warehouse.protocol import Warehouse


def connect(url: str) -> Warehouse:
    """Open `duckdb:///abs/path.duckdb`, `duckdb://relative.duckdb` or a plain path, read-only.

    Raises `WarehouseUnavailable`, or `InvalidInput` for an address of another kind.
    """
    scheme = urlsplit(url).scheme.lower() if "://" in url else ""
    if scheme == "duckdb":
        path = unquote(url.split("://", 1)[1])
    elif not scheme and url.strip():
        path = url
    else:
        raise InvalidInput(
            f"Warehouses of the kind {scheme!r} can't be opened yet." if scheme else "No warehouse was named.",
            cure="Give a DuckDB file: duckdb:///path/to/file.duckdb.",
        )
    # Imported late: the engine takes a tenth of a second that `vitrail --help` need not spend.
    from vitrail.warehouse.duckdb import DuckDBWarehouse

    return DuckDBWarehouse(Path(path))
