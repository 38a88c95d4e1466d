"""The HTTP of one page: why data apps are there or not, part by part, and each part tried on request."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from vitrail.access.dependencies import require
from vitrail.apps.readiness import PartState, Readiness
from vitrail.identity.person import Person
from vitrail.wire import Wire

router = APIRouter(prefix="/data-apps", tags=["data apps"])

PartName = Literal["switch", "licence", "scope", "store", "sandbox", "toolchain", "browser", "model"]
Administrator = Annotated[Person, require("manage", "Organization", of="organization")]


class PartOut(Wire):
    name: str
    title: str
    state: PartState
    detail: str
    cause: str | None
    cure: str | None
    note: str | None = Field(description="What testing it does and costs; null where there is nothing to test.")
    tested_at: datetime | None = Field(description="When this server tested it last.")
    took_ms: int | None


class PartsToTest(Wire):
    names: Annotated[list[PartName], Field(min_length=1, max_length=8)]


def readiness_of(request: Request) -> Readiness:
    readiness = request.app.state.readiness
    assert isinstance(readiness, Readiness)
    return readiness


CurrentReadiness = Annotated[Readiness, Depends(readiness_of)]


@router.get("/status")
async def data_apps_status(person: Administrator, readiness: CurrentReadiness) -> list[PartOut]:
    """What data apps need, each with its state as far as it is known without testing. For administrators."""
    return [PartOut.model_validate(part) for part in await readiness.status(person)]


@router.post("/checks")
async def check_data_apps(asked: PartsToTest, person: Administrator, readiness: CurrentReadiness) -> list[PartOut]:
    """Test parts for real: an object is written and read, a sandbox is started, the model is asked for one token. For
    administrators, and only so often in a minute."""
    return [PartOut.model_validate(part) for part in await readiness.try_out(list(asked.names), person)]
