"""What can be reached from a semantic model by its entities, never meeting a row twice.

A join goes towards a model in which the entity tells rows apart (primary, unique, or natural with a validity span).
Source of which joins are sound: MetricFlow's documentation of join logic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from vitrail.catalog.dbt_semantic_model import (
    MAX_HOPS,
    Entity,
    EntityKind,
    Item,
    SemanticDimension,
    SemanticLayer,
    SemanticModel,
)


@dataclass(frozen=True, slots=True)
class Hop:
    """One join: over `entity` to `model`."""

    entity: str
    model: str


Chain = tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Where an item is: the joins to its model, and the element in it."""

    chain: Chain
    model: SemanticModel
    element: SemanticDimension | Entity


@dataclass(slots=True)
class Reach:
    """From one model: (links, name) → where it is. `ambiguous`: the same by several ways, so that none is chosen."""

    model: SemanticModel
    found: dict[tuple[tuple[str, ...], str], Found] = field(default_factory=dict)
    ambiguous: dict[tuple[tuple[str, ...], str], tuple[str, ...]] = field(default_factory=dict)

    def of(self, item: Item) -> Found | None:
        return self.found.get((item.links, item.name))


def joinable(left: SemanticModel, right: SemanticModel, entity: str) -> bool:
    one, other = left.entities.get(entity), right.entities.get(entity)
    if one is None or other is None or left.name == right.name:
        return False
    if left.validity and right.validity:
        return False
    if other.kind is EntityKind.NATURAL:
        return right.validity is not None and one.kind is not EntityKind.NATURAL
    return other.kind is not EntityKind.FOREIGN


def reach(layer: SemanticLayer, model: SemanticModel) -> Reach:
    """All that can be reached from a model, worked out once."""
    known: dict[str, Reach] = layer.memo.setdefault("reach", {})
    if model.name not in known:
        known[model.name] = _reach(layer, model)
    return known[model.name]


def _keyed(layer: SemanticLayer) -> Mapping[str, tuple[SemanticModel, ...]]:
    """By entity: the models in which it tells rows apart."""
    if "keyed" not in layer.memo:
        keyed: dict[str, list[SemanticModel]] = {}
        for model in layer.models.values():
            for entity in model.entities.values():
                if entity.kind is not EntityKind.FOREIGN:
                    keyed.setdefault(entity.name, []).append(model)
        layer.memo["keyed"] = {name: tuple(models) for name, models in keyed.items()}
    found: Mapping[str, tuple[SemanticModel, ...]] = layer.memo["keyed"]
    return found


def _chains(layer: SemanticLayer, base: SemanticModel) -> Iterator[tuple[tuple[str, ...], Chain, SemanticModel]]:
    """Every way of joins from the base: its links, its hops, the model at its end; the shorter ones first."""
    ends: list[tuple[Chain, SemanticModel]] = [((), base)]
    for _ in range(MAX_HOPS):
        further: list[tuple[Chain, SemanticModel]] = []
        for chain, end in ends:
            for entity in end.entities.values():
                if any(hop.entity == entity.name for hop in chain):
                    continue
                for right in _keyed(layer).get(entity.name, ()):
                    if right.name == base.name or any(hop.model == right.name for hop in chain):
                        continue
                    if joinable(end, right, entity.name):
                        further.append(((*chain, Hop(entity.name, right.name)), right))
        for chain, end in further:
            yield tuple(hop.entity for hop in chain), chain, end
        ends = further


def _reach(layer: SemanticLayer, base: SemanticModel) -> Reach:
    result = Reach(base)
    own = base.own_links()
    for entity in base.entities.values():
        result.found[((), entity.name)] = Found((), base, entity)
    for link in own:
        _add(result, (link,), (), base)
    levels: dict[int, list[tuple[tuple[str, ...], Chain, SemanticModel]]] = {}
    for way in _chains(layer, base):
        levels.setdefault(len(way[1]), []).append(way)
    for _, ways in sorted(levels.items()):
        settled = set(result.found)
        for links, chain, end in ways:
            _add(result, links, chain, end, settled)
    return result


def _add(
    result: Reach,
    links: tuple[str, ...],
    chain: Chain,
    model: SemanticModel,
    settled: set[tuple[tuple[str, ...], str]] | None = None,
) -> None:
    elements: list[SemanticDimension | Entity] = [*model.dimensions.values(), *model.entities.values()]
    for element in elements:
        key = (links, element.name)
        if (isinstance(element, Entity) and element.name == links[-1]) or (settled is not None and key in settled):
            continue  # A shorter way is the one that is meant.
        if key in result.ambiguous:
            result.ambiguous[key] += (model.name,)
        elif key in result.found and settled is not None:
            result.ambiguous[key] = (result.found.pop(key).model.name, model.name)
        else:
            result.found.setdefault(key, Found(chain, model, element))
