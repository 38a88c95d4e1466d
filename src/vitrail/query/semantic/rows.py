"""The rows of one semantic model with what is joined to them: the FROM of a sub-query, gathered as it is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from vitrail.catalog.dbt_semantic.reach import Chain, Found, Hop, reach
from vitrail.catalog.dbt_semantic_model import (
    Entity,
    Expression,
    Item,
    MetricCall,
    SemanticDimension,
    SemanticModel,
    Spine,
    grain_order,
)
from vitrail.catalog.model import AttributeRule, DimensionType, Explore
from vitrail.query.semantic import times
from vitrail.query.semantic.asking import Asking

CallSource = Callable[[MetricCall], tuple[str, str]]
"""A metric call → the sub-query with the metric's value `v` for each `k`, and a name for it."""


@dataclass(slots=True)
class Source:
    """One relation that is read, under an alias, with the columns that are needed of it."""

    alias: str
    relation: str
    inner: str
    where: str
    columns: dict[str, str] = field(default_factory=dict)

    def column(self, expression: Expression) -> str:
        text = expression.over(self.inner)
        return f"{self.alias}.{self.columns.setdefault(text, f'c{len(self.columns)}')}"

    def text(self) -> str:
        columns = ", ".join(f"{text} AS {name}" for text, name in self.columns.items()) or "1 AS c0"
        return f"(SELECT {columns} FROM {self.relation} AS {self.inner}{self.where}) AS {self.alias}"  # noqa: S608


