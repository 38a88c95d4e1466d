"""dbt's names of warehouses → sqlglot's names of their SQL."""

from __future__ import annotations

_OTHERWISE = {"sqlserver": "tsql", "synapse": "tsql", "fabric": "tsql", "postgresql": "postgres"}
_KNOWN = frozenset(
    (
        *("athena", "bigquery", "clickhouse", "databricks", "duckdb", "postgres"),
        *("redshift", "snowflake", "spark", "trino", "tsql"),
    )
)


def sql_dialect(adapter: str) -> str:
    """sqlglot's name of the SQL that an adapter's warehouse speaks; DuckDB's for one that is not known."""
    name = _OTHERWISE.get(adapter, adapter)
    return name if name in _KNOWN else "duckdb"


def adapter_of_address(url: str) -> str:
    """dbt's name of the warehouse at an address (`postgresql://…`); a plain path is DuckDB's."""
    scheme = url.split("://", 1)[0].partition("+")[0].lower() if "://" in url else "duckdb"
    return {"postgresql": "postgres", "md": "duckdb"}.get(scheme, scheme)
