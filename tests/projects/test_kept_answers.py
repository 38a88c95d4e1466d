"""Answers kept beyond a process: given while they are fresh, never trusted blindly, taken away when they are old."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from vitrail.projects.kept_answers import KeptAnswers
from vitrail.storage.errors import StoreUnusable
from vitrail.storage.store import ObjectStore, local_store
from vitrail.warehouse.dialect import POSTGRES, Dialect
from vitrail.warehouse.protocol import Rows, WarehouseColumn
from vitrail.warehouse.remembering import RememberingWarehouse

COLUMNS = (WarehouseColumn("n", "number"), WarehouseColumn("d", "date"))
HOUR = timedelta(hours=1)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Engine:
    """A warehouse whose numbers change with every question."""

    unchanging = False

    def __init__(self) -> None:
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    @property
    def dialect(self) -> Dialect:
        return POSTGRES

    async def execute(
        self, sql: str, parameters: Sequence[Any] = (), *, timeout_s: float, row_limit: int | None = None
    ) -> Rows:
        self.asked += 1
        number = self.asked
        await self.gate.wait()
        return Rows(COLUMNS, [[number, "2026-03-01"], [None, None]])

    async def close(self) -> None:
        return None


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return local_store(tmp_path / "store")


def process(engine: Engine, store: ObjectStore, clock: Clock, epoch: str = "v1") -> RememberingWarehouse:
    """What one server process has: memory of its own, the shelf in common."""
    shelf = KeptAnswers(store, "p1", HOUR, clock)
    return RememberingWarehouse(engine, keep=HOUR, shelf=shelf, epoch=epoch, now=clock)


async def number(warehouse: Any, sql: str = "SELECT 1") -> Any:
    return (await warehouse.execute(sql, timeout_s=5)).rows[0][0]


async def test_another_process_is_given_the_answer_with_its_age(store: ObjectStore, clock: Clock) -> None:
    engine = Engine()
    began = clock.now
    await number(process(engine, store, clock))
    clock.now += timedelta(minutes=20)
    found = await process(engine, store, clock).execute("SELECT 1", timeout_s=5)
    assert (found.rows, found.columns, found.as_of) == ([[1, "2026-03-01"], [None, None]], COLUMNS, began)
    assert engine.asked == 1


async def test_old_answers_are_given_to_nobody_and_swept(store: ObjectStore, clock: Clock) -> None:
    engine = Engine()
    first = process(engine, store, clock)
    await number(first)
    clock.now += HOUR
    assert await number(first) == 2, "nor by the process that has it in memory"
    clock.now += 3 * HOUR
    assert await number(process(engine, store, clock), "SELECT 2") == 3
    assert await KeptAnswers(store, "p1", HOUR, clock).sweep() == 2
    assert len([name async for name in store.list("results")]) == 1


async def test_a_new_catalog_asks_anew(store: ObjectStore, clock: Clock) -> None:
    engine = Engine()
    warehouse = process(engine, store, clock)
    await number(warehouse)
    warehouse.epoch = "v2"
    assert await number(warehouse) == 2
    warehouse.epoch = "v1"
    assert await number(warehouse) == 1


async def test_projects_share_nothing(store: ObjectStore, clock: Clock) -> None:
    await process(Engine(), store, clock).execute("SELECT 1", timeout_s=5)
    key = (await anext(store.list("results"))).rpartition("/")[2]
    assert await KeptAnswers(store, "p1", HOUR, clock).get(key) is not None
    assert await KeptAnswers(store, "p2", HOUR, clock).get(key) is None


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"not packed",
        zlib.compress(b"{}"),
        zlib.compress(b'{"columns": [["n"]], "rows": [], "as_of": "2026-03-01T12:30:00+00:00"}'),
        zlib.compress(b'{"columns": [["n", "number"]], "rows": 5, "as_of": "2026-03-01T12:30:00+00:00"}'),
        zlib.compress(b'{"columns": [["n", "number"]], "rows": [[5]], "as_of": "2026-03-01T12:30:00"}'),
        zlib.compress(b'{"columns": [["n", "number"]], "rows": [[5]], "as_of": "2001-01-01T00:00:00+00:00"}'),
    ],
)
async def test_what_is_no_answer_is_as_if_it_were_not_there(store: ObjectStore, clock: Clock, written: bytes) -> None:
    engine = Engine()
    await number(process(engine, store, clock))
    [name] = [name async for name in store.list("results")]
    await store.put(name, written)
    assert await number(process(engine, store, clock)) == 2


async def test_a_bomb_is_not_unpacked(store: ObjectStore, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vitrail.projects.kept_answers.LARGEST_BYTES", 10_000)
    body = orjson.dumps({"columns": [["n", "number"]], "rows": [["x" * 20_000]], "as_of": clock.now.isoformat()})
    shelf = KeptAnswers(store, "p1", HOUR, clock)
    await shelf.put("key", Rows(COLUMNS, [[1, None]], clock.now))
    [name] = [name async for name in store.list("results")]
    assert await shelf.get("key") is not None
    await store.put(name, zlib.compress(body))
    assert await shelf.get("key") is None


async def test_a_store_that_is_away_does_not_stand_before_the_number(
    store: ObjectStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> Any:
        raise StoreUnusable("It does not answer.", cure="See to it.")

    monkeypatch.setattr(store, "get", away)
    monkeypatch.setattr(store, "put", away)
    assert await number(process(Engine(), store, clock)) == 1


async def test_refresh_gives_an_answer_that_was_begun_after_it_was_asked_for(store: ObjectStore, clock: Clock) -> None:
    engine = Engine()
    warehouse = process(engine, store, clock)
    engine.gate.clear()
    before = asyncio.create_task(number(warehouse))
    while not engine.asked:
        await asyncio.sleep(0)
    clock.now += timedelta(seconds=1)
    anew = asyncio.create_task(number(warehouse.asked_anew()))
    while engine.asked < 2:
        await asyncio.sleep(0)
    engine.gate.set()
    assert (await before, await anew) == (1, 2)
    assert await number(warehouse) == 2, "the newer of the two is kept"


async def test_without_the_switch_nothing_is_kept_and_equal_questions_are_one(clock: Clock) -> None:
    engine = Engine()
    warehouse = RememberingWarehouse(engine, keep=timedelta(0), now=clock)
    engine.gate.clear()
    both = [asyncio.create_task(number(warehouse)) for _ in range(2)]
    while not engine.asked:
        await asyncio.sleep(0)
    engine.gate.set()
    assert await asyncio.gather(*both) == [1, 1]
    assert await number(warehouse) == 2
