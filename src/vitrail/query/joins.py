"""How the tables of an explore hang together: what must be joined, and where a join multiplies rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from vitrail.catalog.model import Explore, Join, JoinType, Relationship, TableName
from vitrail.catalog.snippets import FieldRef, parts, references

_TO_MANY = frozenset({Relationship.ONE_TO_MANY, Relationship.MANY_TO_MANY})
_FROM_MANY = frozenset({Relationship.MANY_TO_ONE, Relationship.MANY_TO_MANY})


@dataclass(frozen=True, slots=True)
class Edge:
    """A join seen from its parent (the last joined of the tables that its condition names)."""

    parent: TableName
    needs: frozenset[TableName]
    multiplies_parent: bool
    """One row of the parent may meet several of the joined table."""
    multiplies_child: bool
    """One row of the joined table may meet several of the parent."""


class JoinGraph:
    """An explore's joins as a tree over its base table."""

    def __init__(self, explore: Explore) -> None:
        self.base = explore.base_table
        self.joins = explore.joins
        self.edges: dict[TableName, Edge] = {}
        order = {self.base: 0} | {join.table: place + 1 for place, join in enumerate(explore.joins)}
        for join in explore.joins:
            named = {TableName(reference.table or join.table) for reference in references(join.sql_on)}
            needs = frozenset(named - {join.table}) or frozenset({self.base})
            parent = max(needs, key=order.__getitem__)
            self.edges[join.table] = Edge(parent, needs, *_multiplies(join, parent, needs, explore))
        self.always = frozenset(join.table for join in explore.joins if join.always)
        self.restricting = frozenset(join.table for join in explore.joins if join.type is not JoinType.LEFT)
        self.adding = frozenset(join.table for join in explore.joins if join.type in (JoinType.RIGHT, JoinType.FULL))

    @staticmethod
    def of(explore: Explore) -> JoinGraph:
        """The explore's graph, made once."""
        graph: JoinGraph | None = explore.memo.get("joins")
        if graph is None:
            graph = explore.memo["joins"] = JoinGraph(explore)
        return graph

    def closure(self, tables: Iterable[TableName]) -> frozenset[TableName]:
        """The tables with all that must be joined before them, the base table always among them."""
        closed = {self.base}
        waiting = list(tables)
        while waiting:
            table = waiting.pop()
            if table not in closed:
                closed.add(table)
                waiting.extend(self.edges[table].needs)
        return frozenset(closed)

    def path(self, tables: Iterable[TableName]) -> frozenset[TableName]:
        """The tables with those that lie between them in the tree: the rows that an expression over them is about."""
        named = frozenset(tables)
        if len(named) == 1:
            return named
        lines = [self._ancestors(table) for table in named]
        shared = frozenset.intersection(*(frozenset(line) for line in lines))
        return frozenset(
            table for line in lines for table in line if table not in shared or table == _first(line, shared)
        )

    def _ancestors(self, table: TableName) -> list[TableName]:
        line = [table]
        while table != self.base:
            table = self.edges[table].parent
            line.append(table)
        return line

    def made_up(self, table: TableName, joined: frozenset[TableName]) -> bool:
        """Whether an outer join among `joined` may give rows in which `table` is absent."""
        return table != self.base or any(table in joined for table in self.adding)

    def multiplied(self, grain: frozenset[TableName], joined: frozenset[TableName]) -> TableName | None:
        """A table of `joined` because of which a row of `grain` may appear several times; None when there is none."""
        seen = set(grain)
        frontier = list(grain)
        while frontier:
            here = frontier.pop()
            if here != self.base:
                up = self.edges[here]
                if up.parent not in seen:
                    if up.multiplies_child:
                        return up.parent
                    seen.add(up.parent)
                    frontier.append(up.parent)
            for child in joined:
                if child not in seen and child != self.base and self.edges[child].parent == here:
                    if self.edges[child].multiplies_parent:
                        return child
                    seen.add(child)
                    frontier.append(child)
        return None


def _first(line: list[TableName], shared: frozenset[TableName]) -> TableName:
    return next(table for table in line if table in shared)


def _multiplies(join: Join, parent: TableName, needs: frozenset[TableName], explore: Explore) -> tuple[bool, bool]:
    """(multiplies the parent's rows, multiplies the joined table's rows), from the declared relationship, or from the
    primary keys when the condition is a plain equality of them. What is not known is taken to multiply: also the rows
    of a table that is joined to several, since a relationship does not say which of them it means."""
    declared = join.relationship
    if declared is not None and (len(needs) == 1 or declared in _FROM_MANY):
        return declared in _TO_MANY, declared in _FROM_MANY
    child_fields: set[str] = set()
    parent_fields: set[str] = set()
    for one, other in _equalities(join.sql_on):
        sides = [(side.table or join.table, side.name) for side in (one, other)]
        for (table, name), (opposite, _) in (sides, sides[::-1]):
            if table == join.table != opposite:
                child_fields.add(name)
            elif table == parent and opposite == join.table:
                parent_fields.add(name)
    child_key = set(explore.tables[join.table].primary_key)
    parent_key = set(explore.tables[parent].primary_key)
    to_many = not (child_key and child_key <= child_fields) if declared is None else declared in _TO_MANY
    return to_many, not (parent_key and parent_key <= parent_fields)


def _equalities(condition: str) -> list[tuple[FieldRef, FieldRef]]:
    """The plain equalities of two fields that must all hold; whatever else the condition says takes rows away."""
    split = parts(condition)
    names = {f"__vt{place}": part for place, part in enumerate(split) if isinstance(part, FieldRef)}
    text = "".join(part if isinstance(part, str) else f"__vt{place}" for place, part in enumerate(split))
    try:
        tree = sqlglot.parse_one(f"SELECT {text}\n").expressions[0]
    except (SqlglotError, RecursionError, IndexError):
        return []
    waiting, found = [tree], []
    while waiting:
        node = waiting.pop()
        if isinstance(node, exp.And | exp.Paren):
            waiting.extend(child for child in (node.args.get("this"), node.args.get("expression")) if child)
        elif isinstance(node, exp.EQ):
            sides = [names.get(side.name) if _is_name(side) else None for side in (node.this, node.expression)]
            if sides[0] is not None and sides[1] is not None:
                found.append((sides[0], sides[1]))
    return found


def _is_name(node: exp.Expression) -> bool:
    return isinstance(node, exp.Column) and not node.table
