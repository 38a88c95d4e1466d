"""`Question` → `Plan`: which tables are joined for which metrics, and where rows must be told apart first.

The rows a question is about are those of its explore's tables, joined and filtered. A metric counts each row of *its
own* table once in each group, however often a join repeats that row (public bug reports of such products are mostly
about this). So each metric is computed over no more tables than it, the dimensions and the filters need; where a
join among those still repeats its rows, they are first brought down to one per group and key. Metrics that share
their tables share a sub-query, and the sub-queries meet on the dimensions.

Leaving a left join out of a metric's sub-query does not change its groups: a left join takes no row away, and the
tables of dimensions and filters are always joined. Other joins that the question needs are joined everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from vitrail.catalog.model import Metric, MetricType, TableName
from vitrail.catalog.snippets import FieldRef, OwnTable, check, parts
from vitrail.query.by_hand import aggregates
from vitrail.query.errors import Finding, RowsMultiplied, refuse
from vitrail.query.joins import JoinGraph
from vitrail.query.question import Question, Shift, tests
from vitrail.query.resolve import Resolver

FORMULAS = frozenset({MetricType.NUMBER, MetricType.STRING, MetricType.DATE, MetricType.BOOLEAN})
# Made of one formula over other metrics.
_OVER_ROWS = frozenset({MetricType.PERCENT_OF_TOTAL, MetricType.PERCENT_OF_PREVIOUS, MetricType.RUNNING_TOTAL})
# Repeating a row changes nothing for these.
_UNMOVED = frozenset({MetricType.MIN, MetricType.MAX, MetricType.COUNT_DISTINCT})
_BY_KEY = frozenset({MetricType.SUM_DISTINCT, MetricType.AVERAGE_DISTINCT})


@dataclass(frozen=True, slots=True)
class Leaf:
    """An aggregate of the warehouse's: a metric that is not a formula over others, or one with SQL of its own in it."""

    metric: Metric
    grain: frozenset[TableName]
    """The tables whose rows it is about."""
    shift: Shift | None = None
    """Set when it is of an earlier period."""

    @property
    def key(self) -> str:
        return leaf_key(self.metric, self.shift)


@dataclass(slots=True)
class SubQuery:
    """Leaves computed over the same joined tables. `keys`: the tables whose rows must be told apart first, because a
    join repeats them; empty when none does."""

    tables: frozenset[TableName]
    keys: frozenset[TableName]
    leaves: list[Leaf]
    shift: Shift | None = None
    """All its leaves'. The first sub-query of a plan has none, and decides which groups there are."""
    present: TableName | None = None
    """For SQL that aggregates by itself: the table of which it may see only rows that are there. Groups without any
    are not among the sub-query's."""
    repeated: bool = False
    """With `present`: whether a join repeats the rows of that table."""
    distinct: tuple[tuple[TableName, str], ...] = ()
    """The dimensions whose values, and not a table's rows, each count once: those of `sum_distinct`."""


@dataclass(frozen=True, slots=True)
class Plan:
    question: Question
    parts: tuple[SubQuery, ...]
    """At least one; the first has the groups."""
    notes: tuple[str, ...]
    """The plan in words."""

    @property
    def flat(self) -> bool:
        """Whether one SELECT says it all."""
        first = self.parts[0]
        return len(self.parts) == 1 and not first.keys and not first.distinct and first.present is None


def leaf_key(metric: Metric, shift: Shift | None) -> str:
    """What a leaf is found by: a metric may be asked for in several periods."""
    return metric.id if shift is None else f"{metric.id} {shift.dimension} {shift.count} {shift.unit}"


def metric_named(question: Question, owner: Metric, reference: FieldRef) -> Metric | None:
    table = question.explore.tables[TableName(reference.table or owner.table)]
    return table.metrics.get(reference.name)


def is_raw(metric: Metric, question: Question, dialect: str) -> bool:
    """Whether a formula has columns, dimensions or aggregates of its own in its SQL."""
    for part in parts(metric.sql):
        if isinstance(part, OwnTable):
            return True
        if isinstance(part, FieldRef) and metric_named(question, metric, part) is None:
            return True
    return check(metric.sql, dialect).aggregates


