"""All SQL about spaces. Every read takes the person."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.filters import direct_role, visible_apps, visible_spaces
from vitrail.access.placement import SpaceRole, is_always_in, project_access_role
from vitrail.apps.tables import AppRow
from vitrail.identity.person import Person
from vitrail.spaces.tables import SpaceGrantRow, SpaceRow, SpaceSourceRow


def effective_role(person: Person, space: SpaceRow, direct: int | None) -> SpaceRole | None:
    """What the person holds in a space; the same rule as `filters.visible_spaces`, for a row at hand. `direct` is
    the highest role granted to them by name on the way up."""
    if is_always_in(person, space.project_id):
        return SpaceRole.FULL
    base = project_access_role(person, space.project_id)
    if base is None:
        return None
    if direct is not None:
        return SpaceRole(direct)
    return base if space.open_to_project else None


async def visible(session: AsyncSession, person: Person, space_id: str) -> tuple[SpaceRow, SpaceRole] | None:
    """The space and the person's role in it, if they may see it."""
    found = select(SpaceRow, direct_role(person)).where(SpaceRow.id == space_id, visible_spaces(person))
    row = (await session.execute(found)).one_or_none()
    if row is None:
        return None
    role = effective_role(person, row[0], row[1])
    return (row[0], role) if role is not None else None


async def all_visible(session: AsyncSession, person: Person, project_id: str) -> list[tuple[SpaceRow, SpaceRole]]:
    """The project's spaces that the person may see, by name, each with their role in it."""
    found = (
        select(SpaceRow, direct_role(person))
        .where(SpaceRow.project_id == project_id, visible_spaces(person))
        .order_by(SpaceRow.name, SpaceRow.id)
    )
    rows = [(space, effective_role(person, space, direct)) for space, direct in await session.execute(found)]
    return [(space, role) for space, role in rows if role is not None]


async def app_counts(session: AsyncSession, person: Person, project_id: str) -> dict[str, int]:
    """How many apps the person may open, by space."""
    may_open = visible_apps(
        person, project_id=AppRow.project_id, creator_id=AppRow.creator_id, space_id=AppRow.space_id
    )
    found = (
        select(AppRow.space_id, func.count())
        .where(AppRow.project_id == project_id, AppRow.space_id.is_not(None), may_open)
        .group_by(AppRow.space_id)
    )
    return {space_id: count for space_id, count in await session.execute(found) if space_id is not None}


async def sources_of(session: AsyncSession, space_id: str) -> list[str]:
    """Where a space's access comes from: itself and its parents up to the nearest restricted one."""
    found = select(SpaceSourceRow.source_id).where(SpaceSourceRow.space_id == space_id)
    return list(await session.scalars(found))


async def set_sources(session: AsyncSession, space_id: str, sources: list[str]) -> None:
    await session.execute(delete(SpaceSourceRow).where(SpaceSourceRow.space_id == space_id))
    session.add_all(SpaceSourceRow(space_id=space_id, source_id=source) for source in sources)


async def grants_on(session: AsyncSession, space_ids: list[str]) -> dict[str, int]:
    """The highest role granted by name on any of these spaces, by person."""
    found = (
        select(SpaceGrantRow.person_id, func.max(SpaceGrantRow.role))
        .where(SpaceGrantRow.space_id.in_(space_ids))
        .group_by(SpaceGrantRow.person_id)
    )
    return dict((await session.execute(found)).all())


async def name_taken(session: AsyncSession, project_id: str, parent_id: str | None, name: str) -> bool:
    """Whether a sibling has this name."""
    found = select(SpaceRow.id).where(
        SpaceRow.project_id == project_id,
        SpaceRow.parent_id == parent_id if parent_id else SpaceRow.parent_id.is_(None),
        SpaceRow.name == name,
    )
    return await session.scalar(found.limit(1)) is not None
