"""HTTP about charts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse

from vitrail.access.dependencies import on_item, require
from vitrail.charts import schemas as wire
from vitrail.charts.service import ChartService
from vitrail.content.schemas import History, MoveTo
from vitrail.http.leaving import while_there
from vitrail.identity.person import Person
from vitrail.projects.answers import QueryOut, query_out
from vitrail.projects.data_routes import CurrentData
from vitrail.services import CurrentServices

router = APIRouter(tags=["charts"])

Viewing = Annotated[Person, on_item("view", "SavedChart")]
Managing = Annotated[Person, on_item("manage", "SavedChart")]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Number = Annotated[int, Path(ge=1, le=1_000_000_000)]


@router.get("/projects/{project_id}/charts")
async def list_charts(
    project_id: str,
    person: Annotated[Person, require("view", "Project")],
    services: CurrentServices,
    data: CurrentData,
    space: Annotated[str | None, Query(max_length=36)] = None,
    q: Annotated[str, Query(max_length=200)] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> wire.ChartPage:
    """The project's charts that I may open, the newest change first; `q` looks in names and descriptions."""
    return await ChartService(services, data, person).page(project_id, space_id=space, q=q, limit=limit, offset=offset)


@router.post("/projects/{project_id}/charts", status_code=201)
async def create_chart(
    project_id: str, new: wire.NewChart, person: Managing, services: CurrentServices, data: CurrentData
) -> wire.ChartOut:
    """Save a chart in a space where I may manage charts. Its question must be one that I may ask."""
    return await ChartService(services, data, person).create(project_id, new)


@router.get("/charts/{chart_id}")
async def get_chart(chart_id: str, person: Viewing, services: CurrentServices, data: CurrentData) -> wire.ChartOut:
    """One chart."""
    return await ChartService(services, data, person).get(chart_id)


@router.patch("/charts/{chart_id}")
async def change_chart(
    chart_id: str, change: wire.ChartChange, person: Managing, services: CurrentServices, data: CurrentData
) -> wire.ChartOut:
    """Save a new version. 409 when somebody else saved after the version that the change is based on."""
    return await ChartService(services, data, person).change(chart_id, change)


@router.delete("/charts/{chart_id}", status_code=204)
async def delete_chart(chart_id: str, person: Managing, services: CurrentServices, data: CurrentData) -> None:
    """Delete a chart with its history. Dashboards that show it say that it is gone."""
    await ChartService(services, data, person).saved.delete(chart_id)


@router.post("/charts/{chart_id}/move")
async def move_chart(
    chart_id: str, where: MoveTo, person: Managing, services: CurrentServices, data: CurrentData
) -> wire.ChartOut:
    """File a chart in another space. I must be allowed to manage charts in both."""
    return await ChartService(services, data, person).move(chart_id, where.space_id)


@router.get("/charts/{chart_id}/versions")
async def list_chart_versions(
    chart_id: str,
    person: Managing,
    services: CurrentServices,
    data: CurrentData,
    limit: Limit = 50,
    offset: Offset = 0,
) -> History:
    """The saves of a chart, the newest first."""
    return await ChartService(services, data, person).saved.history(chart_id, limit=limit, offset=offset)


@router.get("/charts/{chart_id}/versions/{number}")
async def get_chart_version(
    chart_id: str, number: Number, person: Managing, services: CurrentServices, data: CurrentData
) -> wire.ChartVersion:
    """One save."""
    return await ChartService(services, data, person).version(chart_id, number)


@router.post("/charts/{chart_id}/versions/{number}/restore", status_code=201)
async def restore_chart_version(
    chart_id: str, number: Number, person: Managing, services: CurrentServices, data: CurrentData
) -> wire.ChartOut:
    """Make a new version that is an old one again; nothing is deleted."""
    return await ChartService(services, data, person).restore(chart_id, number)


@router.post("/charts/{chart_id}/results")
async def chart_results(
    chart_id: str, ask: wire.Ask, person: Viewing, services: CurrentServices, data: CurrentData, request: Request
) -> QueryOut:
    """The chart's rows as I may see them. Opening the chart is enough; exploring is not needed."""
    service = ChartService(services, data, person)
    return query_out(await while_there(request, service.results(chart_id, ask.version, refresh=ask.refresh)))


@router.post("/charts/{chart_id}/export", response_class=StreamingResponse)
async def export_chart(
    chart_id: str,
    person: Viewing,
    services: CurrentServices,
    data: CurrentData,
    all_rows: Annotated[bool, Query(alias="allRows")] = False,
) -> StreamingResponse:
    """The chart's rows as a CSV file, for holders of `manage:ExportCsv`."""
    return await ChartService(services, data, person).export(chart_id, all_rows=all_rows)
