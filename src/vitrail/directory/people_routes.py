"""HTTP about people, for administrators of the organisation."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from vitrail.access.dependencies import require
from vitrail.access.roles import Role
from vitrail.db.dependencies import DbSession
from vitrail.directory import attributes, holding, people
from vitrail.directory import schemas as wire
from vitrail.directory.people import Listed, Wanted
from vitrail.identity import repository
from vitrail.identity.person import Person
from vitrail.licence.features import Feature
from vitrail.projects import repository as projects
from vitrail.services import CurrentServices

router = APIRouter(prefix="/organization/people", tags=["people"])
Administrator = Annotated[Person, require("manage", "Organization", of="organization")]


@router.get("")
async def list_people(
    by: Administrator,
    session: DbSession,
    q: wire.Text = None,
    role: Annotated[Role | Literal["member"] | None, Query(description="In the organisation.")] = None,
    group: Annotated[str | None, Query(max_length=36)] = None,
    status: Annotated[people.Status | None, Query()] = None,
    limit: wire.Limit = 50,
    offset: wire.Offset = 0,
) -> wire.Page[wire.PersonListed]:
    """The people of the organisation by name."""
    found, total = await people.page(session, by, Wanted(q, role, group, status), limit=limit, offset=offset)
    return wire.Page(items=[_listed(each) for each in found], total=total)


@router.get("/{person_id}")
async def get_person(person_id: str, by: Administrator, session: DbSession) -> wire.PersonOut:
    """One person: what they hold, and where each of it comes from."""
    row = await people.one(session, by, person_id)
    return await _whole(session, by, row.id)


@router.patch("/{person_id}")
async def change_person(
    person_id: str, change: wire.PersonChange, by: Administrator, session: DbSession
) -> wire.PersonOut:
    """Rename somebody, or switch them off (they are out at once) or on again."""
    row = await people.change(session, by, person_id, name=change.name, active=change.active)
    return await _whole(session, by, row.id)


@router.delete("/{person_id}", status_code=204)
async def delete_person(person_id: str, by: Administrator, session: DbSession) -> None:
    """Take somebody out for good. What they made stays, and so does the log of what they did."""
    await people.delete_person(session, by, person_id)


@router.put("/{person_id}/roles")
async def set_person_roles(
    person_id: str, change: wire.RolesChange, by: Administrator, services: CurrentServices, session: DbSession
) -> wire.Roles:
    """What a person (or service account) holds in the organisation."""
    holder = await people.holder(session, by, person_id)
    held = await holding.change(
        session,
        by,
        holder,
        None,
        role=change.role,
        custom=change.custom_role_ids,
        may_give_custom=services.feature(Feature.CUSTOM_ROLES).enabled,
    )
    return roles_out(held)


def roles_out(held: holding.Held) -> wire.Roles:
    return wire.Roles(
        role=Role(held.role) if held.role else None,
        custom=[wire.Ref(id=id_, name=name) for id_, name in held.custom.items()],
    )


def _listed(each: Listed) -> wire.PersonListed:
    return wire.PersonListed(**_values(each))


def _values(each: Listed) -> dict[str, object]:
    return {
        "id": each.row.id,
        "name": each.row.name,
        "email": each.row.email,
        "active": each.row.active,
        "invited": each.invited,
        "role": each.role,
        "custom_roles": list(each.custom),
        "groups": list(each.groups),
        "last_seen_at": each.last_seen_at,
        "created_at": each.row.created_at,
    }


async def _whole(session: DbSession, by: Person, person_id: str) -> wire.PersonOut:
    row = await people.one(session, by, person_id)
    (listed,) = await people.described(session, [row])
    groups = await repository.groups_of(session, row.id)
    names = {project.id: project.name for project in await projects.all_visible(session, by)}
    grants = await repository.grants_of(session, row.id, groups)
    held = await holding.held(session, holding.Holder("person", row.id, row.name), None)
    return wire.PersonOut(
        **_values(listed),
        roles=roles_out(held),
        grants=[
            wire.GrantOut(
                role=grant.role,
                origin=grant.origin,
                project=wire.Ref(id=grant.project_id, name=names.get(grant.project_id, ""))
                if grant.project_id
                else None,
            )
            for grant in grants
        ],
        in_groups=[wire.Ref(id=id_, name=name) for id_, name in sorted(groups.items(), key=lambda pair: pair[1])],
        attributes=await attributes.of_person(session, by, row.id),
        effective_attributes={
            name: list(values)
            for name, values in (await repository.attributes_of(session, row.id, row.organization_id)).items()
        },
    )
