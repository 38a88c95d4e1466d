"""Whether the server answers, and what works."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request

from vitrail import __version__
from vitrail.access.dependencies import OpenToAll, require
from vitrail.apps.readiness import COSTLY_PER_MINUTE, Readiness
from vitrail.doctor import examine
from vitrail.identity.person import Person
from vitrail.services import CurrentServices
from vitrail.wire import Wire

router = APIRouter(tags=["system"])


class Health(Wire):
    status: Literal["ok"]
    version: str


class Finding(Wire):
    name: str
    title: str
    ok: bool
    detail: str
    cause: str | None
    cure: str | None


@router.get("/health", dependencies=[OpenToAll])
async def health(services: CurrentServices) -> Health:
    """The server runs and its database answers."""
    await services.db.ping()
    return Health(status="ok", version=__version__)


@router.get("/doctor")
async def doctor(
    request: Request,
    person: Annotated[Person, require("manage", "Organization", of="organization")],
    services: CurrentServices,
) -> list[Finding]:
    """Every part tried for real, with cause and cure where one fails. For administrators, and only so often in a
    minute."""
    readiness = request.app.state.readiness
    assert isinstance(readiness, Readiness)
    readiness.allow("Everything together", COSTLY_PER_MINUTE)
    return [Finding.model_validate(check) for check in await examine(services, person)]
