"""The rules of dashboards beyond those of every saved thing: what may stand on one, and the answer of a tile."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import StreamingResponse

from vitrail.access.decisions import not_found
from vitrail.apps.tables import AppRow
from vitrail.audit.log import Action
from vitrail.charts import answering
from vitrail.charts.service import CHARTS, config_of, drawn_query_of, query_of
from vitrail.content.listing import saved_page, worth_listing
from vitrail.content.repository import Draft, Kind, Saved, SavedRepository
from vitrail.content.service import Actions, SavedService, as_stored, save_out
from vitrail.dashboards.content import AppTile, ChartTile, DashboardContent, DashboardFilter, Tab
from vitrail.dashboards.filtering import chosen, filtered, is_set, is_text, rule_of
from vitrail.dashboards.schemas import (
    DashboardChange,
    DashboardOut,
    DashboardPage,
    DashboardVersion,
    FilterValues,
    NewDashboard,
    TileApp,
    TileAsk,
    TileChart,
)
from vitrail.dashboards.tables import DashboardRow, DashboardVersionRow
from vitrail.errors import InvalidInput
from vitrail.identity.person import Person
from vitrail.projects.data import ProjectData
from vitrail.query.metric_query import AndGroup, FilterOperator, FilterRule, Filters, FilterTarget, MetricQuery, Sort
from vitrail.query.result import QueryResult
from vitrail.services import Services

DASHBOARDS = Kind("Dashboard", "dashboard", DashboardRow, DashboardVersionRow)
ACTIONS = Actions(
    Action.DASHBOARD_CREATED,
    Action.DASHBOARD_CHANGED,
    Action.DASHBOARD_MOVED,
    Action.DASHBOARD_RESTORED,
    Action.DASHBOARD_DELETED,
)
EMPTY = DashboardContent(tabs=[Tab(id="main", name="Overview")])
MOST_VALUES = 100
"""Of a field, offered for a filter."""


class DashboardService:
    """Dashboards as one person may use them."""

    def __init__(self, services: Services, data: ProjectData, person: Person) -> None:
        self._services, self._data, self._person = services, data, person
        self.saved = SavedService(services, person, DASHBOARDS, ACTIONS)

    async def page(self, project_id: str, *, space_id: str | None, q: str, limit: int, offset: int) -> DashboardPage:
        """Dashboards that the person may open, the newest change first."""
        async with self._services.db.session() as session:
            rows, total = await saved_page(
                session, self._person, DASHBOARDS, project_id, space_id=space_id, q=q, limit=limit, offset=offset
            )
        return DashboardPage(items=[self.saved.out(saved, can_manage=may) for saved, may in rows], total=total)

    async def create(self, project_id: str, new: NewDashboard) -> DashboardOut:
        content = new.content or EMPTY
        await self.saved.may_make(project_id, new.space_id)
        await self._check(project_id, content, None)
        draft = Draft(new.name, new.description, as_stored(content), "")
        return await self._out(await self.saved.create(project_id, new.space_id, draft), True)

    async def get(self, dashboard_id: str) -> DashboardOut:
        saved, may = await self.saved.get(dashboard_id)
        return await self._out(saved, may)

    async def change(self, dashboard_id: str, change: DashboardChange) -> DashboardOut:
        """A new version. What it had before may stay, also where its changer may not see it."""
        before = await self.saved.managed(dashboard_id)
        if change.content is not None:
            await self._check(before.row.project_id, change.content, content_of(before))
        saved = await self.saved.change(
            dashboard_id,
            change.based_on,
            name=change.name,
            description=change.description,
            content=as_stored(change.content) if change.content else None,
        )
        return await self._out(saved, True)

    async def restore(self, dashboard_id: str, number: int) -> DashboardOut:
        return await self._out(await self.saved.restore(dashboard_id, number, ""), True)

    async def move(self, dashboard_id: str, space_id: str) -> DashboardOut:
        await self.saved.move(dashboard_id, space_id)
        return await self.get(dashboard_id)

    async def version(self, dashboard_id: str, number: int) -> DashboardVersion:
        row, author = await self.saved.version(dashboard_id, number)
        return DashboardVersion(
            **save_out(row, author).model_dump(), content=DashboardContent.model_validate(row.content)
        )

    # -- answering

    async def tile(self, dashboard_id: str, tile_id: str, ask: TileAsk) -> tuple[QueryResult, list[str], list[str]]:
        """The rows of a chart's tile as the person may see them; the filters that held, and those that did not reach
        it."""
        chart, content = await self._chart_of(dashboard_id, tile_id, ask.version)
        filters = chosen(content, ask.filters)
        asked = await filtered(self._data, chart.row.project_id, drawn_query_of(chart), tile_id, filters)
        result = await answering.answer(
            self._data, self._person, chart.row.project_id, asked.query, refresh=ask.refresh
        )
        return result, asked.held, asked.missed

    async def export(self, dashboard_id: str, tile_id: str, ask: TileAsk, *, all_rows: bool) -> StreamingResponse:
        chart, content = await self._chart_of(dashboard_id, tile_id, ask.version)
        filters = chosen(content, ask.filters)
        asked = await filtered(self._data, chart.row.project_id, query_of(chart), tile_id, filters)
        return await answering.export(
            self._services, self._data, self._person, chart.row, asked.query, all_rows=all_rows
        )

    async def values(self, dashboard_id: str, filter_id: str, words: str) -> FilterValues:
        """What a filter of the dashboard may be set to: the values that the person may see in its field, those with
        the words where it holds text."""
        saved, _ = await self.saved.get(dashboard_id)
        each = next((each for each in content_of(saved).filters if each.id == filter_id), None)
        if each is None:
            raise not_found("filter")
        searchable = await is_text(self._data, saved.row.project_id, each)
        query = MetricQuery(
            explore_name=each.explore_name,
            dimensions=[each.field_id],
            sorts=[Sort(field_id=each.field_id)],
            limit=MOST_VALUES,
            filters=_having(each.field_id, words) if searchable else Filters(),
        )
        result = await answering.answer(self._data, self._person, saved.row.project_id, query)
        return FilterValues(values=[row[0] for row in result.rows], truncated=result.truncated)

    async def _chart_of(self, dashboard_id: str, tile_id: str, version: int | None) -> tuple[Saved, DashboardContent]:
        """The chart of a tile, if the person may open the dashboard *and* the chart."""
        saved, _ = await self.saved.get(dashboard_id)
        content = content_of(saved)
        if version is not None and version != saved.row.version:
            content = (await self.version(dashboard_id, version)).content
        tile = next((tile for tile in content.tiles if tile.id == tile_id), None)
        if not isinstance(tile, ChartTile):
            raise not_found("tile")
        async with self._services.db.session() as session:
            charts = await SavedRepository(session, CHARTS).some(self._person, saved.row.project_id, {tile.chart_id})
        if tile.chart_id not in charts:
            raise not_found("chart")
        return charts[tile.chart_id], content

    # -- checking

    async def _check(self, project_id: str, content: DashboardContent, before: DashboardContent | None) -> None:
        """What is newly put there must be something that its author may open, and filters must be on dimensions that
        they may see."""
        old = {_thing(tile) for tile in before.tiles} if before else set()
        new = {_thing(tile) for tile in content.tiles} - old
        charts = {thing for kind, thing in new if kind == "chart"}
        apps = {thing for kind, thing in new if kind == "app"}
        on_tiles = {tile.id: tile.chart_id for tile in content.tiles if isinstance(tile, ChartTile)}
        async with self._services.db.session() as session:
            seen = await SavedRepository(session, CHARTS).some(self._person, project_id, set(on_tiles.values()))
            missing = charts - seen.keys()
            missing |= apps - {app.id for app in await self._apps(session, project_id, apps)}
        if missing:
            wrong = [tile.id for tile in content.tiles if _thing(tile)[1] in missing]
            raise InvalidInput(
                f"{len(wrong)} of the tiles would show something that is not there, or not shared with you.",
                cure="Choose a chart or an app of this project that you can open.",
                details=[{"tile": tile, "cause": "nothing that you may open"} for tile in wrong[:20]],
            )
        known = before.filters if before else []
        for each in content.filters:
            if each in known:
                continue
            asked = {(each.explore_name, each.field_id)}
            for target in each.targets:
                chart = seen.get(on_tiles.get(target.tile, ""))
                if chart is not None and target.field_id is not None:
                    asked.add((query_of(chart).explore_name, target.field_id))
            for explore_name, field_id in sorted(asked):
                query = MetricQuery(explore_name=explore_name, dimensions=[field_id], filters=_set_on(each, field_id))
                await self._data.check(project_id, self._person, query)

    async def _apps(self, session: AsyncSession, project_id: str, ids: set[str]) -> list[AppRow]:
        if not ids:
            return []
        found = select(AppRow).where(
            AppRow.project_id == project_id, AppRow.id.in_(sorted(ids)), worth_listing(self._person, "app")
        )
        return list(await session.scalars(found))

    async def _out(self, saved: Saved, may: bool) -> DashboardOut:
        content, project_id = content_of(saved), saved.row.project_id
        chart_ids = {tile.chart_id for tile in content.tiles if isinstance(tile, ChartTile)}
        app_ids = {tile.app_id for tile in content.tiles if isinstance(tile, AppTile)}
        async with self._services.db.session() as session:
            charts = await SavedRepository(session, CHARTS).some(self._person, project_id, chart_ids)
            apps = [app for app in await self._apps(session, project_id, app_ids) if app.ready_version is not None]
        seen = charts.keys() | {app.id for app in apps}
        tiles = content.tiles if may else [_without_name(tile, seen) for tile in content.tiles]
        return DashboardOut(
            **self.saved.out(saved, can_manage=may).model_dump(),
            content=content.model_copy(update={"tiles": tiles}),
            charts=[
                TileChart(
                    id=chart.row.id,
                    name=chart.row.name,
                    description=chart.row.description,
                    explore_name=query_of(chart).explore_name,
                    config=config_of(chart),
                )
                for chart in charts.values()
            ],
            apps=[TileApp(id=app.id, name=app.name, ready_version=app.ready_version or 0) for app in apps],
        )


def content_of(saved: Saved) -> DashboardContent:
    return DashboardContent.model_validate(saved.content)


def _thing(tile: object) -> tuple[str, str]:
    """What a tile shows: its kind and id; words show nothing of others."""
    if isinstance(tile, ChartTile):
        return "chart", tile.chart_id
    if isinstance(tile, AppTile):
        return "app", tile.app_id
    return "", ""


def _without_name(tile: object, seen: set[str]) -> object:
    """A tile that shows what the viewer may not open does not tell its title either."""
    if isinstance(tile, ChartTile | AppTile) and _thing(tile)[1] not in seen:
        return tile.model_copy(update={"title": None})
    return tile


def _set_on(each: DashboardFilter, field_id: str) -> Filters:
    """The filter as it is saved, on one field."""
    if not is_set(each):
        return Filters()
    return Filters(dimensions=AndGroup.model_validate({"and": [rule_of(each, field_id)]}))


def _having(field_id: str, words: str) -> Filters:
    if not words.strip():
        return Filters()
    rule = FilterRule(target=FilterTarget(field_id=field_id), operator=FilterOperator.INCLUDE, values=[words.strip()])
    return Filters(dimensions=AndGroup.model_validate({"and": [rule]}))
