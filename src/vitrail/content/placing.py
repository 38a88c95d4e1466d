"""Where a thing lies, as one person stands to it: what every decision about apps, charts and dashboards starts from,
and what moving one asks of both ends."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import decide, not_found
from vitrail.access.placement import Placement
from vitrail.identity.person import Person
from vitrail.projects.tables import ProjectRow
from vitrail.spaces.standing import placement_of


class Placed(Protocol):
    """A row of something that lies in a space, or (apps) with its creator."""

    @property
    def project_id(self) -> str: ...
    @property
    def creator_id(self) -> str | None: ...
    @property
    def space_id(self) -> str | None: ...


async def place_of(session: AsyncSession, person: Person, thing: Placed) -> Placement:
    """The thing's place today."""
    return await place_in(session, person, thing.project_id, creator_id=thing.creator_id, space_id=thing.space_id)


async def place_in(
    session: AsyncSession, person: Person, project_id: str, *, creator_id: str | None, space_id: str | None
) -> Placement:
    """The place that a thing has, or would have, in a space of a project (or in none)."""
    project = await session.get_one(ProjectRow, project_id)
    return await placement_of(session, person, project=project, creator_id=creator_id, space_id=space_id)


async def may_file(
    session: AsyncSession,
    person: Person,
    subject: str,
    project_id: str,
    *,
    creator_id: str | None,
    space_id: str | None,
) -> Placement:
    """The place that a thing would have, if the person may put and manage one there. Raises `NotFound` for a space
    that they may not know of (or of another project), `Forbidden` with the reason otherwise."""
    target = await place_in(session, person, project_id, creator_id=creator_id, space_id=space_id)
    if space_id is not None and target.space_role is None:
        raise not_found("space")
    decide(person, "manage", subject, target).or_forbidden()
    return target


async def may_move(
    session: AsyncSession, person: Person, subject: str, thing: Placed, space_id: str | None
) -> Placement:
    """Both ends are asked: one must be allowed to manage the thing where it is and where it goes."""
    decide(person, "manage", subject, await place_of(session, person, thing)).or_forbidden()
    return await may_file(session, person, subject, thing.project_id, creator_id=thing.creator_id, space_id=space_id)
