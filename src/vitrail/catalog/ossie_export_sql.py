"""Snippets of ours → SQL expressions over `dataset.field`, for an Ossie document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from vitrail.catalog.model import (
    Dimension,
    DimensionType,
    Explore,
    Join,
    Metric,
    MetricFilter,
    MetricType,
    Relationship,
    Table,
    TableName,
)
from vitrail.catalog.snippets import FieldRef, OwnTable, parts

_COLUMN = re.compile(r"\$\{TABLE\}\s*\.\s*(?:([A-Za-z_]\w*)|\"([^\"]+)\")\Z", re.ASCII)
_EQUALITY = re.compile(r"\s*\$\{\s*([\w.]+)\s*\}\s*=\s*\$\{\s*([\w.]+)\s*\}\s*\Z")
_OWN = {"snowflake": "SNOWFLAKE", "databricks": "DATABRICKS", "spark": "DATABRICKS", "bigquery": "BIGQUERY"}
_AGGREGATES = {
    MetricType.COUNT: "COUNT({x})",
    MetricType.COUNT_DISTINCT: "COUNT(DISTINCT {x})",
    MetricType.SUM: "SUM({x})",
    MetricType.AVERAGE: "AVG({x})",
    MetricType.MIN: "MIN({x})",
    MetricType.MAX: "MAX({x})",
    MetricType.MEDIAN: "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {x})",
    MetricType.PERCENTILE: "PERCENTILE_CONT({p}) WITHIN GROUP (ORDER BY {x})",
}
_FORMULAS = frozenset({MetricType.NUMBER, MetricType.STRING, MetricType.DATE, MetricType.BOOLEAN})
_COMPARE = {"lessThan": "<", "lessThanOrEqual": "<=", "greaterThan": ">", "greaterThanOrEqual": ">="}
_OWN_TABLE = "\x01"
_OWN_COLUMN = re.compile(_OWN_TABLE + r"\s*\.\s*\"?(\w+)")
DEEPEST = 30


class CantSay(Exception):
    """Why something has no expression in the format."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Writes expressions; `dialect` is sqlglot's name of the SQL that the snippets are in."""

    dialect: str

    def expression(self, text: str) -> dict[str, Any]:
        """The expression in the standard's dialect and, for a warehouse that the format knows, in its own."""
        try:
            tree = sqlglot.parse_one(f"SELECT {text}\n", read=self.dialect).expressions[0]
            standard = tree.sql(dialect="", comments=False)
            own = tree.sql(dialect=self.dialect, comments=False)
        except (SqlglotError, IndexError, RecursionError):
            raise CantSay("its SQL can't be parsed") from None
        dialects = [{"dialect": "ANSI_SQL", "expression": standard}]
        if self.dialect in _OWN and own != standard:
            dialects.append({"dialect": _OWN[self.dialect], "expression": own})
        return {"dialects": dialects}

    def field(self, table: Table, sql: str, depth: int = 0) -> str:
        """A dimension's SQL over the columns of its dataset."""
        if depth > DEEPEST:
            raise CantSay("it refers to fields too deep")
        text: list[str] = []
        own = False
        for part in parts(sql):
            if isinstance(part, str):
                text.append(part.lstrip().removeprefix(".") if own else part)
            elif isinstance(part, FieldRef):
                if part.table not in (None, table.name):
                    raise CantSay(f"it reads {part.table}, and a field is of its own dataset")
                text.append(f"({self.field(table, table.dimensions[part.name].sql, depth + 1)})")
            elif not isinstance(part, OwnTable):
                raise CantSay("it takes a user attribute or a parameter")
            own = isinstance(part, OwnTable)
        return "".join(text)

    def metric(self, tables: Mapping[str, Table], metric: Metric, depth: int = 0) -> str:
        """A metric's expression over `dataset.field`."""
        if depth > DEEPEST:
            raise CantSay("it refers to metrics too deep")
        table = _table(tables, metric.table)
        if metric.type in _FORMULAS:
            return self._formula(tables, table, metric, depth)
        template = _AGGREGATES.get(metric.type)
        if template is None:
            raise CantSay(f"the format has no {metric.type}")
        if metric.sql == "*":
            key = table.primary_key
            read = f"{table.name}.{key[0]}" if len(key) == 1 else "1"
            if read == "1" and not metric.filters:
                return f"COUNT({table.name}.*)"
        else:
            read = self._row(tables, table, metric.sql)
        if tests := [self._test(tables, table, each) for each in metric.filters]:
            if read == "1":
                raise CantSay(f"it counts rows by a filter, and {table.name} has no primary key of one column")
            read = f"CASE WHEN {' AND '.join(tests)} THEN {read} END"
        return template.replace("{p}", repr((metric.percentile or 50.0) / 100)).replace("{x}", read)

    def _formula(self, tables: Mapping[str, Table], table: Table, metric: Metric, depth: int) -> str:
        text: list[str] = []
        for part in parts(metric.sql):
            if isinstance(part, str):
                text.append(part)
            elif isinstance(part, OwnTable):
                text.append(_OWN_TABLE)
            elif isinstance(part, FieldRef):
                owner = _table(tables, part.table or table.name)
                inner = owner.metrics.get(part.name)
                if inner is not None:
                    text.append(f"({self.metric(tables, inner, depth + 1)})")
                else:
                    text.append(_named(owner, part.name))
            else:
                raise CantSay("it takes a user attribute or a parameter")
        return _own_columns("".join(text), table)

    def _row(self, tables: Mapping[str, Table], table: Table, sql: str) -> str:
        text: list[str] = []
        for part in parts(sql):
            if isinstance(part, str):
                text.append(part)
            elif isinstance(part, OwnTable):
                text.append(_OWN_TABLE)
            elif isinstance(part, FieldRef):
                text.append(_named(_table(tables, part.table or table.name), part.name))
            else:
                raise CantSay("it takes a user attribute or a parameter")
        return _own_columns("".join(text), table)

    def _test(self, tables: Mapping[str, Table], table: Table, given: MetricFilter) -> str:
        holder, _, name = given.dimension.rpartition(".")
        owner = _table(tables, holder or table.name)
        dimension = owner.dimensions[name]
        x = _named(owner, name)
        if given.operator in ("isNull", "notNull"):
            return f"{x} IS {'NOT ' if given.operator == 'notNull' else ''}NULL"
        write = _WRITERS.get(dimension.type)
        if write is None or None in given.values or not given.values:
            raise CantSay(f"its filter on {given.dimension} ({given.operator}) has no fixed SQL")
        values = [write(value) for value in given.values]
        if given.operator == "equals":
            return f"{x} IN ({', '.join(values)})"
        if given.operator == "notEquals":
            return f"({x} NOT IN ({', '.join(values)}) OR {x} IS NULL)"
        if given.operator in _COMPARE and len(values) == 1 and dimension.type is DimensionType.NUMBER:
            return f"{x} {_COMPARE[given.operator]} {values[0]}"
        raise CantSay(f"its filter on {given.dimension} ({given.operator}) has no fixed SQL")


