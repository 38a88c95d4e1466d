"""HTTP about dashboards."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse

from vitrail.access.dependencies import on_item, require
from vitrail.content.schemas import History, MoveTo
from vitrail.dashboards import schemas as wire
from vitrail.dashboards.service import DashboardService
from vitrail.http.leaving import while_there
from vitrail.identity.person import Person
from vitrail.projects.answers import query_out
from vitrail.projects.data_routes import CurrentData
from vitrail.services import CurrentServices

router = APIRouter(tags=["dashboards"])

Viewing = Annotated[Person, on_item("view", "Dashboard")]
Managing = Annotated[Person, on_item("manage", "Dashboard")]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Number = Annotated[int, Path(ge=1, le=1_000_000_000)]
Part = Annotated[str, Path(max_length=40)]


@router.get("/projects/{project_id}/dashboards")
async def list_dashboards(
    project_id: str,
    person: Annotated[Person, require("view", "Project")],
    services: CurrentServices,
    data: CurrentData,
    space: Annotated[str | None, Query(max_length=36)] = None,
    q: Annotated[str, Query(max_length=200)] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> wire.DashboardPage:
    """The project's dashboards that I may open, the newest change first; `q` looks in names and descriptions."""
    service = DashboardService(services, data, person)
    return await service.page(project_id, space_id=space, q=q, limit=limit, offset=offset)


@router.post("/projects/{project_id}/dashboards", status_code=201)
async def create_dashboard(
    project_id: str, new: wire.NewDashboard, person: Managing, services: CurrentServices, data: CurrentData
) -> wire.DashboardOut:
    """Make a dashboard in a space where I may manage dashboards."""
    return await DashboardService(services, data, person).create(project_id, new)


@router.get("/dashboards/{dashboard_id}")
async def get_dashboard(
    dashboard_id: str, person: Viewing, services: CurrentServices, data: CurrentData
) -> wire.DashboardOut:
    """One dashboard, with those of its charts and apps that I may open."""
    return await DashboardService(services, data, person).get(dashboard_id)


@router.patch("/dashboards/{dashboard_id}")
async def change_dashboard(
    dashboard_id: str, change: wire.DashboardChange, person: Managing, services: CurrentServices, data: CurrentData
) -> wire.DashboardOut:
    """Save a new version. 409 when somebody else saved after the version that the change is based on."""
    return await DashboardService(services, data, person).change(dashboard_id, change)


@router.delete("/dashboards/{dashboard_id}", status_code=204)
async def delete_dashboard(dashboard_id: str, person: Managing, services: CurrentServices, data: CurrentData) -> None:
    """Delete a dashboard with its history. Its charts stay."""
    await DashboardService(services, data, person).saved.delete(dashboard_id)


@router.post("/dashboards/{dashboard_id}/move")
async def move_dashboard(
    dashboard_id: str, where: MoveTo, person: Managing, services: CurrentServices, data: CurrentData
) -> wire.DashboardOut:
    """File a dashboard in another space. I must be allowed to manage dashboards in both. Its charts stay where they
    are."""
    return await DashboardService(services, data, person).move(dashboard_id, where.space_id)


@router.get("/dashboards/{dashboard_id}/versions")
async def list_dashboard_versions(
    dashboard_id: str,
    person: Managing,
    services: CurrentServices,
    data: CurrentData,
    limit: Limit = 50,
    offset: Offset = 0,
) -> History:
    """The saves of a dashboard, the newest first."""
    return await DashboardService(services, data, person).saved.history(dashboard_id, limit=limit, offset=offset)


@router.get("/dashboards/{dashboard_id}/versions/{number}")
async def get_dashboard_version(
    dashboard_id: str, number: Number, person: Managing, services: CurrentServices, data: CurrentData
) -> wire.DashboardVersion:
    """One save."""
    return await DashboardService(services, data, person).version(dashboard_id, number)


@router.post("/dashboards/{dashboard_id}/versions/{number}/restore", status_code=201)
async def restore_dashboard_version(
    dashboard_id: str, number: Number, person: Managing, services: CurrentServices, data: CurrentData
) -> wire.DashboardOut:
    """Make a new version that is an old one again; nothing is deleted."""
    return await DashboardService(services, data, person).restore(dashboard_id, number)


@router.post("/dashboards/{dashboard_id}/tiles/{tile_id}/results")
async def tile_results(
    dashboard_id: str,
    tile_id: Part,
    ask: wire.TileAsk,
    person: Viewing,
    services: CurrentServices,
    data: CurrentData,
    request: Request,
) -> wire.TileAnswer:
    """A tile's rows as I may see them, with the dashboard's filters as I set them."""
    service = DashboardService(services, data, person)
    result, held, missed = await while_there(request, service.tile(dashboard_id, tile_id, ask))
    return wire.TileAnswer(**query_out(result).model_dump(), filtered_by=held, not_filtered_by=missed)


@router.post("/dashboards/{dashboard_id}/tiles/{tile_id}/export", response_class=StreamingResponse)
async def export_tile(
    dashboard_id: str,
    tile_id: Part,
    ask: wire.TileAsk,
    person: Viewing,
    services: CurrentServices,
    data: CurrentData,
    all_rows: Annotated[bool, Query(alias="allRows")] = False,
) -> StreamingResponse:
    """A tile's rows as a CSV file, for holders of `manage:ExportCsv`."""
    return await DashboardService(services, data, person).export(dashboard_id, tile_id, ask, all_rows=all_rows)


@router.post("/dashboards/{dashboard_id}/filters/{filter_id}/values")
async def filter_values(
    dashboard_id: str,
    filter_id: Part,
    ask: wire.ValuesAsk,
    person: Viewing,
    services: CurrentServices,
    data: CurrentData,
) -> wire.FilterValues:
    """Values to choose from for a filter of the dashboard: those that I may see in its field."""
    return await DashboardService(services, data, person).values(dashboard_id, filter_id, ask.q)
