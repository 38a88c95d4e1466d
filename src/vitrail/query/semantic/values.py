"""The values of metrics, and how those of several sub-queries meet.

A value is one per combination of the items that are asked for. Inputs of several relations meet by a full join on
those; a key that is null on both sides is one key, which is why what has met is grouped again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitrail.catalog.dbt_semantic_model import Window
from vitrail.query.semantic.relations import Relation, Relations
from vitrail.warehouse.dialect import Dialect


@dataclass(frozen=True, slots=True)
class Value:
    """A column of a relation. `fill`: what it is where it is null. `formula`: its type may be any."""

    relation: Relation
    column: str
    fill: int | None = None
    formula: bool = False

    @property
    def text(self) -> str:
        return f"{self.relation.name}.{self.column}"


@dataclass(frozen=True, slots=True)
class Meeting:
    """Values of one or several relations side by side: the FROM, the keys, and a text for each value."""

    source: str
    keys: tuple[str, ...]
    texts: tuple[str, ...]
    grouped: bool
    only: Relation | None
    """The one relation, where nothing has to meet."""


@dataclass(frozen=True, slots=True)
class Shift:
    """That a metric is an input at another time."""

    offset: Window | None = None
    to_grain: str | None = None

    @property
    def some(self) -> bool:
        return self.offset is not None or self.to_grain is not None


NO_SHIFT = Shift()


def meet(values: Sequence[Value], count: int, dialect: Dialect) -> Meeting:
    """Values side by side, for `count` keys."""
    values = [_through(value, values) for value in values]
    relations = list({value.relation.name: value.relation for value in values}.values())
    first = relations[0]
    if len(relations) == 1:
        keys = tuple(f"{first.name}.k{place}" for place in range(count))
        texts = tuple(filled(value.text, value.fill) for value in values)
        return Meeting(f"FROM {first.name}", keys, texts, grouped=False, only=first)
    source = f"FROM {first.name}"
    seen = [first]
    for relation in relations[1:]:
        if count:
            on = " AND ".join(f"{_coalesced(seen, place)} = {relation.name}.k{place}" for place in range(count))
            source += f"\nFULL OUTER JOIN {relation.name} ON {on}"
        else:
            source += f"\nCROSS JOIN {relation.name}"
        seen.append(relation)
    if not count:
        texts = tuple(filled(value.text, value.fill) for value in values)
        return Meeting(source, (), texts, grouped=False, only=None)
    keys = tuple(_coalesced(seen, place) for place in range(count))
    largest, any_value = dialect.aggregates["max"], dialect.any_value
    texts = tuple(
        filled((any_value if value.formula else largest).replace("{x}", value.text), value.fill) for value in values
    )
    return Meeting(source, keys, texts, grouped=True, only=None)


def over(met: Meeting, relations: Relations) -> Relation:
    """A relation over a meeting, shared by all formulas over the same."""
    key = ("over", met.source, met.keys)
    return relations.add(key, met.keys, lambda: met.source, grouped=met.grouped, over=met.only)


def _through(value: Value, values: Sequence[Value]) -> Value:
    """A value taken through a relation that is over its own, where that is among the others: nothing has to meet."""
    for other in values:
        if other.relation.over is value.relation:
            column = other.relation.value(filled(value.text, value.fill))
            return Value(other.relation, column, value.fill, value.formula)
    return value


def _coalesced(seen: Sequence[Relation], place: int) -> str:
    texts = [f"{relation.name}.k{place}" for relation in seen]
    return texts[0] if len(texts) == 1 else f"COALESCE({', '.join(texts)})"


def filled(text: str, fill: int | None) -> str:
    return text if fill is None else f"COALESCE({text}, {fill})"
