"""Lightdash's YAML on one dbt model → a `Table`. What is wrong becomes a `Problem`; the rest stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from vitrail.catalog import yaml_values as read
from vitrail.catalog.field_references import MAX_WRITTEN, written_out
from vitrail.catalog.field_yaml import Place, cut_dimension, read_dimension, read_metric
from vitrail.catalog.filter_yaml import read_default_filters
from vitrail.catalog.manifest import NAME, Project, RawColumn, RawModel
from vitrail.catalog.model import DefaultFilter, Dimension, Metric, Problem, Table, TableName
from vitrail.catalog.project_config import Settings
from vitrail.catalog.row_filters import both, row_filters, unknown_parameter
from vitrail.catalog.sets import Sets, names_of, read_sets
from vitrail.catalog.snippets import SnippetError, parameters, references, with_own_parameters
from vitrail.catalog.time_intervals import Cut, Granularity
from vitrail.catalog.time_intervals import interval_type as interval_type
from vitrail.catalog.yaml_keys import unknown
from vitrail.catalog.yaml_values import Looks, Wrong

_CORRECT = "Correct it in the model's YAML."


class TableReader:
    """Reads one model; `table` is None when the model can't be used at all. `settings` hold the parameters of the
    project and of all its models."""

    def __init__(self, project: Project, model: RawModel, dialect: str, settings: Settings | None = None) -> None:
        self.project, self.model, self.dialect = project, model, dialect
        self.settings = settings or Settings()
        self.name = TableName(model.name)
        self.columns = frozenset(column.name for column in model.columns)
        self.dimensions: dict[str, Dimension] = {}
        self.metrics: dict[str, Metric] = {}
        self.sets: Sets = {}
        self.own_parameters = self.settings.own_parameters.get(self.name, frozenset())
        self.place = Place(self.name, dialect, self.settings)
        self.table: Table | None = None
        try:
            self.table = self._read()
        except (Wrong, SnippetError) as wrong:
            cure = wrong.cure if isinstance(wrong, SnippetError) else _CORRECT
            self._problem("Model left out", str(wrong), cure, fatal=True)

    def _problem(self, title: str, cause: str, cure: str, *names: str, fatal: bool = True) -> None:
        origin = self.project.origin(self.model, *names)
        where = ", ".join((f"Model {self.model.name}", *names[-2:]))
        self.project.problems.append(Problem(title, f"{where}: {cause}", cure, origin, fatal))

    def _read(self) -> Table:
        meta = self.model.meta
        # A row filter or a rule that can't be read must close the table, never open it.
        rule = read.rule(meta)
        row_filter = self._row_filter(meta)
        scope = meta.get("sql_filter_scope")
        if scope not in (None, "base", "everywhere"):
            raise Wrong("`sql_filter_scope` must be `base` or `everywhere`")
        looks = Looks()
        self._known_words(meta, "model")
        self.sets = looks(read_sets, meta, "sets", {})
        self.place = self._place(meta, looks)
        for column in self.model.columns:
            self._column(column)
        for name, given in self._entries(meta, "metrics"):
            self._metric(name, given, None)
        self._underlying()
        if not self.dimensions and not self.metrics:
            raise Wrong("no column is described, so there is nothing to ask")
        if row_filter:
            self._own_fields_only(row_filter)
        if meta.get("sql_from") is not None:
            cause = "`sql_from` is not read: a table is the relation that dbt made."
            self._problem("Not supported", cause, "Put the SQL into the dbt model.", "sql_from", fatal=False)
        table = Table(
            name=self.name,
            label=looks(read.text, meta, "label", None) or read.words(self.name),
            relation=self.model.relation,
            dimensions=self.dimensions,
            metrics=self.metrics,
            origin=self.project.origin(self.model),
            description=looks(read.text, meta, "description", None) or self.model.description,
            primary_key=self._primary_key(meta),
            sql_filter=row_filter,
            sql_filter_base_only=scope == "base",
            rule=rule,
            order_fields_by=looks(_order, meta, "order_fields_by", "label"),
            group_details=looks(read.group_details, meta, "group_details", {}),
            ai_hint=looks(read.texts, meta, "ai_hint", ()),
            default_filters=self._default_filters(meta),
        )
        self._notes(looks)
        if row_filter and written_out(row_filter, table, {self.name: table}, {}) > MAX_WRITTEN:
            raise Wrong("its row filter refers to itself, or is too long once written out, so the model is closed")
        return table

    def _place(self, meta: Mapping[str, Any], looks: Looks) -> Place:
        sensitive = looks(read.sensitive, meta, "case_sensitive", None)
        spotlight = looks(read.spotlight, meta, "spotlight", self.place.spotlight)
        if spotlight.owner is None and (owner := looks(read.text, meta, "owner", None)):
            spotlight = replace(spotlight, owner=owner)
        underlying = looks(read.names, meta, "default_show_underlying_values", ())
        return Place(
            table=self.name,
            dialect=self.dialect,
            settings=self.settings,
            own_parameters=self.own_parameters,
            case_sensitive=self.settings.case_sensitive if sensitive is None else sensitive,
            underlying=underlying,
            spotlight=spotlight,
        )

    def _default_filters(self, meta: Mapping[str, Any]) -> tuple[DefaultFilter, ...]:
        try:
            return read_default_filters(meta) or ()
        except Wrong as wrong:
            self._problem("Filters left out", str(wrong), _CORRECT, "default_filters")
            return ()

    def _primary_key(self, meta: Mapping[str, Any]) -> tuple[str, ...]:
        key = read.names(meta, "primary_key")
        if odd := [name for name in key if name not in self.dimensions]:
            cause = f"`primary_key` names {', '.join(odd)[:200]}, which is not a dimension of it."
            self._problem("Primary key ignored", cause, "Name columns of this model.", "primary_key", fatal=False)
            return ()
        return key

    def _row_filter(self, meta: Mapping[str, Any]) -> str | None:
        written = row_filters(meta, self.dialect)
        for sql in (written := [with_own_parameters(sql, self.name, self.own_parameters) for sql in written]):
            self._known_parameters(sql)
        return both(written)

    def _known_parameters(self, sql: str) -> None:
        for name in parameters(sql):
            if name not in self.settings.parameters:
                raise unknown_parameter(name, frozenset(self.settings.parameters))

    def _own_fields_only(self, sql: str) -> None:
        """Raises unless all that a row filter is made of, however deep, are dimensions of the model."""
        waiting, seen = [sql], set[str]()
        while waiting:
            for reference in references(waiting.pop()):
                if reference.table not in (None, self.name) or reference.name not in self.dimensions:
                    name = f"{reference.table or self.name}.{reference.name}"[:200]
                    cause = f"its row filter needs ${{{name}}}, which is not a dimension of it, so the model is closed"
                    raise Wrong(cause)
                if reference.name not in seen:
                    seen.add(reference.name)
                    waiting.append(self.dimensions[reference.name].sql)

    def _entries(self, holder: Mapping[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
        try:
            given = read.mapping(holder, key)
        except Wrong as wrong:
            self._problem("Fields left out", str(wrong), "Write it as `name: {…}`.", key)
            return
        for name, value in given.items():
            if not isinstance(name, str) or not NAME.match(name) or len(name) > 128:
                cause = f"the name {str(name)[:60]!r} is not a plain word"
                self._problem("Field left out", cause, "Use letters, digits and underscores.", key)
            elif not isinstance(value, dict):
                self._problem("Field left out", "it must be a mapping", "Write `type: …` under it.", name)
            else:
                yield name, value

    def _column(self, column: RawColumn) -> None:
        name = column.name if NAME.match(column.name) else re.sub(r"\W+", "_", column.name, flags=re.ASCII).strip("_")
        if not NAME.match(name):
            cause = f"column {column.name[:60]!r} can't be made a field name"
            self._problem("Field left out", cause, "Rename the column in the model.")
            return
        quoted = column.name if NAME.match(column.name) else '"' + column.name.replace('"', '""') + '"'
        plain = f"${{TABLE}}.{quoted}"
        self._known_words(column.meta, "column", column.name)
        try:
            given = read.mapping(column.meta, "dimension")
        except Wrong as wrong:
            self._problem("Field left out", str(wrong), "Write `dimension:` as a mapping.", column.name)
            return
        base = self._dimension(name, given, plain, column)
        for extra, more in self._entries(column.meta, "additional_dimensions"):
            self._dimension(extra, more, base.sql if base else plain)
        for metric, more in self._entries(column.meta, "metrics"):
            self._metric(metric, more, base.sql if base else plain)

    def _dimension(
        self, name: str, given: dict[str, Any], default_sql: str, column: RawColumn | None = None
    ) -> Dimension | None:
        if name in self.dimensions:
            self._problem("Field left out", "another dimension has this name", "Rename one of the two.", name)
            return None
        looks = Looks()
        try:
            base, cuts = read_dimension(
                name,
                given,
                self.place,
                looks,
                default_sql=default_sql,
                description=column.description if column else None,
                data_type=column.data_type if column else None,
            )
            self._known_parameters(base.sql)
        except (Wrong, SnippetError) as wrong:
            self._left_out(name, wrong)
            return None
        self.dimensions[name] = base
        for cut in cuts:
            self._cut(base, cut)
        self._notes(looks, name)
        self._known_words(given, "dimension", name)
        return base

    def _cut(self, base: Dimension, cut: Cut) -> None:
        name = f"{base.name}_{cut.name if isinstance(cut, Granularity) else cut.value}".lower()
        if name not in self.dimensions and name not in self.columns:  # A column of that very name is what people mean.
            self.dimensions[name] = cut_dimension(base, cut, self.settings)

    def _metric(self, name: str, given: dict[str, Any], default_sql: str | None) -> None:
        if name in self.dimensions or name in self.metrics:
            self._problem("Field left out", "another field of the model has this name", "Rename one.", name)
            return
        looks = Looks()
        try:
            found = read_metric(name, given, self.place, looks, default_sql)
            self._known_parameters(found.sql)
        except (Wrong, SnippetError) as wrong:
            self._left_out(name, wrong)
            return
        self.metrics[name] = found
        self._notes(looks, name)
        self._known_words(given, "metric", name)

    def _underlying(self) -> None:
        """`show_underlying_values` with sets written out, and without names that are no field."""
        told: set[str] = set()
        for name, metric in self.metrics.items():
            if not metric.show_underlying_values:
                continue
            try:
                listed = names_of(metric.show_underlying_values, self.sets)
                odd = [
                    word for word in listed if "." not in word and not {word} & (self.dimensions.keys() | self.metrics)
                ]
                note = f"it names {', '.join(odd)[:200]}, which is no field of the model" if odd else None
            except Wrong as wrong:
                listed, odd, note = (), [], str(wrong)
            if note and note not in told:  # Many metrics may have it from one default.
                told.add(note)
                self._problem("Property ignored", note, _CORRECT, name, "show_underlying_values", fatal=False)
            kept = tuple(word for word in listed if word not in odd)
            self.metrics[name] = replace(metric, show_underlying_values=kept)

    def _left_out(self, name: str, wrong: Wrong | SnippetError) -> None:
        cure = wrong.cure if isinstance(wrong, SnippetError) else _CORRECT
        self._problem("Field left out", str(wrong), cure, name)

    def _notes(self, looks: Looks, *names: str) -> None:
        for key, note in looks.notes:
            self._problem("Property ignored", note, _CORRECT, *names, key, fatal=False)

    def _known_words(self, given: Mapping[str, Any], place: str, *names: str) -> None:
        for key, near in unknown(given, place):
            cure = f"Did you mean `{near}`?" if near else "Take it away; docs/semantic-layer.md lists what is read."
            self._problem("Unknown property", f"`{key}` is not read", cure, *names, key, fatal=False)


def _order(holder: Mapping[str, Any], key: str) -> str:
    word = (read.text(holder, key) or "label").lower()
    if word not in ("label", "index"):
        raise Wrong(f"`{key}` must be `label` or `index`")
    return word
