"""Running what was saved, as whoever looks: the fields are the chart's, the rows are the viewer's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from starlette.responses import StreamingResponse

from vitrail.access.decisions import decide
from vitrail.access.placement import Placement
from vitrail.audit.log import Action, Subject, record
from vitrail.catalog.model import ExploreName
from vitrail.content.tables import SavedColumns
from vitrail.errors import VitrailError
from vitrail.http.csv_answer import csv_answer
from vitrail.identity.person import Person
from vitrail.projects.data import ProjectData
from vitrail.query.errors import InvalidQuery, UnknownExplore, UnknownField
from vitrail.query.metric_query import MetricQuery
from vitrail.query.result import QueryResult
from vitrail.query.validate import fields_of
from vitrail.services import Services


class ChartRefused(VitrailError):
    """The chart asks for something that this viewer's attributes do not open."""

    status = 403
    title = "You may not see this chart's numbers"
    code = "chart-refused"


class ChartOutdated(VitrailError):
    """The catalog has moved on from what the chart asks."""

    status = 409
    title = "This chart no longer fits the data"
    code = "chart-outdated"


async def answer(
    data: ProjectData,
    person: Person,
    project_id: str,
    query: MetricQuery,
    *,
    most: int | None = None,
    refresh: bool = False,
) -> QueryResult:
    """The rows of a saved question as `person` may see them. What the query path would tell somebody who writes a
    question is put into words for somebody who only looks."""
    try:
        return await data.run(project_id, person, query, most=most, refresh=refresh)
    except (UnknownField, UnknownExplore) as error:
        raise await _for_viewers(data, project_id, query, error) from None
    except InvalidQuery as error:
        if any(detail.get("code") == UnknownField.code for detail in error.details):
            raise await _for_viewers(data, project_id, query, error) from None
        raise


async def _for_viewers(
    data: ProjectData, project_id: str, query: MetricQuery, error: InvalidQuery
) -> ChartRefused | ChartOutdated:
    """A field that is there but closed to the viewer is not named; one that is gone may be."""
    explore = (await data.catalog(project_id)).explores.get(ExploreName(query.explore_name))
    if explore is None:
        return ChartOutdated(
            f"The explore “{query.explore_name[:100]}” is no longer in the project's catalog.",
            cure="Ask whoever looks after the chart to rebuild it on another explore.",
        )
    known = fields_of(explore)
    named = [str(detail.get("field")) for detail in error.details if detail.get("field")]
    gone = [name for name in named if name not in known and name.replace(".", "_", 1) not in known]
    if not gone:
        return ChartRefused(
            "It uses data that is open only to people with certain user attributes, and yours do not include them.",
            cure="Ask an administrator for the attribute if you need these numbers.",
        )
    return ChartOutdated(
        f"The catalog no longer has {', '.join(gone[:5])}.",
        cure="Ask whoever looks after the chart to choose other fields.",
    )


async def export(
    services: Services, data: ProjectData, person: Person, chart: SavedColumns, query: MetricQuery, *, all_rows: bool
) -> StreamingResponse:
    """The answer as a CSV file, for holders of `manage:ExportCsv`. `all_rows`: beyond the chart's own limit, as far
    as the instance's limit of cells goes. The header `X-Rows-Truncated` says whether there were more."""
    decide(person, "manage", "ExportCsv", Placement(project_id=chart.project_id)).or_forbidden()
    width = len(query.dimensions) + len(query.metrics) + len(query.table_calculations)
    cells = max(1, services.settings.csv_cells_limit // max(1, width))
    limit = cells if all_rows else min(query.limit or services.settings.query_default_limit, cells)
    result = await answer(data, person, chart.project_id, query.model_copy(update={"limit": limit}), most=limit)
    async with services.db.session() as session:
        await record(
            session,
            Action.EXPORT_MADE,
            actor=person,
            subject=Subject("chart", chart.id, chart.name),
            project_id=chart.project_id,
            details={
                "explore": query.explore_name,
                "fields": [*query.dimensions, *query.metrics],
                "rows": len(result.rows),
                "truncated": result.truncated,
            },
        )
    file = csv_answer("vitrail-chart.csv", [column.label for column in result.columns], _cells(result.rows))
    file.headers["X-Rows-Truncated"] = "true" if result.truncated else "false"
    file.headers["Cache-Control"] = "no-store"
    return file


def _cells(rows: Sequence[Sequence[Any]]) -> Iterator[list[object]]:
    for row in rows:
        yield ["" if value is None else value for value in row]
