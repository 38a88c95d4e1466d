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

from dataclasses import dataclass

from vitrail.catalog.model import FieldId, Metric, MetricType, TableName
from vitrail.catalog.snippets import FieldRef, OwnTable, check, parts
from vitrail.query.errors import Finding, RowsMultiplied, refuse
from vitrail.query.joins import JoinGraph
from vitrail.query.question import Question, tests
from vitrail.query.resolve import Resolver

FORMULAS = frozenset({MetricType.NUMBER, MetricType.STRING, MetricType.DATE, MetricType.BOOLEAN})
# Repeating a row changes nothing for these.
_UNMOVED = frozenset({MetricType.MIN, MetricType.MAX, MetricType.COUNT_DISTINCT})


@dataclass(frozen=True, slots=True)
class Leaf:
    """An aggregate of the warehouse's: a metric that is not a formula over others, or one with SQL of its own in it."""

    metric: Metric
    grain: frozenset[TableName]
    """The tables whose rows it is about."""


@dataclass(slots=True)
class SubQuery:
    """Leaves computed over the same joined tables. `keys`: the tables whose rows must be told apart first, because a
    join repeats them; empty when none does."""

    tables: frozenset[TableName]
    keys: frozenset[TableName]
    leaves: list[Leaf]


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
        return len(self.parts) == 1 and not self.parts[0].keys


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
        self.leaves: dict[FieldId, Leaf] = {}

    def plan(self) -> Plan:
        question, graph = self.question, self.graph
        fixed: set[TableName] = set()
        for dimension in question.dimensions:
            fixed |= self.resolver.dimension(dimension, question.zone).tables
        for test in tests(question.where):
            fixed |= self.resolver.dimension(test.field, question.zone).tables  # type: ignore[arg-type]
        for metric in self._asked():
            self._collect(metric)
        needs = {leaf.metric.id: self._needs(leaf) for leaf in self.leaves.values()}
        base = {graph.base} if not fixed and not needs else set()
        everything = graph.closure(fixed.union(graph.always, base, *needs.values()))
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

    def _collect(self, metric: Metric) -> None:
        if metric.id in self.leaves:
            return
        if metric.type in FORMULAS and not is_raw(metric, self.question, self.resolver.dialect.name):
            for part in parts(metric.sql):
                if isinstance(part, FieldRef) and (target := metric_named(self.question, metric, part)):
                    self._collect(target)
            return
        self.leaves[metric.id] = Leaf(metric, self.graph.path(self._grain(metric)))

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
        return frozenset(found)

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
        needs: dict[FieldId, frozenset[TableName]],
    ) -> list[SubQuery]:
        graph = self.graph
        if not any(self._repeated(leaf, everything) for leaf in self.leaves.values()):
            return [SubQuery(everything, frozenset(), list(self.leaves.values()))]
        found: dict[tuple[frozenset[TableName], frozenset[TableName]], SubQuery] = {}
        for leaf in self.leaves.values():
            tables = graph.closure(fixed | needs[leaf.metric.id])
            keys = leaf.grain if self._repeated(leaf, tables) else frozenset[TableName]()
            if keys and leaf.metric.type in FORMULAS:
                raise refuse([self._refusal(leaf, tables)])
            found.setdefault((tables, keys), SubQuery(tables, keys, [])).leaves.append(leaf)
        return list(found.values())

    def _repeated(self, leaf: Leaf, tables: frozenset[TableName]) -> bool:
        return leaf.metric.type not in _UNMOVED and self.graph.multiplied(leaf.grain, tables) is not None

    def _refusal(self, leaf: Leaf, tables: frozenset[TableName]) -> Finding:
        culprit = self.graph.multiplied(leaf.grain, tables)
        return Finding(
            RowsMultiplied,
            f'"{leaf.metric.id}" aggregates in SQL of its own, and joining {culprit} repeats the rows it reads.',
            f"Leave the fields of {culprit} out, or write the metric as a formula over other metrics.",
            leaf.metric.id,
        )

    def _notes(self, part: SubQuery) -> list[str]:
        names = ", ".join(leaf.metric.id for leaf in part.leaves)
        if not part.keys:
            return []
        culprit = self.graph.multiplied(part.keys, part.tables)
        rows = " and ".join(sorted(part.keys))
        return [f"Each row of {rows} counts once per group for {names}, because joining {culprit} repeats rows."]
