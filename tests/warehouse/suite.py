"""What every warehouse must do. An engine's test file derives from `WarehouseSuite` and gives an `engine` fixture."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Protocol

import pytest

from vitrail.warehouse.connect import connect
from vitrail.warehouse.errors import QueryTimedOut, WarehouseFailed, WarehouseUnavailable
from vitrail.warehouse.protocol import Warehouse

TABLES = """
create table samples (id integer, whole bigint, exact decimal(12, 2), approx double precision, word varchar(200),
  day date, moment timestamp, truth boolean);
insert into samples values
  (1, 9007199254740993, 0.69, 0.1, 'plain', date '2024-01-31', timestamp '2024-01-31 10:00:00', true),
  (2, -5, -12.00, -2.5e10, 'Žluť 漢字 🦆', date '1955-03-04', timestamp '1955-03-04 23:59:59', false),
  (3, 0, 1234567890.12, 0, '', date '2099-12-31', timestamp '2024-02-29 00:00:00', true),
  (4, null, null, null, null, null, null, null);
create table many (id bigint);
insert into many select a.i * 10 + b.i from (values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) a(i),
  (values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) b(i);
"""
SAMPLES = [
    [1, 9007199254740993, 0.69, 0.1, "plain", "2024-01-31", "2024-01-31T10:00:00", True],
    [2, -5, -12.0, -2.5e10, "Žluť 漢字 🦆", "1955-03-04", "1955-03-04T23:59:59", False],
    [3, 0, 1234567890.12, 0.0, "", "2099-12-31", "2024-02-29T00:00:00", True],
    [4, None, None, None, None, None, None, None],
]
KINDS = ["number", "number", "number", "number", "string", "date", "timestamp", "boolean"]
# A hundred to the eighth rows.
ENDLESS = "SELECT SUM(a.id + b.id * c.id - d.id + e.id * f.id - g.id + h.id) AS n FROM many AS a " + " ".join(
    f"CROSS JOIN many AS {name}" for name in "bcdefgh"
)
TEXTS = [
    "it's", "''", "\\", "\\'", "a\\", "\\\\'; drop table samples; --", "' or 1=1 --", "line\nbreak\r\n", "\ttab",
    '"quoted"', "`ticks`", "$$", "${TABLE}", "{x}", "%s %(x)s ? :x $1 @x", "é漢🦆", "/* x */", "\\n", "\\x27",
    "\\u0027", "a;b", "x'||'y",
]  # fmt: skip
WRITES = [
    "INSERT INTO samples (id) VALUES (9)", "UPDATE samples SET id = 9", "DELETE FROM samples", "DROP TABLE samples",
    "CREATE TABLE hole (i INTEGER)", "CREATE TABLE hole AS SELECT 1 AS i", "ALTER TABLE samples ADD COLUMN x INTEGER",
    "TRUNCATE TABLE samples", "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE samples", "SET x = 1", "", "   ", ";",
    "-- no",
    "MERGE INTO samples USING many ON samples.id = many.id WHEN MATCHED THEN DELETE", "COMMIT", "ROLLBACK",
    "GRANT SELECT ON samples TO PUBLIC", "EXPLAIN SELECT 1", "SELECT * FROM samples WHERE (",
]  # fmt: skip


class EngineUnderTest(Protocol):
    """A running engine with the tables of `TABLES` in it."""

    url: str
    password: str

    def running(self) -> int:
        """Statements that it is about right now."""
        ...

    def go_away(self) -> None: ...

    def come_back(self) -> None: ...

    def tables(self) -> int:
        """How many tables it has, and rows in `samples`, as one number."""
        ...


async def gone(engine: EngineUnderTest) -> bool:
    """Whether the engine lets go of every statement within some seconds."""
    async with asyncio.timeout(10):
        while await asyncio.to_thread(engine.running):
            await asyncio.sleep(0.02)
    return True


async def begun(engine: EngineUnderTest, count: int = 1) -> None:
    async with asyncio.timeout(10):
        while await asyncio.to_thread(engine.running) < count:
            await asyncio.sleep(0.02)


class WarehouseSuite:
    refused: tuple[str, ...] = ()
    """Statements that this engine must not be asked, beyond `WRITES`."""

    @pytest.fixture
    async def warehouse(self, engine: EngineUnderTest) -> AsyncIterator[Warehouse]:
        opened = connect(engine.url)
        yield opened
        await opened.close()

    async def test_values_and_nulls(self, warehouse: Warehouse) -> None:
        answer = await warehouse.execute("SELECT * FROM samples ORDER BY id", timeout_s=20)
        assert answer.rows == SAMPLES
        assert [column.type for column in answer.columns] == KINDS
        assert [column.name for column in answer.columns][:2] == ["id", "whole"]

    async def test_no_rows_still_have_columns(self, warehouse: Warehouse) -> None:
        answer = await warehouse.execute("SELECT * FROM samples WHERE id > 99", timeout_s=20)
        assert answer.rows == []
        assert [column.type for column in answer.columns] == KINDS

    async def test_a_text_means_itself(self, warehouse: Warehouse) -> None:
        columns = ", ".join(f"{warehouse.dialect.text(text)} AS t{place}" for place, text in enumerate(TEXTS))
        answer = await warehouse.execute(f"SELECT {columns}", timeout_s=20)
        assert answer.rows == [TEXTS]

    async def test_a_name_means_itself(self, warehouse: Warehouse) -> None:
        name = warehouse.dialect.identifier("people_full name (50%)")
        answer = await warehouse.execute(f"SELECT id AS {name} FROM samples ORDER BY {name} LIMIT 1", timeout_s=20)
        assert [column.name for column in answer.columns] == ["people_full name (50%)"]
        assert answer.rows == [[1]]

    async def test_a_row_limit(self, warehouse: Warehouse) -> None:
        for most, rows in ((2, 2), (100, 4)):
            answer = await warehouse.execute("SELECT id FROM samples ORDER BY id DESC", timeout_s=20, row_limit=most)
            assert answer.rows == [[4], [3], [2], [1]][:rows]

    async def test_more_rows_than_the_limit_are_noticed_by_one_more(self, warehouse: Warehouse) -> None:
        for limit, more in ((3, True), (4, False)):
            sql = f"SELECT id FROM samples ORDER BY id {warehouse.dialect.limit(limit + 1)}"
            answer = await warehouse.execute(sql, timeout_s=20)
            assert (len(answer.rows) > limit) is more
        second = await warehouse.execute(
            f"SELECT id FROM samples ORDER BY id {warehouse.dialect.limit(1, 1)}", timeout_s=20
        )
        assert second.rows == [[2]]

    async def test_many_at_once(self, warehouse: Warehouse) -> None:
        asked = (warehouse.execute(f"SELECT {i} AS i, SUM(id) AS s FROM many", timeout_s=20) for i in range(20))
        answers = await asyncio.gather(*asked)
        assert [answer.rows[0] for answer in answers] == [[i, 4950] for i in range(20)]

    async def test_a_statement_is_stopped_at_its_time(self, warehouse: Warehouse, engine: EngineUnderTest) -> None:
        with pytest.raises(QueryTimedOut) as stopped:
            await warehouse.execute(ENDLESS, timeout_s=1)
        assert "VITRAIL_QUERY_TIMEOUT_S" in stopped.value.cure
        assert await gone(engine)
        assert (await warehouse.execute("SELECT 1 AS i", timeout_s=20)).rows == [[1]]

    async def test_a_cancelled_task_stops_its_statement(self, warehouse: Warehouse, engine: EngineUnderTest) -> None:
        tasks = [asyncio.create_task(warehouse.execute(ENDLESS, timeout_s=60)) for _ in range(6)]
        await begun(engine)
        for task in tasks:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in done), done
        assert await gone(engine)
        assert (await warehouse.execute("SELECT 1 AS i", timeout_s=20)).rows == [[1]]

    async def test_closing_stops_what_runs(self, engine: EngineUnderTest) -> None:
        opened = connect(engine.url)
        task = asyncio.create_task(opened.execute(ENDLESS, timeout_s=60))
        await begun(engine)
        await opened.close()
        with pytest.raises((WarehouseFailed, WarehouseUnavailable)):
            await task
        assert await gone(engine)

    async def test_a_closed_warehouse_says_so(self, engine: EngineUnderTest) -> None:
        opened = connect(engine.url)
        await opened.execute("SELECT 1 AS i", timeout_s=20)
        await opened.close()
        await opened.close()
        with pytest.raises(WarehouseUnavailable):
            await opened.execute("SELECT 1 AS i", timeout_s=20)

    async def test_what_writes_or_reaches_further_is_refused(
        self, warehouse: Warehouse, engine: EngineUnderTest
    ) -> None:
        before = engine.tables()
        for sql in (*WRITES, *self.refused):
            with pytest.raises(WarehouseFailed) as refused:
                await warehouse.execute(sql, timeout_s=20)
                pytest.fail(f"it ran: {sql}")
            assert refused.value.cure
            assert "\n" not in refused.value.cause
        assert engine.tables() == before

    async def test_an_error_has_a_cause_and_a_cure(self, warehouse: Warehouse, engine: EngineUnderTest) -> None:
        with pytest.raises(WarehouseFailed) as failed:
            await warehouse.execute("SELECT * FROM nowhere_to_be_found", timeout_s=20)
        assert "nowhere_to_be_found" in failed.value.cause
        assert "dbt" in failed.value.cure
        assert not engine.password or engine.password not in str(failed.value.problem())
        assert (await warehouse.execute("SELECT 1 AS i", timeout_s=20)).rows == [[1]]


class ServerSuite(WarehouseSuite):
    """What an engine across a network must do besides."""

    async def test_it_comes_back_when_the_server_does(self, warehouse: Warehouse, engine: EngineUnderTest) -> None:
        assert (await warehouse.execute("SELECT 1 AS i", timeout_s=20)).rows == [[1]]
        engine.go_away()
        try:
            for _ in range(2):
                with pytest.raises(WarehouseUnavailable) as away:
                    await warehouse.execute("SELECT 1 AS i", timeout_s=20)
                assert not engine.password or engine.password not in str(away.value.problem())
        finally:
            engine.come_back()
        assert (await warehouse.execute("SELECT 1 AS i", timeout_s=20)).rows == [[1]]

    async def test_a_server_that_is_not_there(self, engine: EngineUnderTest) -> None:
        nobody = connect(self.elsewhere(engine.url))
        try:
            with pytest.raises(WarehouseUnavailable) as away:
                await nobody.execute("SELECT 1 AS i", timeout_s=20)
            assert not engine.password or engine.password not in str(away.value.problem())
        finally:
            await nobody.close()

    def elsewhere(self, url: str) -> str:
        """The address of a port where nobody listens."""
        return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:1", url)
