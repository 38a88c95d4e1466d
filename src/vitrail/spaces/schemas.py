"""What goes over the wire about spaces."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from vitrail.wire import Wire

Access = Literal["inherited", "restricted"]


class NewSpace(Wire):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    parent_id: str | None = None
    access: Access = "inherited"


class Space(Wire):
    id: str
    project_id: str
    name: str
    parent_id: str | None = Field(description="Null at the top, and where the parent is not shared with me.")
    access: Access
    role: Literal["view", "edit", "full"] = Field(description="What I may do with the space's content.")
    app_count: int = Field(description="Apps in it that I may open.")
    created_at: datetime
