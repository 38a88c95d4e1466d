"""HTTP about cost: what was spent, and budgets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from vitrail.access.dependencies import CurrentPerson, require
from vitrail.db.base import now
from vitrail.db.dependencies import DbSession
from vitrail.http.csv_answer import csv_answer
from vitrail.identity.person import Person
from vitrail.services import CurrentServices
from vitrail.usage import budgets, report, service
from vitrail.usage import schemas as wire
from vitrail.usage.budgets import Spender, Standing
from vitrail.usage.report import Asked, By
from vitrail.usage.service import Money
from vitrail.usage.tables import BudgetRow, UsageRow
from vitrail.wire import Day

router = APIRouter(tags=["cost"])
Administrator = Annotated[Person, require("manage", "Organization", of="organization")]
Id = Annotated[str | None, Query(max_length=36)]
DAYS = 30
PAGE = 100
MOST_LINES = 100_000
LINE_COLUMNS = (
    "id",
    "at",
    "kind",
    "person",
    "project",
    "app",
    "version",
    "stage",
    "provider",
    "model",
    "calls",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "sandbox_seconds",
    "cost",
    "currency",
    "corrects",
    "note",
)


def lines_asked(
    since: Annotated[Day | None, Query(description="First day, UTC. Default: 30 days before the last.")] = None,
    until: Annotated[Day | None, Query(description="Last day, UTC. Default: today.")] = None,
    person: Id = None,
    project: Id = None,
    app: Id = None,
    model: Annotated[str | None, Query(max_length=200)] = None,
) -> Asked:
    return service.asked(since, until, DAYS, person_id=person, project_id=project, app_id=app, model=model)


AskedLines = Annotated[Asked, Depends(lines_asked)]


@router.get("/usage")
async def get_usage(
    asked: AskedLines, person: CurrentPerson, services: CurrentServices, session: DbSession, by: By = By.DAY
) -> wire.UsageReport:
    """What was spent, added up. Everybody sees their own; who manages a project or the organisation sees all of it."""
    money = Money(services.settings)
    return wire.UsageReport(
        since=asked.since,
        until=asked.until,
        by=by,
        currency=money.currency,
        groups=[money.group(group) for group in await report.groups(session, person, asked, by)],
        total=money.figures(await report.total(session, person, asked)),
    )


@router.get("/usage.csv", response_class=StreamingResponse)
async def get_usage_csv(
    asked: AskedLines, person: CurrentPerson, services: CurrentServices, session: DbSession, by: By = By.DAY
) -> StreamingResponse:
    """The same as a file."""
    money = Money(services.settings)
    rows = [money.group(group) for group in await report.groups(session, person, asked, by)]
    figures = list(wire.Figures.model_fields)
    return csv_answer(
        f"usage-by-{by}.csv",
        ["key", by.value, *figures, "currency"],
        ([row.key, row.label, *(getattr(row, name) for name in figures), money.currency] for row in rows),
    )


@router.get("/usage/entries")
async def list_usage_entries(
    asked: AskedLines,
    person: CurrentPerson,
    services: CurrentServices,
    session: DbSession,
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
    before: Id = None,
) -> wire.UsageEntries:
    """Single lines of the ledger, newest first."""
    money = Money(services.settings)
    rows = await report.entries(session, person, asked, limit=limit, before=before)
    return wire.UsageEntries(
        currency=money.currency,
        entries=[_entry(row, money) for row in rows],
        next=rows[-1].id if len(rows) == limit else None,
    )


@router.get("/usage/entries.csv", response_class=StreamingResponse)
async def get_usage_entries_csv(
    asked: AskedLines, person: CurrentPerson, services: CurrentServices, session: DbSession
) -> StreamingResponse:
    """Single lines as a file, 100,000 at most."""
    money = Money(services.settings)
    rows = await report.entries(session, person, asked, limit=MOST_LINES)
    return csv_answer("usage.csv", LINE_COLUMNS, (_line(_entry(row, money), money) for row in rows))


@router.post("/usage/corrections", status_code=201)
async def correct_usage(
    wanted: wire.NewCorrection, person: Administrator, services: CurrentServices, session: DbSession
) -> wire.UsageEntry:
    """Put a line right by adding one. The line itself stays as it was written."""
    money = Money(services.settings)
    return _entry(await service.correct(session, person, wanted, money), money)


@router.get("/budgets")
async def list_budgets(person: Administrator, services: CurrentServices, session: DbSession) -> list[wire.Budget]:
    """All budgets and how they stand this month."""
    money = Money(services.settings)
    return [_budget(*found, money) for found in await service.list_budgets(session, person)]


@router.post("/budgets", status_code=201)
async def create_budget(
    wanted: wire.NewBudget, person: Administrator, services: CurrentServices, session: DbSession
) -> wire.Budget:
    """Bound what a month's builds may cost: of the organisation, a project, a person, or each of them."""
    money = Money(services.settings)
    return _budget(*await service.add_budget(session, person, wanted, money), money)


