"""The wire shapes of data apps. JSON is camelCase; what comes in is bounded, what goes out holds no secret."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from vitrail.query.metric_query import MetricQuery
from vitrail.wire import Flag, Wire

MAX_PROMPT = 20_000
"""Characters of one prompt. More belongs in an attachment."""


Prompt = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=MAX_PROMPT)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]


class NewApp(Wire):
    """What a builder sends to begin."""

    prompt: Prompt
    name: Name | None = None
    space_id: Id | None = None
    template: Literal["dashboard"] = "dashboard"
    model: Annotated[str, StringConstraints(max_length=200)] | None = None


class NewVersion(Wire):
    """A follow-up prompt."""

    prompt: Prompt
    model: Annotated[str, StringConstraints(max_length=200)] | None = None


class AppChange(Wire):
    name: Name | None = None
    description: Annotated[str, StringConstraints(max_length=2000)] | None = None


class Move(Wire):
    """Where the app goes; null takes it back to its creator's personal apps."""

    space_id: Id | None


class PersonRef(Wire):
    id: str
    name: str


class ErrorInfo(Wire):
    title: str
    cause: str
    cure: str


class Rendered(Wire):
    """Whether a browser drew the version and it worked; `reason` says why not, or why it was not tried."""

    ok: bool
    reason: str | None = None


class Stage(Wire):
    stage: str
    status: Literal["running", "done", "failed"]
    started_at: datetime
    duration_ms: int | None = None


class VersionOut(Wire):
    id: str
    number: int
    status: str
    prompt: str
    reply: str | None
    not_understood: list[str]
    error: ErrorInfo | None
    model: str | None
    rendered: Rendered | None
    stages: list[Stage]
    usage: dict[str, Any] | None
    restored_from: int | None
    created_by: PersonRef
    created_at: datetime
    finished_at: datetime | None
    duration_ms: int | None
    thumbnail_url: str | None


class AppOut(Wire):
    id: str
    project_id: str
    name: str
    description: str
    space_id: str | None
    space_name: str | None
    created_by: PersonRef
    created_at: datetime
    updated_at: datetime
    status: str
    """Of the newest version."""
    version: int
    ready_version: int | None
    thumbnail_url: str | None
    can_manage: bool
    url: str


class AppAndVersion(Wire):
    app: AppOut
    version: VersionOut


class SourceFile(Wire):
    path: str
    text: str


class Source(Wire):
    files: list[SourceFile]


class OpenSession(Wire):
    version: Annotated[int, Field(ge=1)] | None = None


class Files(Wire):
    """Names of the version's own files, to be had from `/app-sessions/{session}/files/{name}`."""

    entry: str
    styles: list[str]


class VendorModule(Wire):
    specifier: str
    url: str


class Viewer(Wire):
    name: str
    email: str


class SessionOut(Wire):
    """All that the host page needs to open an app: where the frame is, what to fetch for it, who looks."""

    session: str
    app_id: str
    version: int
    frame_url: str
    files: Files
    vendor: list[VendorModule]
    user: Viewer


class AppQuery(Wire):
    query: MetricQuery
    refresh: Flag = Field(default=False, description="Ask the warehouse, whatever answer is kept.")
