"""A semantic layer → explores: one for each semantic model, and `metrics` with everything.

Their tables are paths of entities (`listing`, `listing__user`), their fields ordinary dimensions and metrics, so that
whatever reads a catalog reads these too. What an explore is besides lies in its `semantic`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vitrail.catalog import yaml_values as read
from vitrail.catalog.dbt_semantic.reach import Chain, Found, reach
from vitrail.catalog.dbt_semantic.uses import measures_of, needs_time, rules_of
from vitrail.catalog.dbt_semantic_model import (
    GRAINS,
    METRIC_TIME,
    NEEDS_TIME,
    Cumulative,
    Derived,
    Item,
    SemanticDimension,
    SemanticExplore,
    SemanticLayer,
    SemanticMetric,
    SemanticModel,
    Simple,
    grain_order,
)
from vitrail.catalog.model import (
    AttributeRule,
    Dimension,
    DimensionType,
    Explore,
    ExploreName,
    FieldId,
    Metric,
    MetricType,
    Origin,
    Table,
    TableName,
    TimeInterval,
)
from vitrail.catalog.time_intervals import interval_type

ALL = "metrics"
TIME_TABLE = TableName("metric")
"""The table of `metric_time`, so that its fields' ids are `metric_time`, `metric_time_month`."""
_TYPES = {
    "sum": MetricType.SUM,
    "min": MetricType.MIN,
    "max": MetricType.MAX,
    "count_distinct": MetricType.COUNT_DISTINCT,
    "average": MetricType.AVERAGE,
    "percentile": MetricType.PERCENTILE,
}


Made = tuple[FieldId, Dimension, Item, str]
"""A dimension with its id, what it is in the layer, and dbt's name for it."""


@dataclass(slots=True)
class _Shelf:
    """One explore's fields while they are gathered, by table."""

    dimensions: dict[TableName, dict[str, Dimension]] = field(default_factory=dict)
    metrics: dict[TableName, dict[str, Metric]] = field(default_factory=dict)
    items: dict[FieldId, Item] = field(default_factory=dict)
    names: dict[FieldId, str] = field(default_factory=dict)
    dimension_spellings: dict[str, Dimension] = field(default_factory=dict)
    metric_spellings: dict[str, Metric] = field(default_factory=dict)
    models: dict[TableName, SemanticModel] = field(default_factory=dict)

    def add(self, made: Iterable[Made], model: SemanticModel | None) -> None:
        for field_id, dimension, item, spelling in made:
            if field_id in self.items:
                return  # One element's fields are there or not together.
            table = self.dimensions.get(dimension.table)
            if table is None:
                table = self.dimensions[dimension.table] = {}
                if model is not None:
                    self.models.setdefault(dimension.table, model)
            table[dimension.name] = dimension
            self.items[field_id] = item
            self.dimension_spellings.setdefault(spelling, dimension)


