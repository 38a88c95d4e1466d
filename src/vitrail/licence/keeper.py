"""Keeps the licence's state while the instance runs, together with the instance's other processes.

Each process judges for itself, at each question, from what it holds in memory; a minute's tick brings that up to what
the others wrote down. Of all processes one asks the licence server (where one is configured) at start and once a day,
and one writes a change of state into the audit log.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from vitrail.audit.log import Action, Subject, record
from vitrail.db.base import now
from vitrail.db.engine import Database
from vitrail.licence import online, repository
from vitrail.licence.authority import parse_time
from vitrail.licence.state import Answer, Heard, LicenceState, held, judge
from vitrail.licence.tables import LicenceRow
from vitrail.settings import Settings

log = logging.getLogger(__name__)

TICK_S = 60.0
START_S = 15.0  # the start waits this long for the licence server, and goes on without it
LEASE = timedelta(minutes=2)
DAILY = timedelta(hours=24)
AGAIN = timedelta(hours=1)  # after no answer, or after a refusal, which may be taken back
SOON = timedelta(minutes=1)  # while there never was an answer
JUST_NOW = timedelta(minutes=1)  # processes that start together ask once
PERSIST = timedelta(hours=1)  # how exactly the latest moment survives a restart


class Keeper:
    """The licence of this instance. `state` is cheap and never waits."""

    def __init__(self, settings: Settings, db: Database, clock: Callable[[], datetime] = now) -> None:
        self.settings = settings
        self.clock = clock
        self.holds = held(settings)
        self._db = db
        self._heard = Heard()
        self._next_at: datetime | None = None
        self._status = ""
        self._turned = asyncio.Event()

    # -- reading

    @property
    def online(self) -> bool:
        """Whether a licence server is asked."""
        return bool(self.settings.license_endpoint and self.settings.license_key)

    @property
    def heard(self) -> Heard:
        return self._heard

    @property
    def next_at(self) -> datetime | None:
        """When the licence server is asked again; None where there is none."""
        return self._next_at if self.online else None

    def state(self) -> LicenceState:
        return judge(self.settings, self.holds, self._heard, self.clock())

    async def changed(self) -> None:
        """Waits until the status is another one."""
        await self._turned.wait()

    # -- keeping

    async def open(self) -> None:
        """Takes up what was remembered, in the database's row of this licence, made if it is missing."""
        at, fingerprint = self.clock(), self.holds.fingerprint
        async with self._db.session() as session:
            before = await repository.last_used(session)
            previous = before.status if before else None
            if await repository.row(session, fingerprint) is None:
                await repository.add(
                    session,
                    LicenceRow(fingerprint=fingerprint, status=previous or "none", used_at=at, seen_at=at, next_at=at),
                )
            elif before is not None and before.fingerprint != fingerprint:
                # Another licence was in use meanwhile: what changes now is told from its state.
                await repository.note(session, fingerprint, status=before.status)
            await repository.used(session, fingerprint, at)
        await self._refresh()

    async def start(self) -> None:
        """At the start of a server: asks the licence server, for a while, and notes what changed since the last one."""
        if self.online and await self._claim(self.clock() - JUST_NOW):
            try:
                await asyncio.wait_for(self._ask(), START_S)
            except TimeoutError:
                await self._no_answer("It did not answer in time.", "See that this machine reaches it.")
        await self._refresh()
        await self._note_change()

    async def tick(self) -> None:
        """Once a minute: what others heard, what is due, what changed."""
        await self._refresh()
        if self.online and await self._claim(self.clock() - DAILY):
            await self._ask()
            await self._refresh()
        await self._note_change()

    async def check(self) -> LicenceState:
        """Asks the licence server now, whoever asked it last; without one there is nothing to ask."""
        if self.online:
            await self._ask()
        await self._refresh()
        await self._note_change()
        return self.state()

    async def _refresh(self) -> None:
        at = self.clock()
        async with self._db.session() as session:
            row = await repository.row(session, self.holds.fingerprint)
            if row is None:
                return
            seen = max(row.seen_at, at, self._heard.seen_at or at)
            self._heard, self._next_at, self._status = _heard(row, seen), row.next_at, row.status
            if row.seen_at < at - PERSIST:
                await repository.seen(session, row.fingerprint, at)

    async def _claim(self, since: datetime) -> bool:
        async with self._db.session() as session:
            return await repository.claim(session, self.holds.fingerprint, self.clock(), lease=LEASE, since=since)

    async def _ask(self) -> None:
        try:
            answer = await online.ask(self.settings)
        except online.LicenceServerSilent as error:
            await self._no_answer(error.cause, error.cure)
            return
        at = self.clock()
        async with self._db.session() as session:
            await repository.note(
                session,
                self.holds.fingerprint,
                answer=_to_json(answer),
                answered_at=at,
                tried_at=at,
                first_tried_at=None,
                next_at=at + (DAILY if answer.valid else AGAIN),
                error=None,
                cure=None,
            )

    async def _no_answer(self, cause: str, cure: str) -> None:
        log.warning("the licence server can't be asked: %s %s", cause, cure)
        at, heard = self.clock(), self._heard
        async with self._db.session() as session:
            await repository.note(
                session,
                self.holds.fingerprint,
                tried_at=at,
                first_tried_at=heard.first_tried_at or at,
                next_at=at + (AGAIN if heard.answer else SOON),
                error=cause,
                cure=cure,
            )

    async def _note_change(self) -> None:
        if self.online and self._heard.answer is None and self._heard.error is None:
            return  # another process is asking this very moment
        state = self.state()
        before, after = self._status, state.status.value
        if before == after:
            return
        async with self._db.session() as session:
            if await repository.turn(session, self.holds.fingerprint, before, after):
                level = logging.INFO if state.usable else logging.WARNING
                log.log(level, "the licence is %s (it was %s): %s", after, before, state.cause)
                for organization_id in await repository.organizations(session):
                    await record(
                        session,
                        Action.LICENCE_CHANGED,
                        actor=None,
                        organization_id=organization_id,
                        subject=Subject("licence", state.licence.id if state.licence else "", _holder(state)),
                        details={"from": before, "to": after},
                    )
        self._status = after
        self._turned.set()
        self._turned = asyncio.Event()


