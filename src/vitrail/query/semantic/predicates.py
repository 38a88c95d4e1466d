"""Conditions on rows, whoever wrote them: the question's filters and those of dbt's metrics, in one form."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass

from vitrail.catalog.dbt_semantic.spellings import item_of
from vitrail.catalog.dbt_semantic_model import Filter, Item, MetricCall
from vitrail.catalog.model import Dimension, Explore, TimeInterval
from vitrail.catalog.time_intervals import interval_type
from vitrail.query.conditions import BadFilter, Target, condition
from vitrail.query.errors import Finding, InvalidQuery, refuse
from vitrail.query.question import Condition, Group, Test
from vitrail.query.resolve import is_column
from vitrail.query.semantic.asking import Asking

TextOf = Callable[[Item | MetricCall], str]


@dataclass(frozen=True, slots=True)
class Predicate:
    """`key`: what it is equal by. `write` gives its SQL from that of its items and metric calls; None: it keeps all."""

    key: Hashable
    items: frozenset[Item]
    calls: tuple[MetricCall, ...]
    write: Callable[[TextOf], str | None]

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Predicate) and other.key == self.key


def of_filters(filters: Iterable[Filter], asking: Asking, models: Collection[str]) -> tuple[Predicate, ...]:
    return tuple(_of_filter(given, asking, models) for given in filters)


def _of_filter(given: Filter, asking: Asking, models: Collection[str]) -> Predicate:
    parts = tuple(asking.canonical(part, models) if isinstance(part, Item) else part for part in given.parts)

    def write(text_of: TextOf) -> str:
        written = "".join(part if isinstance(part, str) else _closed(text_of(part)) for part in parts)
        return f"({written}\n)" if "--" in written else f"({written})"

    items = frozenset(part for part in parts if isinstance(part, Item))
    return Predicate(parts, items, given.calls(), write)


def _closed(text: str) -> str:
    return text if is_column(text) or text.replace(".", "").replace("_", "").isalnum() else f"({text})"


def of_condition(
    given: Condition | None, explore: Explore, asking: Asking, models: Collection[str]
) -> tuple[Predicate, ...]:
    """The question's own filter; what is joined by AND stands apart."""
    if given is None:
        return ()
    if isinstance(given, Group) and given.every:
        return tuple(found for member in given.members for found in of_condition(member, explore, asking, models))
    items: dict[str, Item] = {}
    _collect(given, explore, asking, models, items)

    def write(text_of: TextOf) -> str | None:
        return _written(given, items, text_of, asking)

    return (Predicate(("asked", id(given)), frozenset(items.values()), (), write),)


def _collect(
    given: Condition, explore: Explore, asking: Asking, models: Collection[str], into: dict[str, Item]
) -> None:
    if isinstance(given, Group):
        for member in given.members:
            _collect(member, explore, asking, models, into)
    elif isinstance(given.field, Dimension):
        item = item_of(explore, given.field)
        if item is None:
            raise asking.refuse(
                f'"{given.field.id}" is made in the question, which dbt\'s semantic models do not allow.',
                "Add it to the semantic model.",
                given.field.id,
            )
        into[given.field.id] = asking.canonical(item, models)


def _written(given: Condition, items: dict[str, Item], text_of: TextOf, asking: Asking) -> str | None:
    if isinstance(given, Test):
        dimension = given.field
        assert isinstance(dimension, Dimension)
        item = items[dimension.id]
        text = _closed(text_of(item))
        # A time without a grain is in its own, to which a filter's values are cut too.
        interval = TimeInterval.__members__.get(item.grain.upper()) if item.grain else None
        kind = interval_type(interval, dimension.type) if interval is not None else dimension.type
        try:
            return condition(text, Target(kind, interval), given.rule, asking.dialect, asking.clock)
        except BadFilter as error:
            cause = f'The filter on "{dimension.id}" {error}.'
            cure = "Change the filter's operator or values."
            raise refuse([Finding(InvalidQuery, cause, cure, dimension.id)]) from None
    found = [one for member in given.members if (one := _written(member, items, text_of, asking))]
    if len(found) < 2:
        return found[0] if found else None
    return "(" + (" AND " if given.every else " OR ").join(found) + ")"
