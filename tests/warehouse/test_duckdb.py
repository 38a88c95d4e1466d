from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import duckdb
import pytest

from vitrail.errors import InvalidInput
from vitrail.warehouse.connect import connect
from vitrail.warehouse.duckdb import DuckDBWarehouse
from vitrail.warehouse.errors import QueryTimedOut, WarehouseFailed, WarehouseUnavailable

ENDLESS = "select sum(sqrt(a.i * b.i)) from range(3000000) a(i), range(3000000) b(i) where a.i <> b.i"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table t as select i, i * 1.10::decimal(10, 2) as d from range(10) r(i)")
    return path


@pytest.fixture
async def warehouse(file: Path) -> AsyncIterator[DuckDBWarehouse]:
    opened = DuckDBWarehouse(file)
    yield opened
    await opened.close()


async def test_values_are_ready_for_json(warehouse: DuckDBWarehouse) -> None:
    cases = [
        ("1::hugeint", "number", 1),
        ("170141183460469231731687303715884105727::hugeint", "number", 2**127 - 1),
        ("0.69::decimal(10, 2)", "number", 0.69),
        ("12345678901234567.89::decimal(30, 2)", "number", 12345678901234567.89),
        ("'nan'::double", "number", None),
        ("'infinity'::double", "number", None),
        ("1.5::float", "number", 1.5),
        ("date '2024-01-31'", "date", "2024-01-31"),
        ("timestamp '2024-01-31 10:00:00'", "timestamp", "2024-01-31T10:00:00"),
        ("timestamp '2024-01-31 10:00:00.25'", "timestamp", "2024-01-31T10:00:00.250000"),
        ("timestamptz '2024-01-31 10:00:00+02'", "timestamp", "2024-01-31T08:00:00Z"),
        ("timestamp_ns '2024-01-31 10:00:00'", "timestamp", "2024-01-31T10:00:00"),
        ("interval '1 month 2 days 3.5 seconds'", "string", "P1M2DT3.5S"),
        ("interval '0 days'", "string", "PT0S"),
        ("true", "boolean", True),
        ("'é'", "string", "é"),
        ("'a'::enum('a')", "string", "a"),
        ("'\\x00'::blob", "string", "AA=="),
        ("[1, null]", "string", [1, None]),
        ("{'a': date '2024-01-31'}", "string", {"a": "2024-01-31"}),
        ("null", "string", None),
        ("null::decimal(5, 2)", "number", None),
        ("null::timestamp", "timestamp", None),
    ]
    columns = ", ".join(f"{text} as c{i}" for i, (text, _, _) in enumerate(cases))
    answer = await warehouse.execute(f"select {columns}", timeout_s=10)
    assert [c.type for c in answer.columns] == [kind for _, kind, _ in cases]
    assert answer.rows == [[value for _, _, value in cases]]


async def test_no_rows_still_have_columns(warehouse: DuckDBWarehouse) -> None:
    answer = await warehouse.execute("select i from t where false", timeout_s=10)
    assert (answer.rows, [c.name for c in answer.columns]) == ([], ["i"])


async def test_a_row_limit_and_parameters(warehouse: DuckDBWarehouse) -> None:
    answer = await warehouse.execute("select i from t where i > ? order by i", [3], timeout_s=10, row_limit=2)
    assert answer.rows == [[4], [5]]


@pytest.mark.parametrize(
    "sql",
    ["drop table t", "create temp table x(i int)", "select 1; select 2", "set threads = 1", "copy t to '/tmp/x'", "",
     "attach '/tmp/x.duckdb'", "install httpfs", "load json", "pragma database_list", "call pragma_version()",
     "select * from read_csv('/etc/passwd')", "select * from '/etc/passwd'", "select * from glob('/*')",
     "select * from warehouse", "insert into t values (1, 1)", "explain analyze select 1", "select nope from t",
     "select",
     "select * from nope", "select 'x'::int"],
)  # fmt: skip
async def test_only_one_select_inside_the_file_runs(warehouse: DuckDBWarehouse, sql: str) -> None:
    with pytest.raises(WarehouseFailed) as refused:
        await warehouse.execute(sql, timeout_s=10)
    assert refused.value.cure
    assert "\n" not in refused.value.cause


