"""Lightdash's YAML on one dbt model → a `Table`. What is wrong becomes a `Problem`; the rest stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from vitrail.catalog import yaml_values as read
from vitrail.catalog.manifest import NAME, Project, RawColumn, RawModel
from vitrail.catalog.metric_filters import parse_filters
from vitrail.catalog.model import (
    Dimension,
    DimensionType,
    Metric,
    MetricType,
    Problem,
    Table,
    TableName,
    TimeInterval,
)
from vitrail.catalog.snippets import SnippetError, check, references
from vitrail.catalog.yaml_values import Wrong

NUMBERS = frozenset({MetricType.NUMBER, MetricType.STRING, MetricType.DATE, MetricType.BOOLEAN})
_NOT_YET = frozenset({"sum_distinct", "average_distinct", "percent_of_previous", "percent_of_total", "running_total"})
_DATES = frozenset({TimeInterval.DAY, TimeInterval.WEEK, TimeInterval.MONTH, TimeInterval.QUARTER, TimeInterval.YEAR})


def interval_type(interval: TimeInterval, base: DimensionType) -> DimensionType:
    """The type of a date or timestamp after it was cut to an interval."""
    if interval is TimeInterval.RAW:
        return base
    if interval in _DATES:
        return DimensionType.DATE
    if interval.endswith(("_NUM", "_INDEX")):
        return DimensionType.NUMBER
    return DimensionType.STRING if interval.endswith("_NAME") else DimensionType.TIMESTAMP


class TableReader:
    """Reads one model; `table` is None when the model can't be used at all."""

    def __init__(self, project: Project, model: RawModel, dialect: str) -> None:
        self.project, self.model, self.dialect = project, model, dialect
        self.name = TableName(model.name)
        self.dimensions: dict[str, Dimension] = {}
        self.metrics: dict[str, Metric] = {}
        self.table: Table | None = None
        try:
            self.table = self._read()
        except (Wrong, SnippetError) as wrong:
            cure = wrong.cure if isinstance(wrong, SnippetError) else "Correct it in the model's YAML."
            self._problem("Model left out", str(wrong), cure, fatal=True)

    def _problem(self, title: str, cause: str, cure: str, *names: str, fatal: bool = True) -> None:
        origin = self.project.origin(self.model, *names)
        where = f"Model {self.model.name}" + (f", {names[-1]}" if names else "")
        self.project.problems.append(Problem(title, f"{where}: {cause}", cure, origin, fatal))

    def _read(self) -> Table:
        meta = self.model.meta
        # A row filter or a rule that can't be read must close the table, never open it.
        rule = read.rule(meta)
        row_filter = self._row_filter(meta)
        scope = meta.get("sql_filter_scope")
        if scope not in (None, "base", "everywhere"):
            raise Wrong("`sql_filter_scope` must be `base` or `everywhere`")
        for column in self.model.columns:
            self._column(column)
        for name, given in self._entries(meta, "metrics"):
            self._metric(name, given, None)
        if not self.dimensions and not self.metrics:
            raise Wrong("no column is described, so there is nothing to ask")
        if "required_filters" in meta:
            cause = "`required_filters` is read but not enforced yet."
            self._problem("Not supported yet", cause, "Use sql_filter to keep rows away.", fatal=False)
        if row_filter:
            self._own_fields_only(row_filter)
        key = read.names(meta, "primary_key")
        if unknown := [name for name in key if name not in self.dimensions]:
            cause = f"`primary_key` names {', '.join(unknown)}, which is not a dimension of it."
            self._problem("Primary key ignored", cause, "Name columns of this model.", "primary_key", fatal=False)
            key = ()
        return Table(
            name=self.name,
            label=read.text(meta, "label") or read.words(self.name),
            relation=self.model.relation,
            dimensions=self.dimensions,
            metrics=self.metrics,
            origin=self.project.origin(self.model),
            description=read.text(meta, "description") or self.model.description,
            primary_key=key,
            sql_filter=row_filter,
            sql_filter_base_only=scope == "base",
            rule=rule,
        )

    def _row_filter(self, meta: Mapping[str, Any]) -> str | None:
        written = []
        for key in ("sql_filter", "sql_where"):
            value = meta.get(key)
            if value is None:
                continue
            if not isinstance(value, str) or not value.strip():
                raise Wrong(f"`{key}` must be an SQL condition, so the model is closed")
            traits = check(value, self.dialect)
            if traits.aggregates or traits.windows:
                raise Wrong(f"`{key}` aggregates; a row filter sees one row at a time")
            written.append(value.strip())
        if not written:
            return None
        return written[0] if len(written) == 1 else f"({written[0]}\n) AND ({written[1]}\n)"

    def _own_fields_only(self, sql: str, depth: int = 0) -> None:
        for reference in references(sql):
            if depth > 20 or reference.table not in (None, self.name) or reference.name not in self.dimensions:
                name = f"{reference.table or self.name}.{reference.name}"
                raise Wrong(f"its row filter needs ${{{name}}}, which is not a dimension of it, so the model is closed")
            self._own_fields_only(self.dimensions[reference.name].sql, depth + 1)

    def _entries(self, holder: Mapping[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
        try:
            given = read.mapping(holder, key)
        except Wrong as wrong:
            self._problem("Fields left out", str(wrong), "Write it as `name: {…}`.", key)
            return
        for name, value in given.items():
            if not isinstance(name, str) or not NAME.match(name):
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
        try:
            given = read.mapping(column.meta, "dimension")
        except Wrong as wrong:
            self._problem("Field left out", str(wrong), "Write `dimension:` as a mapping.", column.name)
            return
        base = self._dimension(name, given, column, f"${{TABLE}}.{quoted}")
        for extra, more in self._entries(column.meta, "additional_dimensions"):
            self._dimension(extra, more, None, base.sql if base else f"${{TABLE}}.{quoted}")
        for metric, more in self._entries(column.meta, "metrics"):
            self._metric(metric, more, base.sql if base else f"${{TABLE}}.{quoted}")

    def _dimension(
        self, name: str, given: dict[str, Any], column: RawColumn | None, default_sql: str
    ) -> Dimension | None:
        if name in self.dimensions:
            self._problem("Field left out", "another dimension has this name", "Rename one of the two.", name)
            return None
        try:
            sql = read.text(given, "sql") or default_sql
            traits = check(sql, self.dialect)
            if traits.aggregates:
                raise Wrong("a dimension's SQL can't aggregate; make it a metric")
            written = read.text(given, "type")
            kind = read.dimension_type(written, column.data_type if column else None)
            if written is None and kind is DimensionType.STRING and isinstance(given.get("time_intervals"), list):
                kind = DimensionType.TIMESTAMP
            cut = read.intervals(given, kind)
            base = Dimension(
                name=name,
                table=self.name,
                type=kind,
                sql=sql,
                label=read.text(given, "label") or read.words(name),
                description=read.text(given, "description") or (column.description if column else None),
                hidden=read.flag(given, "hidden"),
                format=read.shape(given),
                groups=read.names(given, "groups") or read.names(given, "group_label"),
                rule=read.rule(given),
            )
        except (Wrong, SnippetError) as wrong:
            self._left_out(name, wrong)
            return None
        self.dimensions[name] = base
        for interval in cut:
            self._interval(base, interval)
        return base

    def _interval(self, base: Dimension, interval: TimeInterval) -> None:
        name = f"{base.name}_{interval.lower()}"
        if name in self.dimensions or any(column.name == name for column in self.model.columns):
            return  # A column of that very name is what people mean.
        self.dimensions[name] = Dimension(
            name=name,
            table=self.name,
            type=interval_type(interval, base.type),
            sql=base.sql,
            label=f"{base.label} {interval.replace('_', ' ').lower()}",
            description=base.description,
            hidden=base.hidden,
            groups=base.groups,
            interval=interval,
            base=base.name,
            rule=base.rule,
        )

    def _metric(self, name: str, given: dict[str, Any], default_sql: str | None) -> None:
        if name in self.dimensions or name in self.metrics:
            self._problem("Field left out", "another field of the model has this name", "Rename one.", name)
            return
        try:
            self.metrics[name] = self._read_metric(name, given, default_sql)
        except (Wrong, SnippetError) as wrong:
            self._left_out(name, wrong)

    def _read_metric(self, name: str, given: dict[str, Any], default_sql: str | None) -> Metric:
        kind = self._metric_type(given)
        sql = read.text(given, "sql") or default_sql
        if sql is None and kind is MetricType.COUNT:
            sql = "*"
        if sql is None:
            raise Wrong("a metric of the model needs `sql`")
        if not (sql == "*" and kind is MetricType.COUNT):
            traits = check(sql, self.dialect)
            if traits.aggregates and kind not in NUMBERS:
                raise Wrong(f"its SQL aggregates already; use `type: number`, or give `{kind}` a plain expression")
            if traits.windows:
                raise Wrong("window functions can't stand in a metric; use a table calculation")
        try:
            filters = parse_filters(given.get("filters"))
        except ValueError as error:
            raise Wrong(f"`filters`: {error}") from None
        if filters and kind in NUMBERS:
            raise Wrong(f"`filters` can't stand on `type: {kind}`; put them on the metrics it is made of")
        return Metric(
            name=name,
            table=self.name,
            type=kind,
            sql=sql,
            label=read.text(given, "label") or read.words(name),
            description=read.text(given, "description"),
            hidden=read.flag(given, "hidden"),
            format=read.shape(given),
            groups=read.names(given, "groups") or read.names(given, "group_label"),
            filters=filters,
            percentile=_percentile(given) if kind is MetricType.PERCENTILE else None,
            rule=read.rule(given),
        )

    def _metric_type(self, given: Mapping[str, Any]) -> MetricType:
        word = (read.text(given, "type") or "").lower()
        if word in _NOT_YET:
            raise Wrong(f"`type: {word}` is not supported yet")
        try:
            return MetricType(word)
        except ValueError:
            known = ", ".join(kind for kind in MetricType if kind not in _NOT_YET)
            raise Wrong(f"`type: {word[:40]}` is not one of {known}") from None

    def _left_out(self, name: str, wrong: Wrong | SnippetError) -> None:
        cure = wrong.cure if isinstance(wrong, SnippetError) else "Correct it in the model's YAML."
        self._problem("Field left out", str(wrong), cure, name)


def _percentile(given: Mapping[str, Any]) -> float:
    value = given.get("percentile", 50)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise Wrong("`percentile` must be a number from 0 to 100")
    return float(value)
