"""Whether there is money left: asked before each model call, in one transaction with setting it aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.db.base import new_id
from vitrail.errors import Forbidden
from vitrail.usage import repository
from vitrail.usage.tables import BudgetRow, ReservationRow

LAPSES = timedelta(minutes=15)
"""Longer than any model call; after that, whoever set the money aside is gone."""


class BudgetReached(Forbidden):
    """There is no money left for what was asked."""

    title = "A budget is used up"
    code = "budget-reached"


@dataclass(frozen=True, slots=True)
class Spender:
    """Who spends where: what a build's budgets hang on."""

    organization_id: str
    person_id: str
    project_id: str

    def subject(self, kind: str) -> str | None:
        """The project's or the person's id, as the kind of a budget asks; None for the organisation."""
        return {"project": self.project_id, "person": self.person_id}.get(kind)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one budget stands this month, in millionths of a dollar."""

    budget: BudgetRow
    spent: int
    set_aside: int

    @property
    def percent(self) -> float:
        """Of the limit, without what is set aside. A limit of nothing is used up."""
        return 100.0 * self.spent / self.budget.limit_micros if self.budget.limit_micros else 100.0

    @property
    def level(self) -> str:
        """`ok`, `warning` or `reached`."""
        if self.percent >= 100:
            return "reached"
        return "warning" if any(self.percent >= percent for percent in self.budget.warn_at) else "ok"

    def name(self) -> str:
        """In the builder's words."""
        whose = {"organization": "The organisation's", "project": "The project's", "person": "Your"}
        return f"{whose[self.budget.kind]} budget of this month"


def month_of(at: datetime) -> datetime:
    """The first moment of the calendar month, in UTC."""
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


async def standings(session: AsyncSession, spender: Spender, at: datetime) -> list[Standing]:
    """How each budget stands that this spender spends from."""
    found = await repository.budgets_for(
        session, spender.organization_id, person_id=spender.person_id, project_id=spender.project_id
    )
    return [await standing(session, row, spender.subject(row.kind), at) for row in found]


async def standing(session: AsyncSession, row: BudgetRow, subject_id: str | None, at: datetime) -> Standing:
    """How a budget stands for its subject."""
    organization = row.organization_id
    return Standing(
        row,
        await repository.spent(session, organization, month_of(at), kind=row.kind, subject_id=subject_id),
        await repository.set_aside(session, organization, at, kind=row.kind, subject_id=subject_id),
    )


async def set_aside(session: AsyncSession, spender: Spender, cost_micros: int, at: datetime) -> str:
    """Sets money aside for a call that is about to be made; gives the id to release it by. Raises `BudgetReached`
    when a budget that stops builds has less left. Two builds at once can't be given the same money: the first write
    holds the database (SQLite) or the organisation's row (Postgres) until the transaction ends."""
    row = ReservationRow(
        id=new_id(),
        organization_id=spender.organization_id,
        person_id=spender.person_id,
        project_id=spender.project_id,
        cost_micros=cost_micros,
        expires_at=at + LAPSES,
    )
    session.add(row)
    await session.flush()
    await repository.one_spender_at_a_time(session, spender.organization_id)
    await repository.forget_lapsed(session, spender.organization_id, at)
    for found in await standings(session, spender, at):
        if found.budget.stops and found.spent + found.set_aside > found.budget.limit_micros:
            raise reached(found)
    return row.id


async def check_room(session: AsyncSession, spender: Spender, at: datetime) -> None:
    """Raises `BudgetReached` when nothing is left: before a build is even queued."""
    for found in await standings(session, spender, at):
        if found.budget.stops and found.spent >= found.budget.limit_micros:
            raise reached(found)


def reached(found: Standing) -> BudgetReached:
    limit, spent = found.budget.limit_micros / 1e6, found.spent / 1e6
    left = max(0.0, limit - spent)
    rest = f"; the next call may take more than the {left:,.2f} that are left" if left else ""
    return BudgetReached(
        f"{found.name()} is ${limit:,.2f}, of which ${spent:,.2f} are spent{rest}.",
        cure="Ask an administrator to raise it (Settings → Cost), or wait for the next month.",
    )
