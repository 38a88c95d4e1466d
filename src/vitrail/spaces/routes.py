"""HTTP about spaces themselves. Who is let in: `sharing_routes`; what lies in them, and deleting: `content.routes`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import decide, not_found
from vitrail.access.dependencies import on_item, require
from vitrail.db.dependencies import DbSession
from vitrail.identity.person import Person
from vitrail.spaces import repository, service
from vitrail.spaces.repository import Held
from vitrail.spaces.schemas import NewSpace, Space, SpaceChange, SpaceMove
from vitrail.spaces.standing import space_placement

router = APIRouter(tags=["spaces"])

Id = Annotated[str, Path(max_length=36)]


@router.get("/projects/{project_id}/spaces")
async def list_spaces(
    project_id: str, person: Annotated[Person, require("view", "Space")], session: DbSession
) -> list[Space]:
    """The project's spaces that I may see, flat, each with its parent and my role in it."""
    rows = await repository.all_visible(session, person, project_id)
    counts = await repository.app_counts(session, person, project_id)
    seen = {held.space.id for held in rows}
    return [_wire(person, held, counts.get(held.space.id, 0), held.space.parent_id in seen) for held in rows]


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
        description=body.description,
        parent_id=body.parent_id,
        restricted=body.access == "restricted",
    )
    held = await repository.standing(session, person, space.id)
    if held is None:
        raise not_found("space")
    return await _whole(session, person, held)


@router.get("/spaces/{space_id}")
async def get_space(space_id: Id, person: Annotated[Person, on_item("view", "Space")], session: DbSession) -> Space:
    """One space."""
    found = await repository.visible(session, person, space_id)
    if found is None:
        raise not_found("space")
    decide(person, "view", "Space", space_placement(found)).or_not_found("space")
    return await _whole(session, person, found)


@router.patch("/spaces/{space_id}")
async def change_space(
    space_id: Id, body: SpaceChange, person: Annotated[Person, on_item("manage", "Space")], session: DbSession
) -> Space:
    """Rename or describe a space, restrict it to its own list, or open it to whoever the space above lets in.
    Restricting copies what was granted further up and gives me full access."""
    held = await service.change(
        session,
        person,
        space_id,
        name=body.name,
        description=body.description,
        restricted=None if body.access is None else body.access == "restricted",
    )
    return await _whole(session, person, held)


@router.post("/spaces/{space_id}/move")
async def move_space(
    space_id: Id, body: SpaceMove, person: Annotated[Person, on_item("manage", "Space")], session: DbSession
) -> Space:
    """Put a space, with all that lies in it, into another one where I may edit, or at the top."""
    return await _whole(session, person, await service.move(session, person, space_id, body.parent_id))


async def _whole(session: AsyncSession, person: Person, held: Held) -> Space:
    space = held.space
    counts = await repository.app_counts(session, person, space.project_id)
    parent = await repository.visible(session, person, space.parent_id) if space.parent_id else None
    return _wire(person, held, counts.get(space.id, 0), parent is not None)


def _wire(person: Person, held: Held, apps: int, parent_seen: bool) -> Space:
    space = held.space
    return Space(
        id=space.id,
        project_id=space.project_id,
        name=space.name,
        description=space.description,
        parent_id=space.parent_id if parent_seen else None,
        access="restricted" if space.restricted else "inherited",
        role=held.role.wire,
        open_to_project=space.open_to_project,
        can_manage=bool(service.may_manage(person, held)),
        app_count=apps,
        created_at=space.created_at,
    )
