"""One filter rule → an SQL condition.

Meanings are the reference product's (FIELD §3): several values of `equals`, `include`, `startsWith`, `endsWith` mean
any of them; of a negative form, none of them; `notEquals` keeps nulls, the other negations drop them as SQL does;
`include` and `doesNotInclude` do not mind case. A rule without values filters nothing. Every value is read as its
field's type first and then written as a literal: nothing of a value reaches the statement otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from vitrail.catalog.model import DimensionType, TimeInterval
from vitrail.query.dates import Clock
from vitrail.query.metric_query import FilterOperator as Op
from vitrail.query.metric_query import Scalar, TimeUnit
from vitrail.warehouse.dialect import Dialect, UnwritableValue

_NUMBER = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_CUT_BY = {
    TimeInterval.YEAR: TimeUnit.YEARS,
    TimeInterval.QUARTER: TimeUnit.QUARTERS,
    TimeInterval.MONTH: TimeUnit.MONTHS,
    TimeInterval.WEEK: TimeUnit.WEEKS,
    TimeInterval.DAY: TimeUnit.DAYS,
    TimeInterval.HOUR: TimeUnit.HOURS,
    TimeInterval.MINUTE: TimeUnit.MINUTES,
    TimeInterval.SECOND: TimeUnit.SECONDS,
    TimeInterval.MILLISECOND: TimeUnit.MILLISECONDS,
}
_COMPARE = {
    Op.LESS_THAN: "<",
    Op.LESS_THAN_OR_EQUAL: "<=",
    Op.GREATER_THAN: ">",
    Op.GREATER_THAN_OR_EQUAL: ">=",
}
_RELATIVE = frozenset((Op.IN_THE_PAST, Op.NOT_IN_THE_PAST, Op.IN_THE_NEXT, Op.IN_THE_CURRENT, Op.NOT_IN_THE_CURRENT))
_LIKE = frozenset((Op.STARTS_WITH, Op.ENDS_WITH, Op.INCLUDE, Op.NOT_INCLUDE))
_MAX_UNITS = 100_000


class BadFilter(ValueError):
    """What is wrong with a rule; the text completes "The filter on x …"."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A filter rule as every source of filters gives it: queries, and `filters:` of metrics."""

    operator: Op
    values: Sequence[Scalar]
    unit: TimeUnit | None = None
    completed: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """What a rule is about: its type, and for a date its interval."""

    type: DimensionType | None
    """None: the type is not known before the statement runs (min and max of something)."""
    interval: TimeInterval | None = None
    in_utc: bool = False
    """Whether the expression is a timestamp on the clocks of UTC, whatever the question's are."""
    any_case: bool = False
    """Whether a text is the same in upper and lower case."""


def condition(x: str, target: Target, rule: Rule, dialect: Dialect, clock: Clock) -> str | None:
    """The condition on expression `x`; None when the rule filters nothing. Raises `BadFilter`."""
    operator = rule.operator
    if operator is Op.IS_NULL:
        return f"{x} IS NULL"
    if operator is Op.NOT_NULL:
        return f"{x} IS NOT NULL"
    if operator in _RELATIVE:
        return _relative(x, target, rule, dialect, clock)
    if not rule.values:
        return None
    if operator in _LIKE:
        return _like(x, target, rule, dialect)
    write = _writer(target, dialect, clock)
    if operator in (Op.EQUALS, Op.NOT_EQUALS):
        if target.any_case and target.type is DimensionType.STRING:
            lower = dialect.lower
            return _equals(lower.replace("{x}", x), rule, lambda value: lower.replace("{x}", write(value)))
        return _equals(x, rule, write)
    if None in rule.values:
        raise BadFilter("compares with null; use isNull or notNull")
    if target.type is DimensionType.BOOLEAN:
        raise BadFilter(f"can't use {operator} on true and false; use equals")
    if operator in _COMPARE:
        if len(rule.values) != 1:
            raise BadFilter(f"needs exactly one value with {operator}")
        return f"{x} {_COMPARE[operator]} {write(rule.values[0])}"
    if len(rule.values) != 2:
        raise BadFilter(f"needs exactly two values with {operator}")
    low, high = (write(value) for value in rule.values)
    return f"({x} < {low} OR {x} > {high})" if operator is Op.NOT_IN_BETWEEN else f"{x} BETWEEN {low} AND {high}"


def _equals(x: str, rule: Rule, write: Callable[[Scalar], str]) -> str:
    plain = [write(value) for value in rule.values if value is not None]
    null = len(plain) < len(rule.values)
    listed = f"IN ({', '.join(plain)})" if len(plain) > 1 else f"= {plain[0]}" if plain else ""
    if rule.operator is Op.EQUALS:
        if not plain:
            return f"{x} IS NULL"
        return f"({x} {listed} OR {x} IS NULL)" if null else f"{x} {listed}"
    if not plain:
        return f"{x} IS NOT NULL"
    listed = f"NOT {listed}" if len(plain) > 1 else f"<> {plain[0]}"
    return f"({x} {listed} AND {x} IS NOT NULL)" if null else f"({x} {listed} OR {x} IS NULL)"


