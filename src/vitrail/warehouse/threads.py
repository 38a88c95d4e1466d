"""What warehouses with a blocking driver have in common: threads, a few conversations kept open, and a stop that comes
from another thread."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from vitrail.warehouse.dialect import Dialect
from vitrail.warehouse.errors import WarehouseFailed, WarehouseUnavailable, timed_out
from vitrail.warehouse.one_select import refuse_all_but_one_select
from vitrail.warehouse.protocol import Rows

WORKERS = 4
IDLE_S = 300.0
"""How long a conversation may lie idle: engines end theirs without a word."""
STOP_S = 10.0
"""How long a statement that was told to stop may take about it before its thread is left to itself."""


class Session(Protocol):
    """A conversation with an engine: one statement at a time."""

    def run(self, sql: str, parameters: Sequence[Any], *, timeout_s: float, row_limit: int | None) -> Rows:
        """Blocking. Raises `WarehouseFailed`, `WarehouseUnavailable` or `QueryTimedOut`."""
        ...

    def stop(self) -> None:
        """Stop in the engine what `run` is about, from another thread. May come before the engine knows of it and is
        then repeated; raises nothing."""
        ...

    def close(self) -> None:
        """Raises nothing."""
        ...


class Stoppable(Protocol):
    """A statement that a thread runs and that can be stopped from outside."""

    def run(self) -> Rows: ...

    async def stop(self, running: asyncio.Future[Rows]) -> None: ...


class Underway:
    """The statements that run in a pool's threads: each is stopped when its time is over or nobody waits for it."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._running: dict[Stoppable, asyncio.Future[Rows]] = {}

    async def run(self, statement: Stoppable, timeout_s: float) -> Rows:
        """Raises `QueryTimedOut`, and what the statement raises."""
        running = asyncio.get_running_loop().run_in_executor(self._pool, statement.run)
        self._running[statement] = running
        try:
            done, _ = await asyncio.wait((running,), timeout=timeout_s)
            if not done:
                await statement.stop(running)
                raise timed_out(timeout_s)
            return running.result()
        except asyncio.CancelledError:
            await statement.stop(running)
            raise
        finally:
            del self._running[statement]

    async def stop(self) -> None:
        """Stops them all."""
        await asyncio.gather(*(statement.stop(running) for statement, running in self._running.items()))


class ThreadedWarehouse:
    """An engine by way of sessions, opened when they are needed."""

    unchanging = False

    def __init__(self, dialect: Dialect, opened: Callable[[], Session]) -> None:
        self._dialect = dialect
        self._opened = opened
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix=dialect.name)
        self._idle: list[tuple[Session, float]] = []
        self._lock = threading.Lock()
        self._underway = Underway(self._pool)
        self._closed = False

    @property
    def dialect(self) -> Dialect:
        return self._dialect

    async def execute(
        self, sql: str, parameters: Sequence[Any] = (), *, timeout_s: float, row_limit: int | None = None
    ) -> Rows:
        """Parameters are in the way of the driver's own."""
        if self._closed:
            raise WarehouseUnavailable("The connection is closed.", cure="Open the project again.")
        refuse_all_but_one_select(sql, self._dialect.name)
        return await self._underway.run(_Statement(self, sql, parameters, timeout_s, row_limit), timeout_s)

    async def close(self) -> None:
        """Stops what is running."""
        self._closed = True
        await self._underway.stop()
        await asyncio.to_thread(self._pool.shutdown, wait=False, cancel_futures=True)
        while self._idle:
            await asyncio.to_thread(self._idle.pop()[0].close)

    def take(self) -> Session:
        """A conversation for one statement; one that lay idle for long is not gone on with."""
        old = []
        with self._lock:
            while self._idle:
                session, since = self._idle.pop()
                if time.monotonic() - since < IDLE_S:
                    return session
                old.append(session)
        for session in old:
            session.close()
        return self._opened()

    def give_back(self, session: Session, *, whole: bool) -> None:
        if whole and not self._closed:
            with self._lock:
                self._idle.append((session, time.monotonic()))
        else:
            session.close()


def _stopped() -> WarehouseUnavailable:
    """Nobody but a warehouse that closes sees it."""
    return WarehouseUnavailable("The statement was stopped.", cure="Ask again.")


class _Statement:
    """One statement on one session."""

    def __init__(
        self, warehouse: ThreadedWarehouse, sql: str, parameters: Sequence[Any], timeout_s: float, row_limit: int | None
    ) -> None:
        self._warehouse = warehouse
        self._asked = (sql, parameters, timeout_s, row_limit)
        self.session: Session | None = None
        self.stopped = threading.Event()

    def run(self) -> Rows:
        if self.stopped.is_set():
            raise _stopped()
        session = self._warehouse.take()
        whole = False
        try:
            self.session = session
            if self.stopped.is_set():
                raise _stopped()
            sql, parameters, timeout_s, row_limit = self._asked
            rows = session.run(sql, parameters, timeout_s=timeout_s, row_limit=row_limit)
            whole = not self.stopped.is_set()
            return rows
        except WarehouseFailed:
            whole = not self.stopped.is_set()
            raise
        finally:
            self._warehouse.give_back(session, whole=whole)

    async def stop(self, running: asyncio.Future[Rows]) -> None:
        """Stop until the thread is done, or has had its time."""
        self.stopped.set()
        deadline = asyncio.get_running_loop().time() + STOP_S
        while not running.done() and asyncio.get_running_loop().time() < deadline:
            if self.session is not None:
                await asyncio.to_thread(self.session.stop)
            await asyncio.wait((running,), timeout=0.1)
        # Seen, so that nobody reports it as never retrieved.
        running.add_done_callback(lambda done: None if done.cancelled() else done.exception())
