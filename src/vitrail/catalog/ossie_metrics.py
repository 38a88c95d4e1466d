"""An Ossie metric's expression → metrics of ours: each aggregate on the dataset that it is about, and a formula over
them where the expression is more than one aggregate.

So a metric over several datasets counts each row of each dataset once, whatever joins a question needs; the planner
sees to that. An aggregate that no type of metric says (a standard deviation, an approximate count) stays SQL of its own
in a formula, which the planner refuses where a join would repeat rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlglot import exp

from vitrail.catalog.ossie_sql import OssieWrong, parsed, snippet

_TYPES: dict[type[exp.Expr], str] = {
    exp.Sum: "sum",
    exp.Avg: "average",
    exp.Min: "min",
    exp.Max: "max",
    exp.Median: "median",
}
_WORDS = {"SUM": "sum", "AVG": "average", "MIN": "min", "MAX": "max", "COUNT": "count"}
_PLAIN = re.compile(
    r"(?:(SUM|AVG|MIN|MAX|COUNT)\(\s*|(COUNT)\(\s*DISTINCT\s+)([A-Za-z_]\w*)\.([A-Za-z_]\w*)\s*\)\Z",
    re.ASCII | re.IGNORECASE,
)


class Datasets(Protocol):
    """What a metric needs to know of the model around it."""

    def of_column(self, column: exp.Column) -> tuple[str, str]:
        """(dataset, field) that a column in a metric means. Raises `OssieWrong`."""
        ...

    def root(self, datasets: set[str]) -> str:
        """The dataset from which all of these are reached by many-to-one relationships. Raises `OssieWrong`."""
        ...

    def meeting(self, datasets: set[str]) -> str | None:
        """A dataset in whose explore all of these are joined."""
        ...

    def only(self) -> str | None:
        """The model's dataset, if it has one only."""
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """A metric in the Lightdash form. `meets`: it is on a dataset that its parts only share."""

    dataset: str
    name: str
    meta: dict[str, Any]
    meets: bool = False


def split(
    name: str, text: str, dialect: str, warehouse: str, datasets: Datasets, free: Callable[[str, str], bool]
) -> list[Made]:
    """The metrics that say it; the last is the metric itself. Raises `OssieWrong` with the reason when it can't be
    split. `free` tells whether a dataset has no field of a name yet."""
    if plain := _PLAIN.match(text):  # most metrics; parsing each would take seconds
        kind = "count_distinct" if plain.group(2) else _WORDS[plain.group(1).upper()]
        dataset, field = datasets.of_column(exp.column(plain.group(4), table=plain.group(3)))
        return [Made(dataset, name, {"type": kind, "sql": f"${{{field}}}"})]
    return _Splitter(name, warehouse, datasets, free).split(parsed(text, dialect))


