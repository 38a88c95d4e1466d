"""Fields of a semantic explore by dbt's own names: `bookings`, `listing__country`, `metric_time__month`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from vitrail.catalog.dbt_semantic.filters import spelled
from vitrail.catalog.dbt_semantic_model import Item, SavedQuery, SemanticExplore
from vitrail.catalog.model import Dimension, DimensionType, Explore, Metric
from vitrail.catalog.yaml_values import Wrong


def metric_spelled(explore: Explore, name: str) -> Metric | None:
    """The metric that dbt calls so; None also where the explore is not over a semantic layer."""
    return explore.semantic.metric_spellings.get(name.lower()) if explore.semantic is not None else None


def dimension_spelled(explore: Explore, name: str) -> Dimension | None:
    """The dimension or entity that dbt calls so. A part of a date (`order__day__extract_dow`) is made when it is asked
    for: a catalog lists none."""
    semantic = explore.semantic
    if semantic is None:
        return None
    name = name.lower()
    found = semantic.dimension_spellings.get(name)
    if found is None and "__extract_" in name:
        return _part(explore, semantic, name)
    return found if found is not None else _ending(semantic, name)


def _ending(semantic: SemanticExplore, name: str) -> Dimension | None:
    """The nearest dimension whose way ends so: `user__state` where there is only `order__user__state`."""
    if len(name) > 400:
        return None
    ways = [spelling for spelling in semantic.dimension_spellings if spelling.endswith(f"__{name}")]
    return semantic.dimension_spellings[min(ways, key=lambda way: (way.count("__"), way))] if ways else None


def can_be_asked(saved: SavedQuery, explores: Iterable[Explore]) -> bool:
    """Whether one of the explores has all that a saved query asks for, as far as they were narrowed to a viewer."""
    return any(explore.semantic is not None and _has_all(saved, explore) for explore in explores)


def _has_all(saved: SavedQuery, explore: Explore) -> bool:
    fields: list[Dimension | Metric | None] = [metric_spelled(explore, name) for name in saved.metrics]
    fields += [dimension_spelled(explore, item.spelled()) for item in saved.group_by]
    for filter_ in saved.filters:
        fields += [metric_spelled(explore, call.metric) for call in filter_.calls()]
        fields += [dimension_spelled(explore, item.spelled()) for item in filter_.items()]
    return all(field is not None and _is_there(field, explore) for field in fields)


def _is_there(field: Dimension | Metric, explore: Explore) -> bool:
    table = explore.tables.get(field.table)
    if table is None:
        return False
    if isinstance(field, Metric):
        return field.name in table.metrics
    return field.name in table.dimensions or (field.base or "") in table.dimensions


def item_of(explore: Explore, dimension: Dimension) -> Item | None:
    """What a dimension of the explore is in the semantic layer."""
    if explore.semantic is None:
        return None
    made: dict[str, Item] = explore.memo.get("date parts", {})
    return explore.semantic.items.get(dimension.id) or made.get(dimension.id)


def _part(explore: Explore, semantic: SemanticExplore, name: str) -> Dimension | None:
    try:
        item = spelled(name, semantic.layer.grains())
    except Wrong:
        return None
    base = semantic.dimension_spellings.get(Item(item.links, item.name).spelled())
    if item.part is None or base is None or base.type not in (DimensionType.DATE, DimensionType.TIMESTAMP):
        return None
    made = replace(
        base,
        name=f"{base.name}_extract_{item.part}",
        type=DimensionType.NUMBER,
        label=f"{base.label} {item.part}",
        base=base.name,
    )
    explore.memo.setdefault("date parts", {})[made.id] = item
    return made
