"""A question asked: validate → plan → sql → rows. The one path that every number takes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vitrail.catalog.model import Catalog, Dimension, FieldId, Metric
from vitrail.query.metric_query import MetricQuery
from vitrail.query.plan import Planner
from vitrail.query.question import Question
from vitrail.query.resolve import Resolver
from vitrail.query.result import Column, QueryResult
from vitrail.query.sql import Writer, metric_type
from vitrail.query.table_calculations import calculated
from vitrail.query.validate import validate
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import Dialect
from vitrail.warehouse.protocol import Warehouse


@dataclass(frozen=True, slots=True)
class Limits:
    """Rows when a question names no limit, rows at most, seconds at most."""

    default: int = 500
    maximum: int = 5000
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """A statement ready to run. It asks for one row more than `limit`, so that more rows can be noticed."""

    sql: str
    parameters: tuple[Any, ...]
    """Empty so far: values are written as literals by the dialect, so that the statement can be shown whole."""
    columns: tuple[Column, ...]
    limit: int
    notes: tuple[str, ...] = ()


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
    question = validate(query, catalog, viewer, limit=limit, allowed=allowed, now=now)
    resolver = Resolver.of(question.explore, dialect)
    plan = Planner(question, resolver).plan()
    written = Writer(plan, resolver, viewer).write()
    sql = calculated(written, question, dialect) if question.calculations else written.select
    if written.order:
        sql += f"\nORDER BY {', '.join(written.order)}"
    sql += f"\nLIMIT {limit + 1}"
    if question.offset:
        sql += f" OFFSET {question.offset}"
    return CompiledQuery(sql, (), tuple(_columns(question)), limit, plan.notes)


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
    compiled = compile_query(query, catalog, viewer, warehouse.dialect, limits=limits, allowed=allowed, now=now)
    answer = await warehouse.execute(compiled.sql, compiled.parameters, timeout_s=limits.timeout_s)
    columns = [
        column if column.type else Column(column.id, found.type, column.label, column.format, column.kind)
        for column, found in zip(compiled.columns, answer.columns, strict=True)
    ]
    return QueryResult(
        columns=columns,
        rows=answer.rows[: compiled.limit],
        truncated=len(answer.rows) > compiled.limit,
        limit=compiled.limit,
        sql=compiled.sql,
        duration_ms=(time.perf_counter() - started) * 1000,
    )


def _columns(question: Question) -> list[Column]:
    """Types are empty where only the warehouse knows them (min and max of something, calculations)."""
    found = [_dimension_column(dimension) for dimension in question.dimensions]
    found += [_metric_column(metric) for metric in question.metrics]
    found += [Column(c.name, "", c.display_name or c.name, None, "calculation") for c in question.calculations]
    return found


def _dimension_column(d: Dimension) -> Column:
    return Column(d.id, d.type.value, d.label, d.format, "dimension", d.interval.value if d.interval else None)


def _metric_column(m: Metric) -> Column:
    kind = metric_type(m)
    return Column(m.id, kind.value if kind else "", m.label, m.format, "metric")
