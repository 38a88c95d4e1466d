"""All SQL about spaces. Every read takes the person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.filters import group_role, named_role, spaces_held, visible_apps, visible_spaces
from vitrail.access.placement import SpaceRole, Way, space_standing
from vitrail.apps.tables import AppRow
from vitrail.identity.person import Person
from vitrail.spaces.tables import SpaceGrantRow, SpaceGroupGrantRow, SpaceRow


@dataclass(frozen=True, slots=True)
class Held:
    """A space with what the person who asked holds in it."""

    space: SpaceRow
    role: SpaceRole
    way: Way


async def standing(session: AsyncSession, person: Person, space_id: str) -> Held | None:
    """The space and the person's role in it, if they have one: what decides about the things filed there."""
    return await _one(session, person, SpaceRow.id == space_id, spaces_held(person))


async def standings(session: AsyncSession, person: Person, space_ids: Collection[str]) -> list[Held]:
    """Those of these spaces that the person is in, each with their role."""
    held = [_held(person, *row) for row in await session.execute(_with_roles(person).where(SpaceRow.id.in_(space_ids)))]
    return [each for each in held if each is not None]


async def visible(session: AsyncSession, person: Person, space_id: str) -> Held | None:
    """The space and the person's role in it, if they may see the space itself."""
    return await _one(session, person, SpaceRow.id == space_id, visible_spaces(person))


async def all_visible(session: AsyncSession, person: Person, project_id: str) -> list[Held]:
    """The project's spaces that the person may see, by name, each with their role in it."""
    found = (
        _with_roles(person)
        .where(SpaceRow.project_id == project_id, visible_spaces(person))
        .order_by(SpaceRow.name, SpaceRow.id)
    )
    held = [_held(person, *row) for row in await session.execute(found)]
    return [each for each in held if each is not None]


async def _one(session: AsyncSession, person: Person, *conditions: ColumnElement[bool]) -> Held | None:
    row = (await session.execute(_with_roles(person).where(*conditions))).one_or_none()
    return _held(person, *row) if row is not None else None


def _with_roles(person: Person) -> Select[SpaceRow, int, int]:
    return select(SpaceRow, named_role(person), group_role(person))


def _held(person: Person, space: SpaceRow, named: int | None, by_group: int | None) -> Held | None:
    found = space_standing(
        person, space.project_id, open_to_project=space.open_to_project, named=named, by_group=by_group
    )
    return Held(space, *found) if found is not None else None


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


async def people_on(session: AsyncSession, space_ids: list[str]) -> dict[str, int]:
    """The highest role granted by name on any of these spaces, by person."""
    found = (
        select(SpaceGrantRow.person_id, func.max(SpaceGrantRow.role))
        .where(SpaceGrantRow.space_id.in_(space_ids))
        .group_by(SpaceGrantRow.person_id)
    )
    return dict((await session.execute(found)).all())


async def groups_on(session: AsyncSession, space_ids: list[str]) -> dict[str, int]:
    """The highest role granted on any of these spaces, by group."""
    found = (
        select(SpaceGroupGrantRow.group_id, func.max(SpaceGroupGrantRow.role))
        .where(SpaceGroupGrantRow.space_id.in_(space_ids))
        .group_by(SpaceGroupGrantRow.group_id)
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
