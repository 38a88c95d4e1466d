"""What works and what does not, tried for real: each check answers ✓, or ✗ with a cause and a cure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from vitrail.errors import Unavailable, VitrailError
from vitrail.identity.person import Person
from vitrail.licence.features import DataAppsOff, Feature, feature_state
from vitrail.services import Services

log = logging.getLogger("vitrail.doctor")
TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `detail` says what was seen when it works."""

    name: str
    title: str
    ok: bool
    detail: str = ""
    cause: str | None = None
    cure: str | None = None


Probe = Callable[[Services, Person | None], Awaitable[str]]
"""Gives what was seen, or raises what is wrong. The person is who asks, where somebody asks in the page."""


async def switch(services: Services, _person: Person | None) -> str:
    if not services.settings.apps_runtime_enabled:
        raise DataAppsOff(
            "The main switch of data apps, APPS_RUNTIME_ENABLED, is off.",
            cure="Set APPS_RUNTIME_ENABLED=true and restart.",
        )
    return "APPS_RUNTIME_ENABLED is on"


async def licence(services: Services, _person: Person | None) -> str:
    """By what is known; a licence server is not asked again."""
    state = services.licence
    allowed = feature_state(Feature.DATA_APPS, services.settings, state)
    if state.usable and (allowed.enabled or allowed.reason == "switched-off"):
        return f"{state.cause} {state.cure}".strip()
    wrong = allowed if state.usable else state
    raise DataAppsOff(wrong.cause or "", cure=wrong.cure or "")


async def licence_asked_again(services: Services, person: Person | None) -> str:
    """Asks the licence server first, where there is one."""
    await services.licensing.check()
    return await licence(services, person)


async def database(services: Services, _person: Person | None) -> str:
    await services.db.ping()
    return {"sqlite": "SQLite in the data folder", "postgresql": "Postgres"}[services.db.dialect]


async def store(services: Services, _person: Person | None) -> str:
    await services.store.check()
    return f"wrote, read and deleted a file in {services.store.where}"


PROBES: tuple[tuple[str, str, Probe], ...] = (
    ("switch", "Switch", switch),
    ("licence", "Licence", licence_asked_again),
    ("database", "Database", database),
    ("store", "Object store", store),
)
"""In the order of the page; what data apps are built with, and who may, follows (`apps.probes`)."""


async def examine(services: Services, person: Person | None = None) -> list[Check]:
    """Runs every check, one after the other (a check may start a browser), none longer than a minute."""
    from vitrail.apps.probes import PROBES as BUILDING  # heavy to import, and only the doctor needs it

    return [await run_probe(services, *probe, person) for probe in (*PROBES, *BUILDING)]


async def run_probe(services: Services, name: str, title: str, probe: Probe, person: Person | None) -> Check:
    """One check, with a cause and a cure whatever happens."""
    try:
        return Check(name, title, True, detail=await asyncio.wait_for(probe(services, person), TIMEOUT_S))
    except VitrailError as error:
        return Check(name, title, False, cause=error.cause, cure=error.cure)
    except TimeoutError:
        slow = Unavailable(f"It did not answer within {TIMEOUT_S:.0f} s.", cure="See whether it is overloaded or gone.")
        return Check(name, title, False, cause=slow.cause, cure=slow.cure)
    except Exception as error:  # one broken check must not hide the others
        log.exception("the check %s failed", name, exc_info=error)
        return Check(
            name,
            title,
            False,
            cause=f"It failed in a way that was not foreseen ({type(error).__name__}).",
            cure="The log of the server has the details.",
        )
