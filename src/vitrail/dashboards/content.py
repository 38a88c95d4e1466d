"""What a dashboard is made of: tabs, tiles on a grid of twelve columns, and filters over them."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vitrail.query.metric_query import FilterOperator, FilterSettings
from vitrail.wire import Wire
from vitrail.words import FieldName, Id, Label, Name, PartId, Text

COLUMNS = 12
MOST_TILES = 200

Value = Annotated[str, Field(max_length=1000)] | Annotated[int, Field(ge=-(2**63), le=2**63 - 1)] | float | bool | None
Values = Annotated[list[Value], Field(max_length=200)]


class Tab(Wire):
    id: PartId
    name: Annotated[Name, Field(max_length=100)]


class _Tile(Wire):
    """A place on the grid: columns and rows counted from the tab's upper left."""

    id: PartId
    tab: PartId
    x: Annotated[int, Field(ge=0, lt=COLUMNS)]
    y: Annotated[int, Field(ge=0, le=10_000)]
    w: Annotated[int, Field(ge=1, le=COLUMNS)]
    h: Annotated[int, Field(ge=1, le=100)]

    @model_validator(mode="after")
    def _within(self) -> _Tile:
        if self.x + self.w > COLUMNS:
            raise ValueError(f"x + w is {self.x + self.w}; the grid has {COLUMNS} columns")
        return self


class ChartTile(_Tile):
    kind: Literal["chart"]
    chart_id: Id
    title: Label | None = None
    """In place of the chart's name."""


class MarkdownTile(_Tile):
    kind: Literal["markdown"]
    title: Label | None = None
    text: Text = ""


class HeadingTile(_Tile):
    kind: Literal["heading"]
    text: Label


class AppTile(_Tile):
    kind: Literal["app"]
    app_id: Id
    title: Label | None = None


Tile = Annotated[ChartTile | MarkdownTile | HeadingTile | AppTile, Field(discriminator="kind")]


class FilterTarget(Wire):
    """A tile that takes the filter on another field, or (null) not at all."""

    tile: PartId
    field_id: FieldName | None = None


class DashboardFilter(Wire):
    """A filter over the tiles. It reaches every chart whose explore has its field, except where `targets` says
    otherwise. Without values it is open: it filters nothing until a viewer chooses some."""

    id: PartId
    label: Label | None = None
    explore_name: FieldName
    field_id: FieldName
    operator: FilterOperator = FilterOperator.EQUALS
    values: Values = Field(default_factory=list)
    settings: FilterSettings | None = None
    targets: Annotated[list[FilterTarget], Field(max_length=MOST_TILES)] = Field(default_factory=list)
    locked: bool = False
    """Viewers see it and can't change it."""


class DashboardContent(Wire):
    tabs: Annotated[list[Tab], Field(min_length=1, max_length=20)]
    tiles: Annotated[list[Tile], Field(max_length=MOST_TILES)] = Field(default_factory=list)
    filters: Annotated[list[DashboardFilter], Field(max_length=50)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _coherent(self) -> DashboardContent:
        for what, parts in (("tab", self.tabs), ("tile", self.tiles), ("filter", self.filters)):
            twice = [part for part, count in Counter(part.id for part in parts).items() if count > 1]
            if twice:
                raise ValueError(f"two {what}s have the id {twice[0]}")
        tabs, tiles = {tab.id for tab in self.tabs}, {tile.id for tile in self.tiles}
        for tile in self.tiles:
            if tile.tab not in tabs:
                raise ValueError(f"tile {tile.id} lies on a tab that is not there: {tile.tab}")
        for each in self.filters:
            for target in each.targets:
                if target.tile not in tiles:
                    raise ValueError(f"filter {each.id} names a tile that is not there: {target.tile}")
        return self