def _like(x: str, target: Target, rule: Rule, dialect: Dialect) -> str:
    if target.type not in (DimensionType.STRING, None):
        raise BadFilter(f"can't use {rule.operator} on a {target.type}; use equals or a comparison")
    start, end = rule.operator is Op.STARTS_WITH, rule.operator is Op.ENDS_WITH
    negated = rule.operator is Op.NOT_INCLUDE
    found = []
    for value in rule.values:
        if value is None:
            raise BadFilter("compares with null; use isNull or notNull")
        any_case = target.any_case or (not start and not end)
        try:
            found.append(dialect.like(x, _text(value), start=start, end=end, any_case=any_case, negated=negated))
        except UnwritableValue as error:
            raise BadFilter(f"has {error}") from None
    if len(found) == 1:
        return found[0]
    return "(" + (" AND " if rule.operator is Op.NOT_INCLUDE else " OR ").join(found) + ")"


def _relative(x: str, target: Target, rule: Rule, dialect: Dialect, clock: Clock) -> str:
    if target.type not in (DimensionType.DATE, DimensionType.TIMESTAMP, None):
        raise BadFilter(f"can't use {rule.operator} on a {target.type}; it needs a date")
    unit = rule.unit or TimeUnit.DAYS
    try:
        if rule.operator in (Op.IN_THE_CURRENT, Op.NOT_IN_THE_CURRENT):
            start, end, closed = clock.current(unit)
        else:
            span = clock.coming if rule.operator is Op.IN_THE_NEXT else clock.past
            start, end, closed = span(unit, _count(rule), rule.completed)
    except OverflowError:
        raise BadFilter("reaches beyond the calendar") from None
    as_date = target.type is DimensionType.DATE
    if as_date and not closed and end.time() != datetime.min.time():
        closed = True  # Within a day: the day itself is the smallest that a date can tell.
    low, high = (_moment(moment, target, dialect, clock) for moment in (start, end))
    inside = f"{x} >= {low} AND {x} {'<=' if closed else '<'} {high}"
    negative = rule.operator in (Op.NOT_IN_THE_PAST, Op.NOT_IN_THE_CURRENT)
    return f"NOT ({inside})" if negative else f"({inside})"


def _count(rule: Rule) -> int:
    value = rule.values[0] if len(rule.values) == 1 else None
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_UNITS:
        raise BadFilter(f"needs one whole number from 0 to {_MAX_UNITS} with {rule.operator}")
    return value


def _writer(target: Target, dialect: Dialect, clock: Clock) -> Callable[[Scalar], str]:
    """How a value of the target's type is written as a literal."""
    kind = target.type
    if kind is DimensionType.NUMBER:
        return lambda value: _number(value, dialect)
    if kind is DimensionType.BOOLEAN:
        return _boolean
    if kind in (DimensionType.DATE, DimensionType.TIMESTAMP):
        cut = _CUT_BY.get(target.interval) if target.interval else None

        def moment(value: Scalar) -> str:
            try:
                found = clock.read(value)
            except (ValueError, OverflowError):
                raise BadFilter(f"needs dates such as 2024-03-31, not {value!r:.60}") from None
            return _moment(clock.start_of(found, cut) if cut else found, target, dialect, clock)

        return moment
    if kind is None:
        return lambda value: (
            _number(value, dialect)
            if isinstance(value, int | float) and not isinstance(value, bool)
            else _literal(dialect, _text(value))
        )
    return lambda value: _literal(dialect, _text(value))


def _literal(dialect: Dialect, value: str) -> str:
    try:
        return dialect.text(value)
    except UnwritableValue as error:
        raise BadFilter(f"has {error}") from None


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: Scalar, dialect: Dialect) -> str:
    if isinstance(value, str) and _NUMBER.match(value.strip()):
        text = value.strip()
        value = int(text) if text.lstrip("+-").isdigit() else float(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadFilter(f"needs numbers, not {value!r:.60}")
    try:
        return dialect.number(value)
    except (UnwritableValue, ValueError):
        raise BadFilter("has a number that is infinite or too long") from None


def _boolean(value: Scalar) -> str:
    word = str(value).strip().lower()
    if word not in ("true", "false", "1", "0", "1.0", "0.0"):
        raise BadFilter(f"needs true or false, not {value!r:.60}")
    return "TRUE" if word in ("true", "1", "1.0") else "FALSE"


def _moment(moment: datetime, target: Target, dialect: Dialect, clock: Clock) -> str:
    if target.type is DimensionType.DATE:
        return dialect.date(moment)
    return dialect.timestamp(clock.in_utc(moment) if target.in_utc else moment)
