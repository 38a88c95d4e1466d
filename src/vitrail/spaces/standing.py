"""A thing's place as one person stands to it: what `decide` needs."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.placement import Placement
from vitrail.identity.person import Person
from vitrail.projects.tables import ProjectRow
from vitrail.spaces import repository
from vitrail.spaces.repository import Held


async def placement_of(
    session: AsyncSession, person: Person, *, project: ProjectRow, creator_id: str | None, space_id: str | None
) -> Placement:
    """The place of a thing in a space, or (without one) of a personal thing. Works for a space that they are not in:
    it then has neither name nor role."""
    if space_id is None:
        return Placement(project_id=project.id, creator_id=creator_id, preview=project.preview)
    found = await repository.standing(session, person, space_id)
    if found is None or found.space.project_id != project.id:
        return Placement(project_id=project.id, creator_id=creator_id, space_id=space_id, preview=project.preview)
    return space_placement(found, creator_id=creator_id, preview=project.preview)


def space_placement(held: Held, *, creator_id: str | None = None, preview: bool = False) -> Placement:
    """The place of a thing in a space that the person is in; without a creator, of the space itself."""
    return Placement(
        project_id=held.space.project_id,
        creator_id=creator_id,
        space_id=held.space.id,
        space_role=held.role,
        space_name=held.space.name,
        open_to_project=held.space.open_to_project,
        preview=preview,
        space_way=held.way,
    )
