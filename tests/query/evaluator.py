"""What the answer to a question must be, counted by hand: nested loops over Python rows, no SQL and no planner.

The rules, each of which the planner has to keep by whatever statement it writes:

1. The rows that a question is about are those of its explore's base table, joined in the declared order with every
   table that the question needs: those of its dimensions, filters and metrics (also inside formulas and metric
   filters), those that an earlier one's condition needs, and those joined `always`. A left join keeps rows without a
   match, an inner one drops them, a right or full one adds rows whose other tables are absent (all null).
2. Filters on dimensions then keep the rows for which they are true. Null is not true.
3. Rows with equal dimensions (null equals null) are a group. Without dimensions there is one group, also of nothing.
4. A metric sees each row of its own table once in each group, however often joins repeat it, and never a row that an
   outer join made up. A metric whose SQL reads several tables sees each combination of their rows (and of the tables
   between them) once.
5. A metric's own filters hold for a row when they all hold in at least one of the group's rows that it is part of.
6. A formula is computed from its metrics' values. SQL that aggregates by itself sees its table's rows as in rule 4.
7. Filters on metrics keep groups; then sorts, offset and limit. Rows that sort equally are in order of the dimensions.
8. Totals and subtotals see the rows of every group that is kept, whichever of them a limit shows.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cmp_to_key
from statistics import fmean, median
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Line = dict[str, Row | None]
"""Table (alias) → its row, None where there is none."""


@dataclass(frozen=True)
class Dim:
    """A dimension of a table. `tables`: those that it reads; `value`: from the rows of a line (an absent one is {})."""

    name: str
    sql: str
    type: str
    tables: Callable[[str], tuple[str, ...]]
    value: Callable[[Callable[[str], Row], str], Any]
    interval: str | None = None


@dataclass(frozen=True)
class Rule:
    """A filter: table (None: the metric's own), dimension, operator, values, unit, completed."""

    table: str | None
    dim: str
    operator: str
    values: tuple[Any, ...] = ()
    unit: str | None = None
    completed: bool = False


@dataclass(frozen=True)
class Measure:
    """A metric. `reads`: further tables that its SQL reads; `parts`: for a formula, (table or None, name) of others."""

    name: str
    type: str
    sql: str
    value: Callable[[Callable[[str], Row], str], Any] | None = None
    reads: tuple[str, ...] = ()
    filters: tuple[Rule, ...] = ()
    parts: tuple[tuple[str | None, str], ...] = ()
    combine: Callable[[list[Any]], Any] | None = None
    """For a formula: from the values of `parts`. For SQL that aggregates by itself: from the table's rows."""
    percentile: float | None = None


@dataclass
class Model:
    name: str
    key: tuple[str, ...]
    """What tells its rows apart in truth; empty when nothing does."""
    declared: bool
    """Whether the YAML says so."""
    columns: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    dims: dict[str, Dim] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """A join: `pairs` are (column of the joined table, other table, its column); `above`: (column, number) that the
    joined row's column must exceed."""

    table: str
    model: str
    pairs: tuple[tuple[str, str, str], ...]
    kind: str
    relationship: str | None
    always: bool
    above: tuple[str, int] | None = None

    @property
    def needs(self) -> list[str]:
        return [other for _, other, _ in self.pairs]


@dataclass
class World:
    """An explore and its data."""

    base: str
    models: dict[str, Model]
    links: list[Link]

    def model_of(self, table: str) -> Model:
        return self.models[next((link.model for link in self.links if link.table == table), table)]

    @property
    def tables(self) -> list[str]:
        return [self.base, *(link.table for link in self.links)]


@dataclass(frozen=True)
class Ask:
    """A question. `where` and `having`: nested ("and"|"or", […]) over `Rule`s."""

    dims: tuple[tuple[str, str], ...]
    metrics: tuple[tuple[str, str], ...]
    where: Any = None
    having: Any = None
    sorts: tuple[tuple[str, str, bool, bool | None], ...] = ()
    limit: int = 500
    offset: int = 0
    zone: str | None = None


_MONTHS: dict[Any, Any] = {datetime(2024, month, 1).strftime("%B"): month for month in range(1, 13)}


class Evaluator:
    def __init__(self, world: World, ask: Ask, now: datetime) -> None:
        self.world, self.ask = world, ask
        self.zone = ZoneInfo(ask.zone) if ask.zone else None
        self.now = now.replace(tzinfo=UTC).astimezone(self.zone or UTC).replace(tzinfo=None)

    def answer(self) -> list[list[Any]]:
        kept = self._groups()
        kept.sort(key=cmp_to_key(self._compare))
        shown = kept[self.ask.offset : self.ask.offset + self.ask.limit]
        return [[*key, *(self._metric(t, m, members) for t, m in self.ask.metrics)] for key, members in shown]

    def totals(self, dims: Sequence[tuple[str, str]]) -> list[list[Any]]:
        """One row for each value of `dims` (some of the question's), in no order."""
        groups: dict[tuple[Any, ...], list[Line]] = {} if dims else {(): []}
        for _, members in self._groups():
            for line in members:
                groups.setdefault(tuple(self._dim(t, d, line) for t, d in dims), []).append(line)
        return [[*key, *(self._metric(t, m, lines) for t, m in self.ask.metrics)] for key, lines in groups.items()]

    def _groups(self) -> list[tuple[tuple[Any, ...], list[Line]]]:
        lines = [line for line in self._joined() if self._kept(line)]
        groups: dict[tuple[Any, ...], list[Line]] = {}
        for line in lines:
            groups.setdefault(tuple(self._dim(t, d, line) for t, d in self.ask.dims), []).append(line)
        if not self.ask.dims:
            groups = groups or {(): []}
        return [(key, members) for key, members in groups.items() if self._shown(members)]

    def _kept(self, line: Line) -> bool:
        return self._holds(self.ask.where, lambda rule: self._rule(rule, line))

    def _shown(self, group: list[Line]) -> bool:
        return self._holds(
            self.ask.having, lambda rule: self._test(self._metric(rule.table, rule.dim, group), rule, None)
        )

    # -- Which tables, and their rows joined

    def _needed(self) -> set[str]:
        found = {self.world.base} | {link.table for link in self.world.links if link.always}
        for table, name in self.ask.dims:
            found |= set(self.world.model_of(table).dims[name].tables(table))
        for rule in rules(self.ask.where):
            table = rule.table or ""
            found |= set(self.world.model_of(table).dims[rule.dim].tables(table))
        asked = list(self.ask.metrics) + [(rule.table or "", rule.dim) for rule in rules(self.ask.having)]
        asked += [(t, n) for t, n, _, _ in self.ask.sorts if n in self.world.model_of(t).measures]
        for table, name in asked:
            found |= self._tables_of(table, name)
        for link in reversed(self.world.links):
            if link.table in found:
                found |= set(link.needs)
        return found

    def _tables_of(self, table: str, name: str) -> set[str]:
        measure = self.world.model_of(table).measures[name]
        if measure.parts:  # The table that a formula is written on is of no matter, only what it is made of.
            return set().union(*(self._tables_of(owner or table, part) for owner, part in measure.parts))
        found = {table, *measure.reads}
        for rule in measure.filters:
            owner = rule.table or table
            found |= set(self.world.model_of(owner).dims[rule.dim].tables(owner))
        return found

    def _joined(self) -> list[Line]:
        needed = self._needed()
        lines: list[Line] = [{self.world.base: row} for row in self.world.models[self.world.base].rows]
        for link in self.world.links:
            if link.table not in needed:
                continue
            rows = self.world.models[link.model].rows
            met: set[int] = set()
            found: list[Line] = []
            for line in lines:
                matches = [row for row in rows if meets(link, line, row)]
                met |= {id(row) for row in matches}
                found += [{**line, link.table: row} for row in matches]
                if not matches and link.kind in ("left", "full"):
                    found.append({**line, link.table: None})
            if link.kind in ("right", "full"):
                found += [{link.table: row} for row in rows if id(row) not in met]
            lines = found
        return lines

    # -- Values

    def _rows(self, line: Line) -> Callable[[str], Row]:
        return lambda table: self._zoned(line.get(table) or {}, table)

    def _zoned(self, row: Row, table: str) -> Row:
        if self.zone is None:
            return row
        kinds = self.world.model_of(table).columns
        return {
            name: value.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)
            if kinds[name] == "timestamp" and value is not None
            else value
            for name, value in row.items()
        }

    def _dim(self, table: str, name: str, line: Line) -> Any:
        return self.world.model_of(table).dims[name].value(self._rows(line), table)

    def _rule(self, rule: Rule, line: Line, own: str | None = None) -> bool:
        table = rule.table or own
        assert table is not None
        dim = self.world.model_of(table).dims[rule.dim]
        if dim.interval and dim.type in ("date", "timestamp"):  # A day stands for the month (…) that it lies in.
            rule = replace(rule, values=tuple(cut(v, dim.interval) if isinstance(v, date) else v for v in rule.values))
        return self._test(dim.value(self._rows(line), table), rule, dim.type)

    def _metric(self, table: str | None, name: str, lines: list[Line]) -> Any:
        assert table is not None
        measure = self.world.model_of(table).measures[name]
        if measure.parts:
            assert measure.combine
            return measure.combine([self._metric(owner or table, part, lines) for owner, part in measure.parts])
        grain = path(self.world, {table, *measure.reads})
        seen: dict[tuple[int, ...], Line] = {}
        passed: set[tuple[int, ...]] = set()
        for line in lines:
            if line.get(table) is None:
                continue
            mark = tuple(id(line.get(part)) if line.get(part) is not None else 0 for part in grain)
            seen[mark] = line
            if all(self._rule(rule, line, table) for rule in measure.filters):
                passed.add(mark)
        kept = [self._rows(line) for mark, line in seen.items() if mark in passed]
        if measure.value is None:
            assert measure.combine
            return measure.combine([rows(table) for rows in kept])
        values = [value for rows in kept if (value := measure.value(rows, table)) is not None]
        return aggregated(measure, values)

    # -- Conditions and order

    def _holds(self, condition: Any, test: Callable[[Rule], bool]) -> bool:
        if condition is None:
            return True
        if isinstance(condition, Rule):
            return test(condition)
        word, members = condition
        found = [self._holds(member, test) for member in members]
        return all(found) if word == "and" else any(found) or not found

    def _test(self, value: Any, rule: Rule, kind: str | None) -> bool:
        operator, values = rule.operator, rule.values
        if operator in ("isNull", "notNull"):
            return (value is None) == (operator == "isNull")
        if operator == "equals":
            return value in values
        if operator == "notEquals":
            return value not in values
        if value is None:
            return False
        if operator in ("inThePast", "notInThePast", "inTheNext", "inTheCurrent", "notInTheCurrent"):
            return self._inside(value, rule, kind) != operator.startswith("not")
        tests: dict[str, Callable[[], bool]] = {
            "lessThan": lambda: value < values[0],
            "lessThanOrEqual": lambda: value <= values[0],
            "greaterThan": lambda: value > values[0],
            "greaterThanOrEqual": lambda: value >= values[0],
            "inBetween": lambda: values[0] <= value <= values[1],
            "notInBetween": lambda: value < values[0] or value > values[1],
            "startsWith": lambda: any(value.startswith(v) for v in values),
            "endsWith": lambda: any(value.endswith(v) for v in values),
            "include": lambda: any(v.lower() in value.lower() for v in values),
            "doesNotInclude": lambda: all(v.lower() not in value.lower() for v in values),
        }
        return tests[operator]()

    def _inside(self, value: Any, rule: Rule, kind: str | None) -> bool:
        unit = rule.unit or "days"
        begin = begun(self.now, unit)
        if rule.operator in ("inTheCurrent", "notInTheCurrent"):
            low, high, closed = begin, later(begin, unit, 1), False
        elif rule.operator == "inTheNext":
            n = rule.values[0]
            low, high, closed = self.now, later(self.now, unit, n), True
            if rule.completed:
                low, high, closed = later(begin, unit, 1), later(begin, unit, n + 1), False
        else:
            n = rule.values[0]
            low, high, closed = later(self.now, unit, -n), self.now, True
            if rule.completed:
                low, high, closed = later(begin, unit, -n), begin, False
        if kind == "date":
            return bool(low.date() <= value and (value <= high.date() if closed else value < high.date()))
        return bool(low <= value and (value <= high if closed else value < high))

    def _compare(self, one: tuple[tuple[Any, ...], list[Line]], other: tuple[tuple[Any, ...], list[Line]]) -> int:
        keys: list[tuple[Any, Any, bool, bool]] = []
        for table, name, descending, first in self.ask.sorts:
            if (table, name) in self.ask.dims:
                place = self.ask.dims.index((table, name))
                keys.append((one[0][place], other[0][place], descending, bool(first)))
            else:
                a, b = self._metric(table, name, one[1]), self._metric(table, name, other[1])
                keys.append((a, b, descending, bool(first)))
        keys += [(a, b, False, False) for a, b in zip(one[0], other[0], strict=True)]
        keys = [(_MONTHS.get(a, a), _MONTHS.get(b, b), *rest) for a, b, *rest in keys]  # In the order of the year.
        for a, b, descending, first in keys:
            if a == b:
                continue
            if a is None or b is None:
                return -1 if (a is None) == first else 1
            return (1 if a > b else -1) * (-1 if descending else 1)
        return 0


