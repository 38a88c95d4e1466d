"""What works and what does not, tried for real: each check answers ✓, or ✗ with a cause and a cure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from vitrail.errors import Unavailable, VitrailError
from vitrail.licence.features import DataAppsOff
from vitrail.licence.state import LicenceStatus
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


Probe = Callable[[Services], Awaitable[str]]


async def _switch(services: Services) -> str:
    if not services.settings.apps_runtime_enabled:
        raise DataAppsOff(
            "The main switch of data apps, APPS_RUNTIME_ENABLED, is off.",
            cure="Set APPS_RUNTIME_ENABLED=true and restart.",
        )
    return "APPS_RUNTIME_ENABLED is on"


async def _licence(services: Services) -> str:
    state = services.licence
    if state.usable and (services.data_apps.enabled or services.data_apps.reason == "switched-off"):
        return state.cause if state.status is LicenceStatus.VALID else f"{state.cause} {state.cure}"
    if state.usable:
        raise DataAppsOff(services.data_apps.cause or "", cure=services.data_apps.cure or "")
    raise DataAppsOff(state.cause, cure=state.cure)


async def _database(services: Services) -> str:
    await services.db.ping()
    return {"sqlite": "SQLite in the data folder", "postgresql": "Postgres"}[services.db.dialect]


async def _store(services: Services) -> str:
    await services.store.check()
    return f"wrote, read and deleted a file in {services.store.where}"


PROBES: tuple[tuple[str, str, Probe], ...] = (
    ("switch", "Switch", _switch),
    ("licence", "Licence", _licence),
    ("database", "Database", _database),
    ("store", "Object store", _store),
)
"""In the order of the page; what data apps are built with follows (`apps.probes`)."""


async def examine(services: Services) -> list[Check]:
    """Runs every check, one after the other (a check may start a browser), none longer than a minute."""
    from vitrail.apps.probes import PROBES as BUILDING  # heavy to import, and only the doctor needs it

    return [await _one(services, *probe) for probe in (*PROBES, *BUILDING)]


async def _one(services: Services, name: str, title: str, probe: Probe) -> Check:
    try:
        return Check(name, title, True, detail=await asyncio.wait_for(probe(services), TIMEOUT_S))
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
