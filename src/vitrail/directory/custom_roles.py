"""Custom roles: flat sets of scopes that an organisation makes for itself. A role gets exactly what was ticked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import not_found
from vitrail.access.needs import missing
from vitrail.access.roles import ORGANIZATION_ONLY, ROLE_SCOPES, Role
from vitrail.access.scopes import SCOPES
from vitrail.access.tables import CustomRoleGrantRow, CustomRoleRow
from vitrail.audit.log import Action, Subject, record
from vitrail.db.base import new_id, now
from vitrail.directory.groups import NameTaken
from vitrail.errors import Conflict, InvalidInput
from vitrail.identity import rules
from vitrail.identity.person import Person
from vitrail.identity.tables import GroupRow, PersonRow

Level = Literal["organization", "project"]
NAMED = 5


class RoleInUse(Conflict):
    """Somebody holds the role; the cause names them."""

    title = "This role is in use"
    code = "role-in-use"


@dataclass(frozen=True, slots=True)
class Listed:
    """A custom role, how many hold it, and what its scopes need besides to be of use."""

    row: CustomRoleRow
    held_by: int
    missing: Mapping[str, str]


async def listed(session: AsyncSession, by: Person) -> list[Listed]:
    rows = await session.scalars(
        select(CustomRoleRow)
        .where(CustomRoleRow.organization_id == by.organization_id)
        .order_by(func.lower(CustomRoleRow.name), CustomRoleRow.id)
    )
    count = select(CustomRoleGrantRow.role_id, func.count()).group_by(CustomRoleGrantRow.role_id)
    held = dict((await session.execute(count)).all())
    return [Listed(row, held.get(row.id, 0), missing(row.scopes)) for row in rows]


async def one(session: AsyncSession, by: Person, role_id: str) -> CustomRoleRow:
    """Raises `NotFound`."""
    found = select(CustomRoleRow).where(
        CustomRoleRow.id == role_id, CustomRoleRow.organization_id == by.organization_id
    )
    row = await session.scalar(found)
    if row is None:
        raise not_found("custom role")
    return row


async def create(
    session: AsyncSession, by: Person, *, name: str, description: str, level: Level, scopes: Collection[str]
) -> CustomRoleRow:
    """Raises `NameTaken`, `InvalidInput`, `MoreThanYours`."""
    checked = _checked(scopes, level)
    rules.holds(by, checked, None)
    at = now()
    row = CustomRoleRow(
        id=new_id(),
        organization_id=by.organization_id,
        name=name,
        description=description,
        level=level,
        scopes=checked,
        created_at=at,
        updated_at=at,
    )
    await _added(session, row)
    details: dict[str, str | list[str]] = {"level": level, "scopes": checked}
    await record(session, Action.ROLE_CREATED, actor=by, subject=Subject("role", row.id, row.name), details=details)
    return row


async def duplicate(session: AsyncSession, by: Person, role: str, *, name: str, level: Level) -> CustomRoleRow:
    """A custom role with the scopes of a system role (by name) or of a custom one (by id), as far as they exist at that
    level. Raises `NotFound`, `NameTaken`, `MoreThanYours`."""
    if role in set(Role):
        scopes, description = ROLE_SCOPES[Role(role)], ""
    else:
        row = await one(session, by, role)
        scopes, description = frozenset(row.scopes) & SCOPES.keys(), row.description
    if level == "project":
        scopes -= ORGANIZATION_ONLY
    return await create(session, by, name=name, description=description, level=level, scopes=scopes)


async def change(
    session: AsyncSession,
    by: Person,
    role_id: str,
    *,
    name: str | None,
    description: str | None,
    scopes: Collection[str] | None,
) -> CustomRoleRow:
    """Changes a role; whoever holds it holds the new scopes at once. Raises `NameTaken`, `InvalidInput`,
    `MoreThanYours`, `NotFound`."""
    row = await one(session, by, role_id)
    details: dict[str, str | list[str]] = {}
    if scopes is not None:
        checked = _checked(scopes, row.level)
        before = frozenset(row.scopes)
        # To take scopes away, too, one has to hold them: it is changing what others were given.
        rules.holds(by, before.symmetric_difference(checked) & SCOPES.keys(), None)
        details |= {"added": sorted(set(checked) - before), "removed": sorted(before - set(checked))}
        row.scopes = checked
    if name is not None and name != row.name:
        details["before"] = row.name
        row.name = name
    row.description = description if description is not None else row.description
    row.updated_at = now()
    await _added(session, row)
    await record(session, Action.ROLE_CHANGED, actor=by, subject=Subject("role", row.id, row.name), details=details)
    return row


async def remove(session: AsyncSession, by: Person, role_id: str) -> None:
    """Raises `RoleInUse`, which names who holds it, and `NotFound`."""
    row = await one(session, by, role_id)
    holders = await _holders(session, row.id)
    if holders:
        more = f" and {len(holders) - NAMED} more" if len(holders) > NAMED else ""
        raise RoleInUse(
            f"“{row.name}” is held by {', '.join(holders[:NAMED])}{more}.",
            cure="Take it from them first, then delete it.",
        )
    await session.execute(delete(CustomRoleRow).where(CustomRoleRow.id == row.id))
    await record(session, Action.ROLE_DELETED, actor=by, subject=Subject("role", row.id, row.name))


async def _holders(session: AsyncSession, role_id: str) -> Sequence[str]:
    people = (
        select(PersonRow.name)
        .join(CustomRoleGrantRow, CustomRoleGrantRow.person_id == PersonRow.id)
        .where(CustomRoleGrantRow.role_id == role_id)
        .order_by(PersonRow.name)
    )
    groups = (
        select(GroupRow.name)
        .join(CustomRoleGrantRow, CustomRoleGrantRow.group_id == GroupRow.id)
        .where(CustomRoleGrantRow.role_id == role_id)
        .order_by(GroupRow.name)
    )
    return [*(f"the group “{name}”" for name in await session.scalars(groups)), *await session.scalars(people)]


def _checked(scopes: Collection[str], level: str) -> list[str]:
    unknown = sorted(set(scopes) - SCOPES.keys())
    if unknown:
        raise InvalidInput(
            f"There is no scope {unknown[0]!r}.", cure="GET /api/v1/organization/scopes lists what there is."
        )
    wrong = sorted(ORGANIZATION_ONLY & set(scopes)) if level == "project" else []
    if wrong:
        raise InvalidInput(
            f"{wrong[0]} is about the organisation.", cure="Leave it out, or make the role one for the organisation."
        )
    return [name for name in SCOPES if name in set(scopes)]


async def _added(session: AsyncSession, row: CustomRoleRow) -> None:
    name = row.name
    if name.strip().casefold() in {role.value for role in Role} | {"member"}:
        raise NameTaken(f"“{name}” is a role that comes with Vitrail.", cure="Choose another name.")
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise NameTaken(f"There is a role “{name}” already.", cure="Choose another name.") from None
