"""Tables → explores: joins put in order, filters and rules of the explore read, fields that refer to something unknown
left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from vitrail.catalog import yaml_values as read
from vitrail.catalog.field_references import Tables, fields_of, sound, unknown_field, unknown_filter
from vitrail.catalog.field_references import nearest as nearest
from vitrail.catalog.filter_yaml import read_default_filters
from vitrail.catalog.join_yaml import read_join
from vitrail.catalog.manifest import NAME, Project, RawModel
from vitrail.catalog.model import (
    AttributeRule,
    DefaultFilter,
    Explore,
    ExploreName,
    Join,
    Parameter,
    Problem,
    Table,
    TableName,
)
from vitrail.catalog.project_config import Settings
from vitrail.catalog.row_filters import both, row_filters, unknown_parameter
from vitrail.catalog.sets import Sets
from vitrail.catalog.snippets import SnippetError, parameters, references, with_own_parameters
from vitrail.catalog.yaml_keys import unknown
from vitrail.catalog.yaml_values import Looks, Wrong

_CORRECT = "Correct it."


class ExploreReader:
    """Builds the explores of one model. `sets`: those of each model."""

    def __init__(
        self,
        project: Project,
        tables: Mapping[str, Table],
        dialect: str,
        settings: Settings | None = None,
        sets: Mapping[str, Sets] | None = None,
    ) -> None:
        self.project, self.tables, self.dialect = project, tables, dialect
        self.settings = settings or Settings()
        self.sets = sets or {}
        self._taken: dict[int, tuple[Table, frozenset[str]]] = {}

    def read(self, model: RawModel) -> list[Explore]:
        """The model's own explore, and those under `meta.explores`."""
        found = [self._explore(model, model.name, model.meta, self.tables[model.name], AttributeRule())]
        try:
            more = read.mapping(model.meta, "explores")
        except Wrong as wrong:
            self._problem(model, "Explores left out", str(wrong), "explores")
            more = {}
        for name, given in more.items():
            taken = isinstance(name, str) and (name in self.tables or len(name) > 128)
            if not isinstance(name, str) or not NAME.match(name) or not isinstance(given, dict) or taken:
                cause = f"explore {str(name)[:60]!r} needs a plain, unused name and a mapping under it"
                self._problem(model, "Explore left out", cause, "explores")
                continue
            try:
                base, rule = self._narrower(model, given), read.rule(given)
            except (Wrong, SnippetError) as wrong:
                # A rule or a row filter that can't be read closes the explore.
                self._problem(model, "Explore left out", f"explore {name}: {wrong}", "explores", name)
                continue
            found.append(self._explore(model, name, given, base, rule))
            for key, near in unknown(given, "explore"):
                cure = f"Did you mean `{near}`?" if near else "Take it away; docs/semantic-layer.md lists what is read."
                cause = f"explore {name}: `{key}` is not read"
                self._problem(model, "Unknown property", cause, "explores", name, key, cure=cure, fatal=False)
        return found

    def _problem(
        self, model: RawModel, title: str, cause: str, *names: str, cure: str = _CORRECT, fatal: bool = True
    ) -> None:
        origin = self.project.origin(model, *names)
        self.project.problems.append(Problem(title, f"Model {model.name}: {cause}", cure, origin, fatal=fatal))

    def _narrower(self, model: RawModel, given: Mapping[str, Any]) -> Table:
        """The base table with the row filter of one explore beside its own. Raises `Wrong` or `SnippetError`."""
        base = self.tables[model.name]
        written = [self._sql(model, sql) for sql in row_filters(given, self.dialect)]
        for sql in written:
            for reference in references(sql):
                if reference.table not in (None, base.name) or reference.name not in base.dimensions:
                    full = f"{reference.table or base.name}.{reference.name}"
                    raise Wrong(f"its row filter needs ${{{full}}}, which is not a dimension of {base.name}")
        if not written:
            return base
        return replace(base, sql_filter=both([*([base.sql_filter] if base.sql_filter else []), *written]))

    def _sql(self, model: RawModel, sql: str) -> str:
        """With the model's own parameters named in full, and every parameter known."""
        if "parameter" not in sql:
            return sql
        known = self.settings.parameters
        sql = with_own_parameters(sql, model.name, self.settings.own_parameters.get(model.name, frozenset()))
        for name in parameters(sql):
            if name not in known:
                raise unknown_parameter(name, frozenset(known))
        return sql

    def _explore(
        self, model: RawModel, name: str, given: Mapping[str, Any], base: Table, rule: AttributeRule
    ) -> Explore:
        tables: Tables = {base.name: base}
        joins = self._joins(model, given, tables)
        used = {base.name: base} | {join.table: tables[join.table] for join in joins}
        looks = Looks()

        def tell(table: Table, field: str, cause: str) -> None:
            if table.name == base.name:  # Of another table it is told where that table is the base.
                self._problem(model, "Field left out", f"{field}: {cause}", field, cure="Correct the reference.")

        checked = sound(used, tell)
        for taken in _shared_ids(checked):
            cure = "Rename one of the two fields, or give the join another alias."
            self._problem(
                model, "Field can't be asked", f"explore {name}: two fields have the id {taken}", name, cure=cure
            )
        own = name == model.name
        found = Explore(
            name=ExploreName(name),
            label=looks(read.text, given, "label", None) or (base.label if own else read.words(name)),
            base_table=base.name,
            tables=checked,
            joins=tuple(joins),
            description=looks(read.text, given, "description", None) or base.description,
            group_label=looks(read.text, given, "group_label", None),
            tags=looks(read.texts, given, "tags", ()) or model.tags,
            groups=looks(read.groups, given, "groups", ()) or looks(read.groups, given, "group_label", ()),
            hidden=looks(read.flag, given, "hidden", False),
            rule=rule,
            default_filters=self._filters(model, name, given, checked, base),
            parameters=self._parameters(checked, joins),
        )
        if not own:  # What is wrong with the model's own words is told by its table.
            for key, note in looks.notes:
                self._problem(model, "Property ignored", note, "explores", name, key, fatal=False)
        return found

    def _filters(
        self, model: RawModel, name: str, given: Mapping[str, Any], tables: Tables, base: Table
    ) -> tuple[DefaultFilter, ...]:
        """The explore's own filters, else those of its base table."""
        own = None
        if name != model.name:
            try:
                own = read_default_filters(given)
            except Wrong as wrong:
                self._problem(model, "Filters left out", f"explore {name}: {wrong}", "explores", name)
        found = []
        for each in base.default_filters if own is None else own:
            if cause := unknown_filter(each, base, tables):
                cure = "Name a dimension of the explore."
                self._problem(
                    model, "Filter left out", f"explore {name}: a default filter: {cause}", "default_filters", cure=cure
                )
            else:
                found.append(each)
        return tuple(found)

    def _parameters(self, tables: Tables, joins: list[Join]) -> dict[str, Parameter]:
        known = self.settings.parameters
        if not known:
            return {}
        names = {name for join in joins for name in parameters(join.sql_on)}
        for table in tables.values():
            names |= self._taken_by(table)
        return {name: parameter for name, parameter in known.items() if name in names}

    def _taken_by(self, table: Table) -> frozenset[str]:
        known = self._taken.get(id(table))
        if known is None:
            found = {name for field in fields_of(table) for name in parameters(field.sql)}
            found |= set(parameters(table.sql_filter or ""))
            known = self._taken[id(table)] = (table, frozenset(found))
        return known[1]

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
            looks = Looks()
            try:
                join, table = read_join(entry, self.tables, tables, self.sets, model.name, self.dialect, looks)
                waiting.append(replace(join, sql_on=self._sql(model, join.sql_on)))
            except (Wrong, SnippetError) as wrong:
                cure = wrong.cure if isinstance(wrong, SnippetError) else "Correct the join in the model's YAML."
                self._problem(model, "Join left out", f"join {word!r}: {wrong}", "joins", word, cure=cure)
                continue
            tables[join.table] = table
            for key, note in [*looks.notes, *_not_read(entry)]:
                self._problem(model, "Property ignored", f"join {word!r}: {note}", "joins", word, key, fatal=False)
        return self._ordered(model, waiting, tables)

    def _ordered(self, model: RawModel, waiting: list[Join], tables: Tables) -> list[Join]:
        """Joins in an order in which each finds the tables that its condition names; the rest become problems."""
        joined: set[str] = {model.name}
        ordered: list[Join] = []
        broken: list[tuple[Join, str]] = []
        while waiting:
            later = []
            for join in waiting:
                needs = {reference.table or join.table for reference in references(join.sql_on)}
                if odd := sorted(name for name in needs if name not in tables):
                    broken.append((join, f"its sql_on names {odd[0]!r}, which is not in the explore"))
                elif cause := unknown_field(join, tables):
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


def _not_read(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, near in unknown(entry, "join"):
        yield key, f"`{key}` is not read{f'; did you mean `{near}`?' if near else ''}"


def _shared_ids(tables: Mapping[TableName, Table]) -> list[str]:
    """Ids that two fields have (`a_b` of table `x` and `b` of table `x_a`): only the first of the two can be asked."""
    counts = Counter(field.id for table in tables.values() for field in fields_of(table))
    return [name for name, count in counts.items() if count > 1]
