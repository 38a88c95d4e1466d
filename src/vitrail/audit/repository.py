"""Reading the log: what one person may read of it, filtered, newest first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Tuple, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.audit.log import Action
from vitrail.audit.tables import EntryRow
from vitrail.db.base import UtcDateTime

LOOKED_THROUGH = 20_000
"""Entries that one search for text looks through; the next page goes on from there."""

Place = tuple[datetime, str, int]
PLACE = tuple_(EntryRow.at, EntryRow.chain, EntryRow.sequence)
NEWEST = (EntryRow.at.desc(), EntryRow.chain.desc(), EntryRow.sequence.desc())


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for. Every part narrows; an empty one does not."""

    since: datetime | None = None
    until: datetime | None = None
    actor_id: str | None = None
    actions: Collection[Action] = ()
    subject_kind: str | None = None
    subject_id: str | None = None
    project_id: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Entries newest first. `next` is where the following page begins; `looked_to` the moment to which a search for
    text has come when it did not fill the page."""

    rows: Sequence[EntryRow]
    next: Place | None
    looked_to: datetime | None = None


class AuditRepository:
    """The log of one organisation, or (`projects`) what of it is about these projects."""

    def __init__(self, session: AsyncSession, organization_id: str, projects: frozenset[str] | None) -> None:
        self._session, self._organization_id, self._projects = session, organization_id, projects

    async def search(self, filters: Filters, *, limit: int, after: Place | None = None) -> Found:
        """A page of at most `limit` entries older than `after`."""
        if filters.text:
            return await self._containing(filters, filters.text, limit, after)
        rows = await self._newest(self._conditions(filters, after), limit + 1)
        more = len(rows) > limit
        rows = rows[:limit]
        return Found(rows, _place(rows[-1]) if more else None)

    async def _containing(self, filters: Filters, text: str, limit: int, after: Place | None) -> Found:
        """Text is in no index, so a search looks through so many entries at a time and says how far it has come."""
        conditions = self._conditions(filters, after)
        others = select(EntryRow.at, EntryRow.chain, EntryRow.sequence).where(*conditions).order_by(*NEWEST)
        last = (await self._session.execute(others.offset(LOOKED_THROUGH - 1).limit(1))).first()
        end: Place | None = (last[0], last[1], last[2]) if last else None
        conditions.append(_contains(text))
        if end is not None:
            conditions.append(_as_tuple(end) <= PLACE)
        rows = await self._newest(conditions, limit + 1)
        if len(rows) > limit:
            return Found(rows[:limit], _place(rows[limit - 1]))
        return Found(rows, end, end[0] if end else None)

    async def last(self, action: Action) -> EntryRow | None:
        """The newest entry of a kind."""
        rows = await self._newest(self._conditions(Filters(actions=[action]), None), 1)
        return rows[0] if rows else None

    async def _newest(self, conditions: list[ColumnElement[bool]], limit: int) -> list[EntryRow]:
        return list(await self._session.scalars(select(EntryRow).where(*conditions).order_by(*NEWEST).limit(limit)))

    def _conditions(self, filters: Filters, after: Place | None) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = [EntryRow.organization_id == self._organization_id]
        if self._projects is not None:
            conditions.append(EntryRow.project_id.in_(sorted(self._projects)))
        if filters.since:
            conditions.append(EntryRow.at >= filters.since)
        if filters.until:
            conditions.append(EntryRow.at < filters.until)
        if filters.actor_id:
            conditions.append(EntryRow.actor_id == filters.actor_id)
        if filters.actions:
            conditions.append(EntryRow.action.in_(sorted(filters.actions)))
        if filters.subject_kind:
            conditions.append(EntryRow.subject_kind == filters.subject_kind)
        if filters.subject_id:
            conditions.append(EntryRow.subject_id == filters.subject_id)
        if filters.project_id:
            conditions.append(EntryRow.project_id == filters.project_id)
        if after is not None:
            conditions.append(_as_tuple(after) > PLACE)
        return conditions


def _contains(text: str) -> ColumnElement[bool]:
    columns = (EntryRow.actor_name, EntryRow.subject_name, EntryRow.action, EntryRow.address, EntryRow.details)
    return or_(*(column.icontains(text, autoescape=True) for column in columns))


def _as_tuple(place: Place) -> Tuple:
    return tuple_(literal(place[0], UtcDateTime()), literal(place[1]), literal(place[2]))


def _place(row: EntryRow) -> Place:
    return row.at, row.chain, row.sequence
