"""Service accounts: they act by tokens, hold roles, groups and attributes as people do, and never sign in."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.roles import Role
from vitrail.audit.log import Action, Subject, record
from vitrail.db.base import now
from vitrail.directory import holding, people
from vitrail.directory.people import Listed
from vitrail.identity.person import Person
from vitrail.identity.tables import SERVICE_ACCOUNT, PersonRow, TokenRow


async def listed(session: AsyncSession, by: Person) -> list[tuple[Listed, int]]:
    """All by name, each with how many tokens work."""
    rows = list(
        await session.scalars(
            select(PersonRow)
            .where(PersonRow.organization_id == by.organization_id, PersonRow.kind == SERVICE_ACCOUNT)
            .order_by(func.lower(PersonRow.name), PersonRow.id)
        )
    )
    count = (
        select(TokenRow.person_id, func.count())
        .where(TokenRow.revoked_at.is_(None), TokenRow.expires_at.is_(None) | (TokenRow.expires_at > now()))
        .group_by(TokenRow.person_id)
    )
    tokens = dict((await session.execute(count)).all())
    return [(each, tokens.get(each.row.id, 0)) for each in await people.described(session, rows)]


async def create(session: AsyncSession, by: Person, *, name: str, role: Role | None) -> PersonRow:
    """Raises `MoreThanYours`."""
    row = people.service_account_row(by.organization_id, name, now())
    session.add(row)
    await session.flush()
    subject = Subject("service-account", row.id, name)
    await record(session, Action.SERVICE_ACCOUNT_CREATED, actor=by, subject=subject)
    if role is not None:
        holder = holding.Holder("person", row.id, name)
        await holding.change(session, by, holder, None, role=role, custom=(), may_give_custom=True)
    return row
