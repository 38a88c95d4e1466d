"""All SQL about the lists of people and groups that spaces let in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    case,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.members import holds_a_role
from vitrail.identity.person import Person
from vitrail.identity.tables import SERVICE_ACCOUNT, GroupMemberRow, GroupRow, PersonRow
from vitrail.spaces.tables import SpaceGrantRow, SpaceGroupGrantRow, SpaceRow

Kind = Literal["person", "group"]


@dataclass(frozen=True, slots=True)
class Party:
    """Someone or some group that a space can be shared with. `reached`: they hold a role in the project; without one a
    share gives nothing yet. A group has none of that and its number of `members` instead."""

    kind: Kind
    id: str
    name: str
    email: str | None
    members: int | None
    reached: bool


@dataclass(frozen=True, slots=True)
class Share:
    """A party with the role that it was given, and in which space."""

    party: Party
    role: int
    space_id: str
    space_name: str


async def page(
    session: AsyncSession, project_id: str, sources: Collection[str], *, q: str, limit: int, offset: int
) -> tuple[list[Share], int]:
    """Who is let into any of these spaces by name, people before groups, and how many there are."""
    people = (
        _people(project_id)
        .add_columns(SpaceGrantRow.role.label("role"), SpaceGrantRow.space_id.label("space_id"))
        .join(SpaceGrantRow, SpaceGrantRow.person_id == PersonRow.id)
        .where(SpaceGrantRow.space_id.in_(sources), PersonRow.active, _said(q, PersonRow.name, PersonRow.email))
    )
    groups = (
        _groups()
        .add_columns(SpaceGroupGrantRow.role.label("role"), SpaceGroupGrantRow.space_id.label("space_id"))
        .join(SpaceGroupGrantRow, SpaceGroupGrantRow.group_id == GroupRow.id)
        .where(SpaceGroupGrantRow.space_id.in_(sources), _said(q, GroupRow.name))
    )
    both = union_all(people, groups).subquery()
    total = await session.scalar(select(func.count()).select_from(both))
    found = await session.execute(
        select(both, SpaceRow.name.label("space_name"))
        .join(SpaceRow, SpaceRow.id == both.c.space_id)
        .order_by(both.c.kind.desc(), both.c.name, both.c.id, both.c.space_id)
        .limit(limit)
        .offset(offset)
    )
    return [Share(_party(row), row.role, row.space_id, row.space_name) for row in found], total or 0


async def candidates(session: AsyncSession, person: Person, project_id: str, *, q: str, limit: int) -> list[Party]:
    """Active people and groups of the organisation, those that begin to fit first by name."""
    people = _people(project_id).where(
        PersonRow.organization_id == person.organization_id,
        PersonRow.active,
        _said(q, PersonRow.name, PersonRow.email),
    )
    groups = _groups().where(GroupRow.organization_id == person.organization_id, _said(q, GroupRow.name))
    both = union_all(people, groups).subquery()
    found = await session.execute(select(both).order_by(both.c.kind, both.c.name, both.c.id).limit(limit))
    return [_party(row) for row in found]


async def party(session: AsyncSession, person: Person, project_id: str, kind: Kind, id_: str) -> Party | None:
    """One active person or group of the organisation."""
    found = (
        _people(project_id).where(
            PersonRow.id == id_, PersonRow.organization_id == person.organization_id, PersonRow.active
        )
        if kind == "person"
        else _groups().where(GroupRow.id == id_, GroupRow.organization_id == person.organization_id)
    )
    row = (await session.execute(found)).one_or_none()
    return _party(row) if row is not None else None


async def role_given(session: AsyncSession, space_id: str, kind: Kind, id_: str) -> int | None:
    """The role that a party was given in exactly this space."""
    return await session.scalar(select(_table(kind).role).where(*_is(space_id, kind, id_)))


async def take(session: AsyncSession, space_id: str, kind: Kind, id_: str) -> None:
    """Ends a share in exactly this space."""
    await session.execute(delete(_table(kind)).where(*_is(space_id, kind, id_)))


def _table(kind: Kind) -> type[SpaceGrantRow] | type[SpaceGroupGrantRow]:
    return SpaceGrantRow if kind == "person" else SpaceGroupGrantRow


def _is(space_id: str, kind: Kind, id_: str) -> list[ColumnElement[bool]]:
    if kind == "person":
        return [SpaceGrantRow.space_id == space_id, SpaceGrantRow.person_id == id_]
    return [SpaceGroupGrantRow.space_id == space_id, SpaceGroupGrantRow.group_id == id_]


def _people(project_id: str) -> Select[str, str, str, str | None, int | None, bool]:
    return select(
        literal("person").label("kind"),
        PersonRow.id.label("id"),
        PersonRow.name.label("name"),
        case((PersonRow.kind == SERVICE_ACCOUNT, null()), else_=PersonRow.email).label("email"),
        null().label("members"),
        holds_a_role(project_id).label("reached"),
    )


def _groups() -> Select[str, str, str, str | None, int | None, bool]:
    members = (
        select(func.count())
        .select_from(GroupMemberRow)
        .join(PersonRow, PersonRow.id == GroupMemberRow.person_id)
        .where(GroupMemberRow.group_id == GroupRow.id, PersonRow.active)
        .correlate(GroupRow)
        .scalar_subquery()
    )
    return select(
        literal("group").label("kind"),
        GroupRow.id.label("id"),
        GroupRow.name.label("name"),
        null().label("email"),
        members.label("members"),
        true().label("reached"),
    )


def _party(row: object) -> Party:
    found = row._mapping  # type: ignore[attr-defined]
    return Party(found["kind"], found["id"], found["name"], found["email"], found["members"], bool(found["reached"]))


def _said(q: str, *columns: SQLColumnExpression[str]) -> ColumnElement[bool]:
    words = q.replace("\x00", "").strip()
    return or_(*(column.icontains(words, autoescape=True) for column in columns)) if words else true()
