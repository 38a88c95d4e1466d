"""The tree of a project's spaces: what is within what, and where each space's access comes from.

`SpaceSourceRow` and `SpaceRow.open_to_project` are worked out here and nowhere else, whenever a space is made, moved,
restricted or opened; reads never climb.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.errors import InvalidInput
from vitrail.projects.tables import ProjectRow
from vitrail.spaces.tables import SpaceRow, SpaceSourceRow

DEEPEST = 20  # spaces within spaces; nobody files deeper, and a tree has an end


async def hold(session: AsyncSession, project_id: str) -> None:
    """Changes of one project's tree happen one after the other: else two moves at once could put two spaces into each
    other, and a space made within one that is just being restricted would keep the wider access. A write that changes
    nothing holds the row on Postgres and the database on SQLite until the transaction ends."""
    await session.execute(update(ProjectRow).where(ProjectRow.id == project_id).values(name=ProjectRow.name))


async def sources_of(session: AsyncSession, space_id: str) -> list[str]:
    """Where a space's access comes from: itself and its parents up to the nearest restricted one."""
    found = select(SpaceSourceRow.source_id).where(SpaceSourceRow.space_id == space_id)
    return list(await session.scalars(found))


async def depth_of(session: AsyncSession, parent_id: str | None) -> int:
    """How deep a space within `parent_id` lies: 1 at the top."""
    depth, above = 1, parent_id
    while above is not None:
        above = await session.scalar(select(SpaceRow.parent_id).where(SpaceRow.id == above))
        depth += 1
    return depth


def bounded(depth: int) -> None:
    """Raises `InvalidInput` for a space that would lie too deep."""
    if depth > DEEPEST:
        raise InvalidInput(f"Spaces nest {DEEPEST} deep at most.", cure="Choose a place further up.")


async def within(session: AsyncSession, space: SpaceRow) -> list[list[SpaceRow]]:
    """The space and all that lies in it, level by level from itself down."""
    levels: list[list[SpaceRow]] = [[space]]
    while levels[-1] and len(levels) <= DEEPEST:
        ids = [each.id for each in levels[-1]]
        found = select(SpaceRow).where(SpaceRow.parent_id.in_(ids)).order_by(SpaceRow.name, SpaceRow.id)
        levels.append(list(await session.scalars(found)))
    return [level for level in levels if level]


async def replant(session: AsyncSession, levels: Sequence[Sequence[SpaceRow]]) -> None:
    """Works out anew where the access of these spaces comes from: a space and all that lies in it (`within`), whose
    place or rule has changed."""
    top = levels[0][0]
    parent = await session.get(SpaceRow, top.parent_id) if top.parent_id else None
    sources: dict[str | None, list[str]] = {top.parent_id: await sources_of(session, parent.id) if parent else []}
    opens: dict[str | None, bool] = defaultdict(lambda: True)
    if parent is not None:
        opens[parent.id] = parent.open_to_project
    for level in levels:
        for space in level:
            inherited = [] if space.restricted else sources[space.parent_id]
            sources[space.id] = [space.id, *inherited]
            space.open_to_project = opens[space.id] = opens[space.parent_id] and not space.restricted
    ids = [space.id for level in levels for space in level]
    await session.execute(delete(SpaceSourceRow).where(SpaceSourceRow.space_id.in_(ids)))
    session.add_all(SpaceSourceRow(space_id=id_, source_id=source) for id_ in ids for source in sources[id_])
    await session.flush()
