"""HTTP about spaces."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from vitrail.access.decisions import decide, not_found
from vitrail.access.dependencies import on_item, require
from vitrail.access.placement import SpaceRole, Way
from vitrail.db.dependencies import DbSession
from vitrail.identity.person import Person
from vitrail.spaces import repository, service
from vitrail.spaces.repository import Held
from vitrail.spaces.schemas import NewSpace, Space
from vitrail.spaces.standing import space_placement

router = APIRouter(tags=["spaces"])


@router.get("/projects/{project_id}/spaces")
async def list_spaces(
    project_id: str, person: Annotated[Person, require("view", "Space")], session: DbSession
) -> list[Space]:
    """The project's spaces that I may see, flat, each with its parent and my role in it."""
    rows = await repository.all_visible(session, person, project_id)
    counts = await repository.app_counts(session, person, project_id)
    seen = {held.space.id for held in rows}
    return [_wire(held, counts.get(held.space.id, 0), held.space.parent_id in seen) for held in rows]


@router.post("/projects/{project_id}/spaces", status_code=201)
async def create_space(
    project_id: str, body: NewSpace, person: Annotated[Person, require("create", "Space")], session: DbSession
) -> Space:
    """Make a space, at the top or within another one where I may edit."""
    space = await service.create(
        session,
        person,
        project_id,
        name=body.name,
        parent_id=body.parent_id,
        restricted=body.access == "restricted",
    )
    return _wire(Held(space, SpaceRole.FULL, Way.NAMED), 0, space.parent_id is not None)


@router.get("/spaces/{space_id}")
async def get_space(space_id: str, person: Annotated[Person, on_item("view", "Space")], session: DbSession) -> Space:
    """One space."""
    found = await repository.visible(session, person, space_id)
    if found is None:
        raise not_found("space")
    space = found.space
    decide(person, "view", "Space", space_placement(found)).or_not_found("space")
    counts = await repository.app_counts(session, person, space.project_id)
    parent = await repository.visible(session, person, space.parent_id) if space.parent_id else None
    return _wire(found, counts.get(space.id, 0), parent is not None)


def _wire(held: Held, apps: int, parent_seen: bool) -> Space:
    space = held.space
    return Space(
        id=space.id,
        project_id=space.project_id,
        name=space.name,
        parent_id=space.parent_id if parent_seen else None,
        access="restricted" if space.restricted else "inherited",
        role=held.role.wire,
        app_count=apps,
        created_at=space.created_at,
    )
