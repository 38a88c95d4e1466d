"""What a viewer may know of: `required_attributes` and `any_attributes` on tables and fields.

A field is visible when its own rule and its table's hold and, for a field made of other fields, when those are
visible too: what a rule closes does not come back inside a formula. An aggregate of a closed dimension is a field
with a rule of its own (a public average of a private column is a usual wish).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from vitrail.catalog.dbt_semantic.spellings import can_be_asked
from vitrail.catalog.model import (
    AttributeRule,
    Catalog,
    Dimension,
    Explore,
    ExploreName,
    Metric,
    MetricType,
    Parameter,
    Table,
    TableName,
)
from vitrail.catalog.snippets import parameters, references

_FORMULAS = frozenset(
    (
        *(MetricType.NUMBER, MetricType.STRING, MetricType.DATE, MetricType.BOOLEAN),
        *(MetricType.PERCENT_OF_TOTAL, MetricType.PERCENT_OF_PREVIOUS, MetricType.RUNNING_TOTAL),
    )
)


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
    """Whether the explore exists for the viewer: its own rule and its base table's."""
    return allows(explore.rule, viewer) and allows(explore.base.rule, viewer)


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
    into += [field.rule, *field.guards, explore.tables[field.table].rule]
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
    parameters = {name: each for explore in explores.values() for name, each in explore.parameters.items()}
    if any(parameter.options_from for parameter in parameters.values()):
        parameters = {name: _offered(each, explores) for name, each in parameters.items()}
        explores = {
            name: replace(e, parameters={p: parameters[p] for p in e.parameters}) for name, e in explores.items()
        }
    saved = tuple(each for each in catalog.saved_queries if can_be_asked(each, explores.values()))
    return Catalog(
        explores=explores,
        version=catalog.version,
        parameters=parameters,
        groups=catalog.groups,
        saved_queries=saved,
    )


def _offered(parameter: Parameter, explores: Mapping[ExploreName, Explore]) -> Parameter:
    """The parameter without the dimension that its options come from, where that is not to be known of."""
    model, _, name = (parameter.options_from or "").rpartition(".")
    explore = explores.get(ExploreName(model))
    if parameter.options_from is None or (explore is not None and name in explore.base.dimensions):
        return parameter
    return replace(parameter, options_from=None, custom=True)


def _narrow_explore(explore: Explore, viewer: Holder) -> Explore:
    tables: dict[TableName, Table] = {}
    for name, table in explore.tables.items():
        if name != explore.base_table and not allows(table.rule, viewer):
            continue
        tables[name] = replace(
            table,
            dimensions={k: v for k, v in table.dimensions.items() if is_visible(v, explore, viewer)},
            metrics={k: v for k, v in table.metrics.items() if is_visible(v, explore, viewer)},
            default_filters=(),  # What an explore begins with is the explore's to say.
        )
    joins = tuple(join for join in explore.joins if join.table in tables)
    found = replace(explore, tables=tables, joins=joins)

    def known(name: str, owner: TableName) -> bool:
        holder, _, word = name.rpartition(".")
        table = tables.get(TableName(holder or owner))
        return table is not None and (word in table.dimensions or word in table.metrics)

    # What names fields must not tell of those that are closed.
    for name, table in tables.items():
        listing = {key: metric for key, metric in table.metrics.items() if metric.show_underlying_values}
        for key, metric in listing.items():
            listed = tuple(each for each in metric.show_underlying_values if known(each, name))
            listing[key] = replace(metric, show_underlying_values=listed)
        if listing:
            tables[name] = replace(table, metrics={**table.metrics, **listing})
    filters = tuple(given for given in explore.default_filters if known(given.filter.dimension, explore.base_table))
    return replace(found, default_filters=filters, parameters=_taken(found) if explore.parameters else {})


def _taken(explore: Explore) -> dict[str, Parameter]:
    """The parameters that are taken by what is left of an explore."""
    names = {name for join in explore.joins for name in parameters(join.sql_on)}
    for table in explore.tables.values():
        names |= set(parameters(table.sql_filter or ""))
    fields: list[Dimension | Metric] = [*explore.dimensions(), *explore.metrics()]
    for field in fields:
        names |= set(parameters(field.sql))
    return {name: parameter for name, parameter in explore.parameters.items() if name in names}