@router.patch("/budgets/{budget_id}")
async def change_budget(
    budget_id: str, change: wire.BudgetChange, person: Administrator, services: CurrentServices, session: DbSession
) -> wire.Budget:
    """Raise, lower or soften a budget; it holds from the next model call on."""
    money = Money(services.settings)
    return _budget(*await service.change_budget(session, person, budget_id, change, money), money)


@router.delete("/budgets/{budget_id}", status_code=204)
async def remove_budget(budget_id: str, person: Administrator, services: CurrentServices, session: DbSession) -> None:
    """Remove a budget. What was spent stays in the ledger."""
    await service.remove_budget(session, person, budget_id, Money(services.settings))


@router.get("/projects/{project_id}/budget")
async def my_budget(
    project_id: str,
    person: Annotated[Person, require("view", "Project")],
    services: CurrentServices,
    session: DbSession,
) -> wire.MyBudgets:
    """What a build of mine in this project would spend from. Of budgets that are not mine alone, only the share."""
    money = Money(services.settings)
    spender = Spender(person.organization_id, person.id, project_id)
    found = await budgets.standings(session, spender, now())
    return wire.MyBudgets(currency=money.currency, budgets=[_mine(standing, money) for standing in found])


def _mine(standing: Standing, money: Money) -> wire.MyBudget:
    own = standing.budget.kind == "person"
    return wire.MyBudget(
        kind=standing.budget.kind,
        limit=money.shown(standing.budget.limit_micros) if own else None,
        spent=money.shown(standing.spent) if own else None,
        percent=round(standing.percent, 1),
        level=standing.level,
        stops=standing.budget.stops,
    )


def _budget(row: BudgetRow, standing: Standing | None, name: str | None, money: Money) -> wire.Budget:
    return wire.Budget(
        id=row.id,
        kind=row.kind,
        subject=wire.Ref(id=row.subject_id, name=name or "") if row.subject_id else None,
        limit=money.shown(row.limit_micros),
        warn_at=row.warn_at,
        stops=row.stops,
        currency=money.currency,
        spent=money.shown(standing.spent) if standing else None,
        percent=round(standing.percent, 1) if standing else None,
        level=standing.level if standing else None,
    )


def _entry(row: UsageRow, money: Money) -> wire.UsageEntry:
    def ref(id: str | None, name: str) -> wire.Ref | None:
        return wire.Ref(id=id, name=name) if id else None

    return wire.UsageEntry(
        id=row.id,
        at=row.at,
        kind=row.kind,
        person=ref(row.person_id, row.person_name),
        project=ref(row.project_id, row.project_name),
        app=ref(row.app_id, row.app_name),
        version=row.version,
        stage=row.stage,
        provider=row.provider,
        model=row.model,
        calls=row.calls,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cache_read_tokens=row.cache_read_tokens,
        cache_write_tokens=row.cache_write_tokens,
        sandbox_seconds=round(row.seconds, 1),
        cost=money.shown(row.cost_micros) if row.cost_micros is not None else None,
        corrects=row.corrects_id,
        note=row.note,
    )


def _line(entry: wire.UsageEntry, money: Money) -> list[object]:
    """The entry in the order of `LINE_COLUMNS`."""

    def cell(column: str) -> object:
        if column == "currency":
            return money.currency
        value = getattr(entry, column)
        if isinstance(value, datetime):
            return value.isoformat()
        return value.name if isinstance(value, wire.Ref) else value

    return [cell(column) for column in LINE_COLUMNS]