class _Splitter:
    def __init__(self, name: str, warehouse: str, datasets: Datasets, free: Callable[[str, str], bool]) -> None:
        self.name, self.warehouse, self.datasets, self.free = name, warehouse, datasets, free
        self.found: list[Made] = []
        self.leaves: dict[int, str] = {}

    def split(self, tree: exp.Expr) -> list[Made]:
        tree = tree.unnest()
        aggregates = _aggregates(tree)
        if not aggregates:
            raise OssieWrong("its expression aggregates nothing", "Write for example SUM(dataset.field).")
        inside = {id(node) for aggregate in aggregates for node in aggregate.walk()}
        for column in tree.find_all(exp.Column):
            if id(column) not in inside:
                raise OssieWrong(
                    f"it names {column.sql()[:60]} outside an aggregate",
                    "Put it into an aggregate: a metric is one number for many rows.",
                )
        if len(aggregates) == 1 and aggregates[0] is tree:
            dataset, given = self._leaf(tree, self._around([tree]))
            self.found.append(Made(dataset, self.name, given))
            return self.found
        around = self._around(aggregates)
        owners: list[str] = []
        for aggregate in aggregates:
            dataset, given = self._leaf(aggregate, around)
            owners.append(dataset)
            self.leaves[id(aggregate)] = f"${{{dataset}.{self._hidden(dataset, given)}}}"
        root, meets = self._home(set(owners))
        sql = self._formula(tree, aggregates)
        self.found.append(Made(root, self.name, {"type": "number", "sql": sql}, meets))
        return self.found

    def _home(self, owners: set[str]) -> tuple[str, bool]:
        """Where a formula stands: on the dataset that leads to the others, else on one that they share."""
        try:
            return self.datasets.root(owners), False
        except OssieWrong:
            if place := self.datasets.meeting(owners):
                return place, True
            raise

    def _formula(self, tree: exp.Expr, aggregates: list[exp.Expr]) -> str:
        # `snippet` copies the tree, so the aggregates are told by their order in it.
        texts = iter([self.leaves[id(each)] for each in aggregates])
        marked = tree.copy()
        for node in _aggregates(marked):
            node.set("vitrail", next(texts))
        for division in list(marked.find_all(exp.Div)):
            below = division.expression
            if not isinstance(below.unnest(), exp.Nullif | exp.Literal) and division.find_ancestor(exp.AggFunc) is None:
                # Some warehouses fail a whole answer for one group in which there is nothing to divide by.
                division.set("expression", exp.Nullif(this=below.copy(), expression=exp.Literal.number(0)))
        return snippet(marked, self.warehouse, lambda node: node.args.get("vitrail"))

    def _around(self, aggregates: list[exp.Expr]) -> str | None:
        """The one dataset that the expression names: what `COUNT(*)` then counts."""
        named = {
            self.datasets.of_column(column)[0]
            for aggregate in aggregates
            for column in aggregate.find_all(exp.Column)
            if not isinstance(column.this, exp.Star)
        }
        stars = {
            column.table
            for aggregate in aggregates
            for column in aggregate.find_all(exp.Column)
            if isinstance(column.this, exp.Star)
        }
        named |= stars
        return next(iter(named)) if len(named) == 1 else None if named else self.datasets.only()

    def _hidden(self, dataset: str, given: dict[str, Any]) -> str:
        for made in self.found:
            if made.dataset == dataset and made.meta == {**given, "hidden": True}:
                return made.name
        number = 1
        taken = {(made.dataset, made.name) for made in self.found}
        while (dataset, f"{self.name}_part_{number}") in taken or not self.free(dataset, f"{self.name}_part_{number}"):
            number += 1
        name = f"{self.name}_part_{number}"
        self.found.append(Made(dataset, name, {**given, "hidden": True}))
        return name

    # -- One aggregate

    def _leaf(self, node: exp.Expr, around: str | None) -> tuple[str, dict[str, Any]]:
        condition: exp.Expr | None = None
        aggregate = node
        if isinstance(node, exp.Filter):
            condition, aggregate = node.expression.this, node.this
        kind, argument, more = _kind(aggregate)
        if kind is None:
            owner = self._owner(node, around)
            return owner, {"type": "number", "sql": self._text(node, owner)}
        if isinstance(argument, exp.Star) or (isinstance(argument, exp.Literal) and kind == "count"):
            owner = self._owner(node, around)
            if condition is None:
                return owner, {"type": "count"}
            argument = exp.Literal.number(1)
        elif isinstance(argument, exp.Column) and isinstance(argument.this, exp.Star):
            owner = argument.table
            if condition is None:
                return owner, {"type": "count"}
            argument = exp.Literal.number(1)
        else:
            owner = self._owner(node, around)
        assert argument is not None
        if condition is not None:
            argument = exp.Case().when(condition.copy(), argument.copy())
        return owner, {"type": kind, "sql": self._text(argument, owner), **more}

    def _owner(self, node: exp.Expr, around: str | None) -> str:
        named = {
            self.datasets.of_column(column)[0]
            for column in node.find_all(exp.Column)
            if not isinstance(column.this, exp.Star)
        }
        if not named and around is None:
            raise OssieWrong(
                f"{node.sql()[:60]} does not say which dataset's rows it is about",
                "Count a field of the dataset, as in COUNT(dataset.key).",
            )
        return self.datasets.root(named) if named else str(around)

    def _text(self, node: exp.Expr, owner: str) -> str:
        def reference(each: exp.Expr) -> str | None:
            if not isinstance(each, exp.Column):
                return None
            dataset, name = self.datasets.of_column(each)
            return f"${{{dataset}.{name}}}" if dataset != owner else f"${{{name}}}"

        return snippet(node, self.warehouse, reference)


def _aggregates(tree: exp.Expr) -> list[exp.Expr]:
    """The outermost aggregates, with their FILTER or WITHIN GROUP, in order. Raises `OssieWrong` for nested ones."""
    found: list[exp.Expr] = []

    def visit(node: exp.Expr) -> None:
        whole = isinstance(node, exp.Filter | exp.WithinGroup)
        if whole or isinstance(node, exp.AggFunc):
            inner = [each for each in node.find_all(exp.AggFunc) if each is not node]
            inner = [each for each in inner if not whole or not _is_head(each, node)]
            if inner:
                raise OssieWrong("an aggregate stands inside an aggregate", "Aggregate once.")
            found.append(node)
            return
        for child in node.iter_expressions():
            visit(child)

    visit(tree)
    return found


def _is_head(node: exp.Expr, whole: exp.Expr) -> bool:
    """Whether a node is the aggregate that a FILTER or WITHIN GROUP belongs to."""
    head = whole.this
    while isinstance(head, exp.Filter | exp.WithinGroup):
        head = head.this
    return node is head


def _kind(node: exp.Expr) -> tuple[str | None, exp.Expr | None, dict[str, Any]]:
    """(type of metric, what it reads, what else the type needs); no type when ours do not say it."""
    if isinstance(node, exp.WithinGroup) and isinstance(node.this, exp.PercentileCont):
        share, order = node.this.this, node.expression
        ordered = order.expressions[0] if isinstance(order, exp.Order) and len(order.expressions) == 1 else None
        if isinstance(share, exp.Literal) and share.is_number and isinstance(ordered, exp.Ordered):
            if ordered.args.get("desc"):
                return None, None, {}
            percent = float(share.this) * 100
            return (
                ("median", ordered.this, {}) if percent == 50 else ("percentile", ordered.this, {"percentile": percent})
            )
        return None, None, {}
    if isinstance(node, exp.Count):
        if isinstance(node.this, exp.Distinct):
            counted = node.this.expressions
            return ("count_distinct", counted[0], {}) if len(counted) == 1 else (None, None, {})
        return (None, None, {}) if node.expressions else ("count", node.this, {})
    kind = _TYPES.get(type(node))
    given = {key for key, value in node.args.items() if value}
    if kind is None or given != {"this"} or isinstance(node.this, exp.Distinct):
        return None, None, {}
    return kind, node.this, {}