class Rows:
    """`time`: the name of the model's time dimension that `metric_time` is. `outer`: joins keep rows of both sides, as
    for lists of values without a metric. `repeatable`: that repeating a row would change nothing. `moved`: the time
    that stands for the model's own, and the join that brings it."""

    def __init__(
        self,
        asking: Asking,
        model: SemanticModel,
        time: str | None,
        *,
        outer: bool = False,
        repeatable: bool = False,
    ) -> None:
        self.asking, self.model, self.time, self.outer, self.repeatable = asking, model, time, outer, repeatable
        self.moved: tuple[str, str] | None = None
        self.reach = reach(asking.layer, model)
        self.joins: list[Callable[[], str]] = []
        self.sources: dict[Chain, Source] = {}
        self._spines: dict[tuple[str, str], str] = {}
        self._calls: dict[MetricCall, str] = {}
        self._count = 0
        self.base = self._source((), model)
        self.call_source: CallSource | None = None

    # -- Sources

    def _alias(self) -> str:
        self._count += 1
        return f"s{self._count - 1}"

    def _read(self, relation: str, guarded: Explore | None, rule: AttributeRule, *, base: bool = False) -> Source:
        name, inner, where = self.asking.relation(relation, guarded, rule, base)
        return Source(self._alias(), name, inner, where)

    def _source(self, chain: Chain, model: SemanticModel) -> Source:
        source = self._read(model.relation, model.guarded, model.rule, base=not chain)
        self.sources[chain] = source
        return source

    def _joined(self, chain: Chain) -> Source:
        if chain in self.sources:
            return self.sources[chain]
        left = self._joined(chain[:-1])
        hop, layer = chain[-1], self.asking.layer
        left_model = layer.models[chain[-2].model] if len(chain) > 1 else self.model
        model = layer.models[hop.model]
        source = self._source(chain, model)
        one, other = left_model.entities[hop.entity], model.entities[hop.entity]
        on = [f"{left.column(one.expression)} = {source.column(other.expression)}"]
        partitions = self._partitions(chain, model, source)
        if (
            not partitions
            and not self.outer
            and not self.repeatable
            and any(d.partition for d in model.dimensions.values())
        ):
            raise self.asking.refuse(
                f"{model.name} has a row for each partition, and nothing before it says which: joining it would count "
                "rows several times.",
                f"Give {left_model.name} the same partition dimension, or leave the fields behind {hop.entity} out.",
            )
        on += partitions
        on += self._valid(model, source, hop)
        kind = "FULL OUTER JOIN" if self.outer else "LEFT JOIN"
        self.joins.append(lambda: f"{kind} {source.text()} ON {' AND '.join(on)}")
        return source

    def _partitions(self, chain: Chain, model: SemanticModel, source: Source) -> list[str]:
        """Equalities of partitions that both the joined model and one before it have."""
        found = []
        for dimension in model.dimensions.values():
            if not dimension.partition:
                continue
            for length in range(len(chain)):
                before = self.asking.layer.models[chain[length - 1].model] if length else self.model
                other = before.dimensions.get(dimension.name)
                if other is not None and other.partition and (other.grain is None) == (dimension.grain is None):
                    left = self._own(other, self.sources[chain[:length]])
                    found.append(f"{left} = {self._own(dimension, source)}")
        return found

    def _own(self, dimension: SemanticDimension, source: Source) -> str:
        """A dimension in its own grain."""
        text = source.column(dimension.expression)
        return times.cut(text, dimension.grain, self.asking.dialect) if dimension.grain else text

    def _valid(self, model: SemanticModel, source: Source, hop: Hop) -> list[str]:
        """That the joined row held at the time of the base row."""
        if model.validity is None:
            return []
        if self.time is None or self.outer:
            raise self.asking.refuse(
                f"{model.name} holds for spans of time, so it can be joined only to a metric with a time.",
                f"Ask for a metric too, or leave the fields behind {hop.entity} out.",
            )
        start, end = (self._own(model.dimensions[name], source) for name in model.validity)
        now = self.moved[0] if self.moved is not None else self.local_time()
        return [f"{now} >= {start}", f"({now} < {end} OR {end} IS NULL)"]

    # -- Time

    def own_grain(self) -> str:
        """The grain of the model's time."""
        return (self.model.dimensions[self.time].grain if self.time else None) or "day"

    def raw_time(self) -> str:
        """The model's time as it is in the table, in the clocks of the question's time zone."""
        if self.time is None:
            raise self.asking.refuse(
                f"What is asked of {self.model.name} has no time dimension, so it has no metric_time.",
                "Leave metric_time out, or give the measure an agg_time_dimension.",
            )
        dimension = self.model.dimensions[self.time]
        return self._zoned(self.base.column(dimension.expression), dimension)

    def local_time(self) -> str:
        return times.cut(self.raw_time(), self.own_grain(), self.asking.dialect)

    def is_time(self, item: Item) -> bool:
        """Whether an item is the model's time, as `metric_time` or under its own name."""
        if item.is_metric_time:
            return True
        return item.name == self.time and len(item.links) == 1 and item.links[0] in self.model.own_links()

    def _zoned(self, text: str, dimension: SemanticDimension) -> str:
        if self.asking.zone is None or dimension.type is not DimensionType.TIMESTAMP:
            return text
        zone = self.asking.dialect.text(self.asking.zone)
        return self.asking.dialect.in_zone.replace("{zone}", zone).replace("{x}", text)

    # -- Items

    def find(self, item: Item) -> Found:
        """Raises `InvalidQuery` when it can't be reached."""
        found = self.reach.of(item)
        if found is None:
            raise self.asking.refuse(*unreachable(self.asking, self.model, item), item.spelled())
        return found

    def item(self, item: Item, moved: str | None = None) -> str:
        """The SQL of an item; `moved`: the time that stands for the model's own."""
        if moved is None and self.moved is not None:
            moved = self.moved[0]
        if self.is_time(item):
            text = moved if moved is not None else self.raw_time()
            return self._in_grain(text, item, self.own_grain())
        found = self.find(item)
        source = self._joined(found.chain)
        text = source.column(found.element.expression)
        if isinstance(found.element, Entity) or found.element.grain is None:
            if item.grain is not None or item.part is not None:
                name = Item(item.links, item.name).spelled()
                raise self.asking.refuse(f"{name} is no time dimension, so it has no granularity.", "Ask for it plain.")
            return text
        return self._in_grain(self._zoned(text, found.element), item, found.element.grain)

    def _in_grain(self, text: str, item: Item, own: str) -> str:
        asking = self.asking
        if item.part is not None:
            return times.part(text, item.part, asking.dialect)
        grain = item.grain or own
        base = asking.base_grain(grain)
        if grain_order(base) < grain_order(own):
            raise asking.refuse(
                f"{Item(item.links, item.name).spelled()} is kept by {own} here, so it can't be asked by {grain}.",
                f"Ask for it by {own} or coarser.",
                item.spelled(),
            )
        if grain not in asking.layer.grains():
            return times.cut(text, grain, asking.dialect)
        return self._custom(times.cut(text, base, asking.dialect), grain)

    def _custom(self, text: str, grain: str) -> str:
        """A custom grain: a column of the time spine at that moment."""
        if (text, grain) not in self._spines:
            spine = self.asking.spine(grain)
            source = self._read(spine.relation, spine.guarded, spine.rule)
            moment, value = spine_column(source, spine, None), spine_column(source, spine, grain)
            moment = times.cut(moment, spine.grain, self.asking.dialect)
            self.joins.append(lambda: f"LEFT JOIN {source.text()} ON {text} = {moment}")
            self._spines[text, grain] = value
        return self._spines[text, grain]

    def call(self, call: MetricCall) -> str:
        """The value of a metric for the row's entity."""
        if call not in self._calls:
            assert self.call_source is not None
            entity = self._entity_of(call)
            select, column = self.call_source(call)
            alias = self._alias()
            kind = "FULL OUTER JOIN" if self.outer else "LEFT JOIN"
            self.joins.append(lambda: f"{kind} ({select}) AS {alias} ON {entity} = {alias}.k")
            self._calls[call] = f"{alias}.{column}"
        return self._calls[call]

    def _entity_of(self, call: MetricCall) -> str:
        """The entity of the metric call among what is reached from here: the nearest of that name."""
        name = call.group_by.name
        places = [
            (len(found.chain), links, found)
            for (links, element), found in self.reach.found.items()
            if element == name and isinstance(found.element, Entity)
        ]
        places += [
            (len(found.chain), links, found)
            for (links, _), found in self.reach.found.items()
            if links and links[-1] == name and name in found.model.entities
        ]
        if not places:
            raise self.asking.refuse(
                f"A filter compares {call.metric} for each {name}, and {self.model.name} has no {name}.",
                f"Ask for metrics of semantic models that have the entity {name}.",
            )
        _, _, found = min(places, key=lambda place: place[:2])
        return self._joined(found.chain).column(found.model.entities[name].expression)

    def text(self, part: Item | MetricCall, moved: str | None = None) -> str:
        return self.item(part, moved) if isinstance(part, Item) else self.call(part)

    def from_text(self) -> str:
        joins = [join() for join in self.joins]
        if self.moved is not None:
            joins.insert(0, self.moved[1])
        return "\n".join((f"FROM {self.base.text()}", *joins))


def spine_column(source: Source, spine: Spine, custom: str | None) -> str:
    return source.column(Expression(spine.custom[custom] if custom else spine.column, plain=True))


def unreachable(asking: Asking, model: SemanticModel, item: Item) -> tuple[str, str]:
    """Why an item can't be had from a model, and what to do."""
    name = Item(item.links, item.name).spelled()
    several = reach(asking.layer, model).ambiguous.get((item.links, item.name))
    if several:
        return f"{name} is in {' and in '.join(several)}, so nobody can tell which is meant.", "Rename one of the two."
    cause = f"{name} can't be reached from {model.name}: no chain of entities leads there without repeating rows."
    return cause, "Ask by another dimension, or give the semantic models an entity in common."
