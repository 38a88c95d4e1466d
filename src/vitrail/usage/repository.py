"""All SQL about what was spent and may be spent. Every read takes the person, or the organisation a build is in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.identity.tables import OrganizationRow
from vitrail.usage.tables import BudgetRow, ReservationRow, UsageRow

KINDS = ("organization", "project", "person")


async def one_spender_at_a_time(session: AsyncSession, organization_id: str) -> None:
    """Holds the organisation's row until the transaction ends. On SQLite the write before it holds the database.

    Not a plain FOR UPDATE: every row that names the organisation holds its key, and two writers would wait for each
    other for ever.
    """
    found = select(OrganizationRow.id).where(OrganizationRow.id == organization_id)
    await session.execute(found.with_for_update(key_share=True))


async def budgets_for(
    session: AsyncSession, organization_id: str, *, person_id: str, project_id: str
) -> list[BudgetRow]:
    """The budgets that a build of this person in this project spends from: the organisation's, and the project's and
    the person's own ones, or else those that everybody has."""
    found = select(BudgetRow).where(
        BudgetRow.organization_id == organization_id,
        or_(BudgetRow.subject_id.is_(None), BudgetRow.subject_id.in_([person_id, project_id])),
    )
    rows = list(await session.scalars(found.order_by(BudgetRow.created_at, BudgetRow.id)))
    chosen: list[BudgetRow] = []
    for kind, subject in zip(KINDS, (None, project_id, person_id), strict=True):
        of_kind = [row for row in rows if row.kind == kind]
        own = [row for row in of_kind if row.subject_id == subject]
        chosen += own or [row for row in of_kind if row.subject_id is None]
    return chosen


async def spent(
    session: AsyncSession, organization_id: str, since: datetime, *, kind: str, subject_id: str | None
) -> int:
    """Millionths of a dollar since a moment, by everybody, in one project, or by one person; corrections included."""
    where: list[ColumnElement[bool]] = [UsageRow.organization_id == organization_id, UsageRow.at >= since]
    if kind == "project":
        where.append(UsageRow.project_id == subject_id)
    elif kind == "person":
        where.append(UsageRow.person_id == subject_id)
    total = await session.scalar(select(func.coalesce(func.sum(UsageRow.cost_micros), 0)).where(*where))
    return int(total or 0)


async def set_aside(
    session: AsyncSession, organization_id: str, at: datetime, *, kind: str, subject_id: str | None
) -> int:
    """Millionths of a dollar that calls under way may take."""
    where: list[ColumnElement[bool]] = [
        ReservationRow.organization_id == organization_id,
        ReservationRow.expires_at > at,
    ]
    if kind == "project":
        where.append(ReservationRow.project_id == subject_id)
    elif kind == "person":
        where.append(ReservationRow.person_id == subject_id)
    total = await session.scalar(select(func.coalesce(func.sum(ReservationRow.cost_micros), 0)).where(*where))
    return int(total or 0)


async def forget_lapsed(session: AsyncSession, organization_id: str, at: datetime) -> None:
    await session.execute(
        delete(ReservationRow).where(
            and_(ReservationRow.organization_id == organization_id, ReservationRow.expires_at <= at)
        )
    )


async def release(session: AsyncSession, reservation_ids: Sequence[str]) -> None:
    await session.execute(delete(ReservationRow).where(ReservationRow.id.in_(reservation_ids)))


async def spent_on_version(session: AsyncSession, version_id: str) -> tuple[int, bool]:
    """What a version's model calls cost so far, and whether the price of every one is known."""
    found = select(
        func.coalesce(func.sum(UsageRow.cost_micros), 0), func.count().filter(UsageRow.cost_micros.is_(None))
    ).where(UsageRow.version_id == version_id, UsageRow.kind == "model")
    total, unknown = (await session.execute(found)).one()
    return int(total or 0), unknown == 0


async def budgets(session: AsyncSession, organization_id: str) -> list[BudgetRow]:
    """All budgets of an organisation: the organisation's, then projects', then people's, those for everybody first."""
    found = select(BudgetRow).where(BudgetRow.organization_id == organization_id)
    rows = list(await session.scalars(found.order_by(BudgetRow.created_at, BudgetRow.id)))
    return sorted(rows, key=lambda row: (KINDS.index(row.kind), row.subject_id is not None))


async def budget(session: AsyncSession, organization_id: str, budget_id: str) -> BudgetRow | None:
    return await session.scalar(
        select(BudgetRow).where(BudgetRow.id == budget_id, BudgetRow.organization_id == organization_id)
    )


async def budget_of(session: AsyncSession, organization_id: str, kind: str, subject_id: str | None) -> BudgetRow | None:
    """The budget of exactly this subject (None: everybody's)."""
    same = BudgetRow.subject_id == subject_id if subject_id else BudgetRow.subject_id.is_(None)
    return await session.scalar(
        select(BudgetRow).where(BudgetRow.organization_id == organization_id, BudgetRow.kind == kind, same)
    )


async def entry(session: AsyncSession, organization_id: str, entry_id: str) -> UsageRow | None:
    return await session.scalar(
        select(UsageRow).where(UsageRow.id == entry_id, UsageRow.organization_id == organization_id)
    )
