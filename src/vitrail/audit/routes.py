"""The HTTP of the audit log. Administrators of the organisation read all of it, those of a project what is about it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from vitrail.access.dependencies import on_item, require
from vitrail.audit import schemas as wire
from vitrail.audit.log import Action
from vitrail.audit.repository import Filters
from vitrail.audit.service import AuditService
from vitrail.errors import InvalidInput
from vitrail.identity.person import Person
from vitrail.services import CurrentServices
from vitrail.wire import Moment

router = APIRouter(prefix="/audit", tags=["audit"])

Reader = Annotated[Person, on_item("manage", "Project")]
Administrator = Annotated[Person, require("manage", "Organization", of="organization")]


NOUNS = frozenset(action.noun for action in Action)


def filters(
    since: Annotated[Moment | None, Query(description="From this moment on.")] = None,
    until: Annotated[Moment | None, Query(description="Before this moment.")] = None,
    actor: Annotated[str | None, Query(max_length=36, description="The id of whoever did it.")] = None,
    noun: Annotated[list[str] | None, Query(max_length=30, description="`group`, `space`, …; repeat.")] = None,
    action: Annotated[list[Action] | None, Query(max_length=30, description="`group.created`, …; repeat.")] = None,
    subject_kind: Annotated[str | None, Query(alias="subjectKind", max_length=40)] = None,
    subject: Annotated[str | None, Query(max_length=200, description="The id of what it was done to.")] = None,
    project: Annotated[str | None, Query(max_length=36, description="The id of a project.")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Text in names, addresses and details.")] = None,
) -> Filters:
    if unknown := sorted(set(noun or ()) - NOUNS):
        raise InvalidInput(f"noun: there is no {unknown[0]!r}.", cure=f"Use some of: {', '.join(sorted(NOUNS))}.")
    wanted = {*(action or ()), *(each for each in Action if each.noun in (noun or ()))}
    return Filters(
        since=since,
        until=until,
        actor_id=actor,
        actions=frozenset(wanted),
        subject_kind=subject_kind,
        subject_id=subject,
        project_id=project,
        text=q.strip() if q else None,
    )


Wanted = Annotated[Filters, Depends(filters)]


@router.get("")
async def search_audit(
    person: Reader,
    services: CurrentServices,
    wanted: Wanted,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> wire.Entries:
    """What happened, newest first."""
    return await AuditService(services, person).page(wanted, limit=limit, cursor=cursor)


@router.get("/status")
async def audit_status(person: Reader, services: CurrentServices) -> wire.AuditStatus:
    """What can be asked for, how long entries are kept, and when the log was last verified."""
    return await AuditService(services, person).status()


@router.get("/export", response_class=StreamingResponse)
async def export_audit(
    person: Reader,
    services: CurrentServices,
    wanted: Wanted,
    form: Annotated[wire.Format, Query(alias="format")] = "csv",
) -> StreamingResponse:
    """All entries that match, as CSV or as JSON Lines. The export itself is written to the log."""
    lines = await AuditService(services, person).export(wanted, form)
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"
    return StreamingResponse(
        lines, media_type=kind, headers={"Content-Disposition": f'attachment; filename="audit.{form}"'}
    )


@router.post("/verify")
async def verify_audit(person: Administrator, services: CurrentServices) -> wire.Verification:
    """Read the organisation's whole log and say whether it is as it was written."""
    return await AuditService(services, person).verify()
