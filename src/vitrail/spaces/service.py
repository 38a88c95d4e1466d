"""The rules of spaces: who may make, change, move and delete one."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import decide, not_found
from vitrail.access.placement import Placement, SpaceRole
from vitrail.db.base import new_id, now
from vitrail.errors import Conflict, Forbidden, InvalidInput
from vitrail.identity.person import Person
from vitrail.spaces import repository
from vitrail.spaces.tables import SpaceGrantRow, SpaceGroupGrantRow, SpaceRow

DEEPEST = 20  # spaces within spaces; nobody files deeper, and a tree has an end


class NameTaken(Conflict):
    """A sibling has this name."""

    title = "The name is taken"
    code = "name-taken"


async def create(
    session: AsyncSession,
    person: Person,
    project_id: str,
    *,
    name: str,
    parent_id: str | None = None,
    restricted: bool = False,
) -> SpaceRow:
    """A new space; its maker gets full access. Needs `create:Space`, and for a space within another the right to
    edit there. A restricted one starts with the people whom its parent lets in by name."""
    decide(person, "create", "Space", Placement(project_id=project_id)).or_forbidden()
    name = " ".join(name.split())
    if not name:
        raise InvalidInput("name: a space needs a name.", cure="Give it a name that others recognise.")
    inherited: list[str] = []
    open_above = True
    if parent_id is not None:
        found = await repository.standing(session, person, parent_id)
        if found is None or found.space.project_id != project_id:
            raise not_found("space")
        parent = found.space
        if found.role < SpaceRole.EDIT:
            raise Forbidden(
                f"You may see “{parent.name}”, not edit in it.", cure="Ask someone with full access to let you edit."
            )
        await _not_too_deep(session, parent)
        inherited, open_above = await repository.sources_of(session, parent.id), parent.open_to_project
    if await repository.name_taken(session, project_id, parent_id, name):
        raise NameTaken(f"There is a space “{name}” here already.", cure="Choose another name, or use that space.")
    space = SpaceRow(
        id=new_id(),
        project_id=project_id,
        parent_id=parent_id,
        name=name,
        restricted=restricted,
        open_to_project=open_above and not restricted,
        creator_id=person.id,
        created_at=now(),
    )
    session.add(space)
    await session.flush()
    people = await repository.people_on(session, inherited) if restricted else {}
    groups = await repository.groups_on(session, inherited) if restricted else {}
    people[person.id] = int(SpaceRole.FULL)
    session.add_all(
        SpaceGrantRow(space_id=space.id, person_id=person_id, role=role) for person_id, role in people.items()
    )
    session.add_all(
        SpaceGroupGrantRow(space_id=space.id, group_id=group_id, role=role) for group_id, role in groups.items()
    )
    await repository.set_sources(session, space.id, [space.id, *([] if restricted else inherited)])
    await session.flush()
    return space


async def grant(session: AsyncSession, space_id: str, person_id: str, role: SpaceRole) -> None:
    """Lets a person into a space by name, or changes what they hold there. The caller has decided that it may."""
    row = await session.get(SpaceGrantRow, (space_id, person_id))
    if row is None:
        session.add(SpaceGrantRow(space_id=space_id, person_id=person_id, role=int(role)))
    else:
        row.role = int(role)
    await session.flush()


async def _not_too_deep(session: AsyncSession, space: SpaceRow) -> None:
    depth, above = 1, space.parent_id
    while above is not None:
        row = await session.get(SpaceRow, above)
        above = row.parent_id if row else None
        depth += 1
    if depth >= DEEPEST:
        raise InvalidInput(f"Spaces nest {DEEPEST} deep at most.", cure="Make the space further up.")
