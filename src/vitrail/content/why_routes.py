"""HTTP about why: who can open a thing, and what gives or withholds it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from vitrail.access.dependencies import CurrentPerson
from vitrail.content import why
from vitrail.content.why import ItemKind, Verb
from vitrail.db.dependencies import DbSession
from vitrail.identity.person import Person
from vitrail.identity.tables import SERVICE_ACCOUNT, PersonRow
from vitrail.wire import Wire

router = APIRouter(tags=["access"])

Id = Annotated[str, Query(max_length=36)]


class Somebody(Wire):
    id: str
    name: str
    email: str | None = Field(description="Null for service accounts.")


class StepOut(Wire):
    met: bool
    text: str


class Why(Wire):
    """A decision and what it rests on."""

    person: Somebody
    kind: ItemKind
    id: str
    name: str
    verb: Verb
    allowed: bool
    reason: str
    cure: str = Field(description="Who can change it; empty when it is allowed.")
    steps: list[StepOut] = Field(
        description="What was looked at: of an allowance what gives it, of a refusal all that could have."
    )
    helpers: list[Somebody] = Field(description="Some who can give what is missing.")


class MayOpen(Wire):
    person: Somebody
    can_open: bool
    can_manage: bool
    reason: str = Field(description="Why they can, or can't, open it.")


class MayOpenPage(Wire):
    items: list[MayOpen]
    total: int


@router.get("/access/why")
async def explain_access(
    person: CurrentPerson,
    session: DbSession,
    kind: ItemKind,
    id: Id,
    verb: Verb = "view",
    person_id: Annotated[str | None, Query(alias="personId", max_length=36, description="Default: me.")] = None,
) -> Why:
    """Why I can or can't open or manage something that I know of; for whoever manages it, why somebody else can or
    can't."""
    item = await why.find(session, person, kind, id)
    found = await why.answer(session, person, item, verb, person_id)
    decision = found.decision
    helpers = [] if decision.allowed else await why.helpers(session, person, item)
    return Why(
        person=_somebody(found.person),
        kind=kind,
        id=item.id,
        name=item.name,
        verb=verb,
        allowed=decision.allowed,
        reason=decision.reason,
        cure=decision.cure,
        steps=[StepOut(met=step.met, text=step.text) for step in decision.steps],
        helpers=[_somebody(each) for each in helpers],
    )


@router.get("/access/people")
async def list_who_can_open(
    person: CurrentPerson,
    session: DbSession,
    kind: ItemKind,
    id: Id,
    q: Annotated[str, Query(max_length=200, description="Looks in names and addresses.")] = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> MayOpenPage:
    """Everyone with a role in the project, by name, and whether and why they can open the thing. For those who manage
    it."""
    item = await why.find(session, person, kind, id)
    found, total = await why.people(session, person, item, q=q, limit=limit, offset=offset)
    items = [
        MayOpen(
            person=_somebody(each.person),
            can_open=each.decision.allowed,
            can_manage=managing.allowed,
            reason=each.decision.reason,
        )
        for each, managing in found
    ]
    return MayOpenPage(items=items, total=total)


@router.get("/access/helpers")
async def list_helpers(person: CurrentPerson, session: DbSession) -> list[Somebody]:
    """Some administrators of my organisation: whom to ask about something that I can't open, whether it is there or
    not."""
    return [_somebody(each) for each in await why.helpers(session, person, None)]


def _somebody(person: Person | PersonRow) -> Somebody:
    email = None if person.kind == SERVICE_ACCOUNT else person.email
    return Somebody(id=person.id, name=person.name, email=email)
