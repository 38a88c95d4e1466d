"""The wire shapes of charts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vitrail.charts.config import ChartConfig
from vitrail.content.schemas import Based, SavedOut, SaveOut
from vitrail.query.metric_query import MetricQuery
from vitrail.wire import Flag, Wire
from vitrail.words import Description, Id, Name


class NewChart(Wire):
    name: Name
    description: Description = ""
    space_id: Id
    query: MetricQuery
    config: ChartConfig


class ChartChange(Wire):
    """What is given replaces what was; `basedOn` is the version that was changed."""

    based_on: Based
    name: Name | None = None
    description: Description | None = None
    query: MetricQuery | None = None
    config: ChartConfig | None = None


class ChartOut(SavedOut):
    query: MetricQuery | None = Field(description="For those who may manage the chart or explore; null for others.")
    explore_name: str
    config: ChartConfig


class ChartVersion(SaveOut):
    query: MetricQuery
    config: ChartConfig


class ChartSummary(SavedOut):
    """A chart in a list."""

    look: str


class ChartPage(Wire):
    items: list[ChartSummary]
    total: int


class Ask(Wire):
    """Which save to answer: the newest, or (for those who may manage the chart) another one."""

    version: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    refresh: Flag = Field(default=False, description="Ask the warehouse, whatever answer is kept.")
