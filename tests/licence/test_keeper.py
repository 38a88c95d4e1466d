"""What is remembered about the licence: by all processes, over restarts, with grace, and against a clock set back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from tests.wire.keygen_server import Issued, KeygenServer
from vitrail.audit.log import Action
from vitrail.db.base import now
from vitrail.licence import keeper as keeping_module
from vitrail.licence.features import NAMED
from vitrail.licence.keeper import Keeper, keeping
from vitrail.licence.keys import Licence, issue, keypair
from vitrail.licence.state import LicenceStatus
from vitrail.services import open_services
from vitrail.settings import Settings

KEY = "C1B6DE-39A6E3-DE1529-8559A0-4AF593-V3"
PRIVATE, PUBLIC = keypair()


class Clock:
    """The time of a test: it moves only when it is told to."""

    def __init__(self) -> None:
        self.at = now()

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server() -> Iterator[KeygenServer]:
    with KeygenServer() as running:
        running.licences[KEY] = Issued()
        yield running


@pytest.fixture
def variables(server: KeygenServer) -> dict[str, Any]:
    return server.variables(KEY)


@pytest.fixture
def changes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, object]]:
    """What was written into the audit log about the licence: (from, to)."""
    written: list[tuple[object, object]] = []

    async def record(_session: object, action: Action, **about: Any) -> None:
        assert action is Action.LICENCE_CHANGED
        assert about["actor"] is None
        assert about["organization_id"]
        assert KEY not in str(about)
        written.append((about["details"]["from"], about["details"]["to"]))

    monkeypatch.setattr(keeping_module, "record", record)
    return written


@asynccontextmanager
async def process(settings: Settings, clock: Clock) -> AsyncIterator[Keeper]:
    """One process of the instance, with the test's clock."""
    async with open_services(settings) as services:
        keeper = Keeper(settings, services.db, clock)
        await keeper.open()
        yield keeper


async def test_nothing_is_asked_without_a_licence_server(empty_settings: Settings, server: KeygenServer) -> None:
    settings = empty_settings.model_copy(update={"license_endpoint": None})
    async with open_services(settings) as services:
        await services.licensing.start()
        await services.licensing.tick()
        await services.licensing.check()
    assert server.asked == []


async def test_it_is_asked_at_the_start_and_once_a_day(settings: Settings, server: KeygenServer, clock: Clock) -> None:
    async with process(settings, clock) as keeper:
        assert keeper.state().status is LicenceStatus.INVALID
        await keeper.start()
        assert keeper.state().status is LicenceStatus.VALID
        for _ in range(23):
            clock.pass_(hours=1)
            await keeper.tick()
        assert len(server.asked) == 1
        clock.pass_(hours=1)
        await keeper.tick()
        await keeper.tick()
        assert len(server.asked) == 2


async def test_processes_share_what_one_of_them_heard(settings: Settings, server: KeygenServer, clock: Clock) -> None:
    async with process(settings, clock) as one, process(settings, clock) as other:
        await asyncio.gather(one.start(), other.start())
        await other.tick()
        await one.tick()
        assert one.state().usable
        assert other.state().usable
        assert len(server.asked) == 1
        server.licences[KEY].code = "SUSPENDED"
        clock.pass_(hours=25)
        await asyncio.gather(one.tick(), other.tick())
        await asyncio.gather(one.tick(), other.tick())
        assert one.state().status is LicenceStatus.SUSPENDED
        assert other.state().status is LicenceStatus.SUSPENDED
        assert len(server.asked) == 2


async def test_seven_days_of_grace_survive_restarts(settings: Settings, server: KeygenServer, clock: Clock) -> None:
    async with process(settings, clock) as keeper:
        await keeper.start()
    server.broken = "down"
    for day in range(1, 8):
        clock.pass_(hours=23)
        async with process(settings, clock) as keeper:
            await keeper.start()
            state = keeper.state()
            assert state.usable, day
            assert state.grace is not None
            assert "could not be asked again" in state.cause
    clock.pass_(hours=8)
    async with process(settings, clock) as keeper:
        state = keeper.state()
        assert state.status is LicenceStatus.INVALID
        assert "has not been reached since" in state.cause
        assert "503" in state.cause
        server.broken = None
        clock.pass_(hours=1)
        await keeper.tick()
        assert keeper.state().status is LicenceStatus.VALID


async def test_an_unbelievable_answer_is_no_answer(settings: Settings, server: KeygenServer, clock: Clock) -> None:
    async with process(settings, clock) as keeper:
        await keeper.start()
        server.licences[KEY].code = "SUSPENDED"
        server.broken = "forged"
        clock.pass_(hours=25)
        await keeper.tick()
        assert keeper.state().usable
        assert "signature" in keeper.state().cause


