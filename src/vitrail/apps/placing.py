"""Where an app lies, as one person stands to it: what every decision about apps starts from."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.placement import Placement
from vitrail.apps.tables import AppRow
from vitrail.identity.person import Person
from vitrail.projects.tables import ProjectRow
from vitrail.spaces.service import placement_of


async def place_of(session: AsyncSession, person: Person, app: AppRow) -> Placement:
    """The app's place today."""
    return await place_in(session, person, app.project_id, creator_id=app.creator_id, space_id=app.space_id)


async def place_in(
    session: AsyncSession, person: Person, project_id: str, *, creator_id: str, space_id: str | None
) -> Placement:
    """The place that an app has, or would have, in a space of a project (or in none)."""
    project = await session.get_one(ProjectRow, project_id)
    return await placement_of(session, person, project=project, creator_id=creator_id, space_id=space_id)
