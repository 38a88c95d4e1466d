"""`Plan` → SQL text. Everything that is not fixed text comes from a dialect's `identifier`, `text` or `number`, from a
snippet that the loader has parsed, or from `conditions`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vitrail.catalog.model import (
    Dimension,
    DimensionType,
    JoinType,
    Metric,
    MetricFilter,
    MetricType,
    TableName,
    TimeInterval,
)
from vitrail.catalog.snippets import AttributeRef, FieldRef, OwnTable, ParameterRef, parts
from vitrail.query.conditions import BadFilter, Rule, Target, condition
from vitrail.query.errors import Finding, InvalidQuery, refuse
from vitrail.query.joins import JoinGraph
from vitrail.query.metric_query import FilterOperator, TimeUnit
from vitrail.query.metric_types import metric_type
from vitrail.query.ordering import names_in_order, ordering
from vitrail.query.plan import FORMULAS, Plan, SubQuery, leaf_key, metric_named
from vitrail.query.question import Condition, Field, Group, Kept, Shift, SortBy, Test
from vitrail.query.resolve import AttributeWriter, Resolver, is_column
from vitrail.query.viewer import Viewer

_ROW = "__vitrail_row"
_JOINS = {
    JoinType.LEFT: "LEFT JOIN",
    JoinType.INNER: "INNER JOIN",
    JoinType.RIGHT: "RIGHT JOIN",
    JoinType.FULL: "FULL JOIN",
}
_OF_KEYS = {MetricType.SUM_DISTINCT: MetricType.SUM, MetricType.AVERAGE_DISTINCT: MetricType.AVERAGE}


@dataclass(frozen=True, slots=True)
class Written:
    """A statement without its ORDER BY and LIMIT, and how its columns are sorted."""

    select: str
    order: tuple[str, ...]


class Writer:
    """Writes one plan for one viewer."""

    def __init__(self, plan: Plan, resolver: Resolver, viewer: Viewer) -> None:
        self.plan, self.question, self.resolver = plan, plan.question, resolver
        self.dialect = resolver.dialect
        self.graph = JoinGraph.of(self.question.explore)
        self.attributes = AttributeWriter(viewer, self.dialect, parameters=self.question.parameters.fresh())
        self.findings: list[Finding] = []

    def write(self) -> Written:
        """Raises one error that holds every finding: missing attributes, filters that can't be used."""
        written = self._flat() if self.plan.flat else self._composed()
        self._check_attributes()
        if self.findings:
            raise refuse(self.findings)
        return written

    # -- One SELECT

    def _flat(self) -> Written:
        part = self.plan.parts[0]
        keyed: dict[str, str] = {d.id: self._dimension(d) for d in self.question.dimensions}
        values = {leaf.key: self._aggregate(leaf.metric, part) for leaf in part.leaves}
        columns = [f"{text} AS {self.dialect.identifier(name)}" for name, text in keyed.items()]
        columns += self._metric_columns(values)
        having = self._condition(self.question.having, lambda field: self._value(field, values))
        text = f"SELECT {', '.join(columns)}\n{self._body(part)}"
        if keyed:
            text += f"\nGROUP BY {_positions(len(keyed))}"
        elif not part.leaves:
            having = f"COUNT(*) >= 0{' AND ' + having if having else ''}"  # One row, as every total has.
        if having:
            text += f"\nHAVING {having}"
        if self.question.kept is not None:
            text = f"WITH {self._kept(self.question.kept)}\n{text}"
        return Written(text, self._order(keyed, values))

    # -- Several sub-queries that meet on the dimensions

    def _composed(self) -> Written:
        withs = [self._kept(self.question.kept)] if self.question.kept is not None else []
        values: dict[str, str] = {}
        joined: list[str] = []
        count = len(self.question.dimensions)
        for place, part in enumerate(self.plan.parts):
            withs.append(f"g{place} AS (\n{self._sub_query(part)}\n)")
            values |= {leaf.key: f"g{place}.m{index}" for index, leaf in enumerate(part.leaves)}
            if part.present is not None and count:
                withs.append(f"e{place} AS (\n{self._of_nothing(part)}\n)")
                values |= {
                    leaf.key: f"CASE WHEN g{place}.there IS NULL THEN e{place}.m{index} ELSE g{place}.m{index} END"
                    for index, leaf in enumerate(part.leaves)
                }
            if place == 0:
                joined.append("FROM g0")
            elif count:
                same = (self.dialect.same.format(a=f"g0.d{i}", b=f"g{place}.d{i}") for i in range(count))
                kind = "INNER" if part.shift is None and part.present is None else "LEFT"
                joined.append(f"{kind} JOIN g{place} ON {' AND '.join(same)}")
                if part.present is not None:
                    joined.append(f"CROSS JOIN e{place}")
            else:
                joined.append(f"CROSS JOIN g{place}")
        keyed: dict[str, str] = {d.id: f"g0.d{index}" for index, d in enumerate(self.question.dimensions)}
        columns = [f"{text} AS {self.dialect.identifier(name)}" for name, text in keyed.items()]
        columns += self._metric_columns(values)
        text = f"WITH {', '.join(withs)}\nSELECT {', '.join(columns)}\n" + "\n".join(joined)
        if having := self._condition(self.question.having, lambda field: self._value(field, values)):
            text += f"\nWHERE {having}"
        return Written(text, self._order(keyed, values))

    def _sub_query(self, part: SubQuery) -> str:
        dimensions = [f"{self._dimension(d, part.shift)} AS d{i}" for i, d in enumerate(self.question.dimensions)]
        grouped = f"\nGROUP BY {_positions(len(dimensions))}" if dimensions else ""
        if part.present is not None:
            return self._of_rows_there(part, part.present)
        if not part.keys and not part.distinct:
            leaves = [f"{self._aggregate(leaf.metric, part)} AS m{i}" for i, leaf in enumerate(part.leaves)]
            return f"SELECT {', '.join(dimensions + leaves)}\n{self._body(part)}{grouped}"
        # One row per group and key first: what an aggregate reads is the same in each of the repeated rows, and a
        # metric's own filter holds for the row when it holds in one of them.
        keys = [text for table in sorted(part.keys) for text in self._key(table)]
        explore = self.question.explore
        keys += [self._dimension(explore.tables[table].dimensions[name]) for table, name in part.distinct]
        # Rows with one key of `sum_distinct` should agree; where they do not, the greatest is always the same one.
        one = "MAX({x})" if part.distinct else self.dialect.any_value
        inner = dimensions + [f"{text} AS k{i}" for i, text in enumerate(keys)]
        inner_grouped = f"\nGROUP BY {_positions(len(inner))}"
        inner += [f"{one.replace('{x}', self._input(leaf.metric, part))} AS m{i}" for i, leaf in enumerate(part.leaves)]
        outer = [f"d{i}" for i in range(len(dimensions))]
        outer += [f"{self._aggregated(leaf.metric, f'm{i}')} AS m{i}" for i, leaf in enumerate(part.leaves)]
        body = self._body(part).replace("\n", "\n  ")
        return (
            f"SELECT {', '.join(outer)}\nFROM (\n  SELECT {', '.join(inner)}\n  {body}{inner_grouped}\n) AS t{grouped}"
        )

    def _of_rows_there(self, part: SubQuery, table: TableName) -> str:
        """SQL that aggregates by itself, over the rows that a table has, each once in a group."""
        texts = [self._dimension(d, part.shift) for d in self.question.dimensions]
        names = [f"{_ROW}_d{i}" for i in range(len(texts))]
        leaves = [f"{self._aggregate(leaf.metric, part)} AS m{i}" for i, leaf in enumerate(part.leaves)]
        body = self._body(part, f"{self._key(table)[0]} IS NOT NULL")
        source, columns = body, [f"{text} AS d{i}" for i, text in enumerate(texts)]
        if part.repeated:
            alias = self.resolver.aliases[table]
            place = f"{self.dialect.row_number(*texts, *self._key(table))} AS {_ROW}_place"
            inner = [*(f"{text} AS {name}" for text, name in zip(texts, names, strict=True)), f"{alias}.*", place]
            body = body.replace("\n", "\n  ")
            source = f"FROM (\n  SELECT {', '.join(inner)}\n  {body}\n) AS {alias}\nWHERE {_ROW}_place = 1"
            columns = [f"{name} AS d{i}" for i, name in enumerate(names)]
        there = ["COUNT(*) AS there"] if columns else []
        grouped = f"\nGROUP BY {_positions(len(columns))}" if columns else ""
        return f"SELECT {', '.join([*columns, *leaves, *there])}\n{source}{grouped}"

    def _of_nothing(self, part: SubQuery) -> str:
        """The same SQL over no row at all: what a group has of it that is without any."""
        leaves = [f"{self._aggregate(leaf.metric, part)} AS m{i}" for i, leaf in enumerate(part.leaves)]
        return f"SELECT {', '.join(leaves)}\n{self._body(part, '1 = 0')}"

    # -- Tables

    def _body(self, part: SubQuery, only: str | None = None) -> str:
        explore = self.question.explore
        lines = [f"FROM {self._table(explore.base_table, part)}"]
        for join in explore.joins:
            if join.table in part.tables:
                on = self.attributes.text(self.resolver.snippet(join.table, join.sql_on))
                lines.append(f"{_JOINS[join.type]} {self._table(join.table, part)} ON {on}")
        if (kept := self.question.kept) is not None:
            same = [
                self.dialect.same.format(a=self._dimension(d, part.shift), b=f"kept.d{i}")
                for i, d in enumerate(kept.dimensions)
            ]
            lines.append(f"INNER JOIN kept ON {' AND '.join(same)}" if same else "CROSS JOIN kept")
        where = self._condition(self.question.where, lambda field: self._compared(field, part.shift))
        if tests := [test for test in (where, only) if test]:
            lines.append(f"WHERE {' AND '.join(tests)}")
        return "\n".join(lines)

    def _kept(self, kept: Kept) -> str:
        """The groups of the answer that totals stand under."""
        groups = [f"{self.dialect.identifier(d.id)} AS d{i}" for i, d in enumerate(kept.dimensions)]
        return f"kept AS (\nSELECT {', '.join(groups) or '1 AS one'} FROM (\n{kept.select}\n) AS answer\n)"

    def _table(self, name: TableName, part: SubQuery) -> str:
        """A table under its alias; in a sub-query of its own when rows are filtered away or must be numbered."""
        table = self.question.explore.tables[name]
        alias = self.resolver.aliases[name]
        row_filter = table.sql_filter
        if row_filter and table.sql_filter_base_only and name != self.question.explore.base_table:
            row_filter = None
        numbered = not table.primary_key and (
            name in part.keys or name == part.present or self._counts_rows(name, part)
        )
        if not row_filter and not numbered:
            return f"{table.relation} AS {alias}"
        number = f", {self.dialect.row_number()} AS {_ROW}" if numbered else ""
        where = ""
        if row_filter:
            where = f" WHERE ({self.attributes.text(self.resolver.snippet(name, row_filter))})"
        return f"(SELECT {alias}.*{number} FROM {table.relation} AS {alias}{where}) AS {alias}"  # noqa: S608

    def _counts_rows(self, name: TableName, part: SubQuery) -> bool:
        """Whether a metric of the table needs to know if the table's row is there at all."""
        return any(
            metric.table == name and self._needs_presence(metric, part)
            for leaf in part.leaves
            for metric in self._inside(leaf.metric)
        )

    def _inside(self, metric: Metric) -> list[Metric]:
        if metric.type not in FORMULAS:
            return [metric]
        targets = [
            target
            for piece in parts(metric.sql)
            if isinstance(piece, FieldRef) and (target := metric_named(self.question, metric, piece))
        ]
        return [found for target in targets for found in self._inside(target)]

    def _key(self, table: TableName) -> list[str]:
        """What tells the rows of a table apart: its primary key, else the number given to each row."""
        found = self.question.explore.tables[table]
        if not found.primary_key:
            return [f"{self.resolver.aliases[table]}.{_ROW}"]
        names = found.primary_key
        return [self.attributes.text(self.resolver.snippet(table, found.dimensions[name].sql)) for name in names]

    # -- Fields

    def _dimension(self, field: Field | str, shift: Shift | None = None) -> str:
        assert isinstance(field, Dimension)
        return self.attributes.text(self.resolver.dimension(field, self.question.zone, shift))

    def _compared(self, field: Field | str, shift: Shift | None) -> str:
        """A dimension as filters compare it."""
        assert isinstance(field, Dimension)
        zone = None if self._as_stored(field) else self.question.zone
        return self.attributes.text(self.resolver.dimension(field, zone, shift))

    def _as_stored(self, field: Dimension) -> bool:
        """Whether filters compare a timestamp in UTC, as it is stored: so an index still serves, and the hour that
        comes twice when summer time ends is told apart."""
        whole = field.type is DimensionType.TIMESTAMP and field.interval in (None, TimeInterval.RAW)
        return whole and field.convert_timezone and not self.question.shifts

    def _metric_columns(self, values: Mapping[str, str]) -> list[str]:
        return [f"{self._value(m, values)} AS {self.dialect.identifier(m.id)}" for m in self.question.metrics]

    def _value(self, field: Field | str, values: Mapping[str, str], shift: Shift | None = None) -> str:
        """A metric in terms of its leaves' values."""
        assert isinstance(field, Metric)
        if shift is None and (earlier := self.question.shifts.get(field.id)):
            return self._value(earlier.metric, values, earlier)
        key = leaf_key(field, shift)
        if key in values:
            return values[key]
        return self._formula(field, lambda target: self._value(target, values, shift))

    def _formula(self, metric: Metric, value_of: Callable[[Metric], str]) -> str:
        text: list[str] = []
        explore = self.question.explore
        for part in parts(metric.sql):
            if isinstance(part, str):
                text.append(part)
            elif isinstance(part, OwnTable):
                text.append(self.resolver.aliases[metric.table])
            elif isinstance(part, AttributeRef | ParameterRef):
                text.append(self.attributes.value(part))
            elif target := metric_named(self.question, metric, part):
                text.append(f"({value_of(target)})")
            else:
                owner = explore.tables[TableName(part.table or metric.table)]
                text.append(f"({self._dimension(owner.dimensions[part.name])})")
        if "--" in metric.sql:
            text.append("\n")
        return "".join(text)

    def _aggregate(self, metric: Metric, part: SubQuery) -> str:
        if metric.type in FORMULAS:
            return self._formula(metric, lambda target: self._aggregate(target, part))
        return self._aggregated(metric, self._input(metric, part))

    def _aggregated(self, metric: Metric, text: str) -> str:
        template = self.dialect.aggregates[_OF_KEYS.get(metric.type, metric.type)]
        if metric.percentile is not None:
            template = template.replace("{p}", repr(metric.percentile / 100))
        return template.replace("{x}", text)

    def _needs_presence(self, metric: Metric, part: SubQuery) -> bool:
        """Whether a row that an outer join made up could be mistaken for one of the metric's table."""
        if not self.graph.made_up(metric.table, part.tables):
            return False
        return metric.sql == "*" or not self.resolver.snippet(metric.table, metric.sql).is_column

    def _input(self, metric: Metric, part: SubQuery) -> str:
        """What the aggregate reads of a row: null unless the row is there and passes the metric's filters."""
        text = "1"
        if metric.sql != "*":
            text = self.attributes.text(self.resolver.snippet(metric.table, metric.sql))
        tests = [f"{self._key(metric.table)[0]} IS NOT NULL"] if self._needs_presence(metric, part) else []
        tests += [test for given in metric.filters if (test := self._metric_filter(metric, given, part.shift))]
        return f"CASE WHEN {' AND '.join(tests)} THEN {text} END" if tests else text

    def _metric_filter(self, metric: Metric, given: MetricFilter, shift: Shift | None) -> str | None:
        table, _, name = given.dimension.rpartition(".")
        dimension = self.question.explore.tables[TableName(table or metric.table)].dimensions[name]
        try:
            unit = TimeUnit(given.unit) if given.unit else None
            rule = Rule(FilterOperator(given.operator), given.values, unit, given.completed)
        except ValueError as error:
            self._bad_filter(metric.id, f"is not one that is known: {error}")
            return None
        return self._test(Test(dimension, rule), lambda field: self._compared(field, shift))

    # -- Conditions and order

    def _condition(self, given: Condition | None, text_of: Callable[[Field | str], str]) -> str | None:
        if given is None:
            return None
        if isinstance(given, Test):
            return self._test(given, text_of)
        return self._group(given, text_of)

    def _group(self, group: Group, text_of: Callable[[Field | str], str]) -> str | None:
        found = [text for member in group.members if (text := self._condition(member, text_of))]
        if len(found) < 2:
            return found[0] if found else None
        return "(" + (" AND " if group.every else " OR ").join(found) + ")"

    def _test(self, test: Test, text_of: Callable[[Field | str], str]) -> str | None:
        field = test.field
        name = field if isinstance(field, str) else field.id
        if isinstance(field, Dimension):
            target = Target(field.type, field.interval, self._as_stored(field), not field.case_sensitive)
        else:
            # The least or greatest of a timestamp is in UTC, as it is stored.
            kind = metric_type(field, self.question.explore) if isinstance(field, Metric) else None
            target = Target(kind, in_utc=True)
        text = text_of(field)
        text = text if is_column(text) else f"({text})"
        try:
            return condition(text, target, test.rule, self.dialect, self.question.clock)
        except BadFilter as error:
            self._bad_filter(name, str(error))
            return None

    def _bad_filter(self, name: str, what: str) -> None:
        cause = f'The filter on "{name}" {what}.'
        self.findings.append(Finding(InvalidQuery, cause, "Change the filter's operator or values.", name))

    def _order(self, keyed: Mapping[str, str], values: Mapping[str, str]) -> tuple[str, ...]:
        """The sorts asked for; then the dimensions that are left, so that equal rows keep one order."""
        sorts = list(self.question.sorts)
        named = {sort.id for sort in sorts}
        sorts += [SortBy(d.id, d, False, None) for d in self.question.dimensions if d.id not in named]
        return tuple(self._sort(sort, keyed, values) for sort in sorts)

    def _sort(self, sort: SortBy, keyed: Mapping[str, str], values: Mapping[str, str]) -> str:
        field = sort.field
        text = self.dialect.identifier(sort.id)
        if isinstance(field, Dimension) and names_in_order(field, self.dialect):
            shown = self.question.calculations or self.dialect.order_by_alias
            text = ordering(field, text if shown else keyed[field.id], self.dialect)
        elif isinstance(field, Metric) and field not in self.question.metrics:
            text = self._value(field, values)
        nulls = "FIRST" if sort.nulls_first else "LAST"
        return f"{text} {'DESC' if sort.descending else 'ASC'} NULLS {nulls}"

    def _check_attributes(self) -> None:
        self.findings += self.attributes.findings()


def _positions(count: int) -> str:
    return ", ".join(str(place + 1) for place in range(count))
