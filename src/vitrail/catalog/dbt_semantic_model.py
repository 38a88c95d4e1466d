"""dbt's semantic layer as read: semantic models with entities, dimensions and measures, metrics over them, time spines.

Everything here is checked: names are plain words, each SQL text is one expression without references and without a
way out of its place, and each name that a metric gives leads somewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from vitrail.catalog.model import AttributeRule, DimensionType, FieldId, Origin

if TYPE_CHECKING:
    from vitrail.catalog.model import Dimension, Explore, Metric

METRIC_TIME = "metric_time"
GRAINS = (
    *("nanosecond", "microsecond", "millisecond", "second", "minute", "hour"),
    *("day", "week", "month", "quarter", "year"),
)
DATE_PARTS = ("year", "quarter", "month", "day", "dow", "doy")
NEEDS_TIME = "needs time"
"""The tag of metrics that can be asked only by a time: windows, and values of another time."""
MAX_HOPS = 2
"""Entities in a path at most, as in MetricFlow."""


def grain_order(grain: str) -> int:
    """The finer, the smaller. A custom grain comes last."""
    return GRAINS.index(grain) if grain in GRAINS else len(GRAINS)


class EntityKind(StrEnum):
    PRIMARY = "primary"
    UNIQUE = "unique"
    FOREIGN = "foreign"
    NATURAL = "natural"


@dataclass(frozen=True, slots=True)
class Expression:
    """SQL over the columns of one relation. `plain`: it is a column's name, to be written after the relation's.
    `around`: what stands around it, as `{x}`."""

    sql: str
    plain: bool
    around: str = "{x}"

    def over(self, relation: str) -> str:
        """Its text where the relation has this alias."""
        text = f"{relation}.{self.sql}" if self.plain else self.sql
        if self.around == "{x}":
            return text
        return self.around.replace("{x}", text if self.plain else f"({text})")


@dataclass(frozen=True, slots=True)
class Item:
    """What a question groups or filters by: a dimension, an entity or `metric_time`, by dbt's way of naming it.

    `links`: the entities on the way to it; empty for an entity of the model itself and for `metric_time`.
    `grain`: of a time dimension, a standard or a custom one; None is its default. `part`: one of `DATE_PARTS` instead.
    """

    links: tuple[str, ...]
    name: str
    grain: str | None = None
    part: str | None = None
    entity: bool = False

    @property
    def is_metric_time(self) -> bool:
        return self.name == METRIC_TIME and not self.links

    def spelled(self) -> str:
        """dbt's spelling."""
        words = [*self.links, self.name]
        if self.part:
            words.append(f"extract_{self.part}")
        elif self.grain:
            words.append(self.grain)
        return "__".join(words)


@dataclass(frozen=True, slots=True)
class MetricCall:
    """`{{ Metric('m', group_by=['x']) }}` in a filter: the metric's value for the row's entity."""

    metric: str
    group_by: Item


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition: SQL text around items and metric calls."""

    parts: tuple[str | Item | MetricCall, ...]

    def items(self) -> tuple[Item, ...]:
        return tuple(part for part in self.parts if isinstance(part, Item))

    def calls(self) -> tuple[MetricCall, ...]:
        return tuple(part for part in self.parts if isinstance(part, MetricCall))


@dataclass(frozen=True, slots=True)
class Entity:
    name: str
    kind: EntityKind
    expression: Expression
    label: str
    description: str | None = None
    rules: tuple[AttributeRule, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class SemanticDimension:
    """`grain`: set for a time dimension, the finest it can be asked in. `rules`: its own, and those of the columns that
    it reads."""

    name: str
    expression: Expression
    label: str
    type: DimensionType
    grain: str | None = None
    partition: bool = False
    description: str | None = None
    rules: tuple[AttributeRule, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class NonAdditive:
    """A measure that is not to be added up over `dimension` (time): only the rows of its first or last value count,
    for each of `groupings` (entities)."""

    dimension: str
    last: bool
    groupings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """`agg`: sum, min, max, count_distinct, average, percentile (`percentile` a fraction, `discrete`; `approximate`
    where the engine can)."""

    name: str
    agg: str
    expression: Expression
    time: str | None
    percentile: float | None = None
    discrete: bool = False
    approximate: bool = False
    non_additive: NonAdditive | None = None
    label: str | None = None
    description: str | None = None
    rule: AttributeRule = field(default_factory=AttributeRule)


@dataclass(frozen=True, slots=True)
class SemanticModel:
    """`guarded`: an explore of the one dbt model under it, when that has a row filter; the filter is in its table.
    `rule`: the dbt model's own, which holds wherever the relation is read."""

    name: str
    relation: str
    entities: Mapping[str, Entity]
    dimensions: Mapping[str, SemanticDimension]
    measures: Mapping[str, Measure]
    primary_entity: str | None
    origin: Origin
    label: str
    description: str | None = None
    validity: tuple[str, str] | None = None
    """The dimensions that say from when (inclusive) until when (exclusive, or null) a row holds."""
    guarded: Explore | None = None
    rule: AttributeRule = field(default_factory=AttributeRule)

    def own_links(self) -> tuple[str, ...]:
        """The entities under whose name the model's own dimensions can be asked."""
        found = [e.name for e in self.entities.values() if e.kind is not EntityKind.FOREIGN]
        if self.primary_entity and self.primary_entity not in self.entities:
            found.append(self.primary_entity)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Window:
    """A length of time, in a standard or a custom grain."""

    count: int
    grain: str


