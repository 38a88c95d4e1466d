"""Tables → explores: joins read and checked, aliases given, fields that refer to something unknown left out.

After this every reference in a catalog leads somewhere, so that asking never meets a broken one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rapidfuzz import process

from vitrail.catalog import yaml_values as read
from vitrail.catalog.lightdash_yaml import NUMBERS
from vitrail.catalog.manifest import NAME, Project, RawModel
from vitrail.catalog.model import (
    Dimension,
    Explore,
    ExploreName,
    Join,
    JoinType,
    Metric,
    Problem,
    Relationship,
    Table,
    TableName,
)
from vitrail.catalog.snippets import SnippetError, check, references
from vitrail.catalog.yaml_values import Wrong

Tables = dict[TableName, Table]


class ExploreReader:
    """Builds the explores of one model."""

    def __init__(self, project: Project, tables: Mapping[str, Table], dialect: str) -> None:
        self.project, self.tables, self.dialect = project, tables, dialect

    def read(self, model: RawModel) -> list[Explore]:
        """The model's own explore, and those under `meta.explores`."""
        found = [self._explore(model, model.name, model.meta)]
        try:
            more = read.mapping(model.meta, "explores")
        except Wrong as wrong:
            self._problem(model, "Explores left out", str(wrong), "explores")
            more = {}
        for name, given in more.items():
            if not isinstance(name, str) or not NAME.match(name) or not isinstance(given, dict) or name in self.tables:
                cause = f"explore {str(name)[:60]!r} needs a plain, unused name and a mapping under it"
                self._problem(model, "Explore left out", cause, "explores")
                continue
            found.append(self._explore(model, name, given))
        return found

    def _problem(self, model: RawModel, title: str, cause: str, *names: str, cure: str = "Correct it.") -> None:
        origin = self.project.origin(model, *names)
        self.project.problems.append(Problem(title, f"Model {model.name}: {cause}", cure, origin, fatal=True))

    def _explore(self, model: RawModel, name: str, given: Mapping[str, Any]) -> Explore:
        base = self.tables[model.name]
        tables: Tables = {base.name: base}
        joins = self._joins(model, given, tables)
        used = {base.name: base} | {join.table: tables[join.table] for join in joins}
        try:
            label, description = read.text(given, "label"), read.text(given, "description")
            group = read.text(given, "group_label")
        except Wrong as wrong:
            self._problem(model, "Label ignored", str(wrong), name)
            label = description = group = None
        sound = self._sound(model, used)
        for taken in _shared_ids(sound):
            cure = "Rename one of the two fields, or give the join another alias."
            self._problem(
                model, "Field can't be asked", f"explore {name}: two fields have the id {taken}", name, cure=cure
            )
        return Explore(
            name=ExploreName(name),
            label=label or (base.label if name == model.name else read.words(name)),
            base_table=base.name,
            tables=sound,
            joins=tuple(joins),
            description=description or base.description,
            group_label=group,
            tags=model.tags,
        )

    def _joins(self, model: RawModel, given: Mapping[str, Any], tables: Tables) -> list[Join]:
        entries = given.get("joins")
        if entries is None:
            return []
        if not isinstance(entries, list):
            self._problem(model, "Joins left out", "`joins` must be a list", "joins")
            return []
        waiting: list[Join] = []
        for entry in entries:
            word = str(entry.get("join", ""))[:60] if isinstance(entry, dict) else ""
            try:
                waiting.append(self._join(entry, tables))
            except (Wrong, SnippetError) as wrong:
                cure = wrong.cure if isinstance(wrong, SnippetError) else "Correct the join in the model's YAML."
                self._problem(model, "Join left out", f"join {word!r}: {wrong}", "joins", word, cure=cure)
        return self._ordered(model, waiting, tables)

    def _join(self, entry: Any, tables: Tables) -> Join:
        """Read one join and add its table, under its alias, to `tables`."""
        if not isinstance(entry, dict):
            raise Wrong("it must be a mapping with `join` and `sql_on`")
        target, alias = read.text(entry, "join"), read.text(entry, "alias")
        if target is None:
            raise Wrong("`join` must name a model")
        table = self.tables.get(target)
        if table is None:
            raise Wrong(f"there is no usable model {target!r}{nearest(target, list(self.tables))}")
        name = TableName(alias or target)
        if not NAME.match(name):
            raise Wrong("`alias` must be a plain word")
        if name in tables:
            raise Wrong(f"{name!r} is in the explore already; give the join an `alias`")
        sql_on = read.text(entry, "sql_on")
        if sql_on is None:
            raise Wrong("`sql_on` is missing")
        traits = check(sql_on, self.dialect)
        if traits.aggregates or traits.windows:
            raise Wrong("`sql_on` can't aggregate")
        try:
            kind = JoinType(read.text(entry, "type") or "left")
            relationship = Relationship(word) if (word := read.text(entry, "relationship")) else None
        except ValueError as error:
            raise Wrong(str(error)) from None
        fields = read.names(entry, "fields") if "fields" in entry else None
        if fields is not None and (
            unknown := [f for f in fields if f not in table.dimensions and f not in table.metrics]
        ):
            raise Wrong(f"`fields` names {', '.join(unknown)}, which {target!r} does not have")
        hidden = read.flag(entry, "hidden")
        tables[name] = _as_joined(table, name, read.text(entry, "label"), fields, hidden)
        return Join(name, sql_on, kind, relationship, read.flag(entry, "always"), hidden, fields)

    def _ordered(self, model: RawModel, waiting: list[Join], tables: Tables) -> list[Join]:
        """Joins in an order in which each finds the tables that its condition names; the rest become problems."""
        joined: set[str] = {model.name}
        ordered: list[Join] = []
        broken: list[tuple[Join, str]] = []
        while waiting:
            later = []
            for join in waiting:
                needs = {reference.table or join.table for reference in references(join.sql_on)}
                if unknown := sorted(name for name in needs if name not in tables):
                    broken.append((join, f"its sql_on names {unknown[0]!r}, which is not in the explore"))
                elif cause := _unknown_field(join, tables):
                    broken.append((join, cause))
                elif needs - {join.table} <= joined:
                    ordered.append(join)
                    joined.add(join.table)
                else:
                    later.append(join)
            if len(later) == len(waiting):
                broken += [(join, "its sql_on needs a table that can't be joined before it") for join in later]
                break
            waiting = later
        for join, cause in broken:
            cure = "Name only the base table and tables joined by this explore, and dimensions that they have."
            self._problem(model, "Join left out", f"join {join.table!r}: {cause}", "joins", join.table, cure=cure)
        return ordered

    def _sound(self, model: RawModel, tables: Tables) -> Tables:
        """The tables without fields that refer to what is not there (it may be in another explore, or nowhere)."""
        while True:
            broken: dict[TableName, set[str]] = {}
            for table in tables.values():
                for field in _fields(table):
                    cause = _broken_reference(field, table, tables)
                    if cause is None:
                        continue
                    broken.setdefault(table.name, set()).add(field.name)
                    if table.name == model.name:
                        self._problem(
                            model, "Field left out", f"{field.name}: {cause}", field.name, cure="Correct the reference."
                        )
            if not broken:
                return tables
            for name, left_out in broken.items():
                table = tables[name]
                tables[name] = replace(
                    table,
                    dimensions={k: v for k, v in table.dimensions.items() if k not in left_out},
                    metrics={k: v for k, v in table.metrics.items() if k not in left_out},
                )