class Planner:
    def __init__(self, question: Question, resolver: Resolver) -> None:
        self.question, self.resolver = question, resolver
        self.graph = JoinGraph.of(question.explore)
        self.leaves: dict[str, Leaf] = {}

    def plan(self) -> Plan:
        question, graph = self.question, self.graph
        fixed: set[TableName] = set()
        for dimension in question.dimensions:
            fixed |= self.resolver.dimension(dimension, question.zone).tables
        for test in tests(question.where):
            fixed |= self.resolver.dimension(test.field, question.zone).tables  # type: ignore[arg-type]
        for metric in self._asked():
            self._collect(metric)
        if question.kept is not None:
            for dimension in question.kept.dimensions:
                fixed |= self.resolver.dimension(dimension, question.zone).tables
        beneath = [self.resolver.dimension(dimension, question.zone).tables for dimension in question.beneath]
        needs = {key: self._needs(leaf) for key, leaf in self.leaves.items()}
        beneath += [self._needs(leaf) for metric in question.beneath_metrics for leaf in self._leaves_of(metric)]
        base = {graph.base} if not fixed and not needs else set()
        everything = graph.closure(fixed.union(graph.always, base, *beneath, *needs.values()))
        fixed |= everything & (graph.restricting | graph.always)
        sub_queries = self._sub_queries(fixed, everything, needs)
        notes = tuple(note for part in sub_queries for note in self._notes(part))
        return Plan(question, tuple(sub_queries), notes)

    def _asked(self) -> list[Metric]:
        question = self.question
        found = list(question.metrics)
        found += [test.field for test in tests(question.having) if isinstance(test.field, Metric)]
        found += [sort.field for sort in question.sorts if isinstance(sort.field, Metric)]
        return found

    def _collect(self, metric: Metric, shift: Shift | None = None) -> None:
        if shift is None and (earlier := self.question.shifts.get(metric.id)):
            self._collect(earlier.metric)  # Its groups are those of now.
            self._collect(earlier.metric, earlier)
            return
        key = leaf_key(metric, shift)
        if key in self.leaves:
            return
        if metric.type in FORMULAS and not is_raw(metric, self.question, self.resolver.dialect.name):
            for part in parts(metric.sql):
                if isinstance(part, FieldRef) and (target := metric_named(self.question, metric, part)):
                    self._collect(target, shift)
            return
        if metric.type in FORMULAS and (inner := [m.id for m in self._filtered(metric) if m.type in _BY_KEY]):
            raise refuse([self._refusal_by_key(metric, inner[0])])
        self.leaves[key] = Leaf(metric, self.graph.path(self._grain(metric)), shift)

    def _leaves_of(self, metric: Metric) -> list[Leaf]:
        """The leaves of a metric that is not computed itself."""
        computed, self.leaves = self.leaves, {}
        self._collect(replace(metric, type=MetricType.NUMBER) if metric.type in _OVER_ROWS else metric)
        found, self.leaves = list(self.leaves.values()), computed
        return found

    def _grain(self, metric: Metric) -> frozenset[TableName]:
        """The table of the metric, and those that its SQL reads."""
        found = {metric.table}
        if metric.sql == "*":
            return frozenset(found)
        if metric.type not in FORMULAS:
            return frozenset(found | self.resolver.snippet(metric.table, metric.sql).tables)
        tables = self.question.explore.tables
        for part in parts(metric.sql):
            if isinstance(part, FieldRef):
                if target := metric_named(self.question, metric, part):
                    found |= self._grain(target)
                else:
                    owner = TableName(part.table or metric.table)
                    found |= self.resolver.dimension(tables[owner].dimensions[part.name], None).tables
        return frozenset(found)

    def _needs(self, leaf: Leaf) -> frozenset[TableName]:
        """The tables that must be joined to compute a leaf: its grain, and those of its filters' dimensions."""
        found = set(leaf.grain)
        for holder in self._filtered(leaf.metric):
            for condition in holder.filters:
                table, _, name = condition.dimension.rpartition(".")
                owner = self.question.explore.tables[TableName(table or holder.table)]
                found |= self.resolver.dimension(owner.dimensions[name], None).tables
            for table_name, name in self._keys_of(holder):
                found |= self.resolver.dimension(self.question.explore.tables[table_name].dimensions[name], None).tables
        return frozenset(found)

    @staticmethod
    def _keys_of(metric: Metric) -> tuple[tuple[TableName, str], ...]:
        """The dimensions each of whose values counts once for the metric."""
        split = [name.rpartition(".") for name in metric.distinct_keys]
        return tuple((TableName(table or metric.table), name) for table, _, name in split)

    def _filtered(self, metric: Metric) -> list[Metric]:
        """The metric and, for a formula, the metrics inside it."""
        if metric.type not in FORMULAS:
            return [metric]
        inner = [
            target
            for part in parts(metric.sql)
            if isinstance(part, FieldRef) and (target := metric_named(self.question, metric, part))
        ]
        return [found for target in inner for found in self._filtered(target)]

    def _sub_queries(
        self,
        fixed: set[TableName],
        everything: frozenset[TableName],
        needs: dict[str, frozenset[TableName]],
    ) -> list[SubQuery]:
        graph = self.graph
        leaves = self.leaves.values()
        if not any(
            leaf.metric.distinct_keys or self._repeated(leaf, everything) or self._made_up(leaf, everything)
            for leaf in leaves
        ):
            shifts = dict.fromkeys(leaf.shift for leaf in self.leaves.values()) or {None: None}
            return [
                SubQuery(everything, frozenset(), [leaf for leaf in self.leaves.values() if leaf.shift == shift], shift)
                for shift in shifts
            ]
        found: dict[object, SubQuery] = {}
        for leaf in leaves:
            part = self._sub_query(leaf, graph.closure(fixed | needs[leaf.key]), needs[leaf.key])
            same = (part.tables, part.keys, part.shift, part.present, part.repeated, part.distinct)
            found.setdefault(same, part).leaves.append(leaf)
        # The groups are those of a sub-query that has all of them.
        sub_queries = sorted(found.values(), key=lambda part: part.present is not None)
        if self.question.dimensions and sub_queries[0].present is not None:
            sub_queries.insert(0, SubQuery(graph.closure(fixed), frozenset(), []))
        return sub_queries

    def _sub_query(self, leaf: Leaf, tables: frozenset[TableName], needs: frozenset[TableName]) -> SubQuery:
        """The sub-query that a leaf needs, still empty."""
        if leaf.metric.type in _BY_KEY:
            return SubQuery(tables, frozenset(), [], leaf.shift, distinct=self._keys_of(leaf.metric))
        repeated = self._repeated(leaf, tables)
        if leaf.metric.type not in FORMULAS:
            return SubQuery(tables, leaf.grain if repeated else frozenset(), [], leaf.shift)
        if repeated and len(needs) > 1:
            raise refuse([self._refusal(leaf, tables)])
        present = leaf.metric.table if repeated or self._made_up(leaf, tables) else None
        return SubQuery(tables, frozenset(), [], leaf.shift, present, repeated)

    def _repeated(self, leaf: Leaf, tables: frozenset[TableName]) -> bool:
        metric = leaf.metric
        unmoved = self._unmoved(metric) if metric.type in FORMULAS else metric.type in _UNMOVED
        return not unmoved and self.graph.multiplied(leaf.grain, tables) is not None

    def _unmoved(self, metric: Metric) -> bool:
        """Whether repeating a row changes nothing for SQL that aggregates by itself, and for the metrics in it."""
        if metric.type not in FORMULAS:
            return metric.type in _UNMOVED
        inner = [
            target
            for part in parts(metric.sql)
            if isinstance(part, FieldRef) and (target := metric_named(self.question, metric, part))
        ]
        own = aggregates(metric.sql, self.resolver.dialect.name)
        return own.unmoved and all(self._unmoved(target) for target in inner)

    def _made_up(self, leaf: Leaf, tables: frozenset[TableName]) -> bool:
        """Whether SQL that aggregates by itself could count a row that an outer join made up."""
        metric = leaf.metric
        if metric.type not in FORMULAS or not self.graph.made_up(metric.table, tables):
            return False
        read = aggregates(metric.sql, self.resolver.dialect.name).columns
        if read is None:
            return True
        fields = [reference for reference in read if reference is not None]
        return any(not self._plain(metric, reference) for reference in fields)

    def _plain(self, owner: Metric, reference: FieldRef) -> bool:
        """Whether a dimension is a column of its table, null where there is no row."""
        table = self.question.explore.tables[TableName(reference.table or owner.table)]
        dimension = table.dimensions.get(reference.name)
        return dimension is not None and self.resolver.snippet(table.name, dimension.sql).is_column

    def _refusal(self, leaf: Leaf, tables: frozenset[TableName]) -> Finding:
        culprit = self.graph.multiplied(leaf.grain, tables)
        return Finding(
            RowsMultiplied,
            f'"{leaf.metric.id}" aggregates in SQL of its own over several tables, and joining {culprit} repeats the '
            "rows it reads.",
            f"Leave the fields of {culprit} out, or write the metric as a formula over other metrics.",
            leaf.metric.id,
        )

    @staticmethod
    def _refusal_by_key(metric: Metric, inner: str) -> Finding:
        return Finding(
            RowsMultiplied,
            f'"{metric.id}" aggregates in SQL of its own, and "{inner}" in it counts the values of a key once each.',
            "Write the metric as a formula over other metrics only.",
            metric.id,
        )

    def _notes(self, part: SubQuery) -> list[str]:
        names = ", ".join(leaf.metric.id for leaf in part.leaves)
        if part.distinct:
            keys = " and ".join(f"{table}.{name}" for table, name in part.distinct)
            return [f"Each {keys} counts once per group for {names}."]
        counted = part.keys or (frozenset({part.present}) if part.present and part.repeated else None)
        if counted:
            culprit = self.graph.multiplied(counted, part.tables)
            rows = " and ".join(sorted(counted))
            return [f"Each row of {rows} counts once per group for {names}, because joining {culprit} repeats rows."]
        if part.present:
            return [f"Only rows that {part.present} has count for {names}, not those that an outer join makes up."]
        return []
