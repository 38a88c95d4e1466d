"""HTTP about who is let into a space. All of it is for those who may manage the space."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from vitrail.access.dependencies import GroupsOn, on_item
from vitrail.access.placement import SpaceRole
from vitrail.db.dependencies import DbSession
from vitrail.identity.person import Person
from vitrail.spaces import repository, service, shares, sharing, tree
from vitrail.spaces.schemas import PartyOut, SharedRole, ShareOut, SpaceAccess

router = APIRouter(tags=["spaces"])

Manager = Annotated[Person, on_item("manage", "Space")]
Words = Annotated[str, Query(max_length=200, description="Looks in names and addresses.")]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Id = Annotated[str, Path(max_length=36)]


@router.get("/spaces/{space_id}/access")
async def get_space_access(
    space_id: Id, person: Manager, session: DbSession, q: Words = "", limit: Limit = 100, offset: Offset = 0
) -> SpaceAccess:
    """Who is let into a space by name: people and groups, there itself and from above."""
    space = (await service.managed(session, person, space_id)).space
    sources = await tree.sources_of(session, space_id)
    found, total = await shares.page(session, space.project_id, sources, q=q, limit=limit, offset=offset)
    seen = {each.space.id for each in await repository.all_visible(session, person, space.project_id)}
    parent = await repository.visible(session, person, space.parent_id) if space.parent_id else None
    return SpaceAccess(
        access="restricted" if space.restricted else "inherited",
        open_to_project=space.open_to_project,
        parent_name=parent.space.name if parent else None,
        shares=[_share_out(each, space_id, each.space_id in seen) for each in found],
        total=total,
    )


@router.get("/spaces/{space_id}/access/candidates")
async def find_share_candidates(
    space_id: Id,
    person: Manager,
    session: DbSession,
    q: Words = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> list[PartyOut]:
    """People and groups of the organisation, groups first, to share a space with."""
    space = (await service.managed(session, person, space_id)).space
    found = await shares.candidates(session, person, space.project_id, q=q, limit=limit)
    return [PartyOut.model_validate(party) for party in found]


@router.put("/spaces/{space_id}/access/people/{person_id}", status_code=204)
async def share_space_with_person(
    space_id: Id, person_id: Id, body: SharedRole, person: Manager, session: DbSession
) -> Response:
    """Let a person in by name, or change what they may do."""
    held = await service.managed(session, person, space_id)
    await sharing.share(session, person, held, "person", person_id, SpaceRole.from_wire(body.role))
    return Response(status_code=204)


@router.delete("/spaces/{space_id}/access/people/{person_id}", status_code=204)
async def unshare_space_with_person(space_id: Id, person_id: Id, person: Manager, session: DbSession) -> Response:
    """Take a person off the space's own list."""
    held = await service.managed(session, person, space_id)
    await sharing.unshare(session, person, held, "person", person_id)
    return Response(status_code=204)


@router.put("/spaces/{space_id}/access/groups/{group_id}", status_code=204, dependencies=[GroupsOn])
async def share_space_with_group(
    space_id: Id, group_id: Id, body: SharedRole, person: Manager, session: DbSession
) -> Response:
    """Let a group in, or change what its members may do."""
    held = await service.managed(session, person, space_id)
    await sharing.share(session, person, held, "group", group_id, SpaceRole.from_wire(body.role))
    return Response(status_code=204)


@router.delete("/spaces/{space_id}/access/groups/{group_id}", status_code=204)
async def unshare_space_with_group(space_id: Id, group_id: Id, person: Manager, session: DbSession) -> Response:
    """Take a group off the space's own list."""
    held = await service.managed(session, person, space_id)
    await sharing.unshare(session, person, held, "group", group_id)
    return Response(status_code=204)


def _share_out(share: shares.Share, space_id: str, seen: bool) -> ShareOut:
    return ShareOut(
        party=PartyOut.model_validate(share.party),
        role=SpaceRole(share.role).wire,
        inherited=share.space_id != space_id,
        space_id=share.space_id if seen else None,
        space_name=share.space_name if seen else None,
    )
