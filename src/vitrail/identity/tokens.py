"""Tokens: of oneself, of service accounts, and all of the organisation's. A token is shown once; what is kept is its
hash. It never does more than its owner may, and less where it is limited to scopes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import not_found
from vitrail.access.scopes import SCOPES
from vitrail.audit.log import Action, Subject, record
from vitrail.db.base import new_id, now
from vitrail.errors import InvalidInput
from vitrail.identity.person import Person
from vitrail.identity.tables import PersonRow, TokenRow
from vitrail.secret import digest, token

TOKEN_PREFIX = "vt_"  # noqa: S105 — makes our tokens findable by secret scanners
MAX_TOKENS = 100
LONGEST_OVERLAP = timedelta(days=7)


async def issue(
    session: AsyncSession,
    by: Person,
    owner_id: str,
    *,
    name: str,
    expires_at: datetime | None,
    scopes: Collection[str] | None,
) -> tuple[TokenRow, str]:
    """A new token of `owner_id`: its row, and the token itself for the only time. Raises `InvalidInput`."""
    at = now()
    if expires_at is not None and expires_at <= at:
        raise InvalidInput("expiresAt: has to be in the future.", cure="Send e.g. 2030-01-31T00:00:00Z, or leave it.")
    unknown = sorted(set(scopes or ()) - SCOPES.keys())
    if unknown:
        raise InvalidInput(f"scopes: there is no {unknown[0]!r}.", cure="docs/permissions.md lists them.")
    held = await session.scalar(
        select(func.count()).select_from(TokenRow).where(TokenRow.person_id == owner_id, TokenRow.revoked_at.is_(None))
    )
    if (held or 0) >= MAX_TOKENS:
        raise InvalidInput(f"One may hold {MAX_TOKENS} tokens at most.", cure="Revoke some that are not used any more.")
    secret = TOKEN_PREFIX + token()
    row = TokenRow(
        id=new_id(),
        person_id=owner_id,
        name=name,
        token_hash=digest(secret),
        prefix=secret[:8],
        created_at=at,
        expires_at=expires_at,
        last_used_at=None,
        revoked_at=None,
        scopes=sorted(set(scopes)) if scopes is not None else None,
    )
    session.add(row)
    await session.flush()
    details = {"owner": owner_id, "expires": expires_at.isoformat() if expires_at else "never"}
    limited = {"scopes": list(row.scopes)} if row.scopes is not None else {}
    await record(
        session, Action.TOKEN_CREATED, actor=by, subject=Subject("token", row.id, name), details={**details, **limited}
    )
    return row, secret


async def rotate(session: AsyncSession, by: Person, row: TokenRow, *, overlap: timedelta) -> tuple[TokenRow, str]:
    """A new token with the same name, owner, scopes and end; the old one works on for `overlap`, so that programs can
    be given the new one meanwhile, and not a moment longer. Raises `InvalidInput`."""
    made, secret = await issue(session, by, row.person_id, name=row.name, expires_at=row.expires_at, scopes=row.scopes)
    ends = now() + overlap
    if overlap:
        row.expires_at = min(row.expires_at, ends) if row.expires_at else ends
    else:
        row.revoked_at = ends
    await session.flush()
    await record(
        session,
        Action.TOKEN_ROTATED,
        actor=by,
        subject=Subject("token", row.id, row.name),
        details={"new": made.id, "overlapMinutes": int(overlap.total_seconds() // 60)},
    )
    return made, secret


async def revoke(session: AsyncSession, by: Person, row: TokenRow) -> None:
    """Ends a token at once."""
    row.revoked_at = now()
    await session.flush()
    await record(session, Action.TOKEN_REVOKED, actor=by, subject=Subject("token", row.id, row.name))


async def of_owner(session: AsyncSession, owner_id: str) -> list[TokenRow]:
    """Tokens that were not revoked, newest first."""
    found = (
        select(TokenRow)
        .where(TokenRow.person_id == owner_id, TokenRow.revoked_at.is_(None))
        .order_by(TokenRow.created_at.desc(), TokenRow.id)
    )
    return list(await session.scalars(found))


async def own(session: AsyncSession, owner_id: str, token_id: str) -> TokenRow:
    """One of the owner's tokens that was not revoked. Raises `NotFound`."""
    row = await session.scalar(
        select(TokenRow).where(TokenRow.id == token_id, TokenRow.person_id == owner_id, TokenRow.revoked_at.is_(None))
    )
    if row is None:
        raise not_found("token")
    return row


async def anybodys(session: AsyncSession, by: Person, token_id: str) -> TokenRow:
    """A token of anybody in the organisation that was not revoked. Raises `NotFound`."""
    row = await session.scalar(
        select(TokenRow)
        .join(PersonRow, PersonRow.id == TokenRow.person_id)
        .where(
            TokenRow.id == token_id,
            PersonRow.organization_id == by.organization_id,
            TokenRow.revoked_at.is_(None),
        )
    )
    if row is None:
        raise not_found("token")
    return row


async def page(
    session: AsyncSession, by: Person, q: str | None, *, limit: int, offset: int
) -> tuple[list[tuple[TokenRow, PersonRow]], int]:
    """All tokens of the organisation that work, by owner and age, and how many they are."""
    here = [
        PersonRow.organization_id == by.organization_id,
        TokenRow.revoked_at.is_(None),
        TokenRow.expires_at.is_(None) | (TokenRow.expires_at > now()),
    ]
    if q:
        here.append(PersonRow.name.icontains(q, autoescape=True) | TokenRow.name.icontains(q, autoescape=True))
    joined = PersonRow.id == TokenRow.person_id
    total = await session.scalar(select(func.count()).select_from(TokenRow).join(PersonRow, joined).where(*here))
    found = await session.execute(
        select(TokenRow, PersonRow)
        .join(PersonRow, joined)
        .where(*here)
        .order_by(func.lower(PersonRow.name), TokenRow.created_at.desc(), TokenRow.id)
        .limit(limit)
        .offset(offset)
    )
    return [(row, person) for row, person in found], total or 0
