"""How an answer is drawn: one model, told apart by `type`, and nothing in it that could run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from vitrail.errors import InvalidInput
from vitrail.query.made_fields import made_metric_id
from vitrail.query.metric_query import MetricQuery
from vitrail.wire import Wire
from vitrail.words import FieldName, Label

Colour = Annotated[int, Field(ge=0, le=11)]
"""A place in the palette: it has a shade for light ground and one for dark."""
Legend = Literal["none", "top", "bottom", "right"]


class FieldFormat(Wire):
    """In place of the catalog's own format."""

    kind: Annotated[str, Field(max_length=60)] | None = None
    round: Annotated[int, Field(ge=0, le=12)] | None = None
    compact: Literal["thousands", "millions", "billions", "trillions"] | None = None


class FieldLook(Wire):
    """How one field is shown: what is left out is as the catalog says."""

    label: Label | None = None
    format: FieldFormat | None = None
    colour: Colour | None = None
    hidden: bool = False


class _Look(Wire):
    fields: Annotated[dict[FieldName, FieldLook], Field(max_length=100)] = Field(default_factory=dict)

    def named(self) -> Iterable[str]:
        """Every field that the drawing needs."""
        return ()


class CartesianLook(_Look):
    """Lines, bars, areas, dots over two axes. `series`: a dimension whose values become series of their own."""

    type: Literal["line", "bar", "area", "horizontal_bar", "scatter"]
    x: FieldName
    y: Annotated[list[FieldName], Field(min_length=1, max_length=20)]
    series: FieldName | None = None
    right: Annotated[list[FieldName], Field(max_length=20)] = Field(default_factory=list)
    """Those of `y` that count on an axis of their own, at the right."""
    stacking: Literal["none", "stacked", "percent"] = "none"
    legend: Legend = "top"
    x_label: Label | None = None
    y_label: Label | None = None
    from_zero: bool = True
    show_values: bool = False
    smooth: bool = False

    def named(self) -> Iterable[str]:
        return [self.x, *self.y, *([self.series] if self.series else []), *self.right]


class PieLook(_Look):
    type: Literal["pie"]
    slice: FieldName
    value: FieldName
    donut: bool = True
    legend: Legend = "right"
    show_values: bool = True

    def named(self) -> Iterable[str]:
        return [self.slice, self.value]


class TableLook(_Look):
    """Rows. `columns` is their order; fields that it leaves out come after it."""

    type: Literal["table"]
    columns: Annotated[list[FieldName], Field(max_length=200)] = Field(default_factory=list)
    bars: bool = False
    """A bar behind each number, as long as the number is big in its column."""
    totals: bool = False
    """A last row with each metric over all rows, also over those that are not shown: the question asks for it too."""

    def named(self) -> Iterable[str]:
        return self.columns


class BigNumberLook(_Look):
    """The first row's `value`. `compare` names another metric of that row, or (`previous`) the row after it."""

    type: Literal["big_number"]
    value: FieldName
    compare: FieldName | Literal["previous"] | None = None
    rising_is_good: bool = True

    def named(self) -> Iterable[str]:
        return [self.value, *([self.compare] if self.compare not in (None, "previous") else [])]


ChartConfig = Annotated[CartesianLook | PieLook | TableLook | BigNumberLook, Field(discriminator="type")]


def as_drawn(query: MetricQuery, config: CartesianLook | PieLook | TableLook | BigNumberLook) -> MetricQuery:
    """The question with what its drawing needs beside the rows: totals, where a table shows them."""
    if not isinstance(config, TableLook) or not config.totals:
        return query
    return query.model_copy(update={"totals": True})


def check_drawable(config: CartesianLook | PieLook | TableLook | BigNumberLook, query: MetricQuery) -> None:
    """Raises `InvalidInput` that names each field which is drawn and not asked for."""
    extra = {made_metric_id(metric) for metric in query.additional_metrics}
    asked = {*query.dimensions, *query.metrics, *(calculation.name for calculation in query.table_calculations)}
    missing = [name for name in dict.fromkeys(config.named()) if name not in asked | extra]
    if missing:
        raise InvalidInput(
            f"The chart draws {', '.join(missing[:5])}, which its question does not ask for.",
            cure="Add the field to the question's dimensions or metrics, or draw another one.",
            details=[{"field": name, "cause": "not asked for"} for name in missing[:20]],
        )
