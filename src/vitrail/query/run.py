"""A question asked: validate → plan → sql → rows. The one path that every number takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from vitrail.catalog.model import Catalog, Dimension, FieldId, Metric
from vitrail.query.bins import settled
from vitrail.query.calculation_templates import PERCENT, SHARES
from vitrail.query.metric_query import MetricQuery
from vitrail.query.metric_types import metric_type
from vitrail.query.pivot import across, pivoted, turned
from vitrail.query.question import Question
from vitrail.query.result import Column, QueryResult, Subtotals
from vitrail.query.table_calculations import calculated
from vitrail.query.totals import TotalsQuery, totals
from vitrail.query.validate import validate
from vitrail.query.viewer import Viewer
from vitrail.query.write import Words, write_question
from vitrail.warehouse.dialect import Dialect
from vitrail.warehouse.protocol import Rows, Warehouse


@dataclass(frozen=True, slots=True)
class Limits:
    """Rows when a question names no limit, rows at most, seconds at most."""

    default: int = 500
    maximum: int = 5000
    timeout_s: float = 60.0
    week_start: int = 0
    """The day that weeks begin on: 0 is Monday, 6 is Sunday."""


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """A statement ready to run. It asks for one row more than `limit`, so that more rows can be noticed."""

    sql: str
    parameters: tuple[Any, ...]
    """Empty so far: values are written as literals by the dialect, so that the statement can be shown whole."""
    columns: tuple[Column, ...]
    limit: int
    question: Question
    words: Words
    totals: tuple[TotalsQuery, ...] = ()
    """Statements beside it: for the totals if they were asked for, then for each group of subtotals."""
    across: tuple[Dimension, ...] = ()
    """The dimensions that a pivot takes across: the statement's last two columns then number rows and columns."""

    @property
    def notes(self) -> tuple[str, ...]:
        """The plan in sentences."""
        return self.words()


def compile_query(
    query: MetricQuery,
    catalog: Catalog,
    viewer: Viewer,
    dialect: Dialect,
    *,
    limits: Limits,
    allowed: frozenset[FieldId] | None = None,
    now: datetime | None = None,
) -> CompiledQuery:
    """Write the statement that answers a question as this viewer may have it answered.

    `catalog` is the whole one, not a narrowed one. `allowed`: the ids that an app's version declared; anything else,
    also in a filter or a sort, is refused. `now`: the moment that relative dates count from. Raises `InvalidQuery` or
    one of its kinds.
    """
    limit = min(query.limit or limits.default, limits.maximum)
    dialect = dialect.weeks_from(limits.week_start)
    question = validate(query, catalog, viewer, dialect=dialect, limit=limit, allowed=allowed, now=now)
    written, words = write_question(question, viewer, dialect)
    sql = calculated(written, question, dialect) if question.calculations else written.select
    turned_by: tuple[Dimension, ...] = ()
    if query.pivot is not None:
        turned_by = across(question, query.pivot.columns)
        sql = pivoted(sql, question, turned_by, dialect)
    else:
        if written.order:
            sql += f"\nORDER BY {', '.join(written.order)}"
        sql += f"\n{dialect.limit(limit + 1, question.offset)}"
    wanted: list[Sequence[str]] = [(), *query.subtotals] if query.totals else [*query.subtotals]
    beside = tuple(totals(wanted, question, written, viewer, dialect)) if wanted and question.metrics else ()
    return CompiledQuery(sql, (), tuple(_columns(question)), limit, question, words, beside, turned_by)


async def run_query(
    query: MetricQuery,
    catalog: Catalog,
    viewer: Viewer,
    warehouse: Warehouse,
    *,
    limits: Limits,
    allowed: frozenset[FieldId] | None = None,
    now: datetime | None = None,
) -> QueryResult:
    """Compile a question and fetch its answer. Raises what `compile_query` and the warehouse raise."""
    started = time.perf_counter()

    async def ask(question: MetricQuery) -> Rows:
        compiled = compile_query(question, catalog, viewer, warehouse.dialect, limits=limits, allowed=allowed, now=now)
        return await warehouse.execute(compiled.sql, compiled.parameters, timeout_s=limits.timeout_s)

    query = await settled(query, ask)
    compiled = compile_query(query, catalog, viewer, warehouse.dialect, limits=limits, allowed=allowed, now=now)
    answer, *beside = await _all(warehouse, compiled, limits.timeout_s)
    columns = [
        column if column.type else replace(column, type=found.type)
        for column, found in zip(compiled.columns, answer.columns, strict=False)
    ]
    result = QueryResult(
        columns=columns,
        rows=answer.rows[: compiled.limit],
        truncated=len(answer.rows) > compiled.limit,
        limit=compiled.limit,
        sql=compiled.sql,
        duration_ms=0.0,
    )
    if compiled.across:
        result.pivot, used, result.truncated = turned(answer.rows, compiled.question, compiled.across)
        result.rows = [row[:-2] for row in answer.rows[:used]]
    for asked, found in zip(compiled.totals, beside, strict=True):
        rows = _under(asked, found, compiled)
        if asked.dimensions:
            more = len(rows) > compiled.limit
            result.subtotals.append(Subtotals(list(asked.dimensions), rows[: compiled.limit], more))
        else:
            result.totals = rows[0]
    result.as_of = min((rows.as_of for rows in (answer, *beside) if rows.as_of is not None), default=datetime.now(UTC))
    result.duration_ms = (time.perf_counter() - started) * 1000
    return result


async def _all(warehouse: Warehouse, compiled: CompiledQuery, timeout_s: float) -> list[Rows]:
    """The answer's rows and those of its totals; when one fails the others are stopped."""
    if not compiled.totals:
        return [await warehouse.execute(compiled.sql, compiled.parameters, timeout_s=timeout_s)]
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(warehouse.execute(sql, (), timeout_s=timeout_s))
            for sql in (compiled.sql, *(beside.sql for beside in compiled.totals))
        ]
    return [task.result() for task in tasks]


def _under(asked: TotalsQuery, found: Rows, compiled: CompiledQuery) -> list[list[Any]]:
    """Rows of totals in the order of the answer's columns."""
    grouped = [column.id for column in compiled.columns if column.kind == "dimension"]
    places = [asked.dimensions.index(name) if name in asked.dimensions else None for name in grouped]
    return [
        [*(None if place is None else row[place] for place in places), *row[len(asked.dimensions) :]]
        for row in found.rows
    ]


def _columns(question: Question) -> list[Column]:
    """Types are empty where only the warehouse knows them (min and max of something, calculations)."""
    found = [_dimension_column(dimension) for dimension in question.dimensions]
    found += [_metric_column(metric) for metric in question.metrics]
    for made in question.calculations:
        shape = PERCENT if made.template is not None and made.template.type in SHARES else None
        found.append(Column(made.name, "", made.display_name or made.name, shape, "calculation"))
    return found


def _dimension_column(d: Dimension) -> Column:
    return Column(d.id, d.type.value, d.label, d.format, "dimension", d.interval.value if d.interval else None)


def _metric_column(m: Metric) -> Column:
    kind = metric_type(m)
    return Column(m.id, kind.value if kind else "", m.label, m.format, "metric")