@dataclass(frozen=True, slots=True)
class Input:
    """A metric inside another: under the name `alias`, over rows that pass `filters` too, `offset` earlier, or at the
    start of the period `to_grain`."""

    metric: str
    alias: str
    filters: tuple[Filter, ...] = ()
    offset: Window | None = None
    to_grain: str | None = None


@dataclass(frozen=True, slots=True)
class Simple:
    """An aggregate of one semantic model."""

    model: str
    measure: Measure
    filters: tuple[Filter, ...] = ()
    fill: int | None = None
    to_spine: bool = False


@dataclass(frozen=True, slots=True)
class Ratio:
    numerator: Input
    denominator: Input


@dataclass(frozen=True, slots=True)
class Derived:
    """`sql` names its inputs by their aliases; `parts` is the same with their places instead of them."""

    sql: str
    inputs: tuple[Input, ...]
    parts: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Cumulative:
    """All time, or a `window`, or since the start of the period `to_date`. `period_agg`: `first`, `last` or `average`
    of a coarser period's values."""

    base: Simple
    window: Window | None = None
    to_date: str | None = None
    period_agg: str = "first"
    fill: int | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """How many of `base`'s events were followed by one of `conversion` of the same `entity` within `window`; with
    `rate`, divided by `base`. `constant`: pairs of (base's, conversion's) dimension or entity that must be equal."""

    base: Simple
    conversion: Simple
    entity: str
    window: Window | None = None
    rate: bool = True
    constant: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SemanticMetric:
    name: str
    body: Simple | Ratio | Derived | Cumulative | Conversion
    label: str
    description: str | None = None
    filters: tuple[Filter, ...] = ()
    """The metric's own; those of a simple one are in its body."""
    grain: str | None = None
    """`time_granularity`: its default grain."""
    origin: Origin | None = None
    rule: AttributeRule = field(default_factory=AttributeRule)
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Spine:
    """A table with a row for every moment of a grain. `custom`: further grains, each a column of it."""

    relation: str
    column: str
    grain: str
    custom: Mapping[str, str] = field(default_factory=dict)
    guarded: Explore | None = None
    rule: AttributeRule = field(default_factory=AttributeRule)


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question kept in the dbt project. `order_by`: items and metrics, each with whether it goes down."""

    name: str
    metrics: tuple[str, ...]
    group_by: tuple[Item, ...]
    filters: tuple[Filter, ...] = ()
    order_by: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    label: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class SemanticLayer:
    """All semantic models and metrics of a project. `memo`: what readers work out once; never part of what it is."""

    models: Mapping[str, SemanticModel]
    metrics: Mapping[str, SemanticMetric]
    spines: tuple[Spine, ...] = ()
    memo: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def grains(self) -> Mapping[str, Spine]:
        """Custom grains, each with the spine that has it."""
        return {name: spine for spine in self.spines for name in spine.custom}


@dataclass(frozen=True, slots=True)
class SemanticExplore:
    """What an explore over the semantic layer is besides its tables and fields: `items` and `metrics` say, by field id,
    which of the layer's things a field is; `spellings` finds a field by dbt's name, dimensions and metrics apart."""

    layer: SemanticLayer
    items: Mapping[FieldId, Item]
    metrics: Mapping[FieldId, str]
    dimension_spellings: Mapping[str, Dimension]
    metric_spellings: Mapping[str, Metric]
