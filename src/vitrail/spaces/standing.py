"""A thing's place as one person stands to it: what `decide` needs."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.placement import Placement, Way
from vitrail.identity.person import Person
from vitrail.identity.tables import GroupRow
from vitrail.projects.tables import ProjectRow
from vitrail.spaces import repository, tree
from vitrail.spaces.repository import Held
from vitrail.spaces.tables import SpaceGrantRow, SpaceGroupGrantRow, SpaceRow


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


async def placements_of(
    session: AsyncSession, person: Person, project: ProjectRow, space_ids: Collection[str]
) -> dict[str, Placement]:
    """The places of things in these spaces, those that the person is in, by space."""
    held = await repository.standings(session, person, space_ids)
    return {each.space.id: space_placement(each, preview=project.preview) for each in held}


async def explained(session: AsyncSession, person: Person, held: Held, asker: Person) -> str:
    """Where what `person` holds in a space comes from, in words for `asker`: whom a grant names and in which space.
    A space above that the asker may not see stays without a name."""
    if held.way in (Way.ADMIN, Way.PROJECT):
        return held.way.words
    sources = await tree.sources_of(session, held.space.id)
    if held.way is Way.NAMED:
        found = select(SpaceRow, literal("")).join(SpaceGrantRow, SpaceGrantRow.space_id == SpaceRow.id)
        found = found.where(SpaceGrantRow.person_id == person.id, SpaceGrantRow.role == int(held.role))
    else:
        found = (
            select(SpaceRow, GroupRow.name)
            .join(SpaceGroupGrantRow, SpaceGroupGrantRow.space_id == SpaceRow.id)
            .join(GroupRow, GroupRow.id == SpaceGroupGrantRow.group_id)
            .where(GroupRow.id.in_(sorted(person.group_ids)), SpaceGroupGrantRow.role == int(held.role))
        )
    words = []
    for space, group in await session.execute(found.where(SpaceRow.id.in_(sources)).order_by(SpaceRow.name)):
        how = f"through the group “{group}”" if group else "by name"
        if space.id == held.space.id:
            words.append(how)
        elif await repository.visible(session, asker, space.id) is not None:
            words.append(f"{how} in “{space.name}”, above it")
        else:
            words.append(f"{how} in a space above it")
    return " and ".join(words) or held.way.words
