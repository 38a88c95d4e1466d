"""The official client against a server that speaks ClickHouse's HTTP interface with DuckDB behind it. The dialect
itself is tried on a real ClickHouse in test_clickhouse_dialect.py, where chdb is installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.warehouse.served import Served
from tests.warehouse.suite import TABLES, ServerSuite
from tests.warehouse.wire.clickhouse import PASSWORD, USER, ClickHouseServer
from tests.warehouse.wire.engine import Engine
from vitrail.errors import InvalidInput
from vitrail.warehouse.connect import connect
from vitrail.warehouse.errors import WarehouseUnavailable

pytest.importorskip(
    "clickhouse_connect", reason="The ClickHouse driver is not installed (pip install 'vitrail[clickhouse]')."
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Served]:
    with ClickHouseServer(Engine("clickhouse", TABLES)) as server:
        yield Served(server, f"clickhouse://{USER}:{PASSWORD}@127.0.0.1:{server.port}/shop?secure=false", PASSWORD)


class TestClickHouse(ServerSuite):
    refused = (
        "SELECT * FROM url('http://x', CSV)", "SELECT * FROM file('/etc/passwd')", "SELECT * FROM s3('x')",
        "SELECT * FROM remote('x', 'y')", "SELECT * FROM mysql('x', 'y', 'z', 'u', 'p')", "SELECT sleep(1)",
        "SELECT * FROM executable('x', CSV, 'i Int8')", "SELECT 1 SETTINGS readonly = 0",
        "SELECT * FROM samples INTO OUTFILE 'x'", "SELECT 1 FORMAT Null", "SYSTEM SHUTDOWN", "KILL QUERY WHERE 1",
        "OPTIMIZE TABLE samples", "SHOW TABLES", "EXISTS samples", "ATTACH TABLE x", "SELECT * FROM input('i Int8')",
        "SELECT 1 AS i UNION ALL SELECT 2 SETTINGS readonly = 0", "SELECT * FROM (SELECT 1 SETTINGS readonly = 0)",
    )  # fmt: skip


async def test_each_statement_is_read_only_and_reads_as_sql_does(engine: Served) -> None:
    opened = connect(engine.url)
    await opened.execute("SELECT 1 AS i", timeout_s=7.5)
    await opened.close()
    sent = engine.server.settings[-1]
    wanted = {
        "readonly": "2", "join_use_nulls": "1", "aggregate_functions_null_for_empty": "1", "session_timezone": "UTC",
        "cast_keep_nullable": "1", "prefer_column_name_to_alias": "1", "max_execution_time": "8", "database": "shop",
        "enable_extended_results_for_datetime_functions": "1",
    }  # fmt: skip
    assert {name: sent.get(name) for name in wanted} == wanted
    assert "session_id" not in sent


async def test_a_wrong_password_is_told_without_it(engine: Served) -> None:
    opened = connect(engine.url.replace(PASSWORD, "other-secret"))
    with pytest.raises(WarehouseUnavailable) as refused:
        await opened.execute("SELECT 1 AS i", timeout_s=20)
    assert "password" in refused.value.cure
    assert "other-secret" not in str(refused.value.problem())
    await opened.close()


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("clickhouse://h/db", "no user"),
        ("clickhouse://u:secret@h/db/x", "more than a database"),
        ("clickhouse://u:secret@h/db?secure=no", "true or false"),
        ("clickhouse://u:secret@h/db?verify=false", "no option 'verify'"),
    ],
)
def test_an_address_that_is_none(url: str, cause: str) -> None:
    with pytest.raises(InvalidInput, match=cause) as refused:
        connect(url)
    assert "secret" not in str(refused.value.problem())
