"""All SQL about people, their sign-ins, tokens and attributes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.roles import organization_scopes, project_scopes
from vitrail.access.tables import OrganizationGrantRow, ProjectGrantRow
from vitrail.db.base import new_id
from vitrail.identity.person import Person
from vitrail.identity.tables import (
    AttributeRow,
    AttributeValueRow,
    OrganizationRow,
    PersonRow,
    SignInRow,
    TokenRow,
)


def fold(email: str) -> str:
    """How an e-mail address is kept and compared."""
    return email.strip().casefold()


async def row_by_email(session: AsyncSession, email: str) -> PersonRow | None:
    """The active person with this address."""
    found = select(PersonRow).where(PersonRow.email == fold(email), PersonRow.active)
    return await session.scalar(found)


async def organization(session: AsyncSession, person: Person) -> OrganizationRow:
    """The person's own organisation."""
    return await session.get_one(OrganizationRow, person.organization_id)


async def load(session: AsyncSession, person_id: str) -> Person | None:
    """The person with all they hold today, or None when there is none or they were switched off."""
    return await _one(session, select(PersonRow).where(PersonRow.id == person_id, PersonRow.active))


async def _one(session: AsyncSession, found: Select[PersonRow]) -> Person | None:
    row = await session.scalar(found)
    if row is None:
        return None
    role = await session.scalar(select(OrganizationGrantRow.role).where(OrganizationGrantRow.person_id == row.id))
    grants = await session.execute(
        select(ProjectGrantRow.project_id, ProjectGrantRow.role).where(ProjectGrantRow.person_id == row.id)
    )
    roles = dict(grants.all())
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        organization_id=row.organization_id,
        email_verified=row.email_verified,
        organization_role=role,
        project_roles=roles,
        organization_scopes=organization_scopes(role),
        project_scopes={project_id: project_scopes(name) for project_id, name in roles.items()},
        attributes=await attributes_of(session, row.id, row.organization_id),
    )


async def attributes_of(session: AsyncSession, person_id: str, organization_id: str) -> dict[str, tuple[str, ...]]:
    """A person's attribute values; where they have none of their own, the attribute's default."""
    found = await session.execute(
        select(AttributeRow.name, AttributeValueRow.values, AttributeRow.default_values)
        .join(
            AttributeValueRow,
            (AttributeValueRow.attribute_id == AttributeRow.id) & (AttributeValueRow.person_id == person_id),
            isouter=True,
        )
        .where(AttributeRow.organization_id == organization_id)
    )
    held = {name: own if own is not None else default for name, own, default in found}
    return {name: tuple(values) for name, values in held.items() if values}


# -- Sign-ins


async def sign_in_by_hash(
    session: AsyncSession, token_hash: str, at: datetime, idle: timedelta
) -> tuple[SignInRow, Person] | None:
    """The sign-in behind a cookie and who it is, while neither its idle nor its absolute time has passed."""
    row = await session.scalar(
        select(SignInRow).where(
            SignInRow.token_hash == token_hash, SignInRow.expires_at > at, SignInRow.last_seen_at > at - idle
        )
    )
    if row is None:
        return None
    person = await load(session, row.person_id)
    return (row, person) if person else None


async def add_sign_in(
    session: AsyncSession, person_id: str, token_hash: str, user_agent: str, at: datetime, ends: datetime
) -> None:
    session.add(
        SignInRow(
            id=new_id(),
            person_id=person_id,
            token_hash=token_hash,
            user_agent=user_agent[:200],
            created_at=at,
            last_seen_at=at,
            expires_at=ends,
        )
    )


async def touch_sign_in(session: AsyncSession, sign_in_id: str, at: datetime) -> None:
    await session.execute(update(SignInRow).where(SignInRow.id == sign_in_id).values(last_seen_at=at))


async def end_sign_in(session: AsyncSession, token_hash: str) -> None:
    await session.execute(delete(SignInRow).where(SignInRow.token_hash == token_hash))


async def end_past_sign_ins(session: AsyncSession, at: datetime, idle: timedelta) -> None:
    """Forgets sign-ins whose time has passed."""
    await session.execute(delete(SignInRow).where((SignInRow.expires_at <= at) | (SignInRow.last_seen_at <= at - idle)))


# -- Personal access tokens


async def token_by_hash(session: AsyncSession, token_hash: str, at: datetime) -> tuple[TokenRow, Person] | None:
    """The token and its owner, unless it was revoked or its time has passed."""
    row = await session.scalar(
        select(TokenRow).where(
            TokenRow.token_hash == token_hash,
            TokenRow.revoked_at.is_(None),
            TokenRow.expires_at.is_(None) | (TokenRow.expires_at > at),
        )
    )
    if row is None:
        return None
    person = await load(session, row.person_id)
    return (row, person) if person else None


async def touch_token(session: AsyncSession, token_id: str, at: datetime) -> None:
    await session.execute(update(TokenRow).where(TokenRow.id == token_id).values(last_used_at=at))


async def tokens_of(session: AsyncSession, person: Person) -> list[TokenRow]:
    """A person's own tokens that were not revoked, newest first."""
    found = (
        select(TokenRow)
        .where(TokenRow.person_id == person.id, TokenRow.revoked_at.is_(None))
        .order_by(TokenRow.created_at.desc(), TokenRow.id)
    )
    return list(await session.scalars(found))


async def revoke_token(session: AsyncSession, person: Person, token_id: str, at: datetime) -> bool:
    """Revokes one of the person's own tokens; False when they have no such token."""
    changed = await session.execute(
        update(TokenRow)
        .where(TokenRow.id == token_id, TokenRow.person_id == person.id, TokenRow.revoked_at.is_(None))
        .values(revoked_at=at)
        .returning(TokenRow.id)
    )
    return changed.first() is not None
