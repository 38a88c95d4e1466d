"""Lists of content, filtered and paged in SQL: apps, charts and dashboards in one, or one kind alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, func, literal, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import decide
from vitrail.access.filters import visible_content
from vitrail.access.placement import Placement
from vitrail.access.scopes import SCOPES
from vitrail.apps.tables import AppRow
from vitrail.charts.tables import ChartRow
from vitrail.content.repository import Kind, Saved, SavedRepository
from vitrail.content.schemas import ContentItem, ContentKind, ContentPage
from vitrail.dashboards.tables import DashboardRow
from vitrail.identity.person import Person
from vitrail.identity.tables import PersonRow
from vitrail.projects.tables import ProjectRow
from vitrail.spaces.standing import placements_of
from vitrail.spaces.tables import SpaceRow

# For a space's page as for the whole project's list; the order is that of the page.
KINDS: dict[ContentKind, tuple[str, Any]] = {
    "dashboard": ("Dashboard", DashboardRow),
    "chart": ("SavedChart", ChartRow),
    "app": ("DataApp", AppRow),
}


def may_open(person: Person, subject: str, row: Any) -> ColumnElement[bool]:
    """Rows that the person may open."""
    return visible_content(person, subject, project_id=row.project_id, creator_id=row.creator_id, space_id=row.space_id)


def may_manage(person: Person, subject: str, row: Any) -> ColumnElement[bool]:
    """Rows that the person may manage: those that they may open by their managing scopes alone."""
    scopes = {name for name, scope in SCOPES.items() if not (scope.subject == subject and scope.verb == "view")}
    return may_open(person.limited_to(scopes), subject, row)


def worth_listing(person: Person, kind: ContentKind) -> ColumnElement[bool]:
    """Rows of a kind that belong into a list: an app that never became ready is nothing to those who may not work on
    it."""
    subject, row = KINDS[kind]
    opens = may_open(person, subject, row)
    if kind != "app":
        return opens
    return and_(opens, or_(AppRow.ready_version.is_not(None), may_manage(person, subject, row)))


async def content_page(
    session: AsyncSession,
    person: Person,
    project_id: str,
    *,
    space_id: str | None,
    kind: ContentKind | None,
    q: str,
    limit: int,
    offset: int,
) -> ContentPage:
    """One page of what the person may open, the newest change first; `space_id` keeps to one space."""
    parts = []
    for each, (_, row) in KINDS.items():
        if kind is not None and each != kind:
            continue
        saved = each != "app"
        part = (
            select(
                literal(each, String).label("kind"),
                row.id.label("id"),
                row.name.label("name"),
                row.description.label("description"),
                (row.look if saved else literal("", String)).label("look"),
                row.space_id.label("space_id"),
                row.creator_id.label("creator_id"),
                (row.updater_id if saved else null()).label("updater_id"),
                row.updated_at.label("updated_at"),
            )
            .where(row.project_id == project_id, worth_listing(person, each))
            .where(*_narrowed(row, space_id, q))
        )
        parts.append(part)
    listed = union_all(*parts).subquery() if len(parts) > 1 else parts[0].subquery()
    # Counted in the same pass: finding what may be seen is most of the work. The names are looked up for the page only.
    page = (
        select(listed, func.count().over().label("total"))
        .order_by(listed.c.updated_at.desc(), listed.c.id)
        .limit(limit)
        .offset(offset)
        .subquery()
    )
    found = (
        await session.execute(
            select(page, SpaceRow.name.label("space_name"), PersonRow.name.label("updated_by"))
            .outerjoin(SpaceRow, SpaceRow.id == page.c.space_id)
            .outerjoin(PersonRow, PersonRow.id == page.c.updater_id)
            .order_by(page.c.updated_at.desc(), page.c.id)
        )
    ).all()
    if not found and offset > 0:  # beyond the end
        total = await session.scalar(select(func.count()).select_from(listed))
        return ContentPage(items=[], total=total or 0)
    project = await session.get_one(ProjectRow, project_id)
    places = await placements_of(session, person, project, {row.space_id for row in found if row.space_id is not None})
    may_manage_it = _managing(person, project, places)
    items = [
        ContentItem(
            kind=row.kind,
            id=row.id,
            name=row.name,
            description=row.description,
            look=row.look,
            space_id=row.space_id,
            space_name=row.space_name,
            updated_by=row.updated_by,
            updated_at=row.updated_at,
            can_manage=may_manage_it(row.kind, row.space_id, row.creator_id),
        )
        for row in found
    ]
    return ContentPage(items=items, total=found[0].total if found else 0)


def _managing(
    person: Person, project: ProjectRow, places: Mapping[str, Placement]
) -> Callable[[ContentKind, str | None, str], bool]:
    """Whether the person may manage a thing by its kind, space and creator. Things of one kind that lie in one space
    are decided once: who made them is nothing to their place."""

    @cache
    def decided(kind: ContentKind, space_id: str | None, creator_id: str | None) -> bool:
        there = places.get(space_id or "") or Placement(project_id=project.id, preview=project.preview)
        place = replace(there, creator_id=creator_id, space_id=space_id)
        return bool(decide(person, "manage", KINDS[kind][0], place))

    return lambda kind, space_id, creator_id: decided(kind, space_id, None if space_id else creator_id)


async def saved_page(
    session: AsyncSession,
    person: Person,
    kind: Kind,
    project_id: str,
    *,
    space_id: str | None,
    q: str,
    limit: int,
    offset: int,
) -> tuple[list[tuple[Saved, bool]], int]:
    """One page of charts, or of dashboards, each with whether the person may manage it."""
    row = kind.row
    repository = SavedRepository(session, kind)
    wanted = [row.project_id == project_id, *_narrowed(row, space_id, q)]
    total = await session.scalar(select(func.count()).select_from(row).where(*wanted, repository.visible(person)))
    statement = (
        repository.records(person)
        .add_columns(may_manage(person, kind.subject, row))
        .where(*wanted)
        .order_by(row.updated_at.desc(), row.id)
        .limit(limit)
        .offset(offset)
    )
    found = [(Saved(*record[:-1]), bool(record[-1])) for record in await session.execute(statement)]
    return found, total or 0


async def content_counts(session: AsyncSession, person: Person, project_id: str) -> dict[str, dict[ContentKind, int]]:
    """How much the person may open, by space and kind."""
    counts: dict[str, dict[ContentKind, int]] = {}
    for kind, (_, row) in KINDS.items():
        found: Select[Any] = (
            select(row.space_id, func.count())
            .where(row.project_id == project_id, row.space_id.is_not(None), worth_listing(person, kind))
            .group_by(row.space_id)
        )
        for space_id, count in await session.execute(found):
            counts.setdefault(space_id, {})[kind] = count
    return counts


def _narrowed(row: Any, space_id: str | None, q: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if space_id is not None:
        conditions.append(row.space_id == space_id)
    words = q.replace("\x00", "").strip()
    if words:
        conditions.append(
            or_(row.name.icontains(words, autoescape=True), row.description.icontains(words, autoescape=True))
        )
    return conditions
