"""What charts and dashboards have alike on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from vitrail.wire import Wire
from vitrail.words import Id

ContentKind = Literal["app", "chart", "dashboard"]


class Author(Wire):
    id: str
    name: str


class MoveTo(Wire):
    """The space where it goes."""

    space_id: Id


class SavedOut(Wire):
    """A saved thing without what it is made of."""

    id: str
    project_id: str
    name: str
    description: str
    space_id: str
    space_name: str
    version: int
    created_by: Author | None
    created_at: datetime
    updated_by: Author | None
    updated_at: datetime
    can_manage: bool
    url: str


class SaveOut(Wire):
    """One save in the history."""

    number: int
    name: str
    description: str
    created_by: Author | None
    created_at: datetime
    restored_from: int | None


class History(Wire):
    items: list[SaveOut] = Field(description="The newest first.")
    total: int


class ContentItem(Wire):
    """One line of a list of content."""

    kind: ContentKind
    id: str
    name: str
    description: str
    look: str = Field(description="A chart's type; empty for others.")
    space_id: str | None
    space_name: str | None
    updated_by: str | None
    updated_at: datetime
    can_manage: bool


class ContentPage(Wire):
    items: list[ContentItem]
    total: int


Based = Annotated[int, Field(ge=1, le=1_000_000_000, description="The version that the change starts from.")]
