"""What was spent, grouped: the SQL behind the page, its CSV and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.identity.person import Person
from vitrail.usage.tables import UsageRow


class By(StrEnum):
    """What a report adds up by."""

    DAY = "day"
    PERSON = "person"
    PROJECT = "project"
    APP = "app"
    MODEL = "model"
    STAGE = "stage"
    VERSION = "version"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines: days from the first to the last (both included, UTC), and what they were spent on."""

    since: date
    until: date
    person_id: str | None = None
    project_id: str | None = None
    app_id: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a report. `cost_micros` leaves out `unpriced` calls, whose price is not known."""

    key: str
    label: str
    calls: int
    unpriced: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    sandbox_seconds: float
    cost_micros: int


def visible(person: Person) -> ColumnElement[bool]:
    """Over `UsageRow`: all lines for those who manage the organisation; a project's for those who manage it; and
    everybody's own."""
    here = UsageRow.organization_id == person.organization_id
    if "manage:Organization" in person.organization_scopes:
        return here
    ways: list[ColumnElement[bool]] = [UsageRow.person_id == person.id]
    if "manage:Project" in person.organization_scopes:
        ways.append(UsageRow.project_id.is_not(None))
    managed = [project for project in person.project_scopes if "manage:Project" in person.scopes(project)]
    ways.append(UsageRow.project_id.in_(managed) if managed else false())
    return and_(here, or_(*ways))


def _matching(person: Person, asked: Asked) -> ColumnElement[bool]:
    where = [
        visible(person),
        UsageRow.day >= asked.since.isoformat(),
        UsageRow.day <= asked.until.isoformat(),
    ]
    for column, value in (
        (UsageRow.person_id, asked.person_id),
        (UsageRow.project_id, asked.project_id),
        (UsageRow.app_id, asked.app_id),
        (UsageRow.model, asked.model),
    ):
        if value is not None:
            where.append(column == value)
    return and_(*where)


FIGURES = (
    func.coalesce(func.sum(UsageRow.calls), 0),
    func.coalesce(func.sum(UsageRow.calls).filter(UsageRow.cost_micros.is_(None)), 0),
    func.coalesce(func.sum(UsageRow.input_tokens), 0),
    func.coalesce(func.sum(UsageRow.output_tokens), 0),
    func.coalesce(func.sum(UsageRow.cache_read_tokens), 0),
    func.coalesce(func.sum(UsageRow.cache_write_tokens), 0),
    func.coalesce(func.sum(UsageRow.seconds), 0.0),
    func.coalesce(func.sum(UsageRow.cost_micros), 0),
)
KEYS: dict[By, tuple[Any, Any]] = {
    By.DAY: (UsageRow.day, UsageRow.day),
    # The newest name of a thing that was renamed; ids of what is gone still have theirs.
    By.PERSON: (UsageRow.person_id, func.max(UsageRow.person_name)),
    By.PROJECT: (UsageRow.project_id, func.max(UsageRow.project_name)),
    By.APP: (UsageRow.app_id, func.max(UsageRow.app_name)),
    By.MODEL: (UsageRow.model, UsageRow.model),
    By.STAGE: (UsageRow.stage, UsageRow.stage),
    By.VERSION: (UsageRow.version_id, func.max(UsageRow.version)),
}
MOST_GROUPS = 1000


async def groups(session: AsyncSession, person: Person, asked: Asked, by: By) -> list[Group]:
    """The lines that the person may see, added up; the dearest first, days in order."""
    key, label = KEYS[by]
    found = select(key, label, *FIGURES).where(_matching(person, asked)).group_by(key).limit(MOST_GROUPS)
    found = found.order_by(key) if by is By.DAY else found.order_by(FIGURES[-1].desc(), key)
    return [_group(row) for row in await session.execute(found)]


async def total(session: AsyncSession, person: Person, asked: Asked) -> Group:
    """All of them together."""
    found = select(func.max(""), func.max(""), *FIGURES).where(_matching(person, asked))
    return _group((await session.execute(found)).one())


async def entries(
    session: AsyncSession, person: Person, asked: Asked, *, limit: int, before: str | None = None
) -> Sequence[UsageRow]:
    """Single lines, newest first; `before` is the id of the last line of the page before."""
    found: Select[UsageRow] = select(UsageRow).where(_matching(person, asked))
    if before is not None:
        last = await session.scalar(select(UsageRow).where(UsageRow.id == before, visible(person)))
        if last is None:
            return []
        found = found.where(or_(UsageRow.at < last.at, and_(UsageRow.at == last.at, UsageRow.id < last.id)))
    return (await session.scalars(found.order_by(UsageRow.at.desc(), UsageRow.id.desc()).limit(limit))).all()


def _group(row: Any) -> Group:
    key, label, calls, unpriced, sent, answered, read, written, seconds, cost = row
    return Group(
        key=str(key or ""),
        label=str(label or ""),
        calls=int(calls),
        unpriced=int(unpriced),
        input_tokens=int(sent),
        output_tokens=int(answered),
        cache_read_tokens=int(read),
        cache_write_tokens=int(written),
        sandbox_seconds=round(float(seconds), 1),
        cost_micros=int(cost),
    )


def last_days(today: date, days: int) -> tuple[date, date]:
    """The first and the last of so many days up to today."""
    return today - timedelta(days=days - 1), today
