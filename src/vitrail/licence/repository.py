"""All SQL of what is remembered about the licence. It belongs to the instance, not to a person: only the keeper reads
it, and people see it through `routes.py`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.identity.tables import OrganizationRow
from vitrail.licence.tables import LicenceRow


async def row(session: AsyncSession, fingerprint: str) -> LicenceRow | None:
    return await session.get(LicenceRow, fingerprint, populate_existing=True)


async def last_used(session: AsyncSession) -> LicenceRow | None:
    """The licence that the instance was last started with."""
    return (await session.scalars(select(LicenceRow).order_by(LicenceRow.used_at.desc()).limit(1))).first()


async def add(session: AsyncSession, new: LicenceRow) -> bool:
    """False when another process was first."""
    try:
        async with session.begin_nested():
            session.add(new)
    except IntegrityError:
        return False
    return True


async def used(session: AsyncSession, fingerprint: str, at: datetime) -> None:
    await session.execute(update(LicenceRow).where(LicenceRow.fingerprint == fingerprint).values(used_at=at))


async def seen(session: AsyncSession, fingerprint: str, at: datetime) -> None:
    """Moves the latest moment forward, never back."""
    moved = update(LicenceRow).where(LicenceRow.fingerprint == fingerprint, LicenceRow.seen_at < at)
    await session.execute(moved.values(seen_at=at))


async def turn(session: AsyncSession, fingerprint: str, before: str, after: str) -> bool:
    """Notes a new status; true for the one process that did it."""
    turned = update(LicenceRow).where(LicenceRow.fingerprint == fingerprint, LicenceRow.status == before)
    found = await session.execute(turned.values(status=after).returning(LicenceRow.fingerprint))
    return found.first() is not None


async def claim(session: AsyncSession, fingerprint: str, at: datetime, *, lease: timedelta, since: datetime) -> bool:
    """True for the one process that is to ask the licence server now: when it is due, when it was not asked since
    `since`, or when what is written lies in the future, because the clock ran ahead."""
    due = or_(LicenceRow.next_at <= at, LicenceRow.tried_at.is_(None), LicenceRow.tried_at < since)
    ahead = LicenceRow.next_at > at + timedelta(days=2)
    claimed = update(LicenceRow).where(LicenceRow.fingerprint == fingerprint, or_(due, ahead))
    found = await session.execute(claimed.values(next_at=at + lease, tried_at=at).returning(LicenceRow.fingerprint))
    return found.first() is not None


async def note(session: AsyncSession, fingerprint: str, **values: Any) -> None:
    """Writes down how asking went."""
    await session.execute(update(LicenceRow).where(LicenceRow.fingerprint == fingerprint).values(**values))


async def organizations(session: AsyncSession) -> list[str]:
    return list(await session.scalars(select(OrganizationRow.id)))
