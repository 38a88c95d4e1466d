"""What the offline planner decided: an app as data. Kept beside the source (`src/app.plan.json`), so that a follow-up
edits the plan and not the text."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PLAN_PATH = "src/app.plan.json"

Chart = Literal["kpi", "line", "area", "bar", "stacked", "pie", "table"]
Scalar = str | int | float | bool


class _Plan(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Condition(_Plan):
    """A fixed condition of a query. `text` is how people read it."""

    field: str
    operator: str
    values: list[Scalar] = Field(default_factory=list)
    unit: str | None = None
    completed: bool = False
    text: str = ""


class Piece(_Plan):
    """One card. `x` is the first dimension (the time dimension of a trend), `series` splits it by colour; a table has
    all its dimensions in `rows`."""

    id: str
    chart: Chart
    title: str
    explore: str
    metrics: list[str]
    x: str | None = None
    series: str | None = None
    rows: list[str] = Field(default_factory=list)
    time: str | None = None
    """The base id of the date dimension that `x` is an interval of, for a change of grain."""
    grain: str | None = None
    sort: str | None = None
    descending: bool = True
    limit: int | None = None
    where: list[Condition] = Field(default_factory=list)
    having: list[Condition] = Field(default_factory=list)
    top_series: int | None = None
    """Only the largest so many values of `series` are drawn; the app asks which they are."""
    compare: Literal["previous", "year"] | None = None
    tab: str | None = None
    note: str | None = None

    @property
    def dimensions(self) -> list[str]:
        return list(dict.fromkeys([*([self.x] if self.x else []), *([self.series] if self.series else []), *self.rows]))


class Control(_Plan):
    """A filter that the viewer sets: several values of one dimension. `explore` is where its values are read."""

    field: str
    label: str
    explore: str
    kind: Literal["values", "boolean"] = "values"


class Period(_Plan):
    """The date range control and what holds while nothing is chosen."""

    label: str = "Period"
    fields: dict[str, str]
    """For each explore, the dimension that it filters."""
    default: Condition | None = None


class AppPlan(_Plan):
    version: int = 1
    title: str
    subtitle: str = ""
    pieces: list[Piece] = Field(default_factory=list)
    controls: list[Control] = Field(default_factory=list)
    period: Period | None = None
    where: list[Condition] = Field(default_factory=list)
    tabs: list[str] = Field(default_factory=list)
    last: list[str] = Field(default_factory=list)
    """Ids of the cards that the last prompt was about: what “it” means in the next."""
    files: dict[str, str] = Field(default_factory=dict)
    """A hash of each file as it was written, to see what somebody else has changed since."""