def rules(condition: Any) -> list[Rule]:
    if condition is None:
        return []
    return [condition] if isinstance(condition, Rule) else [r for member in condition[1] for r in rules(member)]


def meets(link: Link, line: Line, row: Row) -> bool:
    for column, other, theirs in link.pairs:
        match = line.get(other)
        if match is None or row[column] is None or row[column] != match[theirs]:
            return False
    return link.above is None or (row[link.above[0]] is not None and row[link.above[0]] > link.above[1])


def path(world: World, tables: Iterable[str]) -> list[str]:
    """The tables and those between them; each table hangs on the last declared one that its condition names."""
    order = {table: place for place, table in enumerate(world.tables)}
    parent = {link.table: max(link.needs, key=order.__getitem__) for link in world.links}

    def line(table: str) -> list[str]:
        return [table, *line(parent[table])] if table in parent else [table]

    lines = [line(table) for table in tables]
    common = set.intersection(*(set(one) for one in lines))
    lowest = max(common, key=lambda table: len(line(table)))
    return sorted({table for one in lines for table in one if table not in common} | {lowest})


def aggregated(measure: Measure, values: Sequence[Any]) -> Any:
    if measure.type == "count":
        return len(values)
    if measure.type == "count_distinct":
        return len(set(values))
    if not values:
        return None
    if measure.type == "percentile":
        return percentile(sorted(values), (measure.percentile or 50) / 100)
    made: dict[str, Callable[[Sequence[Any]], Any]] = {
        "sum": sum, "average": fmean, "min": min, "max": max, "median": median,
    }  # fmt: skip
    return made[measure.type](values)


