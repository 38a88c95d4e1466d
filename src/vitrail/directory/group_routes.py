"""HTTP about groups."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from vitrail.access.dependencies import GroupsOn, require
from vitrail.db.dependencies import DbSession
from vitrail.directory import groups, holding
from vitrail.directory import schemas as wire
from vitrail.directory.people_routes import roles_out
from vitrail.identity.person import Person
from vitrail.identity.tables import GroupRow
from vitrail.licence.features import Feature
from vitrail.services import CurrentServices

router = APIRouter(prefix="/organization/groups", tags=["groups"])
Keeper = Annotated[Person, require("manage", "Group", of="organization")]
Administrator = Annotated[Person, require("manage", "Organization", of="organization")]


@router.get("")
async def list_groups(
    by: Keeper, session: DbSession, q: wire.Text = None, limit: wire.Limit = 50, offset: wire.Offset = 0
) -> wire.Page[wire.GroupListed]:
    """The groups by name."""
    found, total = await groups.page(session, by, q, limit=limit, offset=offset)
    return wire.Page(items=[wire.GroupListed(**_values(each)) for each in found], total=total)


@router.post("", status_code=201, dependencies=[GroupsOn])
async def create_group(wanted: wire.NewGroup, by: Keeper, session: DbSession) -> wire.GroupOut:
    """Make a group."""
    return await _whole(session, await groups.create(session, by, name=wanted.name, description=wanted.description))


@router.get("/{group_id}")
async def get_group(group_id: str, by: Keeper, session: DbSession) -> wire.GroupOut:
    """One group."""
    return await _whole(session, await groups.one(session, by, group_id))


@router.patch("/{group_id}", dependencies=[GroupsOn])
async def change_group(group_id: str, change: wire.GroupChange, by: Keeper, session: DbSession) -> wire.GroupOut:
    """Rename or describe a group."""
    row = await groups.change(session, by, group_id, name=change.name, description=change.description)
    return await _whole(session, row)


@router.delete("/{group_id}", status_code=204)
async def delete_group(group_id: str, by: Keeper, session: DbSession) -> None:
    """Delete a group. Its members stay; what they held through it is gone at once."""
    await groups.remove(session, by, group_id)


@router.get("/{group_id}/members")
async def list_members(
    group_id: str, by: Keeper, session: DbSession, q: wire.Text = None, limit: wire.Limit = 50, offset: wire.Offset = 0
) -> wire.Page[wire.Member]:
    """Who is in a group, by name."""
    found, total = await groups.members(session, by, group_id, q, limit=limit, offset=offset)
    return wire.Page(
        items=[
            wire.Member(id=row.id, name=row.name, email=row.email, active=row.active, by_sign_on=by_sign_on)
            for row, by_sign_on in found
        ],
        total=total,
    )


@router.post("/{group_id}/members", status_code=204, dependencies=[GroupsOn])
async def change_members(group_id: str, change: wire.MembersChange, by: Keeper, session: DbSession) -> None:
    """Put people into a group and take others out, all or none."""
    await groups.change_members(session, by, group_id, add=change.add, remove=change.remove)


@router.put("/{group_id}/roles", dependencies=[GroupsOn])
async def set_group_roles(
    group_id: str, change: wire.RolesChange, by: Administrator, services: CurrentServices, session: DbSession
) -> wire.Roles:
    """What a group gives its members in the organisation."""
    held = await holding.change(
        session,
        by,
        await groups.holder(session, by, group_id),
        None,
        role=change.role,
        custom=change.custom_role_ids,
        may_give_custom=services.feature(Feature.CUSTOM_ROLES).enabled,
    )
    return roles_out(held)


def _values(each: groups.Listed) -> dict[str, object]:
    return {
        "id": each.row.id,
        "name": each.row.name,
        "description": each.row.description,
        "members": each.members,
        "role": each.role,
        "custom_roles": list(each.custom),
        "created_at": each.row.created_at,
    }


async def _whole(session: DbSession, row: GroupRow) -> wire.GroupOut:
    (listed,) = await groups.described(session, [row])
    held = await holding.held(session, holding.Holder("group", row.id, row.name), None)
    return wire.GroupOut(**_values(listed), roles=roles_out(held))
