"""Whether the server answers, and what works."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter

from vitrail import __version__
from vitrail.access.dependencies import OpenToAll, require
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
    _person: Annotated[Person, require("manage", "Organization", of="organization")], services: CurrentServices
) -> list[Finding]:
    """Every part tried for real, with cause and cure where one fails. For administrators."""
    return [Finding.model_validate(check) for check in await examine(services)]
