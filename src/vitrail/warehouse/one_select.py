"""The check that a statement is one SELECT and nothing but: before an engine sees it, whatever rights its account has.

It is one of several walls. The engine's own (a read-only transaction, session settings, an account without rights)
stand behind it wherever an engine has them.
"""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from vitrail.warehouse.errors import WarehouseFailed

MOST_CHARACTERS = 2_000_000

# What writes, locks, defines or sets something, wherever in a statement it stands.
_NOT_READING = (
    *(exp.DML, exp.DDL, exp.Into, exp.Lock, exp.Set, exp.SetItem, exp.Command, exp.Copy, exp.Drop, exp.Use),
    *(exp.Alter, exp.TruncateTable, exp.Kill, exp.Pragma, exp.Transaction, exp.Commit, exp.Rollback, exp.Merge),
)
# Functions that reach past the tables: files and programs of the engine's machine, other servers, its settings,
# other sessions, or a statement given as a text. By the start of their name.
_REACHING: dict[str, tuple[str, ...]] = {
    engine: tuple(names.split())
    for engine, names in {
        "postgres": """
            pg_read pg_ls_ pg_stat_file pg_file lo_ dblink set_config query_to_xml cursor_to_xml table_to_xml
            schema_to_xml database_to_xml pg_terminate pg_cancel pg_reload pg_rotate pg_advisory pg_try_advisory
            pg_notify pg_logical pg_create pg_drop pg_switch pg_export pg_replication pg_sleep nextval setval pg_hba
            pg_ident pg_current_logfile pg_import plpy xpath_table crosstab connectby ts_stat pg_prewarm pg_backup
            pg_start pg_stop postgres_fdw pg_promote pg_wal_replay pg_log_ pg_restore pg_clear http_ pg_execute""",
        "clickhouse": """
            url file s3 gcs hdfs remote cluster mysql postgresql mongodb redis sqlite jdbc odbc executable azureblob
            deltalake iceberg hudi input ytsaurus arrowflight sleep dictionary catboost getserversetting view_explain
            prometheus oss cosn paimon""",
        "snowflake": "system$ result_scan infer_schema get_presigned build_scoped build_stage directory",
        "databricks": """
            read_files read_kafka read_kinesis read_pubsub read_pulsar read_statestore http_request ai_ cloud_files
            remote_query java_method reflect try_reflect secret try_secret sql""",
        "bigquery": "external_query ml. ai. bqml",
        "trino": "query raw_query procedure",
        "duckdb": "",
    }.items()
}
_REACHING["redshift"] = _REACHING["postgres"]


def refuse_all_but_one_select(sql: str, dialect: str) -> None:
    """Raises `WarehouseFailed` unless `sql` is one SELECT (in sqlglot's `dialect`) that only reads tables."""
    if found := _objection(sql, dialect):
        raise WarehouseFailed(
            f"Only one SELECT at a time is sent to the warehouse, and this statement {found}.",
            cure="Ask through the semantic layer, and keep the SQL of fields to expressions over tables.",
        )


@lru_cache(maxsize=2_000)
def _objection(sql: str, dialect: str) -> str | None:
    """What is wrong with a statement; it completes "this statement …"."""
    if len(sql) > MOST_CHARACTERS:
        return f"has more than {MOST_CHARACTERS:,} characters"
    if "\0" in sql:
        return "has a zero byte in it"
    try:
        statements = [one for one in sqlglot.parse(sql, read=dialect) if one is not None]
    except (SqlglotError, RecursionError):
        return "can't be parsed, so nobody can say what it is"
    if len(statements) > 1:
        return f"is {len(statements)} statements"
    statement = statements[0] if statements else None
    if not isinstance(statement, exp.Query):
        return "is something else"
    reaching = _REACHING[dialect]
    for node in statement.walk():
        if isinstance(node, _NOT_READING) and not isinstance(node, exp.Query):
            return "writes, locks or sets something"
        if isinstance(node, exp.Query) and any(node.args.get(clause) for clause in ("settings", "format", "into")):
            return "brings settings, a format or a place for its answer"
        if isinstance(node, exp.Func) and reaching:
            name = node.name if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc) else node.sql_name()
            # A backslash: a name in Unicode escapes, which the engine reads as another.
            if str(name).lower().startswith(reaching) or "\\" in str(name):
                return f"calls {str(name)[:60]}, which reaches past the tables"
    return None
