"""Whether data apps can be used here: each part's state at once, and each part tried for real on request.

The state is what settings, licence and roles say by themselves; what only trying tells is `untested` until somebody
tries it. Results of trying are kept in memory, with when and how long: a cache, each process has its own.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vitrail.apps.probes import CHECKS
from vitrail.db.base import now
from vitrail.doctor import Check, Probe, run_probe
from vitrail.errors import TooManyRequests
from vitrail.identity.person import Person
from vitrail.services import Services

PER_MINUTE = 30
COSTLY_PER_MINUTE = 6


class PartState(StrEnum):
    OK = "ok"
    WRONG = "wrong"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class PartOfDataApps:
    """One row of the page. `note` says what trying does and what it costs; None where there is nothing to try."""

    name: str
    title: str
    state: PartState
    detail: str = ""
    cause: str | None = None
    cure: str | None = None
    note: str | None = None
    tested_at: datetime | None = None
    took_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    check: Check
    at: datetime
    took_ms: int


class TooManyChecks(TooManyRequests):
    title = "Too many tests"
    code = "too-many-checks"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} was tested too often in the last minute.", cure="Wait a minute, then test again.")
        self.retry_after = 60


class Readiness:
    """The parts of data apps, of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tried: dict[str, Tried] = {}
        self._running: dict[str, asyncio.Task[Tried]] = {}
        self._times: dict[str, deque[float]] = {}

    async def status(self, person: Person) -> list[PartOfDataApps]:
        """Every part as far as it is known without trying anything."""
        return [await self._part(name, person) for name in CHECKS]

    async def try_out(self, names: list[str], person: Person) -> list[PartOfDataApps]:
        """Tries these parts for real, beside each other; who asks for one that is being tried gets that answer.
        Raises `TooManyChecks`."""
        trying = [name for name in dict.fromkeys(names) if CHECKS[name].note is not None]
        for name in trying:
            if name not in self._running:
                about = CHECKS[name]
                self.allow(about.title, COSTLY_PER_MINUTE if about.costly else PER_MINUTE)
        await asyncio.gather(*(self._try(name, person) for name in trying))
        return [await self._part(name, person) for name in dict.fromkeys(names)]

    async def _part(self, name: str, person: Person) -> PartOfDataApps:
        """What settings, licence and rows know by themselves comes first; trying tells only what they can't."""
        about = CHECKS[name]
        found = Check(name, about.title, True)
        if about.at_once is not None:
            found = await run_probe(self._services, name, about.title, about.at_once, person)
        unknown = found.ok and not found.detail
        tried = self._tried.get(name)
        if unknown and tried is not None:
            found = tried.check
        state = PartState.OK if found.ok else PartState.WRONG
        return PartOfDataApps(
            name=name,
            title=about.title,
            state=PartState.UNTESTED if unknown and tried is None else state,
            detail=found.detail,
            cause=found.cause,
            cure=found.cure,
            note=about.note if unknown or (name == "licence" and self._services.licensing.online) else None,
            tested_at=tried.at if tried else None,
            took_ms=tried.took_ms if tried else None,
        )

    async def _try(self, name: str, person: Person) -> None:
        running = self._running.get(name)
        if running is None:
            running = self._running[name] = asyncio.create_task(self._run(name, CHECKS[name].live, person))
            running.add_done_callback(lambda _: self._running.pop(name, None))
        # Somebody who hangs up does not end a test that others wait for.
        self._tried[name] = await asyncio.shield(running)

    async def _run(self, name: str, probe: Probe, person: Person) -> Tried:
        began = time.monotonic()
        check = await run_probe(self._services, name, CHECKS[name].title, probe, person)
        return Tried(check, now(), round((time.monotonic() - began) * 1000))

    def allow(self, what: str, per_minute: int) -> None:
        """Counts one test of `what`. Raises `TooManyChecks`."""
        times = self._times.setdefault(what, deque())
        at = time.monotonic()
        while times and times[0] < at - 60:
            times.popleft()
        if len(times) >= per_minute:
            raise TooManyChecks(what)
        times.append(at)
