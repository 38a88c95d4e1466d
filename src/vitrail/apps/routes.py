"""The HTTP of data apps: building and arranging them. Opening and asking is in `session_routes.py`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from vitrail.access.decisions import not_found
from vitrail.access.dependencies import DataAppsOn, on_item, require
from vitrail.apps import schemas as wire
from vitrail.apps.presenting import app_out, version_out
from vitrail.apps.repository import AppRecord, VersionRecord
from vitrail.apps.runtime import AppsRuntime
from vitrail.apps.service import AppService
from vitrail.identity.person import Person
from vitrail.services import CurrentServices

router = APIRouter(tags=["apps"])
# While data apps are off nothing is built (`DataAppsOn`) or opened; what was made stays listed, can be read, moved,
# renamed and deleted.

STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def runtime_of(request: Request) -> AppsRuntime:
    runtime = request.app.state.apps
    assert isinstance(runtime, AppsRuntime)
    return runtime


CurrentRuntime = Annotated[AppsRuntime, Depends(runtime_of)]
Viewing = Annotated[Person, on_item("view", "DataApp")]
Managing = Annotated[Person, on_item("manage", "DataApp")]


def _both(services: CurrentServices, pair: tuple[AppRecord, VersionRecord]) -> wire.AppAndVersion:
    return wire.AppAndVersion(app=app_out(services.settings, pair[0], can_manage=True), version=version_out(pair[1]))


@router.get("/projects/{project_id}/apps")
async def list_apps(
    project_id: str,
    person: Annotated[Person, require("view", "Project")],
    services: CurrentServices,
    runtime: CurrentRuntime,
    space: Annotated[str | None, Query(max_length=36)] = None,
    mine: bool = False,
) -> list[wire.AppOut]:
    """The apps of a project that you may open."""
    found = await AppService(services, runtime, person).list(project_id, space_id=space, mine=mine)
    return [app_out(services.settings, record, can_manage=may) for record, may in found]


@router.post("/projects/{project_id}/apps", status_code=201, dependencies=[DataAppsOn])
async def create_app(
    project_id: str,
    wish: wire.NewApp,
    person: Annotated[Person, require("create", "DataApp")],
    services: CurrentServices,
    runtime: CurrentRuntime,
) -> wire.AppAndVersion:
    """Build a new data app from a prompt."""
    return _both(services, await AppService(services, runtime, person).create(project_id, wish))


@router.get("/apps/{app_id}")
async def get_app(app_id: str, person: Viewing, services: CurrentServices, runtime: CurrentRuntime) -> wire.AppOut:
    """One app."""
    record, may = await AppService(services, runtime, person).get(app_id)
    return app_out(services.settings, record, can_manage=may)


@router.patch("/apps/{app_id}")
async def change_app(
    app_id: str, change: wire.AppChange, person: Managing, services: CurrentServices, runtime: CurrentRuntime
) -> wire.AppOut:
    """Rename or describe an app."""
    record = await AppService(services, runtime, person).change(app_id, change)
    return app_out(services.settings, record, can_manage=True)


@router.delete("/apps/{app_id}", status_code=204)
async def delete_app(app_id: str, person: Managing, services: CurrentServices, runtime: CurrentRuntime) -> None:
    """Delete an app with all its versions and stored files."""
    await AppService(services, runtime, person).delete(app_id)


@router.post("/apps/{app_id}/move")
async def move_app(
    app_id: str, move: wire.Move, person: Managing, services: CurrentServices, runtime: CurrentRuntime
) -> wire.AppOut:
    """File an app in a space, or take it back out."""
    service = AppService(services, runtime, person)
    await service.move(app_id, move.space_id)
    record, may = await service.get(app_id)
    return app_out(services.settings, record, can_manage=may)


@router.get("/apps/{app_id}/versions")
async def list_versions(
    app_id: str, person: Viewing, services: CurrentServices, runtime: CurrentRuntime
) -> list[wire.VersionOut]:
    """An app's versions, the newest first."""
    return [version_out(found) for found in await AppService(services, runtime, person).versions(app_id)]


@router.post("/apps/{app_id}/versions", status_code=201, dependencies=[DataAppsOn])
async def iterate_app(
    app_id: str, wish: wire.NewVersion, person: Managing, services: CurrentServices, runtime: CurrentRuntime
) -> wire.AppAndVersion:
    """Make the next version from a follow-up prompt."""
    return _both(services, await AppService(services, runtime, person).iterate(app_id, wish))


@router.get("/apps/{app_id}/versions/{number}")
async def get_version(
    app_id: str, number: int, person: Viewing, services: CurrentServices, runtime: CurrentRuntime
) -> wire.VersionOut:
    """One version."""
    return version_out(await AppService(services, runtime, person).version(app_id, number))


@router.post("/apps/{app_id}/versions/{number}/cancel")
async def cancel_version(
    app_id: str, number: int, person: Managing, services: CurrentServices, runtime: CurrentRuntime
) -> wire.VersionOut:
    """Stop a version's build."""
    return version_out(await AppService(services, runtime, person).cancel(app_id, number))


@router.post("/apps/{app_id}/versions/{number}/restore", status_code=201, dependencies=[DataAppsOn])
async def restore_version(
    app_id: str, number: int, person: Managing, services: CurrentServices, runtime: CurrentRuntime
) -> wire.AppAndVersion:
    """Make a new version that is an old one again."""
    return _both(services, await AppService(services, runtime, person).restore(app_id, number))


@router.get("/apps/{app_id}/versions/{number}/source")
async def get_source(
    app_id: str, number: int, person: Managing, services: CurrentServices, runtime: CurrentRuntime
) -> wire.Source:
    """The source of a version."""
    files = await AppService(services, runtime, person).source(app_id, number)
    return wire.Source(files=[wire.SourceFile(path=path, text=data.decode()) for path, data in sorted(files.items())])


@router.get("/apps/{app_id}/versions/{number}/thumbnail", response_class=Response)
async def get_thumbnail(
    app_id: str, number: int, person: Viewing, services: CurrentServices, runtime: CurrentRuntime
) -> Response:
    """What the browser saw when it checked the version. It shows what its builder may see, so only those who may
    manage the app get it."""
    found = await AppService(services, runtime, person).managed_version(app_id, number)
    if found.version.thumbnail is None:
        raise not_found("thumbnail")
    data = await services.store.get(found.version.thumbnail)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400, immutable"})


@router.get("/apps/{app_id}/versions/{number}/events", response_class=StreamingResponse)
async def follow_version(
    app_id: str,
    number: int,
    person: Managing,
    services: CurrentServices,
    runtime: CurrentRuntime,
    last_event_id: Annotated[int, Header(ge=0)] = 0,
) -> StreamingResponse:
    """A version's progress as server-sent events, from the first or from after `Last-Event-ID`."""
    found = await AppService(services, runtime, person).managed_version(app_id, number)
    return StreamingResponse(
        runtime.events.follow(found.version.id, last_event_id), media_type="text/event-stream", headers=STREAM_HEADERS
    )
