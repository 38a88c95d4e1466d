"""Totals and subtotals: each metric over all rows of an answer, computed from the rows beneath them.

A total is not the sum of what is shown: an average, a distinct count or a ratio can't be added up, a row that stands in
two groups would count twice, and a limit leaves groups out. So it is a question of its own over the same rows. Where
the answer leaves groups out by a filter on a metric or a calculation, it is over the rows of the groups that are left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vitrail.catalog.model import Dimension, Metric
from vitrail.query.question import Kept, Question, tests
from vitrail.query.sql import Written
from vitrail.query.table_calculations import calculated
from vitrail.query.viewer import Viewer
from vitrail.query.write import write_question
from vitrail.warehouse.dialect import Dialect


@dataclass(frozen=True, slots=True)
class TotalsQuery:
    """A statement for totals, one row for each value of `dimensions` (ids; none: one row over everything). Its columns
    are those dimensions, then the answer's metrics and calculations."""

    dimensions: tuple[str, ...]
    sql: str


def totals(
    wanted: Sequence[Sequence[str]], question: Question, written: Written, viewer: Viewer, dialect: Dialect
) -> list[TotalsQuery]:
    """One statement for each group of dimension ids in `wanted`; `written` is the answer's own statement."""
    select = written.select
    if question.calculations:
        select = calculated(written, question, dialect)
    narrowed = question.having is not None or question.calculated is not None
    # Set forward, the newest rows of an earlier period fall into groups that the answer does not have.
    narrowed |= any(shift.moves(d) for shift in question.shifts.values() for d in question.dimensions)
    kept = Kept(question.dimensions, select) if narrowed else None
    found = []
    for names in wanted:
        chosen = tuple(
            d for d in question.dimensions if d.id in {name.replace(".", "_", 1) for name in names} | {*names}
        )
        found.append(_one(chosen, replace(question, kept=kept), viewer, dialect))
    return found


def _one(chosen: tuple[Dimension, ...], question: Question, viewer: Viewer, dialect: Dialect) -> TotalsQuery:
    asked = replace(
        question,
        dimensions=chosen,
        beneath=question.dimensions,
        beneath_metrics=tuple(
            field
            for field in (*(test.field for test in tests(question.having)), *(sort.field for sort in question.sorts))
            if isinstance(field, Metric)
        ),
        having=None,
        calculated=None,
        sorts=tuple(sort for sort in question.sorts if isinstance(sort.field, Dimension) and sort.field in chosen),
    )
    written, _ = write_question(asked, viewer, dialect)
    sql = calculated(written, asked, dialect, rows_stand_alone=True) if asked.calculations else written.select
    if chosen:
        sql += f"\nORDER BY {', '.join(written.order)}\nLIMIT {question.limit + 1}"
    return TotalsQuery(tuple(d.id for d in chosen), sql)