def percentile(values: list[float], share: float) -> float:
    place = share * (len(values) - 1)
    low, high = math.floor(place), math.ceil(place)
    return values[low] + (values[high] - values[low]) * (place - low)


def begun(moment: datetime, unit: str) -> datetime:
    """The start of the unit that a moment lies in; weeks begin on Monday."""
    day = datetime(moment.year, moment.month, moment.day)
    found: dict[str, Callable[[], datetime]] = {
        "years": lambda: day.replace(month=1, day=1),
        "quarters": lambda: day.replace(month=(moment.month - 1) // 3 * 3 + 1, day=1),
        "months": lambda: day.replace(day=1),
        "weeks": lambda: day - timedelta(days=day.isoweekday() - 1),
        "days": lambda: day,
        "hours": lambda: day.replace(hour=moment.hour),
        "minutes": lambda: day.replace(hour=moment.hour, minute=moment.minute),
    }
    return found[unit]()


def later(moment: datetime, unit: str, number: int) -> datetime:
    """`number` units later. A day that its month does not have becomes its last."""
    if unit in ("hours", "days", "weeks"):
        return moment + timedelta(**{unit: number})
    months = moment.year * 12 + moment.month - 1 + number * {"months": 1, "quarters": 3, "years": 12}[unit]
    year, month = months // 12, months % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def cut(value: datetime | date | None, interval: str) -> Any:
    """A timestamp or date at an interval."""
    if value is None:
        return None
    day = value.date() if isinstance(value, datetime) else value
    midnight = datetime(day.year, day.month, day.day)
    moment = value if isinstance(value, datetime) else midnight
    found: dict[str, Callable[[], Any]] = {
        "day": lambda: day,
        "week": lambda: begun(midnight, "weeks").date(),
        "month": lambda: begun(midnight, "months").date(),
        "quarter": lambda: begun(midnight, "quarters").date(),
        "year": lambda: begun(midnight, "years").date(),
        "hour": lambda: begun(moment, "hours"),
        "day_of_week_index": lambda: day.isoweekday() % 7,
        "week_num": lambda: day.isocalendar().week,
        "month_name": lambda: day.strftime("%B"),
        "quarter_name": lambda: f"Q{(day.month + 2) // 3}",
        "hour_of_day_num": lambda: moment.hour,
    }
    return found[interval]()
