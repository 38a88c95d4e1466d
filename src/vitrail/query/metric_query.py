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


class TableCalculation(_Wire):
    """A column computed from the result's other columns; `sql` names them as `${table.field}`."""

    name: str
    display_name: str | None = None
    sql: str
    format: dict[str, Any] | None = None


class AdditionalMetric(_Wire):
    """A metric made in the query: an aggregate over a dimension of the explore."""

    table: str
    name: str
    type: Literal["count", "count_distinct", "sum", "average", "min", "max", "median", "percentile"]
    sql: str | None = None
    label: str | None = None
    base_dimension_name: str | None = None


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
    parameters: dict[str, Scalar | list[Scalar]] = Field(default_factory=dict)
    timezone: str | None = None

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