@asynccontextmanager
async def keeping(keeper: Keeper) -> AsyncIterator[None]:
    """Starts the keeper and ticks beside whatever runs within."""
    await keeper.start()
    ticking = asyncio.create_task(_tick_forever(keeper))
    try:
        yield
    finally:
        ticking.cancel()
        await asyncio.wait({ticking})


async def _tick_forever(keeper: Keeper) -> None:
    while True:
        await asyncio.sleep(TICK_S)
        try:
            await keeper.tick()
        except Exception:  # the next minute tries again; the licence must not stop the instance
            log.exception("the licence could not be looked after")


def _holder(state: LicenceState) -> str:
    return state.licence.holder if state.licence else ""


def _heard(row: LicenceRow, seen_at: datetime) -> Heard:
    return Heard(
        answer=_from_json(row.answer) if row.answer else None,
        answered_at=row.answered_at,
        tried_at=row.tried_at,
        first_tried_at=row.first_tried_at,
        error=row.error,
        cure=row.cure,
        seen_at=seen_at,
    )


def _to_json(answer: Answer) -> dict[str, Any]:
    return {
        "valid": answer.valid,
        "code": answer.code,
        "licence_id": answer.licence_id,
        "holder": answer.holder,
        "issued": answer.issued.isoformat() if answer.issued else None,
        "expiry": answer.expiry.isoformat() if answer.expiry else None,
        "features": sorted(answer.features),
    }


def _from_json(raw: dict[str, Any]) -> Answer:
    return Answer(
        valid=raw["valid"],
        code=raw["code"],
        licence_id=raw["licence_id"],
        holder=raw["holder"],
        issued=parse_time(raw["issued"]) if raw["issued"] else None,
        expiry=parse_time(raw["expiry"]) if raw["expiry"] else None,
        features=frozenset(raw["features"]),
    )
