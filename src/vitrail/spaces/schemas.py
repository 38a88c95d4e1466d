"""What goes over the wire about spaces."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from vitrail.wire import Wire

Access = Literal["inherited", "restricted"]
RoleName = Literal["view", "edit", "full"]
SpaceName = Annotated[str, Field(min_length=1, max_length=200)]
Description = Annotated[str, StringConstraints(max_length=2000)]
SpaceId = Annotated[str, Field(max_length=36)]


class NewSpace(Wire):
    name: SpaceName
    description: Description = ""
    parent_id: SpaceId | None = None
    access: Access = "inherited"


class SpaceChange(Wire):
    """What is given replaces what was."""

    name: SpaceName | None = None
    description: Description | None = None
    access: Access | None = None


class SpaceMove(Wire):
    parent_id: SpaceId | None = Field(description="The space to lie in; null for the top.")


class Space(Wire):
    id: str
    project_id: str
    name: str
    description: str
    parent_id: str | None = Field(description="Null at the top, and where the parent is not shared with me.")
    access: Access
    role: RoleName = Field(description="What I may do with the space's content.")
    open_to_project: bool = Field(description="No restricted space is on the way up: the whole project is let in.")
    can_manage: bool = Field(description="Whether I may rename, move, share and delete it.")
    app_count: int = Field(description="Apps in it that I may open.")
    created_at: datetime


class PartyOut(Wire):
    """A person or a group that a space can be shared with."""

    kind: Literal["person", "group"]
    id: str
    name: str
    email: str | None
    members: int | None = Field(description="How many active people a group has.")
    reached: bool = Field(description="False: this person has no role in the project, so sharing gives nothing yet.")


class ShareOut(Wire):
    party: PartyOut
    role: RoleName
    inherited: bool = Field(description="Given in a space further up; it is changed there.")
    space_id: str | None = Field(description="Where it was given; null when that space is not shared with me.")
    space_name: str | None


class SpaceAccess(Wire):
    """Who is let in, by name. Administrators are always in; when `open_to_project`, everyone in the project is, too."""

    access: Access
    open_to_project: bool
    parent_name: str | None
    shares: list[ShareOut]
    total: int


class SharedRole(Wire):
    role: RoleName


class Holdings(Wire):
    """How much lies in a space and in all spaces within it, whoever may see it."""

    spaces: int
    dashboards: int
    charts: int
    apps: int
    can_move_up: bool = Field(description="There is a space above that could take it.")
