"""One semantic model of a dbt manifest → `SemanticModel`. What is wrong raises `Wrong` or becomes a problem."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from vitrail.catalog import yaml_values as read
from vitrail.catalog.dbt_semantic_model import (
    GRAINS,
    Entity,
    EntityKind,
    Expression,
    Measure,
    NonAdditive,
    SemanticDimension,
    SemanticModel,
)
from vitrail.catalog.manifest import NAME, meta_of
from vitrail.catalog.model import AttributeRule, DimensionType, Explore, ExploreName, Origin, Table
from vitrail.catalog.snippets import SnippetError, check, references
from vitrail.catalog.yaml_values import Wrong

_NUMBER = re.compile(r"\d+\Z")
_WORDS = frozenset({"true", "false", "null", "current_date", "current_time", "current_timestamp"})
"""Plain words that are no columns."""
_AGGREGATES = frozenset({"sum", "min", "max", "count_distinct", "average", "percentile"})
_Found = TypeVar("_Found")
Report = Callable[[str, str, str], None]
"""title, cause, the name of what is left out."""


class ModelReader:
    """Reads one semantic model over the table of its dbt model, if that is known here."""

    def __init__(self, given: Mapping[str, Any], dialect: str, table: Table | None, report: Report) -> None:
        self.given, self.dialect, self.table, self.report = given, dialect, table, report

    def read(self, name: str, relation: str, origin: Origin, guarded: frozenset[str]) -> SemanticModel:
        """`guarded`: bare names of relations with a rule or a filter, which no sub-query may read."""
        self.guarded = guarded
        given = self.given
        entities = {found.name: found for found in self._each("entities", self._entity)}
        dimensions = {found.name: found for found in self._each("dimensions", self._dimension)}
        defaults = read.mapping(given, "defaults")
        time = read.text(defaults, "agg_time_dimension")
        measures = {
            found.name: found for found in self._each("measures", lambda m: self.measure(m, time, dimensions, entities))
        }
        primary = read.text(given, "primary_entity")
        if primary is None:
            primary = next((e.name for e in entities.values() if e.kind is EntityKind.PRIMARY), None)
        if primary is not None and not NAME.match(primary):
            raise Wrong("`primary_entity` must be a plain word")
        return SemanticModel(
            name=name,
            relation=relation,
            entities=entities,
            dimensions=dimensions,
            measures=measures,
            primary_entity=primary,
            origin=origin,
            label=read.text(given, "label") or read.words(name),
            description=read.text(given, "description"),
            validity=self._validity(),
            guarded=guard_of(self.table),
            rule=self.table.rule if self.table else AttributeRule(),
        )

    def _each(self, key: str, reader: Callable[[dict[str, Any]], _Found]) -> Iterator[_Found]:
        entries = self.given.get(key)
        if entries is None:
            return
        if not isinstance(entries, list):
            raise Wrong(f"`{key}` must be a list")
        seen: set[str] = set()
        for entry in entries:
            name = entry.get("name") if isinstance(entry, dict) else None
            if not isinstance(name, str) or not NAME.match(name):
                self.report("Field left out", f"{key}: {str(name)[:60]!r} is not a plain word", key)
                continue
            if name.lower() in seen:
                self.report("Field left out", f"{key}: {name} is there twice; the first is used", name)
                continue
            seen.add(name.lower())
            try:
                yield reader({**entry, "name": name.lower()} if name != name.lower() else entry)
            except (Wrong, SnippetError) as wrong:
                self.report("Field left out", f"{key[:-1]} {name}: {wrong}", name)

    def expression(self, given: Mapping[str, Any], default: str) -> Expression:
        """`expr`, else the name itself. Raises `Wrong`, `SnippetError`."""
        sql = read.text(given, "expr") or default
        if NAME.match(sql) and sql.lower() not in _WORDS:
            return Expression(sql, plain=True)
        if _NUMBER.match(sql):
            return Expression(sql, plain=False)
        if references(sql):
            raise Wrong("`expr` is plain SQL over the model's columns; ${…} can't stand in it")
        traits = check(sql, self.dialect)
        if traits.aggregates or traits.windows:
            raise Wrong("`expr` can't aggregate; name the aggregate in `agg`")
        if closed := next((name for name in traits.tables if name.lower() in self.guarded), None):
            raise Wrong(f"its sub-query reads {closed}, past the row filter or rule of {closed}")
        return Expression(f"{sql}\n" if "--" in sql else sql, plain=False)

    def _rules(self, expression: Expression) -> tuple[Any, ...]:
        """The rules of the columns that an expression reads."""
        if self.table is None or not any(not d.rule.empty for d in self.table.dimensions.values()):
            return ()
        columns = (expression.sql,) if expression.plain else check(expression.sql, self.dialect).columns
        named = {column.strip('"`').lower() for column in columns}
        return tuple(
            d.rule
            for d in self.table.dimensions.values()
            if not d.rule.empty and d.interval is None and named & _reads(d)
        )

    def _entity(self, given: dict[str, Any]) -> Entity:
        name = given["name"]
        try:
            kind = EntityKind((read.text(given, "type") or "").lower())
        except ValueError:
            raise Wrong("`type` must be primary, unique, foreign or natural") from None
        expression = self.expression(given, name)
        label = read.text(given, "label") or read.words(name)
        meta = meta_of(given)
        rules = (*self._rules(expression), *_own_rule(meta))
        return Entity(name, kind, expression, label, read.text(given, "description"), rules, read.flag(meta, "hidden"))

    def _dimension(self, given: dict[str, Any]) -> SemanticDimension:
        name = given["name"]
        kind = (read.text(given, "type") or "categorical").lower()
        expression = self.expression(given, name)
        column = self.table.dimensions.get(expression.sql) if self.table and expression.plain else None
        grain = None
        if kind == "time":
            grain = (read.text(read.mapping(given, "type_params"), "time_granularity") or "day").lower()
            if grain not in GRAINS:
                raise Wrong(f"`time_granularity: {grain[:40]}` is not one of {', '.join(GRAINS)}")
            type_ = DimensionType.DATE if GRAINS.index(grain) >= GRAINS.index("day") else DimensionType.TIMESTAMP
            if column is not None and column.type is DimensionType.TIMESTAMP:
                type_ = DimensionType.TIMESTAMP
        elif kind == "categorical":
            type_ = column.type if column is not None else DimensionType.STRING
        else:
            raise Wrong("`type` must be categorical or time")
        return SemanticDimension(
            name=name,
            expression=expression,
            label=read.text(given, "label") or read.words(name),
            type=type_,
            grain=grain,
            partition=read.flag(given, "is_partition"),
            description=read.text(given, "description"),
            rules=(*self._rules(expression), *_own_rule(meta_of(given))),
            hidden=read.flag(meta_of(given), "hidden"),
        )

    def measure(
        self,
        given: Mapping[str, Any],
        default_time: str | None,
        dimensions: Mapping[str, SemanticDimension],
        entities: Mapping[str, Entity],
    ) -> Measure:
        """A measure, or a metric's `metric_aggregation_params` with its name. Raises `Wrong`, `SnippetError`."""
        name = given["name"]
        agg = (read.text(given, "agg") or "").lower()
        if agg == "count" and given.get("expr") == "*":
            given = {**given, "expr": "1"}
        expression = self.expression(given, name)
        params = read.mapping(given, "agg_params")
        percentile = params.get("percentile")
        if agg == "median":
            agg, percentile = "percentile", 0.5
        elif agg == "sum_boolean":
            agg, expression = "sum", replace(expression, around="CASE WHEN {x} THEN 1 ELSE 0 END")
        elif agg == "count":
            # A sum, as in MetricFlow: over no row it is null, where a count would be 0.
            agg = "sum"
            if expression.sql != "1":
                expression = replace(expression, around="CASE WHEN {x} IS NOT NULL THEN 1 ELSE 0 END")
        if agg not in _AGGREGATES:
            raise Wrong(f"`agg: {agg[:40]}` is not an aggregate that is known")
        if agg == "percentile" and (
            isinstance(percentile, bool) or not isinstance(percentile, int | float) or not 0 <= percentile <= 1
        ):
            raise Wrong("`agg_params.percentile` must be a number from 0 to 1")
        time = read.text(given, "agg_time_dimension") or default_time
        time = time.lower() if time else None
        if time is not None and (time not in dimensions or dimensions[time].grain is None):
            raise Wrong(f"`agg_time_dimension: {time[:60]}` is not a time dimension of the model")
        return Measure(
            name=name,
            agg=agg,
            expression=expression,
            time=time,
            percentile=float(percentile) if agg == "percentile" and percentile is not None else None,
            discrete=params.get("use_discrete_percentile") is True,
            approximate=params.get("use_approximate_percentile") is True,
            non_additive=self._non_additive(given, dimensions, entities),
            label=read.text(given, "label"),
            description=read.text(given, "description"),
            rule=read.rule(meta_of(dict(given))),
        )

    def _non_additive(
        self,
        given: Mapping[str, Any],
        dimensions: Mapping[str, SemanticDimension],
        entities: Mapping[str, Entity],
    ) -> NonAdditive | None:
        params = read.mapping(given, "non_additive_dimension")
        if not params:
            return None
        name = (read.text(params, "name") or "").lower()
        if name not in dimensions or dimensions[name].grain is None:
            raise Wrong(f"`non_additive_dimension.name: {name[:60]}` is not a time dimension of the model")
        choice = (read.text(params, "window_choice") or "min").lower()
        if choice not in ("min", "max"):
            raise Wrong("`non_additive_dimension.window_choice` must be min or max")
        groupings = tuple(word.lower() for word in read.names(params, "window_groupings"))
        if unknown := next((word for word in groupings if word not in entities), None):
            raise Wrong(f"`window_groupings` names {unknown[:60]!r}, which is not an entity of the model")
        return NonAdditive(name, choice == "max", groupings)

    def _validity(self) -> tuple[str, str] | None:
        start = end = None
        for entry in self.given.get("dimensions") or ():
            if isinstance(entry, dict):
                params = read.mapping(read.mapping(entry, "type_params"), "validity_params")
                start = entry.get("name") if params.get("is_start") is True else start
                end = entry.get("name") if params.get("is_end") is True else end
        if start is None and end is None:
            return None
        if not isinstance(start, str) or not isinstance(end, str):
            raise Wrong("`validity_params` need one dimension with is_start and one with is_end")
        return start.lower(), end.lower()


def _own_rule(meta: Mapping[str, Any]) -> tuple[AttributeRule, ...]:
    """`required_attributes` and `any_attributes` in the meta of an element itself."""
    rule = read.rule(meta)
    return () if rule.empty else (rule,)


def _reads(dimension: Any) -> set[str]:
    """The columns that a Lightdash dimension may stand for: its name, and the words of its SQL."""
    return {dimension.name.lower(), *(word.lower() for word in re.findall(r"[A-Za-z_]\w*", dimension.sql))}


def guard_of(table: Table | None) -> Explore | None:
    """An explore of the table alone, in which its row filter's references are found."""
    if table is None or not table.sql_filter:
        return None
    return Explore(ExploreName(table.name), table.label, table.name, {table.name: table})
