"""The rules of spaces: who may make, change and move one. Sharing is in `sharing`, deleting in `content.emptying`."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import Decision, decide, not_found
from vitrail.access.placement import Placement, SpaceRole
from vitrail.audit.log import Action, Detail, Subject, record
from vitrail.db.base import new_id, now
from vitrail.errors import Conflict, Forbidden, InvalidInput
from vitrail.identity.person import Person
from vitrail.spaces import repository, sharing, tree
from vitrail.spaces.repository import Held
from vitrail.spaces.standing import space_placement
from vitrail.spaces.tables import SpaceGrantRow, SpaceRow
from vitrail.spaces.tree import DEEPEST

__all__ = ["DEEPEST", "NameTaken", "change", "create", "managed", "move"]


class NameTaken(Conflict):
    """A sibling has this name."""

    title = "The name is taken"
    code = "name-taken"


class WithinItself(Conflict):
    """A space can't lie in itself, nor in what lies in it."""

    title = "A space can’t lie in itself"
    code = "space-within-itself"


async def managed(session: AsyncSession, person: Person, space_id: str) -> Held:
    """A space that the person may manage. Raises `NotFound`, or `Forbidden` with the reason."""
    found = await repository.visible(session, person, space_id)
    if found is None:
        raise not_found("space")
    may_manage(person, found).or_forbidden()
    return found


async def changing(session: AsyncSession, person: Person, space_id: str) -> Held:
    """`managed`, as it is once nobody else changes the project's tree, until the transaction ends."""
    held = await managed(session, person, space_id)
    await tree.hold(session, held.space.project_id)
    session.expunge(held.space)
    return await managed(session, person, space_id)


def may_manage(person: Person, held: Held) -> Decision:
    """Whether the person may change the space itself: its name, its place, who is let in."""
    return decide(person, "manage", "Space", space_placement(held))


async def create(
    session: AsyncSession,
    person: Person,
    project_id: str,
    *,
    name: str,
    description: str = "",
    parent_id: str | None = None,
    restricted: bool = False,
) -> SpaceRow:
    """A new space; its maker gets full access. Needs `create:Space`, and for a space within another the right to
    edit there. A restricted one starts with the people and groups that its parent lets in by name."""
    decide(person, "create", "Space", Placement(project_id=project_id)).or_forbidden()
    await tree.hold(session, project_id)
    name = one_line(name)
    await _may_lie_in(session, person, project_id, parent_id)
    tree.bounded(await tree.depth_of(session, parent_id))
    await _free_name(session, project_id, parent_id, name)
    space = SpaceRow(
        id=new_id(),
        project_id=project_id,
        parent_id=parent_id,
        name=name,
        description=description.strip(),
        creator_id=person.id,
        created_at=now(),
    )
    session.add(space)
    await session.flush()
    await tree.replant(session, [[space]])
    if restricted:
        await sharing.restrict(session, person, space)
    else:
        session.add(SpaceGrantRow(space_id=space.id, person_id=person.id, role=int(SpaceRole.FULL)))
        await session.flush()
    await say(session, Action.SPACE_CREATED, person, space, parent=parent_id, restricted=restricted)
    return space


async def change(
    session: AsyncSession,
    person: Person,
    space_id: str,
    *,
    name: str | None = None,
    description: str | None = None,
    restricted: bool | None = None,
) -> Held:
    """A new name, description or rule of access; what is None stays."""
    held = await changing(session, person, space_id)
    space = held.space
    changed = []
    if name is not None and (name := one_line(name)) != space.name:
        await _free_name(session, space.project_id, space.parent_id, name)
        changed.append("name")
        space.name = name
    if description is not None and (description := description.strip()) != space.description:
        changed.append("description")
        space.description = description
    if changed:
        await session.flush()
        await say(session, Action.SPACE_CHANGED, person, space, changed=changed)
    if restricted is not None and restricted != space.restricted:
        if restricted:
            await sharing.restrict(session, person, space)
        else:
            await sharing.open_up(session, space)
        await say(session, Action.SPACE_RESTRICTED if restricted else Action.SPACE_OPENED_UP, person, space)
    return await _still(session, person, held)


async def move(session: AsyncSession, person: Person, space_id: str, parent_id: str | None) -> Held:
    """The space with all that lies in it goes into another one, or (None) to the top. One must be allowed to manage it
    and to edit where it goes; an inherited space takes the access of its new place."""
    held = await changing(session, person, space_id)
    space, left = held.space, held.space.parent_id
    if parent_id == left:
        return held
    if parent_id is None:
        decide(person, "create", "Space", Placement(project_id=space.project_id)).or_forbidden()
    await _may_lie_in(session, person, space.project_id, parent_id)
    levels = await tree.within(session, space)
    if any(each.id == parent_id for level in levels for each in level):
        raise WithinItself(
            f"“{space.name}” can’t be moved into itself, nor into a space that lies in it.",
            cure="Choose another place, or move that space out of this one first.",
        )
    tree.bounded(await tree.depth_of(session, parent_id) + len(levels) - 1)
    await _free_name(session, space.project_id, parent_id, space.name)
    space.parent_id = parent_id
    await session.flush()
    await tree.replant(session, levels)
    await say(session, Action.SPACE_MOVED, person, space, **{"from": left, "to": parent_id})
    return await _still(session, person, held)


async def _still(session: AsyncSession, person: Person, held: Held) -> Held:
    """The space as the person stands to it after the change; if it took them out of it, as they stood before."""
    return await repository.visible(session, person, held.space.id) or held


async def _may_lie_in(session: AsyncSession, person: Person, project_id: str, parent_id: str | None) -> None:
    """Raises unless the person may put a space into this one. At the top there is nothing to ask of a place."""
    if parent_id is None:
        return
    found = await repository.standing(session, person, parent_id)
    if found is None or found.space.project_id != project_id:
        raise not_found("space")
    if found.role < SpaceRole.EDIT:
        raise Forbidden(
            f"You may not edit in “{found.space.name}” (you have “{found.role.label}”, {found.way.words}).",
            cure="Ask someone with full access to let you edit there.",
        )


async def _free_name(session: AsyncSession, project_id: str, parent_id: str | None, name: str) -> None:
    if await repository.name_taken(session, project_id, parent_id, name):
        raise NameTaken(f"There is a space “{name}” here already.", cure="Choose another name, or use that space.")


def one_line(name: str) -> str:
    """A name as it is kept. Raises `InvalidInput` for one that is blank."""
    kept = " ".join(name.split())
    if not kept:
        raise InvalidInput("name: a space needs a name.", cure="Give it a name that others recognise.")
    return kept


async def say(session: AsyncSession, action: Action, person: Person, space: SpaceRow, **details: Detail) -> None:
    """One line of the audit log about a space."""
    subject = Subject("space", space.id, space.name)
    await record(session, action, actor=person, subject=subject, project_id=space.project_id, details=details)
