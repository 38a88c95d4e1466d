"""The wire shapes of dashboards."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vitrail.charts.config import ChartConfig
from vitrail.content.schemas import Based, SavedOut, SaveOut
from vitrail.dashboards.content import DashboardContent, Values
from vitrail.projects.answers import QueryOut
from vitrail.query.metric_query import FilterOperator, FilterSettings
from vitrail.wire import Flag, Wire
from vitrail.words import Description, Id, Name, PartId


class NewDashboard(Wire):
    name: Name
    description: Description = ""
    space_id: Id
    content: DashboardContent | None = Field(default=None, description="Without it: one empty tab.")


class DashboardChange(Wire):
    """What is given replaces what was; `basedOn` is the version that was changed."""

    based_on: Based
    name: Name | None = None
    description: Description | None = None
    content: DashboardContent | None = None


class TileChart(Wire):
    """A chart that stands on the dashboard and that I may open."""

    id: str
    name: str
    description: str
    explore_name: str
    config: ChartConfig


class TileApp(Wire):
    """A data app that stands on the dashboard and that I may open."""

    id: str
    name: str
    ready_version: int


class DashboardOut(SavedOut):
    content: DashboardContent
    charts: list[TileChart] = Field(description="Those on its tiles that I may open. The others say no more than that.")
    apps: list[TileApp]


class DashboardVersion(SaveOut):
    content: DashboardContent


class DashboardPage(Wire):
    items: list[SavedOut]
    total: int


class FilterChoice(Wire):
    """What a viewer sets a filter of the dashboard to. The field is the filter's own; no values: it is off."""

    id: PartId
    operator: FilterOperator | None = None
    values: Values = Field(default_factory=list)
    settings: FilterSettings | None = None


class TileAsk(Wire):
    filters: Annotated[list[FilterChoice], Field(max_length=50)] = Field(default_factory=list)
    version: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = Field(
        default=None, description="Another save of the dashboard, for those who may manage it."
    )
    refresh: Flag = Field(default=False, description="Ask the warehouse, whatever answer is kept.")


class TileAnswer(QueryOut):
    """A tile's rows as I may see them."""

    filtered_by: list[str] = Field(description="Filters of the dashboard that held, by id.")
    not_filtered_by: list[str] = Field(description="Filters that are set and do not reach this tile.")


class ValuesAsk(Wire):
    q: Annotated[str, Field(max_length=200)] = ""


class FilterValues(Wire):
    values: list[str | int | float | bool | None]
    truncated: bool
