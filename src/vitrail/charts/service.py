"""The rules of charts beyond those of every saved thing: what may be saved, and its answer."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from starlette.responses import StreamingResponse

from vitrail.access.decisions import decide
from vitrail.access.placement import Placement
from vitrail.audit.log import Action
from vitrail.charts import answering
from vitrail.charts.config import ChartConfig, as_drawn, check_drawable
from vitrail.charts.schemas import ChartChange, ChartOut, ChartPage, ChartSummary, ChartVersion, NewChart
from vitrail.charts.tables import ChartRow, ChartVersionRow
from vitrail.content.listing import saved_page
from vitrail.content.repository import Draft, Kind, Saved
from vitrail.content.service import Actions, SavedService, as_stored, save_out
from vitrail.identity.person import Person
from vitrail.projects.data import ProjectData
from vitrail.query.metric_query import MetricQuery
from vitrail.query.result import QueryResult
from vitrail.services import Services

CHARTS = Kind("SavedChart", "chart", ChartRow, ChartVersionRow)
ACTIONS = Actions(
    Action.CHART_CREATED, Action.CHART_CHANGED, Action.CHART_MOVED, Action.CHART_RESTORED, Action.CHART_DELETED
)
CONFIG: TypeAdapter[ChartConfig] = TypeAdapter(ChartConfig)


class ChartService:
    """Charts as one person may use them."""

    def __init__(self, services: Services, data: ProjectData, person: Person) -> None:
        self._services, self._data, self._person = services, data, person
        self.saved = SavedService(services, person, CHARTS, ACTIONS)

    async def page(self, project_id: str, *, space_id: str | None, q: str, limit: int, offset: int) -> ChartPage:
        """Charts that the person may open, the newest change first."""
        async with self._services.db.session() as session:
            rows, total = await saved_page(
                session, self._person, CHARTS, project_id, space_id=space_id, q=q, limit=limit, offset=offset
            )
        items = [
            ChartSummary(**self.saved.out(saved, can_manage=may).model_dump(), look=saved.row.look)
            for saved, may in rows
        ]
        return ChartPage(items=items, total=total)

    async def create(self, project_id: str, new: NewChart) -> ChartOut:
        """A new chart. Its question must be one that its author may ask now."""
        await self.saved.may_make(project_id, new.space_id)
        await self._check(project_id, new.query, new.config)
        draft = Draft(new.name, new.description, _content(new.query, new.config), new.config.type)
        return self._out(await self.saved.create(project_id, new.space_id, draft), True)

    async def get(self, chart_id: str) -> ChartOut:
        saved, may = await self.saved.get(chart_id)
        return self._out(saved, may)

    async def change(self, chart_id: str, change: ChartChange) -> ChartOut:
        """A new version. A question that stays as it was is not asked again: somebody who may not see all of it can
        still put its name right."""
        before = await self.saved.managed(chart_id)
        query, config = query_of(before), config_of(before)
        asked, drawn = change.query or query, change.config or config
        if asked != query:
            await self._check(before.row.project_id, asked, drawn)
        else:
            check_drawable(drawn, asked)
        saved = await self.saved.change(
            chart_id,
            change.based_on,
            name=change.name,
            description=change.description,
            content=_content(asked, drawn) if change.query or change.config else None,
            look=drawn.type,
        )
        return self._out(saved, True)

    async def restore(self, chart_id: str, number: int) -> ChartOut:
        old, _ = await self.saved.version(chart_id, number)
        return self._out(await self.saved.restore(chart_id, number, old.content["config"]["type"]), True)

    async def move(self, chart_id: str, space_id: str) -> ChartOut:
        await self.saved.move(chart_id, space_id)
        return await self.get(chart_id)

    async def version(self, chart_id: str, number: int) -> ChartVersion:
        row, author = await self.saved.version(chart_id, number)
        content = row.content
        return ChartVersion(
            **save_out(row, author).model_dump(),
            query=_query(content),
            config=_config(content),
        )

    async def results(self, chart_id: str, version: int | None, *, refresh: bool = False) -> QueryResult:
        """The rows as the person may see them. Opening the chart is enough: nothing is asked but what it holds."""
        saved, content = await self._content(chart_id, version)
        query = as_drawn(_query(content), _config(content))
        return await answering.answer(self._data, self._person, saved.row.project_id, query, refresh=refresh)

    async def export(self, chart_id: str, *, all_rows: bool) -> StreamingResponse:
        """The rows as a file: no totals in it, so that whoever adds a column up does not count twice."""
        saved, _ = await self.saved.get(chart_id)
        query = query_of(saved)
        return await answering.export(self._services, self._data, self._person, saved.row, query, all_rows=all_rows)

    async def _content(self, chart_id: str, version: int | None) -> tuple[Saved, dict[str, Any]]:
        saved, _ = await self.saved.get(chart_id)
        if version is None or version == saved.row.version:
            return saved, saved.content
        row, _ = await self.saved.version(chart_id, version)
        return saved, row.content

    async def _check(self, project_id: str, query: MetricQuery, config: ChartConfig) -> None:
        """Whoever saves a question lets others run it, so they must be somebody who may ask it themselves."""
        decide(self._person, "manage", "Explore", Placement(project_id=project_id)).or_forbidden()
        check_drawable(config, query)
        await self._data.check(project_id, self._person, query)

    def _out(self, saved: Saved, may: bool) -> ChartOut:
        query = query_of(saved)
        placement = Placement(project_id=saved.row.project_id)
        shown = may or bool(decide(self._person, "manage", "Explore", placement))
        return ChartOut(
            **self.saved.out(saved, can_manage=may).model_dump(),
            query=query if shown else None,
            explore_name=query.explore_name,
            config=config_of(saved),
        )


def query_of(saved: Saved) -> MetricQuery:
    return _query(saved.content)


def config_of(saved: Saved) -> ChartConfig:
    return _config(saved.content)


def drawn_query_of(saved: Saved) -> MetricQuery:
    """What a chart's drawing needs the answer to."""
    return as_drawn(query_of(saved), config_of(saved))


def _query(content: dict[str, Any]) -> MetricQuery:
    return MetricQuery.model_validate(content["query"])


def _config(content: dict[str, Any]) -> ChartConfig:
    return CONFIG.validate_python(content["config"])


def _content(query: MetricQuery, config: ChartConfig) -> dict[str, object]:
    return {"query": as_stored(query), "config": as_stored(config)}
