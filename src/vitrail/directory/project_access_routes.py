"""HTTP about who may do what in a project."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from vitrail.access.dependencies import require
from vitrail.db.dependencies import DbSession
from vitrail.directory import groups, holding, people, project_access
from vitrail.directory import schemas as wire
from vitrail.directory.people_routes import roles_out
from vitrail.identity import repository
from vitrail.identity.person import Person
from vitrail.identity.tables import PERSON, PersonRow
from vitrail.licence.features import Feature
from vitrail.services import CurrentServices

router = APIRouter(prefix="/projects/{project_id}/access", tags=["project access"])
Manager = Annotated[Person, require("manage", "Project")]


@router.get("/people")
async def list_project_people(
    project_id: str,
    by: Manager,
    session: DbSession,
    q: wire.Text = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: wire.Offset = 0,
) -> wire.Page[wire.ProjectHolder]:
    """Who holds anything in the project, by name or otherwise, and where it comes from."""
    found, total = await project_access.people_in(session, by, project_id, q, limit=limit, offset=offset)
    return wire.Page(items=[await _person(session, row, project_id) for row in found], total=total)


@router.get("/groups")
async def list_project_groups(project_id: str, by: Manager, session: DbSession) -> list[wire.ProjectHolder]:
    """The groups that hold a role in the project."""
    answer = []
    for row, members in await project_access.groups_in(session, by, project_id):
        held = await holding.held(session, holding.Holder("group", row.id, row.name), project_id)
        answer.append(
            wire.ProjectHolder(
                kind="group", id=row.id, name=row.name, email=None, members=members, roles=roles_out(held), origins=[]
            )
        )
    return answer


@router.get("/candidates")
async def list_project_candidates(
    project_id: str, by: Manager, session: DbSession, q: wire.Text = None
) -> list[wire.Candidate]:
    """People and groups of the organisation to whom a role could be given."""
    in_groups, in_people = await project_access.candidates(session, by, q, limit=20)
    return [wire.Candidate(kind="group", id=row.id, name=row.name, email=None) for row in in_groups] + [
        wire.Candidate(kind="person", id=row.id, name=row.name, email=_address(row)) for row in in_people
    ]


@router.put("/{kind}/{holder_id}")
async def set_project_roles(
    project_id: str,
    kind: Literal["people", "groups"],
    holder_id: str,
    change: wire.RolesChange,
    by: Manager,
    services: CurrentServices,
    session: DbSession,
) -> wire.Roles:
    """What somebody holds in the project; nothing at all takes them out, as far as they are in by name."""
    find = people.holder if kind == "people" else groups.holder
    held = await holding.change(
        session,
        by,
        await find(session, by, holder_id),
        project_id,
        role=change.role,
        custom=change.custom_role_ids,
        may_give_custom=services.feature(Feature.CUSTOM_ROLES).enabled,
    )
    return roles_out(held)


async def _person(session: DbSession, row: PersonRow, project_id: str) -> wire.ProjectHolder:
    held = await holding.held(session, holding.Holder("person", row.id, row.name), project_id)
    grants = await repository.grants_of(session, row.id, await repository.groups_of(session, row.id))
    return wire.ProjectHolder(
        kind="person",
        id=row.id,
        name=row.name,
        email=_address(row),
        members=None,
        roles=roles_out(held),
        origins=sorted({grant.origin for grant in grants if grant.project_id in (None, project_id)}),
    )


def _address(row: PersonRow) -> str | None:
    return row.email if row.kind == PERSON else None
