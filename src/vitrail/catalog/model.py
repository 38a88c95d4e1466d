"""The types that every loader fills and every reader uses.

A catalog is immutable: a reload makes a new one. Names are the field's own: an *explore* is a base table with the
tables joined to it; a *field* is a dimension or a metric; a field's id on the wire is `table_field`, and a time
dimension's is `table_field_month`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NewType

from vitrail.catalog.kinds import DimensionType as DimensionType
from vitrail.catalog.kinds import JoinType as JoinType
from vitrail.catalog.kinds import MetricType as MetricType
from vitrail.catalog.kinds import Relationship as Relationship
from vitrail.catalog.kinds import TimeInterval as TimeInterval

if TYPE_CHECKING:
    from vitrail.catalog.dbt_semantic_model import SavedQuery, SemanticExplore

ExploreName = NewType("ExploreName", str)
TableName = NewType("TableName", str)
FieldId = NewType("FieldId", str)


@dataclass(frozen=True, slots=True)
class Format:
    """How a value is shown. `kind` is Lightdash's `format` word (`usd`, `eur`, `gbp`, `percent`, `km`, `id`, …) or a
    spreadsheet expression; `round` is a number of decimals; `compact` is `thousands|millions|billions|trillions`, or
    `kilobytes` … `petabytes`, `kibibytes` … `pebibytes`; `separator` is `commaPeriod|spacePeriod|periodComma|
    noSeparatorPeriod|apostrophePeriod`."""

    kind: str | None = None
    round: int | None = None
    compact: str | None = None
    separator: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Where a value leads: `url` is a template with `${value.raw}` in it, kept as it is written."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class GroupDetail:
    """What a group of fields (or of tables) is called, by its key in `groups`."""

    label: str
    description: str | None = None
    ai_hint: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spotlight:
    """How a metric stands in a catalog of metrics."""

    visible: bool = True
    categories: tuple[str, ...] = ()
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a thing is written: the dbt model and the file with its line, so far as known."""

    model: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        """`models/orders.yml:12`, or the model's name where no file is known."""
        if self.file is None:
            return self.model
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """Who may see a thing: every attribute of `all` must match, and one of `any` where it is not empty.

    An attribute matches when the viewer holds one of the listed values.
    """

    all: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    any: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not self.all and not self.any


@dataclass(frozen=True, slots=True)
class Dimension:
    """A column, an expression, or (with `interval`) a time dimension truncated to an interval."""

    name: str
    table: TableName
    type: DimensionType
    sql: str
    label: str
    description: str | None = None
    hidden: bool = False
    format: Format | None = None
    groups: tuple[str, ...] = ()
    interval: TimeInterval | None = None
    base: str | None = None
    """For a time dimension: the name of the dimension it is an interval of."""
    rule: AttributeRule = AttributeRule()
    private: bool = False
    """Left out of an explore by a join's `fields`: kept for the fields that refer to it, but can't be asked."""
    urls: tuple[Link, ...] = ()
    image: str | None = None
    """A URL template of the picture that stands for the value."""
    rich_text: str | None = None
    colors: tuple[tuple[str, str], ...] = ()
    """Values, each with its colour."""
    tags: tuple[str, ...] = ()
    ai_hint: tuple[str, ...] = ()
    case_sensitive: bool = True
    """Whether filters on its text mind upper and lower case."""
    convert_timezone: bool = True
    """Whether a timestamp is shown in the clocks of the question's time zone."""
    guards: tuple[AttributeRule, ...] = ()
    """Further rules that must hold: those of other relations that are read to answer it."""

    @property
    def id(self) -> FieldId:
        return FieldId(f"{self.table}_{self.name}")


@dataclass(frozen=True, slots=True)
class MetricFilter:
    """A condition inside an aggregate (`filters:` of a metric): a dimension of the same explore, an operator and
    values."""

    dimension: str
    operator: str
    values: tuple[str | int | float | bool | None, ...] = ()
    unit: str | None = None
    completed: bool = False


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    table: TableName
    type: MetricType
    sql: str
    label: str
    description: str | None = None
    hidden: bool = False
    format: Format | None = None
    groups: tuple[str, ...] = ()
    filters: tuple[MetricFilter, ...] = ()
    percentile: float | None = None
    rule: AttributeRule = AttributeRule()
    private: bool = False
    """Left out of an explore by a join's `fields`: kept for the fields that refer to it, but can't be asked."""
    distinct_keys: tuple[str, ...] = ()
    """Of `sum_distinct` and `average_distinct`: the dimensions (`name` or `table.name`) each of whose values counts
    once in a group."""
    show_underlying_values: tuple[str, ...] = ()
    """The fields (`name` or `table.name`) to show when somebody asks what is beneath a number; none: all."""
    urls: tuple[Link, ...] = ()
    tags: tuple[str, ...] = ()
    ai_hint: tuple[str, ...] = ()
    spotlight: Spotlight = Spotlight()
    guards: tuple[AttributeRule, ...] = ()
    """Further rules that must hold: those of other relations that are read to answer it."""

    @property
    def id(self) -> FieldId:
        return FieldId(f"{self.table}_{self.name}")


