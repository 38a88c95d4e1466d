"""What the pipeline may write about a version: an ended one is never written again (rule 6)."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from tests.apps.shop import Shop
from vitrail.apps.events import EventLog
from vitrail.apps.state import Status
from vitrail.apps.versions import VersionEnded, Versions

FAILURE = {"title": "T", "cause": "C", "cure": "D"}


def versions_of(shop: Shop) -> Versions:
    return Versions(shop.database, EventLog(shop.database))


async def test_stages_follow_one_another_with_their_times(shop: Shop) -> None:
    version, versions = await shop.version(), versions_of(shop)
    for stage in (Status.SANDBOX, Status.CATALOG, Status.GENERATING):
        await versions.enter(version, stage)
    row = await shop.row(version)
    assert row.status == "generating"
    assert [stage["status"] for stage in row.stages] == ["done", "done", "running"]
    assert all(stage["durationMs"] >= 0 for stage in row.stages[:2])
    assert row.started_at is not None


async def test_a_ready_version_becomes_the_one_that_viewers_see(shop: Shop) -> None:
    version, versions = await shop.version(3), versions_of(shop)
    assert await versions.end(version, Status.READY)
    assert (await shop.app_row()).ready_version == 3


async def test_a_failed_version_leaves_the_shown_one_alone(shop: Shop) -> None:
    versions = versions_of(shop)
    await versions.end(await shop.version(1), Status.READY)
    await versions.end(await shop.version(2), Status.ERROR, error=FAILURE)
    assert (await shop.app_row()).ready_version == 1


@pytest.mark.parametrize("end", [Status.CANCELLED, Status.ERROR, Status.READY])
async def test_nothing_brings_an_ended_version_back(shop: Shop, end: Status) -> None:
    version, versions = await shop.version(), versions_of(shop)
    assert await versions.end(version, end)
    before = await shop.row(version)
    with pytest.raises(VersionEnded):
        await versions.enter(version, Status.CHECKING)
    with pytest.raises(VersionEnded):
        await versions.write(version, reply="late")
    with pytest.raises(VersionEnded):
        await versions.job(version)
    assert not await versions.end(version, Status.READY)
    after = await shop.row(version)
    assert (after.status, after.reply, after.finished_at) == (end.value, None, before.finished_at)


async def test_of_two_ends_at_once_one_counts(shop: Shop) -> None:
    version, versions = await shop.version(), versions_of(shop)
    ends = await asyncio.gather(
        *(versions.end(version, status) for status in (Status.CANCELLED, Status.READY, Status.CANCELLED))
    )
    assert sorted(ends) == [False, False, True]
    shown = (await shop.app_row()).ready_version
    assert (shown == 1) == ((await shop.row(version)).status == "ready")


async def test_a_follow_up_goes_on_from_the_newest_ready_version(shop: Shop) -> None:
    versions = versions_of(shop)
    await shop.version(1, Status.READY, source_sha256="a" * 64)
    await shop.version(2, Status.READY, source_sha256="b" * 64)
    await shop.version(3, Status.ERROR, source_sha256="c" * 64)
    job = await versions.job(await shop.version(4))
    assert job.base is not None
    assert (job.base.number, job.base.source_sha256) == (2, "b" * 64)


async def test_without_a_ready_version_it_goes_on_from_the_last_source(shop: Shop) -> None:
    versions = versions_of(shop)
    await shop.version(1, Status.ERROR, source_sha256="a" * 64)
    await shop.version(2, Status.CANCELLED)
    job = await versions.job(await shop.version(3))
    assert job.base is not None
    assert job.base.number == 1


async def test_a_persons_name_for_the_app_stays(shop: Shop) -> None:
    versions = versions_of(shop)
    await versions.name_app(shop.app, "  Sales at a glance ")
    assert (await shop.app_row()).name == "Sales at a glance"
    async with shop.database.session() as session:
        from sqlalchemy import update

        from vitrail.apps.tables import AppRow

        await session.execute(update(AppRow).values(named_by_person=True, name="Mine"))
    await versions.name_app(shop.app, "Theirs")
    assert (await shop.app_row()).name == "Mine"


async def read(log: EventLog, version: str, after: int = 0) -> list[tuple[int, str]]:
    """The whole stream after a number, as (id, event)."""
    found = []
    async for chunk in log.follow(version, after):
        lines = dict(line.split(b": ", 1) for line in chunk.strip().split(b"\n") if b": " in line)
        found.append((int(lines[b"id"]), lines[b"event"].decode()))
        orjson.loads(lines[b"data"])
    return found


async def test_the_stream_ends_with_done_and_can_be_joined_anywhere(shop: Shop) -> None:
    version, versions = await shop.version(), versions_of(shop)
    following = asyncio.create_task(read(versions.events, version))
    await versions.enter(version, Status.SANDBOX)
    await versions.events.append(version, "step", {"kind": "tool", "title": "Reads"})
    await versions.end(version, Status.READY)
    whole = await asyncio.wait_for(following, 10)
    assert [number for number, _ in whole] == list(range(1, len(whole) + 1))
    assert whole[-1][1] == "done"
    for after in range(len(whole)):
        assert await read(versions.events, version, after) == whole[after:]


async def test_the_stream_of_another_process_is_found_by_looking(shop: Shop) -> None:
    """Two logs on one database: no signal passes between them, only rows."""
    version, versions = await shop.version(), versions_of(shop)
    following = asyncio.create_task(read(EventLog(shop.database), version))
    await asyncio.sleep(0)
    await versions.end(version, Status.CANCELLED)
    assert (await asyncio.wait_for(following, 10))[-1][1] == "done"


async def test_events_written_at_once_by_two_processes_all_arrive(shop: Shop) -> None:
    version = await shop.version()
    logs = [EventLog(shop.database) for _ in range(2)]
    await asyncio.gather(*(logs[n % 2].append(version, "step", {"n": n}) for n in range(12)))
    events = await logs[0].since(version, 0)
    assert [event.seq for event in events] == list(range(1, 13))
    assert {event.data["n"] for event in events} == set(range(12))


async def test_a_very_long_detail_is_cut(shop: Shop) -> None:
    version = await shop.version()
    log = EventLog(shop.database)
    await log.append(version, "step", {"detail": "x" * 100_000})
    assert len((await log.since(version, 0))[0].data["detail"]) < 5_000
