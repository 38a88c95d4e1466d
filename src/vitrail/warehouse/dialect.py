"""The engines' SQL, by sqlglot's names."""

from __future__ import annotations

from collections.abc import Mapping

from vitrail.warehouse.dialects.bigquery import BIGQUERY
from vitrail.warehouse.dialects.clickhouse import CLICKHOUSE
from vitrail.warehouse.dialects.databricks import DATABRICKS
from vitrail.warehouse.dialects.definition import Dialect, UnwritableValue
from vitrail.warehouse.dialects.duckdb import DUCKDB
from vitrail.warehouse.dialects.postgres import POSTGRES
from vitrail.warehouse.dialects.redshift import REDSHIFT
from vitrail.warehouse.dialects.snowflake import SNOWFLAKE
from vitrail.warehouse.dialects.trino import TRINO

__all__ = ["DIALECTS", "DUCKDB", "POSTGRES", "Dialect", "UnwritableValue"]

DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect
    for dialect in (BIGQUERY, CLICKHOUSE, DATABRICKS, DUCKDB, POSTGRES, REDSHIFT, SNOWFLAKE, TRINO)
}