@dataclass(frozen=True, slots=True)
class DefaultFilter:
    """A filter that an explore begins with. One that is not `required` is put before the asker, who may take it away; a
    `required` one holds in every question that has no filter of its own on the field."""

    filter: MetricFilter
    """Its `dimension` is `name` (of the base table) or `table.name`."""
    required: bool = False


@dataclass(frozen=True, slots=True)
class ParameterOption:
    value: str | int | float
    label: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a question may set, which SQL of the project takes as `${lightdash.parameters.name}`.

    `name` is `region`, or `orders.region` for one of a model's own. `type` is string, number or date. With `options`
    only they are taken, unless `custom`; `options_from` names a dimension (`table.name`) whose values are offered.
    Without `default` a question that uses it must give it.
    """

    name: str
    label: str
    type: str = "string"
    description: str | None = None
    options: tuple[ParameterOption, ...] = ()
    options_from: str | None = None
    default: tuple[str | int | float, ...] = ()
    multiple: bool = False
    custom: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One dbt model as it takes part in explores, under the name (or alias) it has there."""

    name: TableName
    label: str
    relation: str
    """The quoted name to select from, as written in the manifest (`"db"."schema"."table"`)."""
    dimensions: Mapping[str, Dimension]
    metrics: Mapping[str, Metric]
    origin: Origin
    description: str | None = None
    primary_key: tuple[str, ...] = ()
    sql_filter: str | None = None
    """Row access: holds wherever the table is read, inside the table, before any join (FIELD §3)."""
    sql_filter_base_only: bool = False
    rule: AttributeRule = AttributeRule()
    order_fields_by: str = "label"
    """`label`, or `index`: as they are written."""
    group_details: Mapping[str, GroupDetail] = field(default_factory=dict)
    ai_hint: tuple[str, ...] = ()
    default_filters: tuple[DefaultFilter, ...] = ()
    """What the table's explores begin with."""


@dataclass(frozen=True, slots=True)
class Join:
    """A table joined to an explore's base. `table` is the name it has in the explore (its alias if it has one)."""

    table: TableName
    sql_on: str
    type: JoinType = JoinType.LEFT
    relationship: Relationship | None = None
    always: bool = False
    hidden: bool = False
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Explore:
    name: ExploreName
    label: str
    base_table: TableName
    tables: Mapping[TableName, Table]
    joins: tuple[Join, ...] = ()
    description: str | None = None
    group_label: str | None = None
    tags: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    """The path of groups that it stands in; `Catalog.groups` says what they are called."""
    hidden: bool = False
    """Not offered; it can be asked."""
    rule: AttributeRule = AttributeRule()
    """Beside its base table's."""
    default_filters: tuple[DefaultFilter, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    """Those that its fields, joins and row filters take, by name."""
    semantic: SemanticExplore | None = None
    """Set when it is over dbt's own semantic layer: its tables are then paths of entities, and it is asked through
    `query/semantic`."""
    memo: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What readers work out of this explore once (an index, its join graph); never part of what it is."""

    @property
    def base(self) -> Table:
        return self.tables[self.base_table]

    def dimensions(self) -> Iterator[Dimension]:
        """Every dimension, the base table's first, then in the order of the joins."""
        for table in self.tables.values():
            yield from table.dimensions.values()

    def metrics(self) -> Iterator[Metric]:
        """Every metric, the base table's first, then in the order of the joins."""
        for table in self.tables.values():
            yield from table.metrics.values()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the project that could not be used; one bad model never takes the others down."""

    title: str
    cause: str
    cure: str
    origin: Origin | None = None
    fatal: bool = False
    """A fatal problem left its explore (or field) out; another is a warning."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """All that can be asked of one project. `version` is a hash of what it was loaded from."""

    explores: Mapping[ExploreName, Explore]
    version: str
    problems: tuple[Problem, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    """All of the project's, by name."""
    groups: Mapping[str, GroupDetail] = field(default_factory=dict)
    """Of explores."""
    saved_queries: tuple[SavedQuery, ...] = ()
    """Questions that the dbt project keeps over its semantic layer."""
