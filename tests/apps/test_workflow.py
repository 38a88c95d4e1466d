"""Who builds when: at once where there is a place, else in turn, and never more at once than the server takes."""

from __future__ import annotations

import asyncio
import base64
import pickle
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, cast

import pytest
from dbos import DBOS

from vitrail.apps import workflow
from vitrail.apps.pipeline import Pipeline
from vitrail.apps.state import Status
from vitrail.apps.versions import Job, Versions
from vitrail.apps.workflow import BuildQueue, sqlite_url
from vitrail.db.base import now

NEVER = 3600.0
"""Seconds between two looks into the queue: within a test there is none."""


class Builds:
    """Stands for both the stages and the rows: a build is under way until the test lets it go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: dict[str, Status] = {}
        self.most_at_once = 0
        self._let_go: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._news = asyncio.Condition()
        self._at_once = 0

    def let_go(self, version_id: str) -> None:
        self._let_go[version_id].set()

    async def until(self, wanted: Callable[[], bool]) -> None:
        async with asyncio.timeout(30), self._news:
            await self._news.wait_for(wanted)

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def job(self, version_id: str) -> Job:
        nothing: Any = None
        values = dict.fromkeys(Job.__dataclass_fields__, nothing)
        return Job(**values | {"version_id": version_id, "app_id": "app", "started_at": now()})

    async def open(self, job: Job) -> None:
        self.begun.append(job.version_id)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        await self._tell()
        await self._let_go[job.version_id].wait()

    async def write(self, job: Job, findings: list[str]) -> None:
        return None

    async def check(self, job: Job) -> list[str]:
        return []

    async def package(self, job: Job) -> None:
        self._at_once -= 1

    async def end(self, version_id: str, status: Status, *, error: Mapping[str, str] | None = None) -> bool:
        self.ended[version_id] = status
        await self._tell()
        return True

    async def leave(self, version_id: str, app_id: str, *, keep: bool = True, rest: bool = False) -> None:
        return None

    async def unfinished(self) -> list[str]:
        return []


@asynccontextmanager
async def taking(folder: Path, builds: Builds, *, concurrency: int) -> AsyncIterator[BuildQueue]:
    queue = BuildQueue(database_url=sqlite_url(folder / "queue.db"), executor_id="test", concurrency=concurrency)
    await queue.start(cast(Pipeline, builds), cast(Versions, builds), build_timeout_s=60)
    try:
        yield queue
    finally:
        await queue.stop()


async def begin(queue: BuildQueue, *version_ids: str) -> None:
    for version_id in version_ids:
        await queue.begin(version_id, "app", restored=False)


async def status_of(version_id: str) -> tuple[str, str | None]:
    """The workflow's status and the queue that it came through."""
    found = await DBOS.get_workflow_status_async(version_id)
    assert found is not None
    return found.status, found.queue_name


async def until(wanted: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await wanted():
            await asyncio.sleep(0.02)


async def test_a_build_begins_without_a_look_into_the_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "POLL_S", NEVER)
    builds = Builds()
    async with taking(tmp_path, builds, concurrency=1) as queue:
        await begin(queue, "first")
        await builds.until(lambda: builds.begun == ["first"])
        assert await status_of("first") == ("PENDING", None)
        await begin(queue, "first")  # again: nothing changes
        builds.let_go("first")
        await builds.until(lambda: builds.ended == {"first": Status.READY})
        assert builds.begun == ["first"]


async def test_as_many_as_the_server_takes_and_the_others_in_turn(tmp_path: Path) -> None:
    builds = Builds()
    async with taking(tmp_path, builds, concurrency=2) as queue:
        await begin(queue, "1", "2")
        await builds.until(lambda: sorted(builds.begun) == ["1", "2"])
        await begin(queue, "3", "4")
        assert await status_of("3") == ("ENQUEUED", workflow.QUEUE)
        assert await status_of("4") == ("ENQUEUED", workflow.QUEUE)
        builds.let_go("1")
        await builds.until(lambda: len(builds.begun) > 2)
        assert builds.begun[2:] == ["3"]
        for version_id in ("2", "3", "4"):
            builds.let_go(version_id)
        await builds.until(lambda: len(builds.ended) == 4)
        assert set(builds.ended.values()) == {Status.READY}
        assert builds.most_at_once == 2


async def test_nobody_starts_ahead_of_one_that_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "POLL_S", NEVER)
    builds = Builds()
    async with taking(tmp_path, builds, concurrency=1) as queue:
        await begin(queue, "first")
        await builds.until(lambda: builds.begun == ["first"])
        await begin(queue, "waits")
        builds.let_go("first")
        await until(_places_free)
        await begin(queue, "late")
        assert await status_of("late") == ("ENQUEUED", workflow.QUEUE)


async def test_one_from_the_queue_waits_for_one_that_began_without_it(tmp_path: Path) -> None:
    """The queue counts only its own builds; the server's limit holds for all of them."""
    builds = Builds()
    async with taking(tmp_path, builds, concurrency=1) as queue:
        await begin(queue, "direct")
        await builds.until(lambda: builds.begun == ["direct"])
        await queue.enqueue("queued", "app", restored=False)
        await until(lambda: _is("queued", "PENDING"))
        assert builds.begun == ["direct"]
        builds.let_go("direct")
        builds.let_go("queued")
        await builds.until(lambda: len(builds.ended) == 2)
        assert builds.begun == ["direct", "queued"]
        assert builds.most_at_once == 1


async def test_one_that_began_without_the_queue_is_taken_up_after_a_restart(tmp_path: Path) -> None:
    killed, after = Builds(), Builds()
    async with taking(tmp_path, killed, concurrency=1) as queue:
        await begin(queue, "first")
        await killed.until(lambda: killed.begun == ["first"])
    async with taking(tmp_path, after, concurrency=1):
        after.let_go("first")
        await after.until(lambda: after.ended == {"first": Status.READY})
    assert killed.ended == {}


async def test_the_queue_holds_json_and_a_pickle_put_there_is_not_read(tmp_path: Path) -> None:
    """Reading a pickle runs code, and a row says itself how it is to be read."""
    builds = Builds()
    async with taking(tmp_path, builds, concurrency=1) as queue:
        await begin(queue, "first")
        builds.let_go("first")
        await builds.until(lambda: builds.ended == {"first": Status.READY})
        await until(lambda: _is("first", "SUCCESS"))
    trace = tmp_path / "trace"
    planted = base64.b64encode(pickle.dumps(_Planted(str(trace)))).decode()
    with closing(sqlite3.connect(tmp_path / "queue.db")) as database:
        kinds = {kind for (kind,) in database.execute("SELECT serialization FROM workflow_status")}
        kinds |= {kind for (kind,) in database.execute("SELECT serialization FROM operation_outputs")}
        assert kinds == {"portable_json"}
        database.execute("UPDATE workflow_status SET status = 'PENDING', serialization = 'py_pickle'")
        database.execute("UPDATE workflow_input SET inputs = ?", (planted,))
        database.execute("DELETE FROM workflow_output")
        database.execute("DELETE FROM operation_outputs")
        database.commit()
    async with taking(tmp_path, Builds(), concurrency=1):
        found = await DBOS.get_workflow_status_async("first")
        assert found is not None
    assert not trace.exists()


class _Planted:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, (self.path, "w"))


async def _places_free() -> bool:
    return workflow._Running.places.free


async def _is(version_id: str, status: str) -> bool:
    return (await status_of(version_id))[0] == status
