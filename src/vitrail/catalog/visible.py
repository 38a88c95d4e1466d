"""What a viewer may know of: `required_attributes` and `any_attributes` on tables and fields.

A field is visible when its own rule and its table's hold and, for a field made of other fields, when those are
visible too: what a rule closes does not come back inside a formula. An aggregate of a closed dimension is a field
with a rule of its own (a public average of a private column is a usual wish).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from vitrail.catalog.model import (
    AttributeRule,
    Catalog,
    Dimension,
    Explore,
    Metric,
    MetricType,
    Table,
    TableName,
)
from vitrail.catalog.snippets import references

_FORMULAS = frozenset({MetricType.NUMBER, MetricType.STRING, MetricType.DATE, MetricType.BOOLEAN})


class Holder(Protocol):
    """Whoever has user attributes (`query.viewer.Viewer`; this package does not know who asks)."""

    @property
    def attributes(self) -> Mapping[str, tuple[str, ...]]: ...


def allows(rule: AttributeRule, viewer: Holder) -> bool:
    """Whether the viewer's attributes match: all of `all`, and one of `any` where it is not empty."""

    def matches(name: str, values: Iterable[str]) -> bool:
        return not set(viewer.attributes.get(name, ())).isdisjoint(values)

    return all(matches(*item) for item in rule.all.items()) and (
        not rule.any or any(matches(*item) for item in rule.any.items())
    )


def may_ask(explore: Explore, viewer: Holder) -> bool:
    """Whether the explore exists for the viewer: its base table's rule."""
    return allows(explore.base.rule, viewer)


def is_visible(field: Dimension | Metric, explore: Explore, viewer: Holder) -> bool:
    """Whether the field exists for the viewer in this explore."""
    if field.private:
        return False
    return all(rule.empty or allows(rule, viewer) for rule in _rules(field, explore))


def _rules(field: Dimension | Metric, explore: Explore) -> tuple[AttributeRule, ...]:
    """Every rule that stands before a field, worked out once per explore."""
    known: dict[str, tuple[AttributeRule, ...]] = explore.memo.setdefault("rules", {})
    found = known.get(field.id)
    if found is None:
        collected: list[AttributeRule] = []
        _collect(field, explore, collected)
        found = known[field.id] = tuple(rule for rule in collected if not rule.empty)
    return found


def _collect(field: Dimension | Metric, explore: Explore, into: list[AttributeRule]) -> None:
    into += [field.rule, explore.tables[field.table].rule]
    if "${" not in field.sql or (isinstance(field, Metric) and field.type not in _FORMULAS):
        return
    for reference in references(field.sql):
        table = explore.tables[TableName(reference.table or field.table)]
        target = table.metrics.get(reference.name) if isinstance(field, Metric) else None
        target_field = target or table.dimensions.get(reference.name)
        if target_field is not None:
            _collect(target_field, explore, into)


def narrow(catalog: Catalog, viewer: Holder) -> Catalog:
    """The catalog as the viewer may know it: for showing, searching, typing and for an agent's eyes.

    Hidden fields stay (marked). Questions are compiled against the whole catalog together with the viewer, since a
    visible field may be made of one that is not. Problems are left out: they name what a viewer may not see.
    """
    explores = {
        name: _narrow_explore(explore, viewer) for name, explore in catalog.explores.items() if may_ask(explore, viewer)
    }
    return Catalog(explores=explores, version=catalog.version)


def _narrow_explore(explore: Explore, viewer: Holder) -> Explore:
    tables: dict[TableName, Table] = {}
    for name, table in explore.tables.items():
        if name != explore.base_table and not allows(table.rule, viewer):
            continue
        tables[name] = replace(
            table,
            dimensions={k: v for k, v in table.dimensions.items() if is_visible(v, explore, viewer)},
            metrics={k: v for k, v in table.metrics.items() if is_visible(v, explore, viewer)},
        )
    return replace(explore, tables=tables, joins=tuple(join for join in explore.joins if join.table in tables))
