"""All SQL about projects. Every read takes the person."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.filters import visible_projects
from vitrail.identity.person import Person
from vitrail.projects.tables import ProjectRow


async def visible(session: AsyncSession, person: Person, project_id: str) -> ProjectRow | None:
    """The project, if the person may know of it."""
    return await session.scalar(select(ProjectRow).where(ProjectRow.id == project_id, visible_projects(person)))


async def all_visible(session: AsyncSession, person: Person) -> list[ProjectRow]:
    """The person's projects by name."""
    found = select(ProjectRow).where(visible_projects(person)).order_by(ProjectRow.name, ProjectRow.id)
    return list(await session.scalars(found))