async def test_a_statement_is_stopped_at_its_time(warehouse: DuckDBWarehouse) -> None:
    started = time.monotonic()
    with pytest.raises(QueryTimedOut):
        await warehouse.execute(ENDLESS, timeout_s=0.1)
    assert time.monotonic() - started < 5
    assert (await warehouse.execute("select 1", timeout_s=10)).rows == [[1]]


async def test_a_cancelled_task_frees_the_engine_and_the_loop_was_free(warehouse: DuckDBWarehouse) -> None:
    tasks = [asyncio.create_task(warehouse.execute(ENDLESS, timeout_s=60)) for _ in range(6)]
    await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in done)
    assert (await warehouse.execute("select 1", timeout_s=10)).rows == [[1]]


async def test_many_at_once(warehouse: DuckDBWarehouse) -> None:
    answers = await asyncio.gather(*(warehouse.execute(f"select {i}, sum(d) from t", timeout_s=20) for i in range(40)))
    assert [answer.rows[0] for answer in answers] == [[i, 49.5] for i in range(40)]


async def test_a_closed_warehouse_says_so(file: Path) -> None:
    opened = DuckDBWarehouse(file)
    await opened.close()
    await opened.close()
    with pytest.raises(WarehouseUnavailable):
        await opened.execute("select 1", timeout_s=1)


async def test_one_file_may_be_open_twice(file: Path) -> None:
    one, two = DuckDBWarehouse(file), DuckDBWarehouse(file)
    for opened in (one, two):
        answer = await opened.execute(
            "select current_setting('lock_configuration'), current_setting('enable_external_access'), "
            "current_setting('python_enable_replacements'), current_setting('TimeZone')",
            timeout_s=10,
        )
        assert answer.rows == [[True, False, False, "UTC"]]
    await one.close()
    assert (await two.execute("select 1", timeout_s=10)).rows == [[1]]
    await two.close()


async def test_a_file_that_was_replaced_is_seen_by_a_new_connection_only(file: Path, tmp_path: Path) -> None:
    old = DuckDBWarehouse(file)
    with duckdb.connect(str(tmp_path / "new.duckdb")) as made:
        made.execute("create table t as select 1 as i")
    (tmp_path / "new.duckdb").rename(file)
    new = DuckDBWarehouse(file)
    for opened, rows in ((old, 10), (new, 1)):
        for relation in ("t", "main.t", '"w"."main"."t"'):
            answer = await opened.execute(f"select count(*) from {relation}", timeout_s=10)
            assert answer.rows == [[rows]]
        await opened.close()


async def test_a_name_that_needs_quoting(tmp_path: Path) -> None:
    path = tmp_path / 'it\'s a "shop".duckdb'
    with duckdb.connect(str(path)) as made:
        made.execute("create table t as select 1 as i")
    opened = DuckDBWarehouse(path)
    assert (await opened.execute("select i from t", timeout_s=10)).rows == [[1]]
    await opened.close()


def test_addresses(file: Path, tmp_path: Path) -> None:
    for url in (f"duckdb://{file}", str(file)):
        connect(url)
    for url in (str(tmp_path / "none.duckdb"), str(tmp_path), f"duckdb://{tmp_path}/none"):
        with pytest.raises(WarehouseUnavailable):
            connect(url)
    for url in ("", "http://u:secret@x", "motherduck://x", "md:shop", "athena://u:secret@x"):
        with pytest.raises(InvalidInput) as refused:
            connect(url)
        assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").write_text("hello" * 5000)
    with pytest.raises(WarehouseUnavailable, match="not a DuckDB file"):
        connect(str(tmp_path / "x.duckdb"))


def test_a_locked_file(file: Path) -> None:
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "open\n"
        with pytest.raises(WarehouseUnavailable, match="open for writing") as refused:
            connect(str(file))
        assert "copy" in refused.value.cure
