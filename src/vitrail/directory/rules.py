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
from vitrail.errors import Conflict, Forbidden
from vitrail.identity import repository
from vitrail.identity.person import Person
from vitrail.identity.tables import PERSON, OrganizationRow, PersonRow


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
    """Raises `MoreThanYours` when the person holds scopes in the organisation that `by` does not."""
    whom = await repository.load(session, person_id)
    if whom is not None and not whom.organization_scopes <= by.organization_scopes:
        raise MoreThanYours(f"{whom.name} holds more than you do.", cure="Ask an administrator.")