class ExploreMaker:
    """Makes the explores of one layer. `taken`: names of explores that are there already."""

    def __init__(self, layer: SemanticLayer, taken: Iterable[str]) -> None:
        self.layer, self.taken = layer, set(taken)
        self._made: dict[tuple[object, ...], list[Made]] = {}
        self.measured = {name: measures_of(layer, metric) for name, metric in layer.metrics.items()}
        self.rules = {name: rules_of(layer, metric) for name, metric in layer.metrics.items()}
        self.of_model: dict[str, dict[str, SemanticMetric]] = {}
        """By semantic model: the metrics that have a measure of it."""
        for name, metric in layer.metrics.items():
            for one in self.measured[name]:
                self.of_model.setdefault(one.model, {})[name] = metric
        self.open = all(model.rule.empty for model in layer.models.values())
        """Whether no relation has a rule, which saves looking."""

    def make(self) -> list[Explore]:
        found = [self._of_model(model) for model in self.layer.models.values()]
        return [*found, self._of_all()] if found else []

    def _name(self, wanted: str) -> ExploreName:
        name = wanted if wanted not in self.taken else f"{wanted}_semantic"
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return ExploreName(name)

    def _of_model(self, model: SemanticModel) -> Explore:
        shelf = _Shelf()
        base = TableName(model.primary_entity or next(iter(model.own_links()), model.name))
        self._fill(shelf, reach(self.layer, model).found)
        metrics = list(self.of_model.get(model.name, {}).values())
        self._metrics(shelf, metrics)
        self._metric_time(shelf, metrics)
        return self._explore(shelf, self._name(model.name), model.label, base, model, model.description, model.rule)

    def _of_all(self) -> Explore:
        shelf = _Shelf()
        for model in self.layer.models.values():
            self._fill(shelf, reach(self.layer, model).found)
        metrics = list(self.layer.metrics.values())
        self._metrics(shelf, metrics)
        self._metric_time(shelf, metrics)
        what = "Every metric of dbt's semantic layer, by every dimension that it can be reached by."
        return self._explore(shelf, self._name(ALL), "All metrics", TIME_TABLE, None, what, AttributeRule())

    def _explore(
        self,
        shelf: _Shelf,
        name: ExploreName,
        label: str,
        base: TableName,
        model: SemanticModel | None,
        description: str | None,
        rule: AttributeRule,
    ) -> Explore:
        tables: dict[TableName, Table] = {}
        for table in dict.fromkeys((base, *shelf.metrics, *shelf.dimensions)):
            owner = model if table == base and model else shelf.models.get(table)
            tables[table] = Table(
                name=table,
                label="Metric time" if table == TIME_TABLE else read.words(table.replace("__", " ")),
                relation=owner.relation if owner else "",
                dimensions=shelf.dimensions.get(table, {}),
                metrics=shelf.metrics.get(table, {}),
                origin=owner.origin if owner else Origin(name),
                rule=rule if table == base else AttributeRule(),
            )
        semantic = SemanticExplore(
            self.layer, shelf.items, shelf.names, shelf.dimension_spellings, shelf.metric_spellings
        )
        return Explore(
            name=name,
            label=label,
            base_table=base,
            tables=tables,
            description=description,
            group_label="dbt semantic layer",
            semantic=semantic,
        )

    # -- Dimensions

    def _fill(self, shelf: _Shelf, found: Mapping[tuple[tuple[str, ...], str], Found]) -> None:
        for (links, name), place in found.items():
            table = "__".join(links) if links else name
            shelf.add(self._dimensions(TableName(table), links, place, self._guards(place.chain, place)), place.model)

    def _guards(self, chain: Chain, place: Found) -> tuple[AttributeRule, ...]:
        """The rules of every relation that is read on the way, and of the columns at its end."""
        if self.open:
            return place.element.rules
        models = dict.fromkeys((*(hop.model for hop in chain), place.model.name))
        rules = [self.layer.models[name].rule for name in models]
        return tuple(rule for rule in (*rules, *place.element.rules) if not rule.empty)

    def _dimensions(
        self, table: TableName, links: tuple[str, ...], place: Found, guards: tuple[AttributeRule, ...]
    ) -> list[Made]:
        """The field of an element, and of a time dimension those of its grains. Explores share them."""
        element = place.element
        key = (table, place.model.name, element.name, tuple(map(repr, guards)))
        known = self._made.get(key)
        if known is not None:
            return known
        is_time = isinstance(element, SemanticDimension) and element.grain is not None
        kind = element.type if isinstance(element, SemanticDimension) else DimensionType.STRING
        if isinstance(element, SemanticDimension) and element.grain is not None:
            interval = TimeInterval.__members__.get(element.grain.upper())
            kind = interval_type(interval, kind) if interval is not None else kind
        entity = not isinstance(element, SemanticDimension)
        base = Dimension(
            name=element.name,
            table=table,
            type=kind,
            sql=element.expression.over("") if not element.expression.plain else element.expression.sql,
            label=element.label,
            description=element.description,
            hidden=element.hidden,
            guards=guards,
        )
        made = [(base, Item(links, element.name, entity=entity))]
        if is_time and isinstance(element, SemanticDimension):
            made += self._grains(base, Item(links, element.name), element.grain or "day")
        found = self._made[key] = [(one.id, one, item, item.spelled()) for one, item in made]
        return found

    def _grains(self, base: Dimension, item: Item, finest: str) -> list[tuple[Dimension, Item]]:
        made = []
        for grain in GRAINS[max(grain_order(finest), grain_order("millisecond")) :]:
            interval = TimeInterval[grain.upper()]
            kind = interval_type(interval, base.type)
            made.append((_cut(base, grain, kind, interval), Item(item.links, item.name, grain)))
        for name, spine in self.layer.grains().items():
            if grain_order(spine.grain) >= grain_order(finest):
                made.append((_cut(base, name, DimensionType.STRING, None), Item(item.links, item.name, name)))
        return made

    def _metric_time(self, shelf: _Shelf, metrics: list[SemanticMetric]) -> None:
        """`metric_time` in every grain that one of the metrics can be asked in, or that a time spine has."""
        grains = {spine.grain for spine in self.layer.spines} if metrics else set()
        for metric in metrics:
            for one in self.measured[metric.name]:
                dimension = self.layer.models[one.model].dimensions.get(one.measure.time or "")
                if dimension is not None and dimension.grain is not None:
                    grains.add(dimension.grain)
        if not grains:
            return
        finest = min(grains, key=grain_order)
        type_ = DimensionType.TIMESTAMP if grain_order(finest) < grain_order("day") else DimensionType.DATE
        what = "The time of each metric: that of the measure it is made of."
        base = Dimension("time", TIME_TABLE, type_, METRIC_TIME, "Metric time", what)
        item = Item((), METRIC_TIME)
        fields = [(base, item), *self._grains(base, item, finest)]
        shelf.add([(one.id, one, of, of.spelled()) for one, of in fields], None)

    # -- Metrics

    def _metrics(self, shelf: _Shelf, metrics: list[SemanticMetric]) -> None:
        for metric in metrics:
            first = self.measured[metric.name][0]
            model = self.layer.models[first.model]
            table = TableName(model.primary_entity or next(iter(model.own_links()), model.name))
            made = self._metric(metric, table)
            if made.id in shelf.items:  # A dimension has this id; the metric's must be another.
                made = self._metric(metric, TableName(f"{table}_metric"))
            shelf.metrics.setdefault(made.table, {})[made.name] = made
            shelf.models.setdefault(made.table, model)
            shelf.names[made.id] = metric.name
            shelf.metric_spellings[metric.name] = made

    def _metric(self, metric: SemanticMetric, table: TableName) -> Metric:
        body = metric.body
        kind, sql, percentile = MetricType.NUMBER, metric.name, None
        if isinstance(body, Simple | Cumulative):
            measure = body.measure if isinstance(body, Simple) else body.base.measure
            sql = measure.expression.over("") if not measure.expression.plain else measure.expression.sql
            if isinstance(body, Simple):
                kind = _TYPES[measure.agg]
                percentile = measure.percentile * 100 if measure.percentile is not None else None
                if percentile == 50 and not measure.discrete:
                    kind, percentile = MetricType.MEDIAN, None
        elif isinstance(body, Derived):
            sql = body.sql
        return Metric(
            name=metric.name,
            table=table,
            type=kind,
            sql=sql,
            label=metric.label,
            description=metric.description,
            percentile=percentile,
            hidden=metric.hidden,
            guards=self.rules[metric.name],
            tags=(NEEDS_TIME,) if needs_time(self.layer, metric) else (),
        )


def _cut(base: Dimension, grain: str, kind: DimensionType, interval: TimeInterval | None) -> Dimension:
    return Dimension(
        name=f"{base.name}_{grain}",
        table=base.table,
        type=kind,
        sql=base.sql,
        label=f"{base.label} {grain.replace('_', ' ')}",
        description=base.description,
        hidden=base.hidden,
        interval=interval,
        base=base.name,
        guards=base.guards,
    )
