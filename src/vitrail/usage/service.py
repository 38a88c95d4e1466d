"""The rules of cost: who sees what, budgets, corrections."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import not_found
from vitrail.audit.log import Action, Subject, record
from vitrail.db.base import new_id, now
from vitrail.errors import Conflict, InvalidInput
from vitrail.identity.person import Person
from vitrail.identity.tables import PersonRow
from vitrail.projects.tables import ProjectRow
from vitrail.settings import Settings
from vitrail.usage import budgets, repository
from vitrail.usage import schemas as wire
from vitrail.usage.budgets import Standing
from vitrail.usage.report import Asked, Group, last_days
from vitrail.usage.tables import BudgetRow, UsageRow

LONGEST = 3660
"""Days at most in one report: ten years."""


class BudgetThere(Conflict):
    """There is a budget for this already."""

    title = "There is such a budget already"
    code = "budget-exists"


def asked(since: date | None, until: date | None, days: int, **what: str | None) -> Asked:
    """What a request asks for; without dates, the last `days`. Raises `InvalidInput`."""
    first, last = last_days(until or now().date(), days)
    first = since or first
    if first > last:
        raise InvalidInput("since: is after until.", cure="Send the earlier day as since.")
    if (last - first).days >= LONGEST:
        raise InvalidInput(f"since: a report spans {LONGEST} days at most.", cure="Ask for fewer days at once.")
    return Asked(first, last, **what)


class Money:
    """Between millionths of a dollar and the currency that people read."""

    def __init__(self, settings: Settings) -> None:
        self.currency = settings.currency
        self._rate = settings.currency_per_usd

    def shown(self, micros: int) -> float:
        return float(round(Decimal(micros) / 1_000_000 * self._rate, 6))

    def micros(self, amount: float) -> int:
        return round(Decimal(str(amount)) / self._rate * 1_000_000)

    def figures(self, group: Group) -> wire.Figures:
        return wire.Figures(**self._figures(group))

    def group(self, group: Group) -> wire.UsageGroup:
        return wire.UsageGroup(key=group.key, label=group.label, **self._figures(group))

    def _figures(self, group: Group) -> dict[str, float]:
        return {
            "calls": group.calls,
            "unpriced_calls": group.unpriced,
            "input_tokens": group.input_tokens,
            "output_tokens": group.output_tokens,
            "cache_read_tokens": group.cache_read_tokens,
            "cache_write_tokens": group.cache_write_tokens,
            "sandbox_seconds": group.sandbox_seconds,
            "cost": self.shown(group.cost_micros),
        }


async def correct(session: AsyncSession, person: Person, wanted: wire.NewCorrection, money: Money) -> UsageRow:
    """A new line that puts an earlier one right. The earlier one stays as it is."""
    wrong = await repository.entry(session, person.organization_id, wanted.entry_id)
    if wrong is None:
        raise not_found("line of the ledger")
    if wrong.kind == "correction":
        raise InvalidInput("entryId: names a correction.", cure="Correct the line that it belongs to.")
    at = now()
    row = UsageRow(
        id=new_id(),
        organization_id=wrong.organization_id,
        # Counted on the day it is written: a month that is closed stays closed.
        at=at,
        day=at.date().isoformat(),
        kind="correction",
        person_id=wrong.person_id,
        person_name=wrong.person_name,
        project_id=wrong.project_id,
        project_name=wrong.project_name,
        app_id=wrong.app_id,
        app_name=wrong.app_name,
        version_id=wrong.version_id,
        version=wrong.version,
        stage=wrong.stage,
        provider=wrong.provider,
        model=wrong.model,
        cost_micros=money.micros(wanted.cost),
        corrects_id=wrong.id,
        note=wanted.note,
        written_by=person.id,
    )
    session.add(row)
    await session.flush()
    await record(
        session,
        Action.USAGE_CORRECTED,
        actor=person,
        subject=Subject("usage", wrong.id),
        project_id=wrong.project_id,
        details={"cost": wanted.cost, "currency": money.currency},
    )
    return row


async def list_budgets(session: AsyncSession, person: Person) -> list[tuple[BudgetRow, Standing | None, str | None]]:
    """Each budget with how it stands (None for one that everybody has) and its subject's name."""
    at = now()
    rows = await repository.budgets(session, person.organization_id)
    return [await _with_standing(session, row, at) for row in rows]


