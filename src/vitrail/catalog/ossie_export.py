"""A catalog → an Apache Ossie document: datasets, fields, relationships, metrics.

What the format has no word for goes into `custom_extensions` of the vendor VITRAIL, which `ossie` reads back; every
rule about who may see what is told as a warning too, since nobody else keeps it. What can't be said at all is left out
with a warning: a metric that others would compute otherwise is worse than none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
import yaml

from vitrail.catalog.adapters import sql_dialect
from vitrail.catalog.model import (
    AttributeRule,
    Catalog,
    Dimension,
    DimensionType,
    Explore,
    Format,
    Join,
    Metric,
    Table,
)
from vitrail.catalog.ossie_export_semantic import export_layer
from vitrail.catalog.ossie_export_sql import CantSay, Speaker, column_of, equalities
from vitrail.catalog.ossie_fields import VENDOR
from vitrail.errors import InvalidInput

VERSION = "0.2.0.dev0"
DATATYPES = {
    DimensionType.NUMBER: "Decimal",
    DimensionType.STRING: "String",
    DimensionType.BOOLEAN: "Boolean",
    DimensionType.DATE: "Date",
    DimensionType.TIMESTAMP: "DateTime",
}


class NothingToExport(InvalidInput):
    """The catalog is empty."""

    title = "There is nothing to export"
    code = "nothing-to-export"


@dataclass(slots=True)
class Export:
    """The document, and what somebody should know of it, access rules first."""

    document: dict[str, Any]
    access: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @property
    def warnings(self) -> list[str]:
        loud = [f"ACCESS RULE NOT EXPORTED, other tools will not keep it: {each}" for each in self.access]
        return list(dict.fromkeys(loud + self.others))


def export_ossie(catalog: Catalog, name: str, adapter: str) -> Export:
    """The catalog of a project on this adapter's warehouse. The document is valid by the published schema.

    Raises `NothingToExport`: the format has no model without datasets.
    """
    found = _Exporter(catalog, name, sql_dialect(adapter)).export()
    if not found.document["semantic_model"][0]["datasets"]:
        raise NothingToExport("The catalog has no table.", cure="`vitrail catalog check` says why.")
    return found


def as_yaml(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def as_json(document: dict[str, Any]) -> str:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n"


def extension(**said: Any) -> dict[str, Any]:
    """`custom_extensions` with what is not empty; nothing when all is."""
    kept = {key: value for key, value in said.items() if value not in (None, False, "", [], {}, ())}
    if not kept:
        return {}
    return {"custom_extensions": [{"vendor_name": VENDOR, "data": orjson.dumps(kept).decode()}]}


class _Exporter:
    def __init__(self, catalog: Catalog, name: str, dialect: str) -> None:
        self.catalog, self.speaker = catalog, Speaker(dialect)
        self.model: dict[str, Any] = {"name": name, "datasets": []}
        self.found = Export({"version": VERSION, "semantic_model": [self.model]})
        self.tables: dict[str, Table] = {}
        self.relations: dict[tuple[Any, ...], dict[str, Any]] = {}

    def export(self) -> Export:
        explores = [each for each in self.catalog.explores.values() if each.semantic is None]
        for explore in explores:
            for table in (explore.base, *explore.tables.values()):
                if table.name == table.origin.model or table.name == explore.base_table:
                    self.tables.setdefault(table.name, table)
        self.model["datasets"] = [self._dataset(table) for table in self.tables.values()]
        for explore in explores:
            self._explore(explore)
            for join in explore.joins:
                self._join(explore, join)
        if self.relations:
            self.model["relationships"] = list(self.relations.values())
        if metrics := self._metrics():
            self.model["metrics"] = metrics
        layer = next((each.semantic.layer for each in self.catalog.explores.values() if each.semantic), None)
        if layer is not None:
            part = export_layer(layer, self.speaker, set(self.tables), {m["name"] for m in metrics})
            self.model["datasets"] += part.datasets
            for key, entries in (("relationships", part.relationships), ("metrics", part.metrics)):
                if entries:
                    self.model.setdefault(key, []).extend(entries)
            self.found.access += part.access
            self.found.others += part.others
        return self.found

    # -- Datasets and fields

    def _dataset(self, table: Table) -> dict[str, Any]:
        fields = [one for d in table.dimensions.values() if d.interval is None if (one := self._field(table, d))]
        made: dict[str, Any] = {"name": table.name, "source": table.relation}
        if table.primary_key:
            made["primary_key"] = [column_of(table.dimensions[key]) or key for key in table.primary_key]
        if table.description:
            made["description"] = table.description
        if fields:
            made["fields"] = fields
        if table.sql_filter:
            self.found.access.append(f"the row filter of {table.name} ({' '.join(table.sql_filter.split())[:200]})")
        self._rule(table.rule, table.name)
        return made | extension(
            label=table.label,
            sql_filter=table.sql_filter,
            sql_filter_scope="base" if table.sql_filter_base_only else None,
            **_rule(table.rule),
        )

    def _field(self, table: Table, dimension: Dimension) -> dict[str, Any] | None:
        try:
            expression = self.speaker.expression(self.speaker.field(table, dimension.sql))
        except CantSay as wrong:
            self.found.others.append(f"field {dimension.id} is left out: {wrong}")
            return None
        self._rule(dimension.rule, dimension.id)
        made: dict[str, Any] = {"name": dimension.name, "expression": expression, "label": dimension.label}
        if dimension.description:
            made["description"] = dimension.description
        made["datatype"] = DATATYPES[dimension.type]
        cut = [d.interval for d in table.dimensions.values() if d.base == dimension.name and d.interval]
        if dimension.type in (DimensionType.DATE, DimensionType.TIMESTAMP):
            made["dimension"] = {"is_time": bool(cut)}
        return made | extension(
            hidden=dimension.hidden,
            groups=list(dimension.groups),
            time_intervals=[str(each) for each in cut],
            **_format(dimension.format),
            **_rule(dimension.rule),
        )

    def _rule(self, rule: AttributeRule, where: str) -> None:
        if not rule.empty:
            names = ", ".join(sorted({*rule.all, *rule.any}))
            self.found.access.append(f"{where} is for those with the attribute {names}")

    # -- Relationships

    def _explore(self, explore: Explore) -> None:
        if str(explore.name) != str(explore.base_table):
            self.found.others.append(f"explore {explore.name} is left out: the format has datasets, not explores")
        self._rule(explore.rule, f"explore {explore.name}")
        if required := [each.filter.dimension for each in explore.default_filters if each.required]:
            self.found.access.append(f"explore {explore.name} requires filters on {', '.join(required)}")
        elif explore.default_filters:
            self.found.others.append(f"explore {explore.name}: its default filters are left out")

    def _join(self, explore: Explore, join: Join) -> None:
        what = f"explore {explore.name}: the join of {join.table}"
        found = equalities(explore, join)
        if found is None:
            self.found.others.append(f"{what} is left out: it is more than an equality of columns, or many to many")
            return
        parent, child = explore.tables[found.parent], explore.tables[join.table]
        one, many = (child, parent) if found.to_one else (parent, child)
        if one.origin.model not in self.tables or many.origin.model not in self.tables:
            self.found.others.append(f"{what} is left out: its table is")
            return
        ends = [self._key(many, found.many), self._key(one, found.one)]
        aliased = found.to_one and join.table != one.origin.model
        key = (many.origin.model, one.origin.model, *map(tuple, ends), join.table if aliased else "")
        if not found.to_one:
            self.found.others.append(f"{what} goes from one to many; only the relationship of the two is exported")
        if key in self.relations:
            return
        name = join.table if aliased else f"{many.origin.model}_to_{one.origin.model}"
        taken = {each["name"] for each in self.relations.values()}
        while name in taken:
            name += "_again"
        said = {"type": None if join.type == "left" else str(join.type), "always": join.always, "hidden": join.hidden}
        self.relations[key] = {
            "name": name,
            "from": many.origin.model,
            "to": one.origin.model,
            "from_columns": ends[0],
            "to_columns": ends[1],
        } | (extension(**said) if found.to_one else {})

    def _key(self, table: Table, names: Iterable[str]) -> list[str]:
        return [column_of(table.dimensions[name]) or name for name in names]

    # -- Metrics

    def _metrics(self) -> list[dict[str, Any]]:
        uses = Counter(metric.name for table in self.tables.values() for metric in table.metrics.values())
        found = []
        for table in self.tables.values():
            for metric in table.metrics.values():
                name = metric.name if uses[metric.name] == 1 else f"{table.name}_{metric.name}"
                if made := self._metric(metric, name):
                    found.append(made)
        return found

    def _metric(self, metric: Metric, name: str) -> dict[str, Any] | None:
        try:
            expression = self.speaker.expression(self.speaker.metric(self.tables, metric))
        except CantSay as wrong:
            self.found.others.append(f"metric {metric.id} is left out: {wrong}")
            return None
        self._rule(metric.rule, metric.id)
        made: dict[str, Any] = {"name": name, "expression": expression}
        if metric.description:
            made["description"] = metric.description
        return made | extension(
            name=metric.name if metric.name != name else None,
            label=metric.label,
            hidden=metric.hidden,
            groups=list(metric.groups),
            **_format(metric.format),
            **_rule(metric.rule),
        )


def _rule(rule: AttributeRule) -> dict[str, Any]:
    return {
        "required_attributes": {name: list(values) for name, values in rule.all.items()},
        "any_attributes": {name: list(values) for name, values in rule.any.items()},
    }


def _format(given: Format | None) -> dict[str, Any]:
    if given is None:
        return {}
    return {"format": given.kind, "round": given.round, "compact": given.compact}
