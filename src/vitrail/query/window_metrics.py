"""Metrics over the rows of an answer: `percent_of_total`, `percent_of_previous`, `running_total`.

Each is made of one formula over other metrics. That formula's values are computed like any metric's; the window goes
over the rows of the answer as they are after its filters on metrics, and before a limit cuts them: a share is one of
the whole, however few rows are shown. Running totals and previous rows follow the question's sorts, then its
dimensions. In a pivot each column across is a whole of its own. A filter on such a metric is applied last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from vitrail.catalog.model import Dimension, Metric, MetricType
from vitrail.query.column_conditions import on_columns
from vitrail.query.errors import Finding, InvalidQuery, refuse
from vitrail.query.ordering import ordering
from vitrail.query.question import Condition, Group, Question, SortBy, Test, tests
from vitrail.query.sql import Written
from vitrail.warehouse.dialect import Dialect

WINDOWS = frozenset({MetricType.PERCENT_OF_TOTAL, MetricType.PERCENT_OF_PREVIOUS, MetricType.RUNNING_TOTAL})
_ORDERED = frozenset({MetricType.PERCENT_OF_PREVIOUS, MetricType.RUNNING_TOTAL})


@dataclass(frozen=True, slots=True)
class Windowed:
    """A question parted in two: `inner` has the values beneath the windows under the windows' own ids."""

    question: Question
    inner: Question
    windows: tuple[Metric, ...]
    outside: Condition | None
    """The filters that wait until the windows are there."""


def windowed(question: Question) -> Windowed | None:
    """None when the question has no such metric. Raises `InvalidQuery` for what goes in a circle."""
    asked = [
        *question.metrics,
        *(test.field for test in tests(question.having) if isinstance(test.field, Metric)),
        *(sort.field for sort in question.sorts if isinstance(sort.field, Metric)),
    ]
    windows = tuple({metric.id: metric for metric in asked if metric.type in WINDOWS}.values())
    if not windows:
        return None
    if findings := [*_circles(question, windows)]:
        raise refuse(findings)
    inside, outside = _parted(question.having, windows)
    needed = [
        *question.metrics,
        *(test.field for test in tests(outside) if isinstance(test.field, Metric)),
        *(sort.field for sort in question.sorts if isinstance(sort.field, Metric)),
    ]
    values = {m.id: replace(m, type=MetricType.NUMBER) if m.type in WINDOWS else m for m in needed}
    inner = replace(question, metrics=tuple(values.values()), having=inside, sorts=(), calculated=None, calculations=())
    return Windowed(question, inner, windows, outside)


def _circles(question: Question, windows: Sequence[Metric]) -> Iterable[Finding]:
    selected = {metric.id for metric in question.metrics}
    ordered = next((metric for metric in windows if metric.type in _ORDERED), None)
    for sort in question.sorts:
        window = isinstance(sort.field, Metric) and sort.field.type in WINDOWS
        if window and sort.id not in selected:
            cause = f'The question sorts by "{sort.id}" without asking for it.'
            yield Finding(InvalidQuery, cause, "Ask for it too, or sort by another field.", sort.id)
        elif ordered is None:
            continue
        elif sort.field is None:
            yield _circle(sort, ordered, "is computed after it")
        elif question.across and isinstance(sort.field, Metric):
            yield _circle(sort, ordered, "in a pivot has many values in a row")
        elif window and isinstance(sort.field, Metric) and sort.field.type in _ORDERED:
            yield _circle(sort, ordered, "follows the order of the rows itself")


def _circle(sort: SortBy, ordered: Metric, why: str) -> Finding:
    cause = f'"{ordered.id}" follows the order of the rows, and the question sorts them by "{sort.id}", which {why}.'
    return Finding(InvalidQuery, cause, "Sort by a dimension or another metric.", sort.id)