async def test_no_grace_for_what_was_never_valid(settings: Settings, server: KeygenServer, clock: Clock) -> None:
    server.broken = "down"
    async with process(settings, clock) as keeper:
        await keeper.start()
        assert keeper.state().status is LicenceStatus.INVALID
        assert "never answered" in keeper.state().cause
        server.broken = None
        clock.pass_(minutes=1)
        await keeper.tick()
        assert keeper.state().usable


async def test_a_refusal_stays_when_the_server_goes_away(
    settings: Settings, server: KeygenServer, clock: Clock
) -> None:
    server.licences[KEY].code = "SUSPENDED"
    async with process(settings, clock) as keeper:
        await keeper.start()
        server.broken = "down"
        for _ in range(10):
            clock.pass_(days=1)
            await keeper.tick()
        assert keeper.state().status is LicenceStatus.SUSPENDED
        server.broken, server.licences[KEY].code = None, "VALID"
        clock.pass_(hours=1)
        await keeper.tick()
        assert keeper.state().usable


def offline(settings: Settings, licence_id: str = "id-1") -> Settings:
    """The same instance with a signed key and no licence server."""
    at = now()
    licence = Licence(licence_id, at - timedelta(days=1), at + timedelta(days=30), frozenset(NAMED), "Us")
    return settings.model_copy(
        update={
            "license_key": SecretStr(issue(licence, PRIVATE)),
            "license_public_key": PUBLIC,
            "license_endpoint": None,
        }
    )


async def test_a_clock_set_back_brings_no_licence_back(settings: Settings, clock: Clock) -> None:
    settings = offline(settings)
    async with process(settings, clock) as keeper:
        await keeper.start()
        assert keeper.state().usable
        clock.pass_(days=31)
        await keeper.tick()
        assert keeper.state().status is LicenceStatus.EXPIRED
    clock.pass_(days=-20)
    async with process(settings, clock) as keeper:
        await keeper.start()
        state = keeper.state()
        assert state.status is LicenceStatus.EXPIRED
        assert "clock is behind" in state.cause
        assert "newly issued licence" in state.cure


async def test_a_newly_issued_licence_starts_afresh(settings: Settings, clock: Clock) -> None:
    first = offline(settings)  # issued once: issued again a second later it is another licence
    clock.pass_(days=400)
    async with process(first, clock) as keeper:
        await keeper.start()
    clock.pass_(days=-400)
    async with process(first, clock) as keeper:
        assert not keeper.state().usable
    async with process(offline(settings, "id-2"), clock) as keeper:
        await keeper.start()
        assert keeper.state().usable


async def test_a_clock_that_ran_ahead_does_not_silence_the_questions(
    settings: Settings, server: KeygenServer, clock: Clock
) -> None:
    clock.pass_(days=400)
    async with process(settings, clock) as keeper:
        await keeper.start()
    clock.pass_(days=-400)
    async with process(settings, clock) as keeper:
        await keeper.tick()
    assert len(server.asked) == 2


async def test_each_change_is_told_once(
    settings: Settings, server: KeygenServer, clock: Clock, changes: list[tuple[object, object]]
) -> None:
    async with process(settings, clock) as one, process(settings, clock) as other:
        await asyncio.gather(one.start(), other.start())
        server.licences[KEY].code = "SUSPENDED"
        clock.pass_(hours=25)
        for _ in range(3):
            await asyncio.gather(one.tick(), other.tick())
    async with process(settings, clock) as again:
        await again.start()
    assert changes == [("none", "valid"), ("valid", "suspended")]


async def test_taking_a_licence_away_is_a_change_too(
    settings: Settings, clock: Clock, changes: list[tuple[object, object]]
) -> None:
    with_licence, without = offline(settings), offline(settings).model_copy(update={"license_key": None})
    for held in (with_licence, without, with_licence):
        clock.pass_(hours=1)
        async with process(held, clock) as keeper:
            await keeper.start()
    assert changes == [("none", "valid"), ("valid", "none"), ("none", "valid")]


async def test_the_key_is_in_no_log_and_in_no_row(
    settings: Settings, server: KeygenServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    from sqlalchemy import text

    caplog.set_level(logging.DEBUG)
    server.licences[KEY].metadata = {"note": "x"}
    async with open_services(settings) as services:
        for broken in (None, "down", "forged", "html"):
            server.broken = broken
            await services.licensing.check()
        async with services.db.session() as session:
            rows = (await session.execute(text("SELECT * FROM licences"))).all()
    assert rows
    assert KEY not in f"{rows}{caplog.text}{settings!r}"


async def test_who_waits_for_a_change_is_woken(
    settings: Settings, server: KeygenServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a server runs it: started, ticking, woken when the licence turns valid."""
    monkeypatch.setattr(keeping_module, "TICK_S", 0.02)
    server.broken = "down"
    async with process(settings, clock) as keeper, keeping(keeper):
        assert not keeper.state().usable
        server.broken = None
        waiting = asyncio.create_task(keeper.changed())
        clock.pass_(minutes=2)
        await asyncio.wait_for(waiting, 20)
        assert keeper.state().usable
