"""HTTP about content of every kind."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from vitrail.access.decisions import not_found
from vitrail.access.dependencies import on_item, require
from vitrail.content.listing import content_page
from vitrail.content.schemas import ContentKind, ContentPage
from vitrail.db.dependencies import DbSession
from vitrail.identity.person import Person
from vitrail.spaces import repository as spaces

router = APIRouter(tags=["content"])

Words = Annotated[str, Query(max_length=200, description="Looks in names and descriptions.")]
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