def _parted(having: Condition | None, windows: Sequence[Metric]) -> tuple[Condition | None, Condition | None]:
    """(what can be tested before the windows, what can't)."""
    if having is None:
        return None, None
    late = {metric.id for metric in windows}

    def waits(given: Condition) -> bool:
        return any(isinstance(test.field, Metric) and test.field.id in late for test in tests(given))

    if isinstance(having, Test) or not having.every:
        return (None, having) if waits(having) else (having, None)
    before = tuple(member for member in having.members if not waits(member))
    after = tuple(member for member in having.members if waits(member))
    return (Group(True, before) if before else None), (Group(True, after) if after else None)


def around(parted: Windowed, written: Written, dialect: Dialect) -> Written:
    """The statement around the inner one that adds the windows, and its order. Raises `InvalidQuery`."""
    question = parted.question
    ids = [d.id for d in question.dimensions] + [m.id for m in question.metrics]
    order = {sort.id: _sorted(sort, dialect) for sort in question.sorts}
    for dimension in question.dimensions:
        order.setdefault(dimension.id, _sorted(SortBy(dimension.id, dimension, False, None), dialect))
    # Totals stand under all rows: no row of theirs is before another or a part of the whole.
    alone = bool(question.beneath)
    held = [d.id for d in question.dimensions] + [m.id for m in parted.inner.metrics]
    sql = written.select
    # A share may give the order that a running total follows, never the other way round.
    for late in (False, True):
        if level := [metric for metric in parted.windows if (metric.type in _ORDERED) is late]:
            made = {m.id: _window(m, question, tuple(order.values()), alone, dialect) for m in level}
            columns = [f"{made[i]} AS {dialect.identifier(i)}" if i in made else dialect.identifier(i) for i in held]
            sql = f"SELECT {', '.join(columns)}\nFROM (\n{sql}\n) AS result"
    findings: list[Finding] = []
    where = on_columns(parted.outside, question, dialect, findings)
    if findings:
        raise refuse(findings)
    hidden = len(held) > len(ids)
    if where or hidden:
        shown = ", ".join(dialect.identifier(name) for name in ids)
        sql = f"SELECT {shown}\nFROM (\n{sql}\n) AS result" + (f"\nWHERE {where}" if where else "")
    return Written(sql, tuple(order.values()))


def in_words(parted: Windowed) -> tuple[str, ...]:
    """What is done to the rows of the answer, for whoever asks why this number."""
    across = [d.label for d in parted.question.dimensions if d.id in parted.question.across]
    apart = f", apart for each {' and '.join(across)}" if across else ""
    told = {
        MetricType.PERCENT_OF_TOTAL: "is each row's value divided by the sum over all rows, a limit or not",
        MetricType.PERCENT_OF_PREVIOUS: "is each row's value divided by that of the row before",
        MetricType.RUNNING_TOTAL: "is the sum of the rows so far",
    }
    return tuple(f"{metric.label} {told[metric.type]}{apart}." for metric in parted.windows)


def _sorted(sort: SortBy, dialect: Dialect) -> str:
    text = dialect.identifier(sort.id)
    if isinstance(sort.field, Dimension):
        text = ordering(sort.field, text, dialect)
    return f"{text} {'DESC' if sort.descending else 'ASC'} NULLS {'FIRST' if sort.nulls_first else 'LAST'}"


def _window(metric: Metric, question: Question, order: Sequence[str], alone: bool, dialect: Dialect) -> str:
    x = dialect.identifier(metric.id)
    if alone:
        return f"CASE WHEN 1 = 0 THEN {x} END"
    columns = ", ".join(dialect.identifier(name) for name in question.across)
    partition = f"PARTITION BY {columns}" if columns else ""
    if metric.type is MetricType.PERCENT_OF_TOTAL:
        return f"1.0 * {x} / NULLIF(SUM({x}) OVER ({partition}), 0)"
    if not question.dimensions:  # One row: nothing is before it, and some engines order a window only by a column.
        return x if metric.type is MetricType.RUNNING_TOTAL else f"CASE WHEN 1 = 0 THEN 1.0 * {x} END"
    over = " ".join(filter(None, (partition, f"ORDER BY {', '.join(order)}")))
    if metric.type is MetricType.RUNNING_TOTAL:
        return f"SUM({x}) OVER ({over} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    return f"1.0 * {x} / NULLIF(LAG({x}) OVER ({over}), 0)"
