"""HTTP about roles: the system's, and the organisation's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from vitrail.access.dependencies import CurrentPerson, CustomRolesOn, require
from vitrail.access.needs import missing, needs
from vitrail.access.roles import ORGANIZATION_ONLY, ROLE_SCOPES, Role
from vitrail.access.scopes import SCOPES
from vitrail.access.tables import CustomRoleRow
from vitrail.db.dependencies import DbSession
from vitrail.directory import custom_roles
from vitrail.directory import schemas as wire
from vitrail.identity.person import Person

router = APIRouter(prefix="/organization", tags=["roles"])
Maker = Annotated[Person, require("manage", "CustomRole", of="organization")]


@router.get("/scopes")
async def list_scopes(_person: CurrentPerson) -> list[wire.ScopeOut]:
    """Every scope there is, what it means and what it needs besides to be of use."""
    return [
        wire.ScopeOut(
            name=name,
            subject=scope.subject,
            meaning=scope.meaning,
            organization_only=name in ORGANIZATION_ONLY,
            needs=[list(group) for group in needs(name)],
        )
        for name, scope in SCOPES.items()
    ]


@router.get("/roles")
async def list_roles(by: CurrentPerson, session: DbSession) -> list[wire.RoleOut]:
    """The five system roles, then the organisation's own by name."""
    system = [
        wire.RoleOut(
            id=role.value,
            name=role.value.replace("_", " "),
            description="",
            system=True,
            level=None,
            scopes=[name for name in SCOPES if name in ROLE_SCOPES[role]],
            held_by=None,
            missing={},
        )
        for role in Role
    ]
    return system + [_out(each.row, each.held_by) for each in await custom_roles.listed(session, by)]


@router.post("/roles", status_code=201, dependencies=[CustomRolesOn])
async def create_role(wanted: wire.NewRole, by: Maker, session: DbSession) -> wire.RoleOut:
    """Make a role that gives exactly these scopes."""
    row = await custom_roles.create(
        session,
        by,
        name=wanted.name,
        description=wanted.description,
        level=wanted.level,
        scopes=wanted.scopes,
    )
    return _out(row, 0)


@router.post("/roles/{role_id}/duplicate", status_code=201, dependencies=[CustomRolesOn])
async def duplicate_role(role_id: str, wanted: wire.RoleCopy, by: Maker, session: DbSession) -> wire.RoleOut:
    """Make a role with the scopes of another one, a system role's name included."""
    return _out(await custom_roles.duplicate(session, by, role_id, name=wanted.name, level=wanted.level), 0)


@router.patch("/roles/{role_id}", dependencies=[CustomRolesOn])
async def change_role(role_id: str, change: wire.RoleChange, by: Maker, session: DbSession) -> wire.RoleOut:
    """Change a role of the organisation's own; whoever holds it holds the new scopes at the next request."""
    row = await custom_roles.change(
        session, by, role_id, name=change.name, description=change.description, scopes=change.scopes
    )
    held = next(each.held_by for each in await custom_roles.listed(session, by) if each.row.id == row.id)
    return _out(row, held)


@router.delete("/roles/{role_id}", status_code=204)
async def delete_role(role_id: str, by: Maker, session: DbSession) -> None:
    """Delete a role that nobody holds."""
    await custom_roles.remove(session, by, role_id)


def _out(row: CustomRoleRow, held_by: int) -> wire.RoleOut:
    return wire.RoleOut(
        id=row.id,
        name=row.name,
        description=row.description,
        system=False,
        level="organization" if row.level == "organization" else "project",
        scopes=list(row.scopes),
        held_by=held_by,
        missing=missing(row.scopes),
    )