def _fields(table: Table) -> list[Dimension | Metric]:
    return [*table.dimensions.values(), *table.metrics.values()]


def _shared_ids(tables: Tables) -> list[str]:
    """Ids that two fields have (`a_b` of table `x` and `b` of table `x_a`): only the first of the two can be asked."""
    counts = Counter(field.id for table in tables.values() for field in _fields(table))
    return [name for name, count in counts.items() if count > 1]


def nearest(word: str, known: Sequence[str]) -> str:
    """`; did you mean 'x'?`, or nothing."""
    match = process.extractOne(word, known, score_cutoff=60)
    return f"; did you mean {match[0]!r}?" if match else ""


def _as_joined(table: Table, name: TableName, label: str | None, fields: Any, hidden: bool) -> Table:
    """A table as it takes part in another one's explore; the very same object when nothing differs."""
    if name == table.name and label is None and fields is None and not hidden:
        return table
    own = re.compile(r"\$\{\s*" + re.escape(table.name) + r"\s*\.")

    def moved(field: Any) -> Any:
        return replace(
            field,
            table=name,
            sql=own.sub("${" + name + ".", field.sql),
            hidden=field.hidden or hidden,
            private=fields is not None and field.name not in fields and getattr(field, "base", None) not in fields,
        )

    return replace(
        table,
        name=name,
        label=label or (table.label if name == table.name else read.words(name)),
        dimensions={key: moved(field) for key, field in table.dimensions.items()},
        metrics={key: moved(field) for key, field in table.metrics.items()},
        sql_filter=own.sub("${" + name + ".", table.sql_filter) if table.sql_filter else None,
    )


def _unknown_field(join: Join, tables: Tables) -> str | None:
    for reference in references(join.sql_on):
        table = tables[TableName(reference.table or join.table)]
        if reference.name not in table.dimensions:
            near = nearest(reference.name, list(table.dimensions))
            return f"its sql_on names {table.name}.{reference.name}, which does not exist{near}"
    return None


def _broken_reference(field: Dimension | Metric, table: Table, tables: Tables) -> str | None:
    """What is wrong with the fields that `field` is made of; None when nothing is."""
    wanted: list[tuple[str, bool]] = []
    if "${" in field.sql:
        may_use_metrics = isinstance(field, Metric) and field.type in NUMBERS
        wanted = [(f"{r.table or table.name}.{r.name}", may_use_metrics) for r in references(field.sql)]
    if isinstance(field, Metric):
        wanted += [(f.dimension if "." in f.dimension else f"{table.name}.{f.dimension}", False) for f in field.filters]
    for name, may_use_metrics in wanted:
        holder, _, word = name.partition(".")
        target = tables.get(TableName(holder))
        if target is None:
            return f"it refers to {name}, and {holder} is not in this explore"
        if word in target.dimensions or (may_use_metrics and word in target.metrics):
            if _in_circle(field, tables):
                return "it refers to itself in a circle"
            continue
        if word in target.metrics:
            return f"it refers to the metric {name}; only a metric of type number, string, date or boolean may"
        return f"it refers to {name}, which does not exist{nearest(word, [*target.dimensions, *target.metrics])}"
    return None


def _in_circle(field: Dimension | Metric, tables: Tables) -> bool:
    """Whether following references from a field comes back to a field on the way, or goes deeper than 50."""

    def visit(current: Dimension | Metric, path: tuple[str, ...]) -> bool:
        if current.id in path or len(path) > 50:
            return True
        for reference in references(current.sql):
            table = tables.get(TableName(reference.table or current.table))
            target = table and (table.dimensions.get(reference.name) or table.metrics.get(reference.name))
            if target and visit(target, (*path, current.id)):
                return True
        return False

    return visit(field, ())