async def _with_standing(
    session: AsyncSession, row: BudgetRow, at: datetime
) -> tuple[BudgetRow, Standing | None, str | None]:
    for_each = row.kind != "organization" and row.subject_id is None
    found = None if for_each else await budgets.standing(session, row, row.subject_id, at)
    return row, found, await _subject_name(session, row.kind, row.subject_id)


async def _subject_name(session: AsyncSession, kind: str, subject_id: str | None) -> str | None:
    if subject_id is None:
        return None
    row = await _subject(session, kind, subject_id)
    return row.name if row else None


async def _subject(session: AsyncSession, kind: str, subject_id: str) -> ProjectRow | PersonRow | None:
    if kind == "project":
        return await session.get(ProjectRow, subject_id)
    return await session.get(PersonRow, subject_id)


async def add_budget(
    session: AsyncSession, person: Person, wanted: wire.NewBudget, money: Money
) -> tuple[BudgetRow, Standing | None, str | None]:
    """A new budget. Raises `BudgetThere`, or `NotFound` for a subject of another organisation."""
    if wanted.subject_id is not None:
        subject = await _subject(session, wanted.kind, wanted.subject_id)
        if subject is None or subject.organization_id != person.organization_id:
            raise not_found(wanted.kind)
    await repository.one_spender_at_a_time(session, person.organization_id)
    if await repository.budget_of(session, person.organization_id, wanted.kind, wanted.subject_id) is not None:
        raise BudgetThere(f"This {wanted.kind} has a budget already.", cure="Change that one.")
    at = now()
    row = BudgetRow(
        id=new_id(),
        organization_id=person.organization_id,
        kind=wanted.kind,
        subject_id=wanted.subject_id,
        limit_micros=money.micros(wanted.limit),
        warn_at=sorted(set(wanted.warn_at)),
        stops=wanted.stops,
        created_at=at,
        updated_at=at,
    )
    session.add(row)
    await session.flush()
    await _recorded(session, person, Action.BUDGET_CREATED, row, money)
    return await _with_standing(session, row, at)


async def change_budget(
    session: AsyncSession, person: Person, budget_id: str, change: wire.BudgetChange, money: Money
) -> tuple[BudgetRow, Standing | None, str | None]:
    """Raises `NotFound`."""
    row = await _budget(session, person, budget_id)
    if change.limit is not None:
        row.limit_micros = money.micros(change.limit)
    if change.warn_at is not None:
        row.warn_at = sorted(set(change.warn_at))
    if change.stops is not None:
        row.stops = change.stops
    row.updated_at = now()
    await session.flush()
    await _recorded(session, person, Action.BUDGET_CHANGED, row, money)
    return await _with_standing(session, row, now())


async def remove_budget(session: AsyncSession, person: Person, budget_id: str, money: Money) -> None:
    """What was spent stays in the ledger. Raises `NotFound`."""
    row = await _budget(session, person, budget_id)
    await _recorded(session, person, Action.BUDGET_REMOVED, row, money)
    await session.delete(row)


async def _budget(session: AsyncSession, person: Person, budget_id: str) -> BudgetRow:
    row = await repository.budget(session, person.organization_id, budget_id)
    if row is None:
        raise not_found("budget")
    return row


async def _recorded(session: AsyncSession, person: Person, action: Action, row: BudgetRow, money: Money) -> None:
    await record(
        session,
        action,
        actor=person,
        subject=Subject("budget", row.id, row.kind),
        project_id=row.subject_id if row.kind == "project" else None,
        details={
            "of": row.subject_id or ("everybody" if row.kind != "organization" else "organization"),
            "limit": money.shown(row.limit_micros),
            "currency": money.currency,
            "stops": row.stops,
        },
    )
