"""HTTP about content of every kind."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from vitrail.access.decisions import not_found
from vitrail.access.dependencies import on_item, require
from vitrail.apps.routes import CurrentRuntime
from vitrail.content import emptying
from vitrail.content.emptying import What, held_in
from vitrail.content.listing import content_page
from vitrail.content.schemas import ContentKind, ContentPage
from vitrail.db.dependencies import DbSession
from vitrail.identity.person import Person
from vitrail.services import CurrentServices
from vitrail.spaces import repository as spaces
from vitrail.spaces import service, tree
from vitrail.spaces.schemas import Holdings

router = APIRouter(tags=["content"])

Words = Annotated[str, Query(max_length=200, description="Looks in names and descriptions.")]
SpaceId = Annotated[str, Path(max_length=36)]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("/projects/{project_id}/content")
async def list_content(
    project_id: str,
    person: Annotated[Person, require("view", "Project")],
    session: DbSession,
    kind: ContentKind | None = None,
    q: Words = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> ContentPage:
    """The dashboards, charts and apps of a project that I may open, the newest change first."""
    return await content_page(session, person, project_id, space_id=None, kind=kind, q=q, limit=limit, offset=offset)


@router.get("/spaces/{space_id}/content")
async def list_space_content(
    space_id: str,
    person: Annotated[Person, on_item("view", "Space")],
    session: DbSession,
    kind: ContentKind | None = None,
    q: Words = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> ContentPage:
    """What is filed in a space that I may see, as far as I may open it; spaces within it have lists of their own."""
    found = await spaces.visible(session, person, space_id)
    if found is None:
        raise not_found("space")
    project_id = found.space.project_id
    return await content_page(
        session, person, project_id, space_id=space_id, kind=kind, q=q, limit=limit, offset=offset
    )


@router.get("/spaces/{space_id}/holdings")
async def get_space_holdings(
    space_id: SpaceId, person: Annotated[Person, on_item("manage", "Space")], session: DbSession
) -> Holdings:
    """What would go, or move up, if I deleted the space."""
    space = (await service.managed(session, person, space_id)).space
    held = await held_in(session, await tree.within(session, space))
    return Holdings(
        spaces=held.spaces,
        dashboards=held.counts["dashboard"],
        charts=held.counts["chart"],
        apps=held.counts["app"],
        can_move_up=space.parent_id is not None,
    )


@router.delete("/spaces/{space_id}", status_code=204)
async def delete_space(
    space_id: SpaceId,
    person: Annotated[Person, on_item("manage", "Space")],
    services: CurrentServices,
    runtime: CurrentRuntime,
    content: What = "refuse",
) -> Response:
    """Delete a space. If it holds something, `content` says what becomes of that: `move` files it in the space above,
    `delete` deletes it too, with all spaces within; by default a space that is not empty stays."""
    async with services.db.session() as session:
        gone = await emptying.delete_space(session, person, space_id, content)
    for app in gone:
        await runtime.forget(app.app_id, app.sandbox)
    return Response(status_code=204)
