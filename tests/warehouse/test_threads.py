"""Warehouses with a blocking driver, by a driver that does what a test tells it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from vitrail.warehouse import threads
from vitrail.warehouse.dialect import DIALECTS
from vitrail.warehouse.errors import QueryTimedOut, WarehouseFailed, WarehouseUnavailable
from vitrail.warehouse.protocol import Rows
from vitrail.warehouse.threads import ThreadedWarehouse


class Driver:
    """Opens sessions, and keeps them all for the test to see."""

    def __init__(self) -> None:
        self.sessions: list[Talk] = []

    def open(self) -> Talk:
        self.sessions.append(Talk())
        return self.sessions[-1]

    def warehouse(self) -> ThreadedWarehouse:
        return ThreadedWarehouse(DIALECTS["trino"], self.open)


class Talk:
    def __init__(self) -> None:
        self.ended = threading.Event()
        self.deaf = 0
        """How many times a stop goes unheard."""
        self.stops = 0
        self.closed = False
        self.asked: list[str] = []

    def run(self, sql: str, parameters: Sequence[Any], *, timeout_s: float, row_limit: int | None) -> Rows:
        assert not self.closed
        self.asked.append(sql)
        if "fails" in sql:
            raise WarehouseFailed("It fails.", cure="Ask otherwise.")
        if "lost" in sql:
            raise WarehouseUnavailable("It is lost.", cure="Ask again.")
        if "endless" in sql:
            assert self.ended.wait(20)
            raise WarehouseFailed("Stopped.", cure="Ask again.")
        return Rows((), [[1]])

    def stop(self) -> None:
        self.stops += 1
        if self.stops > self.deaf:
            self.ended.set()

    def close(self) -> None:
        self.closed = True


async def test_a_session_is_used_again_and_one_that_failed_too() -> None:
    driver = Driver()
    warehouse = driver.warehouse()
    for sql in ("SELECT 1", "SELECT fails", "SELECT 2"):
        if "fails" in sql:
            with pytest.raises(WarehouseFailed):
                await warehouse.execute(sql, timeout_s=5)
        else:
            await warehouse.execute(sql, timeout_s=5)
    assert [talk.asked for talk in driver.sessions] == [["SELECT 1", "SELECT fails", "SELECT 2"]]
    await warehouse.close()
    assert driver.sessions[0].closed


async def test_a_session_that_was_lost_or_stopped_is_not_used_again() -> None:
    driver = Driver()
    warehouse = driver.warehouse()
    with pytest.raises(WarehouseUnavailable):
        await warehouse.execute("SELECT lost", timeout_s=5)
    with pytest.raises(QueryTimedOut):
        await warehouse.execute("SELECT endless", timeout_s=0.05)
    await warehouse.execute("SELECT 1", timeout_s=5)
    assert [talk.closed for talk in driver.sessions] == [True, True, False]
    await warehouse.close()


async def test_a_session_that_lay_idle_for_long_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = Driver()
    warehouse = driver.warehouse()
    await warehouse.execute("SELECT 1", timeout_s=5)
    monkeypatch.setattr(threads, "IDLE_S", 0.0)
    await warehouse.execute("SELECT 2", timeout_s=5)
    assert [talk.closed for talk in driver.sessions] == [True, False]
    await warehouse.close()


async def test_a_stop_that_goes_unheard_is_repeated() -> None:
    driver = Driver()
    warehouse = driver.warehouse()
    task = asyncio.create_task(warehouse.execute("SELECT endless", timeout_s=60))
    while not (driver.sessions and driver.sessions[0].asked):
        await asyncio.sleep(0.01)
    driver.sessions[0].deaf = 3
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert driver.sessions[0].stops == 4
    await warehouse.close()


async def test_an_engine_that_never_stops_is_left_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "STOP_S", 0.2)
    driver = Driver()
    warehouse = driver.warehouse()
    task = asyncio.create_task(warehouse.execute("SELECT endless", timeout_s=0.05))
    while not (driver.sessions and driver.sessions[0].asked):
        await asyncio.sleep(0.01)
    driver.sessions[0].deaf = 1_000
    with pytest.raises(QueryTimedOut):
        await task
    driver.sessions[0].ended.set()
    await warehouse.execute("SELECT 1", timeout_s=5)
    await warehouse.close()


async def test_a_statement_that_waits_for_its_turn_is_given_up_without_being_asked() -> None:
    driver = Driver()
    warehouse = driver.warehouse()
    busy = [asyncio.create_task(warehouse.execute("SELECT endless", timeout_s=60)) for _ in range(threads.WORKERS)]
    while sum(len(talk.asked) for talk in driver.sessions) < threads.WORKERS:
        await asyncio.sleep(0.01)
    waiting = asyncio.create_task(warehouse.execute("SELECT 1", timeout_s=60))
    await asyncio.sleep(0)
    waiting.cancel()
    for _ in range(3):  # until the loop has told it
        await asyncio.sleep(0)
    for talk in driver.sessions:
        talk.ended.set()
    await asyncio.gather(waiting, *busy, return_exceptions=True)
    assert not any("SELECT 1" in talk.asked for talk in driver.sessions)
    await warehouse.close()
