"""Redshift speaks Postgres's protocol, so Postgres's driver asks it, with the settings that it knows."""

from __future__ import annotations

from vitrail.warehouse.address import Address
from vitrail.warehouse.dialects.redshift import REDSHIFT
from vitrail.warehouse.postgres import PostgresWarehouse

EXAMPLE = "redshift://user:password@cluster.region.redshift.amazonaws.com:5439/database?sslmode=verify-full"
BEGIN = (
    "BEGIN READ ONLY;SET LOCAL timezone TO 'UTC';SET LOCAL datestyle TO 'ISO, YMD';SET LOCAL extra_float_digits TO 2;"
)
PORT = 5439


def open_redshift(address: Address) -> PostgresWarehouse:
    """Raises `InvalidInput` for an address that names too little."""
    return PostgresWarehouse(address, dialect=REDSHIFT, begin=BEGIN, port=PORT, example=EXAMPLE)
