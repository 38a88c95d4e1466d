"""What is the same all through one question over a semantic layer: who asks, in which dialect, what went wrong."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from vitrail.catalog.dbt_semantic.reach import reach
from vitrail.catalog.dbt_semantic_model import (
    Item,
    SemanticDimension,
    SemanticLayer,
    SemanticModel,
    Spine,
    grain_order,
)
from vitrail.catalog.model import AttributeRule, Explore
from vitrail.catalog.visible import allows
from vitrail.query.dates import Clock
from vitrail.query.errors import Finding, InvalidQuery, refuse
from vitrail.query.resolve import AttributeWriter, Resolver
from vitrail.query.semantic.relations import Relations
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import Dialect


@dataclass(slots=True)
class Asking:
    """`time_grain`: what `metric_time` means where no grain is named. `relations`: the sub-queries made so far."""

    layer: SemanticLayer
    dialect: Dialect
    viewer: Viewer
    zone: str | None
    clock: Clock
    attributes: AttributeWriter
    relations: Relations = field(default_factory=Relations)
    time_grain: str = "day"
    closed: bool = False
    """Whether something that is read is closed to the viewer."""
    words: dict[str, None] = field(default_factory=dict)
    """The plan in sentences, in the order in which things happen."""

    def say(self, sentence: str) -> None:
        """A step of the plan, told once."""
        self.words[sentence] = None

    def refuse(self, cause: str, cure: str, name: str | None = None) -> InvalidQuery:
        return refuse([Finding(InvalidQuery, cause, cure, name)])

    def relation(self, relation: str, guarded: Explore | None, rule: AttributeRule, base: bool) -> tuple[str, str, str]:
        """A relation to read, its alias, and the row filter that holds in it (as a WHERE clause, or nothing)."""
        if not rule.empty and not allows(rule, self.viewer):
            self.closed = True
        if guarded is None:
            return relation, "r", ""
        table = guarded.base
        if table.sql_filter is None or (table.sql_filter_base_only and not base):
            return relation, "r", ""
        self.say(f"Only rows of {table.label} that you may see are read.")
        resolver = Resolver.of(guarded, self.dialect)
        text = self.attributes.text(resolver.snippet(table.name, table.sql_filter))
        return relation, resolver.aliases[table.name], f" WHERE ({text})"

    def canonical(self, item: Item, models: Collection[str]) -> Item:
        """The one form of an item for aggregates of these semantic models: a time dimension with its grain, an entity
        like any other, and the whole way to it where only its end is named (`user__state` for what only
        `order__user__state` leads to)."""
        item = self._whole(item, models)
        if item.is_metric_time:
            grain = item.grain or (None if item.part else self.time_grain)
            return Item((), item.name, grain, item.part)
        grain = item.grain
        if grain is None and item.part is None and item.links:
            grain = self._own_grain(item)
        return Item(item.links, item.name, grain, item.part)

    def _whole(self, item: Item, models: Collection[str]) -> Item:
        key = (item.links, item.name)
        places = [reach(self.layer, self.layer.models[name]) for name in models]
        if not item.links or any(key in place.found for place in places):
            return item
        shared = [
            {
                links
                for links, name in place.found
                if name == item.name and links[len(links) - len(item.links) :] == item.links
            }
            for place in places
        ]
        ways = set.intersection(*shared) if shared else set()
        if not ways:
            return item  # Why it can't be reached is told where it is looked for.
        shortest = min(map(len, ways))
        nearest = sorted(links for links in ways if len(links) == shortest)
        if len(nearest) > 1:
            names = " or ".join("__".join((*links, item.name)) for links in nearest)
            raise self.refuse(f"{item.spelled()} may be {names}.", "Name the one that is meant.", item.spelled())
        return replace(item, links=nearest[0])

    def _own_grain(self, item: Item) -> str | None:
        known: dict[tuple[str, str], str | None] = self.layer.memo.setdefault("own grains", {})
        key = (item.links[-1], item.name)
        if key not in known:
            grains = (
                dimension.grain
                for model in self.layer.models.values()
                if item.links[-1] in model.own_links() or item.links[-1] in model.entities
                if (dimension := model.dimensions.get(item.name)) is not None
            )
            known[key] = next(grains, None)
        return known[key]

    def spine(self, grain: str) -> Spine:
        """The time spine for a grain: the coarsest that has a row for each of its moments. Raises `InvalidQuery`."""
        custom = self.layer.grains()
        if grain in custom:
            return custom[grain]
        fitting = [spine for spine in self.layer.spines if grain_order(spine.grain) <= grain_order(grain)]
        if not fitting:
            raise self.refuse(
                f"The project has no time spine by {grain} or finer, which this needs.",
                "Configure a time spine of that granularity in dbt.",
            )
        return max(fitting, key=lambda spine: grain_order(spine.grain))

    def base_grain(self, grain: str) -> str:
        """The standard grain on which a custom one is built."""
        custom = self.layer.grains()
        return custom[grain].grain if grain in custom else grain


def time_dimension(model: SemanticModel, name: str | None) -> SemanticDimension | None:
    return model.dimensions.get(name) if name else None
