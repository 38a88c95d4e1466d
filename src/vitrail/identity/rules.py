"""Rules that every change of rights obeys.

Nobody gives more than they hold, nor changes the rights of somebody who holds more than they do. And an organisation
never loses its last administrator: whoever changes who is one holds the organisation's row until the end of the
transaction, so that two administrators who remove each other at the same time do it one after the other, and the second
is refused.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.members import administers
from vitrail.access.roles import custom_scopes, organization_scopes, project_scopes
from vitrail.access.tables import CustomRoleGrantRow, CustomRoleRow, OrganizationGroupGrantRow, ProjectGroupGrantRow
from vitrail.errors import Conflict, Forbidden
from vitrail.identity import repository
from vitrail.identity.person import Person
from vitrail.identity.tables import PERSON, AttributeGroupValueRow, OrganizationRow, PersonRow


class LastAdministrator(Conflict):
    """Without this person nobody could run the organisation."""

    title = "The last administrator stays"
    code = "last-administrator"


class MoreThanYours(Forbidden):
    """A right would be given that the giver does not hold."""

    title = "You can't give more than you hold"
    code = "more-than-yours"


async def one_at_a_time(session: AsyncSession, person: Person) -> None:
    """Lets one transaction at a time change who administers the organisation. Call it before anything is read: it is
    a write on both engines, of the row's key to itself, which lets inserts that refer to the row pass."""
    organization = OrganizationRow.id == person.organization_id
    await session.execute(update(OrganizationRow).where(organization).values(name=OrganizationRow.name))


async def keep_an_administrator(session: AsyncSession, person: Person) -> None:
    """Raises `LastAdministrator` when, as things stand in this transaction, nobody is left who administers."""
    await session.flush()
    left = await session.scalar(
        select(PersonRow.id)
        .where(
            PersonRow.organization_id == person.organization_id,
            PersonRow.kind == PERSON,
            PersonRow.active,
            administers(),
        )
        .limit(1)
    )
    if left is None:
        raise LastAdministrator(
            "Nobody else is an administrator of the organisation.", cure="Make somebody else an administrator first."
        )


def holds(by: Person, scopes: Collection[str], project_id: str | None) -> None:
    """Raises `MoreThanYours` unless `by` holds all of these scopes there."""
    missing = sorted(set(scopes) - by.scopes(project_id))
    if missing:
        named = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        raise MoreThanYours(f"You do not hold {named}.", cure="Ask somebody who holds it.")


async def not_above(session: AsyncSession, by: Person, person_id: str) -> None:
    """Raises `MoreThanYours` when the person, switched off or not, holds scopes that `by` does not, in the organisation
    or in one of its projects."""
    whom = await repository.standing(session, person_id)
    if whom is None:
        return
    if any(not whom.scopes(place) <= by.scopes(place) for place in (None, *whom.project_scopes)):
        raise MoreThanYours(f"{whom.name} holds more than you do.", cure="Ask an administrator.")


async def may_change_members(session: AsyncSession, by: Person, group_id: str) -> None:
    """Raises `MoreThanYours` unless `by` holds all that the group gives: who decides who is in it gives that. Values of
    attributes open rows, so a group that has some is for those who may give them."""
    values = select(AttributeGroupValueRow.group_id).where(AttributeGroupValueRow.group_id == group_id).limit(1)
    if await session.scalar(values) is not None:
        holds(by, {"manage:Organization"}, None)
    system = OrganizationGroupGrantRow
    for role in await session.scalars(select(system.role).where(system.group_id == group_id)):
        holds(by, organization_scopes(role), None)
    here = ProjectGroupGrantRow
    found = select(here.project_id, here.role).where(here.group_id == group_id)
    for project_id, role in await session.execute(found):
        holds(by, project_scopes(role), project_id)
    custom = (
        select(CustomRoleGrantRow.project_id, CustomRoleRow.scopes)
        .join(CustomRoleRow, CustomRoleRow.id == CustomRoleGrantRow.role_id)
        .where(CustomRoleGrantRow.group_id == group_id)
    )
    for where, scopes in await session.execute(custom):
        holds(by, custom_scopes(scopes, in_project=where is not None), where)
