"""Who is let into a space: its own list of people and groups, restricted or not."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import not_found
from vitrail.access.placement import SpaceRole
from vitrail.audit.log import Action, Subject, record
from vitrail.identity.person import Person
from vitrail.spaces import repository, shares, tree
from vitrail.spaces.repository import Held
from vitrail.spaces.shares import Kind
from vitrail.spaces.tables import SpaceGrantRow, SpaceGroupGrantRow, SpaceRow

Details = dict[str, str | None]


async def restrict(session: AsyncSession, person: Person, space: SpaceRow) -> None:
    """From now on the space's own list decides. It starts with all whom grants on the way up let in, so that nobody who
    was named loses access, and with full access for whoever restricts it (FIELD §2)."""
    sources = await tree.sources_of(session, space.id)
    people = await repository.people_on(session, sources)
    groups = await repository.groups_on(session, sources)
    people[person.id] = int(SpaceRole.FULL)
    for person_id, role in people.items():
        await session.merge(SpaceGrantRow(space_id=space.id, person_id=person_id, role=role))
    for group_id, role in groups.items():
        await session.merge(SpaceGroupGrantRow(space_id=space.id, group_id=group_id, role=role))
    space.restricted = True
    await session.flush()
    await tree.replant(session, await tree.within(session, space))


async def open_up(session: AsyncSession, space: SpaceRow) -> None:
    """From now on whoever the space above lets in (at the top: the project) is in here too; its own list stays."""
    space.restricted = False
    await session.flush()
    await tree.replant(session, await tree.within(session, space))


async def grant(session: AsyncSession, space_id: str, person_id: str, role: SpaceRole) -> None:
    """Lets a person into a space by name, or changes what they hold there. The caller has decided that it may."""
    await session.merge(SpaceGrantRow(space_id=space_id, person_id=person_id, role=int(role)))
    await session.flush()


async def grant_group(session: AsyncSession, space_id: str, group_id: str, role: SpaceRole) -> None:
    """Lets a group into a space, likewise."""
    await session.merge(SpaceGroupGrantRow(space_id=space_id, group_id=group_id, role=int(role)))
    await session.flush()


async def share(session: AsyncSession, person: Person, held: Held, kind: Kind, id_: str, role: SpaceRole) -> None:
    """Lets a person or a group of the organisation in. Raises `NotFound`. The caller has decided that it may."""
    space = held.space
    party = await shares.party(session, person, space.project_id, kind, id_)
    if party is None:
        raise not_found(kind)
    before = await shares.role_given(session, space.id, kind, id_)
    if before == role:
        return
    await (grant if kind == "person" else grant_group)(session, space.id, id_, role)
    details: Details = {
        "with": party.name,
        kind: id_,
        "role": role.wire,
        "before": SpaceRole(before).wire if before else None,
    }
    await _say(session, Action.SHARE_GIVEN, person, space, details)


async def unshare(session: AsyncSession, person: Person, held: Held, kind: Kind, id_: str) -> None:
    """Ends what was given in this space itself; what comes from a space above stays. Doing it twice is harmless."""
    space = held.space
    before = await shares.role_given(session, space.id, kind, id_)
    if before is None:
        return
    party = await shares.party(session, person, space.project_id, kind, id_)
    await shares.take(session, space.id, kind, id_)
    details: Details = {"with": party.name if party else id_, kind: id_, "before": SpaceRole(before).wire}
    await _say(session, Action.SHARE_TAKEN, person, space, details)


async def _say(session: AsyncSession, action: Action, person: Person, space: SpaceRow, details: Details) -> None:
    subject = Subject("space", space.id, space.name)
    await record(session, action, actor=person, subject=subject, project_id=space.project_id, details=details)
