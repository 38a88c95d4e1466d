"""One entry of `joins:` → a `Join`, and the joined table as it takes part in the explore."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from vitrail.catalog import yaml_values as read
from vitrail.catalog.field_references import Tables, nearest
from vitrail.catalog.manifest import NAME
from vitrail.catalog.model import AttributeRule, Dimension, Join, JoinType, Metric, Relationship, Table, TableName
from vitrail.catalog.sets import Sets, field_names
from vitrail.catalog.snippets import check
from vitrail.catalog.yaml_values import Looks, Wrong

_Field = TypeVar("_Field", Dimension, Metric)
_TYPES = {"left outer": "left", "left": "left", "inner": "inner", "right": "right", "full": "full"}
_RELATIONSHIPS = frozenset(Relationship)
_NO_RULE = AttributeRule()


@dataclass(frozen=True, slots=True)
class Joined:
    """How a table differs in an explore from what it is by itself."""

    name: TableName
    label: str | None = None
    description: str | None = None
    fields: tuple[str, ...] | None = None
    hidden: bool = False
    rule: AttributeRule = _NO_RULE


def read_join(
    entry: Any,
    known: Mapping[str, Table],
    here: Tables,
    sets: Mapping[str, Sets],
    base: str,
    dialect: str,
    looks: Looks,
) -> tuple[Join, Table]:
    """A join and its table under the name that it has in the explore. `known`: all tables; `here`: those of the
    explore so far; `sets` by model. Raises `Wrong` or `SnippetError`."""
    if not isinstance(entry, dict):
        raise Wrong("it must be a mapping with `join` and `sql_on`")
    target, alias = read.text(entry, "join"), read.text(entry, "alias")
    if target is None:
        raise Wrong("`join` must name a model")
    table = known.get(target)
    if table is None:
        raise Wrong(f"there is no usable model {target[:100]!r}{nearest(target, list(known))}")
    name = TableName(alias or target)
    if not NAME.match(name) or len(name) > 128:
        raise Wrong("`alias` must be a plain word")
    if name in here:
        raise Wrong(f"{name!r} is in the explore already; give the join an `alias`")
    sql_on = read.text(entry, "sql_on")
    if sql_on is None:
        raise Wrong("`sql_on` is missing")
    traits = check(sql_on, dialect)
    if traits.aggregates or traits.windows:
        raise Wrong("`sql_on` can't aggregate")
    kind = (read.text(entry, "type") or "left").lower()
    if kind not in _TYPES:
        raise Wrong(f"`type: {kind[:40]!r}` is not one of {', '.join(JoinType)}")
    relationship = read.text(entry, "relationship")
    if relationship is not None and relationship not in _RELATIONSHIPS:
        raise Wrong(f"`relationship: {relationship[:40]!r}` is not one of {', '.join(Relationship)}")
    fields = None
    if entry.get("fields") is not None:
        in_base, in_target = sets.get(base, {}), sets.get(target, {})
        fields = field_names(read.names(entry, "fields"), table, frozenset((target, name)), (in_base, in_target))
    hidden = read.flag(entry, "hidden")
    changed = Joined(
        name,
        looks(read.text, entry, "label", None),
        looks(read.text, entry, "description", None),
        fields,
        hidden,
        read.rule(entry),
    )
    join = Join(
        table=name,
        sql_on=sql_on,
        type=JoinType(_TYPES[kind]),
        relationship=Relationship(relationship) if relationship else None,
        always=read.flag(entry, "always"),
        hidden=hidden,
        fields=fields,
    )
    return join, as_joined(table, changed)


def as_joined(table: Table, joined: Joined) -> Table:
    """A table as it takes part in another one's explore; the very same object when nothing differs."""
    if joined == Joined(table.name):
        return table
    name, before = joined.name, f"{table.name}."
    own = re.compile(r"\$\{\s*" + re.escape(table.name) + r"\s*\.")

    def sql(text: str) -> str:
        return own.sub("${" + name + ".", text) if "${" in text else text

    asked = None if joined.fields is None else frozenset(joined.fields)

    def moved(field: _Field) -> _Field:
        hidden, private = (
            field.hidden or joined.hidden,
            field.private or (asked is not None and field.name not in asked),
        )
        if name == table.name and hidden == field.hidden and private == field.private:
            return field
        return replace(field, table=name, sql=sql(field.sql), hidden=hidden, private=private)

    def renamed(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(f"{name}.{each.removeprefix(before)}" if each.startswith(before) else each for each in names)

    def moved_metric(metric: Metric) -> Metric:
        found = moved(metric)
        if name == table.name or not (metric.filters or metric.distinct_keys or metric.show_underlying_values):
            return found
        filters = tuple(replace(f, dimension=renamed([f.dimension])[0]) for f in metric.filters)
        return replace(
            found,
            filters=filters,
            distinct_keys=renamed(metric.distinct_keys),
            show_underlying_values=renamed(metric.show_underlying_values),
        )

    return replace(
        table,
        name=name,
        label=joined.label or (table.label if name == table.name else read.words(name)),
        description=joined.description or table.description,
        dimensions={key: moved(field) for key, field in table.dimensions.items()},
        metrics={key: moved_metric(field) for key, field in table.metrics.items()},
        sql_filter=sql(table.sql_filter) if table.sql_filter else None,
        rule=both_rules(table.rule, joined.rule),
    )


def both_rules(one: AttributeRule, other: AttributeRule) -> AttributeRule:
    """A rule that holds where both do. Raises `Wrong` when it can't be said in one."""
    if other.empty:
        return one
    if one.any and other.any:
        raise Wrong("`any_attributes` stand on the table already, and both would have to hold")
    every = dict(one.all)
    for name, values in other.all.items():
        every[name] = tuple(value for value in values if value in every[name]) if name in every else values
    return AttributeRule(every, one.any or other.any)
