"""The wire type of a question, as charts, apps, the API, the command line and the agent send it.

The field names are those of Lightdash's metric query (FIELD §3), so that what people have saved keeps its shape.
Validation against a catalog is `validate.py`'s work; this file only knows the shape.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from vitrail.errors import InvalidInput

Scalar = str | int | float | bool | None


class FilterOperator(StrEnum):
    IS_NULL = "isNull"
    NOT_NULL = "notNull"
    EQUALS = "equals"
    NOT_EQUALS = "notEquals"
    STARTS_WITH = "startsWith"
    ENDS_WITH = "endsWith"
    INCLUDE = "include"
    NOT_INCLUDE = "doesNotInclude"
    LESS_THAN = "lessThan"
    LESS_THAN_OR_EQUAL = "lessThanOrEqual"
    GREATER_THAN = "greaterThan"
    GREATER_THAN_OR_EQUAL = "greaterThanOrEqual"
    IN_THE_PAST = "inThePast"
    NOT_IN_THE_PAST = "notInThePast"
    IN_THE_NEXT = "inTheNext"
    IN_THE_CURRENT = "inTheCurrent"
    NOT_IN_THE_CURRENT = "notInTheCurrent"
    IN_BETWEEN = "inBetween"
    NOT_IN_BETWEEN = "notInBetween"


class TimeUnit(StrEnum):
    MILLISECONDS = "milliseconds"
    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    QUARTERS = "quarters"
    YEARS = "years"


MetricKind = Literal["count", "count_distinct", "sum", "average", "min", "max", "median", "percentile"]


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class FilterTarget(_Wire):
    field_id: str


class FilterSettings(_Wire):
    unit_of_time: TimeUnit | None = None
    completed: bool = False


class FilterRule(_Wire):
    """One condition. Several values of `equals`/`include`/… mean any of them; of the negative forms, none of them."""

    id: str | None = None
    target: FilterTarget
    operator: FilterOperator
    values: list[Scalar] = Field(default_factory=list, max_length=1000)
    settings: FilterSettings | None = None
    disabled: bool = False
    required: bool = False


class AndGroup(_Wire):
    id: str | None = None
    and_: Annotated[list[FilterNode], Field(alias="and", max_length=200)]


class OrGroup(_Wire):
    id: str | None = None
    or_: Annotated[list[FilterNode], Field(alias="or", max_length=200)]


FilterNode = AndGroup | OrGroup | FilterRule


class Filters(_Wire):
    """Conditions on dimensions (before aggregation), metrics and table calculations (after it)."""

    dimensions: AndGroup | OrGroup | None = None
    metrics: AndGroup | OrGroup | None = None
    table_calculations: AndGroup | OrGroup | None = None


class Sort(_Wire):
    field_id: str
    descending: bool = False
    nulls_first: bool | None = None


class TemplateSort(_Wire):
    field_id: str
    order: Literal["asc", "desc"] | None = None


class CalculationTemplate(_Wire):
    """A usual calculation by its name, over one column of the result.

    `order_by`: the order of the rows in which a previous one is the previous one (without it, the question's own).
    `partition_by`: columns whose equal values make groups of their own. `offset`: how many rows back is previous.
    """

    type: Literal[
        "percent_of_column_total",
        "percent_of_previous_value",
        "percent_change_from_previous",
        "change_from_previous",
        "rank_in_column",
        "running_total",
        "moving_average",
    ]
    field_id: str
    order_by: list[TemplateSort] = Field(default_factory=list, max_length=20)
    partition_by: list[str] = Field(default_factory=list, max_length=20)
    offset: int = Field(default=1, ge=1, le=1000)
    rows: int = Field(default=3, ge=2, le=1000)
    """Of a moving average: how many rows it looks at, the row itself among them."""


class TableCalculation(_Wire):
    """A column computed from the result's other columns: by `sql`, which names them as `${table.field}`, or by a
    `template`."""

    name: str = Field(min_length=1, max_length=100)
    display_name: str | None = Field(default=None, max_length=200)
    sql: str | None = None
    template: CalculationTemplate | None = None
    format: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> TableCalculation:
        if (self.sql is None) == (self.template is None):
            raise ValueError("a table calculation needs either `sql` or `template`")
        return self


class AdditionalMetric(_Wire):
    """A metric made in the query: an aggregate over a dimension of the explore, or over `sql` made of dimensions
    (`${table.field}`), or (with `base_metric_id`) a metric of the explore in an earlier period. Its id is
    `table_name`, or the name alone where no table is given."""

    table: str | None = None
    name: str = Field(min_length=1, max_length=100)
    type: MetricKind | None = None
    sql: str | None = None
    label: str | None = Field(default=None, max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    base_dimension_name: str | None = None
    percentile: float | None = Field(default=None, ge=0, le=100)
    filters: list[dict[str, Any]] = Field(default_factory=list, max_length=50)
    """Conditions on the rows that it counts, in the forms of a metric's `filters:` in YAML."""
    base_metric_id: str | None = None
    time_dimension_id: str | None = None
    """The date that is set back; the question groups or filters by it."""
    granularity: Literal["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"] | None = None
    period_offset: int = Field(default=1, ge=1, le=1000)


class BinRange(_Wire):
    """From (belongs to it) to (does not); either may be open."""

    from_: float | None = Field(default=None, alias="from")
    to: float | None = None


class BinDimension(_Wire):
    """A number cut into ranges: as many as `bin_number` says between its least and greatest value, or each as wide as
    `bin_width`, or those of `custom_range`."""

    type: Literal["bin"]
    id: str
    name: str = Field(min_length=1, max_length=200)
    table: str | None = None
    dimension_id: str
    bin_type: Literal["fixed_number", "fixed_width", "custom_range"]
    bin_number: int | None = Field(default=None, ge=1, le=200)
    bin_width: float | None = Field(default=None, gt=0)
    custom_range: list[BinRange] = Field(default_factory=list, max_length=200)


class SqlDimension(_Wire):
    """A dimension made of others: `sql` names them as `${table.field}`."""

    type: Literal["sql"]
    id: str
    name: str = Field(min_length=1, max_length=200)
    table: str | None = None
    sql: str
    dimension_type: Literal["string", "number", "date", "timestamp", "boolean"] = "string"


CustomDimension = Annotated[BinDimension | SqlDimension, Field(discriminator="type")]


class PivotRequest(_Wire):
    """Dimensions whose values become columns. The others, and their values, are the rows."""

    columns: list[str] = Field(min_length=1, max_length=5)


class MetricQuery(_Wire):
    """A question. `dimensions` and `metrics` are field ids (`orders_status`, `orders_order_date_month`); the
    spelling `orders.status` is accepted too. At least one of the two is needed."""

    explore_name: str
    dimensions: list[str] = Field(default_factory=list, max_length=200)
    metrics: list[str] = Field(default_factory=list, max_length=200)
    filters: Filters = Filters()
    sorts: list[Sort] = Field(default_factory=list, max_length=50)
    limit: int | None = Field(default=None, ge=1)
    """Rows at most. `None` is the instance's default; more than the instance's maximum is cut to it."""
    offset: int = Field(default=0, ge=0)
    table_calculations: list[TableCalculation] = Field(default_factory=list, max_length=50)
    additional_metrics: list[AdditionalMetric] = Field(default_factory=list, max_length=50)
    custom_dimensions: list[CustomDimension] = Field(default_factory=list, max_length=50)
    totals: bool = False
    """Also each metric over all rows of the answer, computed from the rows beneath, however many rows are shown."""
    subtotals: list[list[str]] = Field(default_factory=list, max_length=10)
    """Also each metric grouped by some of the dimensions, in the same way."""
    pivot: PivotRequest | None = None
    parameters: dict[str, Scalar | list[Scalar]] = Field(default_factory=dict)
    timezone: str | None = None
    saved_query: str | None = Field(default=None, max_length=200)
    """A saved query of the dbt project, whose filters hold too (`query.saved.saved_question` makes the whole
    question of one)."""

    @model_validator(mode="before")
    @classmethod
    def _accept_dotted_ids(cls, value: Any) -> Any:
        """`orders.status` → `orders_status` in `dimensions` and `metrics`, the spelling of SQL references."""
        if isinstance(value, dict):
            value = dict(value)
            for key in ("dimensions", "metrics"):
                if isinstance(value.get(key), list):
                    value[key] = [v.replace(".", "_", 1) if isinstance(v, str) else v for v in value[key]]
        return value


AndGroup.model_rebuild()
OrGroup.model_rebuild()
Filters.model_rebuild()
MetricQuery.model_rebuild()


def read_query(data: bytes | str) -> MetricQuery:
    """JSON text → a question. Raises `InvalidInput` that names each part that can't be used."""
    try:
        return MetricQuery.model_validate_json(data)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False, include_context=False)[:20]
        details = [{"field": ".".join(map(str, item["loc"])), "cause": item["msg"]} for item in wrong]
        raise InvalidInput(
            "; ".join(f"{item['field']}: {item['cause']}".removeprefix(": ") for item in details[:5]),
            cure="Send a metric query: exploreName, dimensions, metrics, filters, sorts, limit.",
            details=details,
        ) from None