def _own_columns(text: str, table: Table) -> str:
    """The dataset's name in place of its table, unless a column would then be taken for a field of the same name."""
    for match in _OWN_COLUMN.finditer(text):
        dimension = table.dimensions.get(match.group(1))
        if dimension is not None and column_of(dimension) != match.group(1):
            raise CantSay(f"it reads the column {match.group(1)}, and {dimension.id} is another thing of that name")
    return text.replace(_OWN_TABLE, table.name)


def _number(value: Any) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise CantSay("its filter compares a number with something else") from None
    return str(value).strip() if number == number and abs(number) != float("inf") else _refuse()


def _refuse() -> str:
    raise CantSay("its filter compares with what is no number")


def _word(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return str(exp.Literal.string(text).sql())


def _truth(value: Any) -> str:
    word = str(value).strip().lower()
    if word not in ("true", "false"):
        raise CantSay("its filter compares true and false with something else")
    return word.upper()


_WRITERS = {DimensionType.NUMBER: _number, DimensionType.STRING: _word, DimensionType.BOOLEAN: _truth}


def _table(tables: Mapping[str, Table], name: str) -> Table:
    if name not in tables:
        raise CantSay(f"it reads {name}, which is another name of a table")
    return tables[name]


def _named(table: Table, name: str) -> str:
    dimension = table.dimensions[name]
    if dimension.interval is not None:
        raise CantSay(f"it reads {dimension.id}, an interval of a date")
    return f"{table.name}.{name}"


def column_of(dimension: Dimension) -> str | None:
    """The column that a dimension is, when it is nothing but that."""
    match = _COLUMN.match(dimension.sql.strip())
    return (match.group(1) or match.group(2)) if match else None


@dataclass(frozen=True, slots=True)
class Equalities:
    """A join as pairs of fields. `to_one`: the joined table is the one side."""

    parent: TableName
    many: tuple[str, ...]
    one: tuple[str, ...]
    to_one: bool


def equalities(explore: Explore, join: Join) -> Equalities | None:
    """None when a join is anything but equalities with one other table, or neither side is the one."""
    pairs: list[tuple[str, str]] = []
    parents: set[str] = set()
    for condition in re.split(r"\band\b", join.sql_on, flags=re.IGNORECASE):
        match = _EQUALITY.match(condition)
        if not match:
            return None
        sides = {}
        for side in match.groups():
            table, _, name = side.rpartition(".")
            sides[table or join.table] = name
        others = [name for name in sides if name != join.table]
        if len(sides) != 2 or len(others) != 1:
            return None
        parents.add(others[0])
        pairs.append((sides[others[0]], sides[join.table]))
    if len(parents) != 1:
        return None
    parent = TableName(parents.pop())
    outer, inner = tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
    kind = join.relationship
    if kind is None:
        keys = explore.tables[join.table].primary_key, explore.tables[parent].primary_key
        if keys[0] and set(keys[0]) <= set(inner):
            kind = Relationship.MANY_TO_ONE
        elif keys[1] and set(keys[1]) <= set(outer):
            kind = Relationship.ONE_TO_MANY
    if kind in (Relationship.MANY_TO_ONE, Relationship.ONE_TO_ONE):
        return Equalities(parent, outer, inner, True)
    return Equalities(parent, inner, outer, False) if kind is Relationship.ONE_TO_MANY else None
