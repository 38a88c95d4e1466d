"""The HTTP of asking: a project's catalog and a question to it, as whoever asks may see them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from vitrail.access.decisions import not_found
from vitrail.access.dependencies import require
from vitrail.catalog.model import Dimension, Explore, ExploreName, Metric
from vitrail.http.leaving import while_there
from vitrail.identity.person import Person
from vitrail.projects.answers import ExplanationOut, QueryOut, explanation_out, query_out
from vitrail.projects.arrow_answer import MEDIA_TYPE, arrow_stream
from vitrail.projects.data import ProjectData
from vitrail.query.metric_query import MetricQuery
from vitrail.wire import Wire

router = APIRouter(tags=["catalog and query"])


class ExploreSummary(Wire):
    name: str
    label: str
    description: str | None
    dimensions: int
    metrics: int


class FieldOut(Wire):
    id: str
    name: str
    table: str
    label: str
    description: str | None
    type: str
    kind: str
    interval: str | None
    groups: list[str]


class ExploreOut(Wire):
    name: str
    label: str
    description: str | None
    base_table: str
    joined_tables: list[str]
    fields: list[FieldOut]


def _data(request: Request) -> ProjectData:
    data = request.app.state.data
    assert isinstance(data, ProjectData)
    return data


CurrentData = Annotated[ProjectData, Depends(_data)]


@router.get("/projects/{project_id}/catalog")
async def get_catalog(
    project_id: str, person: Annotated[Person, require("view", "Project")], request: Request
) -> list[ExploreSummary]:
    """The explores that you may ask, with how much is in them."""
    catalog = await _data(request).catalog_for(project_id, person)
    return [
        ExploreSummary(
            name=explore.name,
            label=explore.label,
            description=explore.description,
            dimensions=sum(not field.hidden for field in explore.dimensions()),
            metrics=sum(not field.hidden for field in explore.metrics()),
        )
        for explore in catalog.explores.values()
    ]


@router.get("/projects/{project_id}/explores/{explore_name}")
async def get_explore(
    project_id: str, explore_name: str, person: Annotated[Person, require("view", "Project")], request: Request
) -> ExploreOut:
    """One explore with the fields that you may ask for."""
    catalog = await _data(request).catalog_for(project_id, person)
    explore = catalog.explores.get(ExploreName(explore_name))
    if explore is None:
        raise not_found("explore")
    return _explore_out(explore)


Refresh = Annotated[bool, Query(description="Ask the warehouse, whatever answer is kept.")]
Columnar = Annotated[bool, Query(description="Give `values`, a list for each column, in place of `rows`.")]


ARROW: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.post("/projects/{project_id}/query", responses=ARROW)
async def ask(
    project_id: str,
    query: MetricQuery,
    person: Annotated[Person, require("manage", "Explore")],
    request: Request,
    refresh: Refresh = False,
    columnar: Columnar = False,
) -> QueryOut:
    """The answer to a question of your own, as you may see it. With `Accept: application/vnd.apache.arrow.stream`, its
    rows as an Arrow IPC stream. A client that goes away stops its statement."""
    result = await while_there(request, _data(request).run(project_id, person, query, refresh=refresh))
    if MEDIA_TYPE in request.headers.get("accept", ""):
        stream = await asyncio.to_thread(arrow_stream, result)
        return Response(stream, media_type=MEDIA_TYPE)  # type: ignore[return-value]
    return query_out(result, columnar=columnar)


@router.post("/projects/{project_id}/query/explain")
async def explain_query(
    project_id: str, query: MetricQuery, person: Annotated[Person, require("manage", "Explore")], request: Request
) -> ExplanationOut:
    """Why the answer to this question is what it is: definitions, the plan in words, the statement as sent for you."""
    return explanation_out(await _data(request).explain(project_id, person, query))


def _explore_out(explore: Explore) -> ExploreOut:
    fields: list[Dimension | Metric] = [*explore.dimensions(), *explore.metrics()]
    return ExploreOut(
        name=explore.name,
        label=explore.label,
        description=explore.description,
        base_table=explore.base_table,
        joined_tables=[join.table for join in explore.joins],
        fields=[_field_out(field) for field in fields if not field.hidden],
    )


def _field_out(field: Dimension | Metric) -> FieldOut:
    shared: dict[str, Any] = {
        "id": field.id,
        "name": field.name,
        "table": field.table,
        "label": field.label,
        "description": field.description,
        "type": field.type.value,
        "groups": list(field.groups),
    }
    if isinstance(field, Dimension):
        return FieldOut(**shared, kind="dimension", interval=field.interval.value if field.interval else None)
    return FieldOut(**shared, kind="metric", interval=None)
