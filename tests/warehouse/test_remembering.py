"""Equal statements are asked once, failures and cancelled ones are not kept, and memory has an end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from vitrail.warehouse.dialect import DUCKDB, Dialect
from vitrail.warehouse.duckdb import DuckDBWarehouse
from vitrail.warehouse.errors import WarehouseFailed
from vitrail.warehouse.protocol import Rows, WarehouseColumn
from vitrail.warehouse.remembering import RememberingWarehouse

ONE = (WarehouseColumn("n", "number"),)


class Engine:
    """Counts what it is asked; `gate` holds its answers back."""

    unchanging = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.stopped: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    @property
    def dialect(self) -> Dialect:
        return DUCKDB

    async def execute(
        self, sql: str, parameters: Sequence[Any] = (), *, timeout_s: float, row_limit: int | None = None
    ) -> Rows:
        self.asked.append(sql)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.stopped.append(sql)
            raise
        if "wrong" in sql:
            raise WarehouseFailed("No such table.", cure="None.")
        return Rows(ONE, [[len(self.asked)]] * (row_limit or 1))

    async def close(self) -> None:
        return None


async def ask(warehouse: RememberingWarehouse, sql: str, **more: Any) -> Rows:
    return await warehouse.execute(sql, timeout_s=5, **more)


async def test_the_same_statement_is_asked_once_and_another_anew() -> None:
    engine = Engine()
    warehouse = RememberingWarehouse(engine)
    first = await ask(warehouse, "SELECT 1")
    assert await ask(warehouse, "SELECT 1") is first
    await ask(warehouse, "SELECT 1 WHERE region = 'West'")
    await ask(warehouse, "SELECT 1", row_limit=3)
    await ask(warehouse, "SELECT 1", parameters=("West",))
    assert len(engine.asked) == 4


async def test_equal_statements_at_once_are_one() -> None:
    engine = Engine()
    engine.gate.clear()
    warehouse = RememberingWarehouse(engine)
    waiting = [asyncio.create_task(ask(warehouse, "SELECT 1")) for _ in range(5)]
    await asyncio.sleep(0)
    engine.gate.set()
    assert len({id(answer) for answer in await asyncio.gather(*waiting)}) == 1
    assert engine.asked == ["SELECT 1"]


async def test_one_who_leaves_does_not_take_the_answer_from_the_others() -> None:
    engine = Engine()
    engine.gate.clear()
    warehouse = RememberingWarehouse(engine)
    leaves, stays = (asyncio.create_task(ask(warehouse, "SELECT 1")) for _ in range(2))
    await asyncio.sleep(0)
    leaves.cancel()
    await asyncio.gather(leaves, return_exceptions=True)
    engine.gate.set()
    assert (await stays).rows == [[1]]
    assert engine.stopped == []


async def test_when_all_have_left_the_statement_is_stopped() -> None:
    engine = Engine()
    engine.gate.clear()
    warehouse = RememberingWarehouse(engine)
    leaving = [asyncio.create_task(ask(warehouse, "SELECT 1")) for _ in range(2)]
    await asyncio.sleep(0.01)
    for task in leaving:
        task.cancel()
    await asyncio.gather(*leaving, return_exceptions=True)
    assert engine.stopped == ["SELECT 1"]
    engine.gate.set()
    assert (await ask(warehouse, "SELECT 1")).rows == [[2]], "what was stopped is asked anew"


async def test_a_failure_reaches_all_who_wait_and_is_not_kept() -> None:
    engine = Engine()
    warehouse = RememberingWarehouse(engine)
    for _ in range(2):
        with pytest.raises(WarehouseFailed):
            await ask(warehouse, "SELECT wrong")
    assert len(engine.asked) == 2


async def test_the_least_recently_used_are_forgotten_first() -> None:
    engine = Engine()
    warehouse = RememberingWarehouse(engine, most_cells=25)
    for sql in ("a", "b", "a", "c"):  # ten rows of one cell each, and one for the answer itself
        await ask(warehouse, sql, row_limit=10)
    assert engine.asked == ["a", "b", "c"]
    await ask(warehouse, "a", row_limit=10)
    assert engine.asked == ["a", "b", "c"], "a was used after b"
    await ask(warehouse, "b", row_limit=10)
    assert engine.asked == ["a", "b", "c", "b"]
    await ask(warehouse, "large", row_limit=30)
    await ask(warehouse, "large", row_limit=30)
    assert engine.asked[-2:] == ["large", "large"], "what is larger than all that is kept is not kept"


async def test_a_duckdb_file_that_is_open_stays_as_it_is(tmp_path: Path) -> None:
    """Why its answers may be kept: replacing the file does not reach a connection that has it open."""
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS n")
    warehouse = DuckDBWarehouse(path)
    assert warehouse.unchanging
    assert (await warehouse.execute("SELECT n FROM t", timeout_s=5)).rows == [[1]]
    other = tmp_path / "other.duckdb"
    with duckdb.connect(str(other)) as connection:
        connection.execute("CREATE TABLE t AS SELECT 2 AS n")
    other.replace(path)
    assert (await warehouse.execute("SELECT n FROM t", timeout_s=5)).rows == [[1]]
    with pytest.raises(duckdb.Error), duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO t VALUES (3)")
    await warehouse.close()
