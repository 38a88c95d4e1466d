"""Columns computed from the answer's other columns: SQL that comes with a question, so only what is on a list.

`${table.field}` and `${other_calculation}` name columns of the answer; besides them there may be literals,
operators, CASE, and the functions of `expressions.ALLOWED`, aggregates only over a window. No table, no column by its
bare name. A calculation made of another one is computed in a SELECT around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from vitrail.catalog.snippets import FieldRef, ParameterRef, SnippetError, check, parts
from vitrail.query.calculation_templates import template_sql
from vitrail.query.column_conditions import on_columns
from vitrail.query.conditions import BadFilter
from vitrail.query.errors import Finding, InvalidQuery, refuse
from vitrail.query.expressions import column_id, expression_traits
from vitrail.query.metric_query import TableCalculation
from vitrail.query.question import Question
from vitrail.warehouse.dialect import Dialect

if TYPE_CHECKING:
    from vitrail.query.sql import Written


def calculated(written: Written, question: Question, dialect: Dialect, *, rows_stand_alone: bool = False) -> str:
    """The statement around `written` that adds the calculations and their filters. Raises `InvalidQuery`.

    `rows_stand_alone`: of totals, where a calculation that looks at other rows has no meaning and is null.
    """
    columns = [d.id for d in question.dimensions] + [m.id for m in question.metrics]
    writer = _Calculations(columns, written.order, question, dialect)
    texts = writer.texts()
    sql, named = f"(\n{written.select}\n) AS answer", "answer"
    for level in writer.levels():
        added = []
        for name in level:
            text = "NULL" if rows_stand_alone and writer.looks_at_others(name) else texts[name]
            added.append(f"{text} AS {dialect.identifier(name)}")
        sql, named = f"(\nSELECT {named}.*, {', '.join(added)}\nFROM {sql}\n) AS calculated", "calculated"
    everything = ", ".join(dialect.identifier(name) for name in [*columns, *writer.known])
    findings: list[Finding] = []
    where = None if rows_stand_alone else on_columns(question.calculated, question, dialect, findings)
    if findings:
        raise refuse(findings)
    return f"SELECT {everything}\nFROM {sql}" + (f"\nWHERE {where}" if where else "")


class _Calculations:
    """The calculations of one question: their texts, and which are made of which."""

    def __init__(self, columns: Sequence[str], order: Sequence[str], question: Question, dialect: Dialect) -> None:
        self.known: Mapping[str, TableCalculation] = {c.name: c for c in question.calculations}
        self.columns = frozenset(columns)
        self.dialect = dialect
        self.parameters = question.parameters.fresh()
        # A sort by a calculation can't give the order in which calculations look at rows.
        calculated = {place for place, sort in enumerate(question.sorts) if sort.field is None}
        self.order = [text for place, text in enumerate(order) if place not in calculated]
        self.needs: dict[str, set[str]] = {name: set() for name in self.known}

    def texts(self) -> dict[str, str]:
        """Raises one error that holds all that is wrong."""
        findings: list[Finding] = []
        found: dict[str, str] = {}
        for name, calculation in self.known.items():
            try:
                found[name] = self._text(calculation)
            except (SnippetError, BadFilter) as error:
                cause = f"The table calculation {name[:60]!r}: {error}"
                findings.append(Finding(InvalidQuery, cause, "Correct the calculation.", name[:60]))
        if not findings and (circle := self._circle()):
            cause = f"The table calculation {circle[:60]!r} refers to itself in a circle."
            findings.append(Finding(InvalidQuery, cause, "Take one of the references away.", circle[:60]))
        findings += self.parameters.findings()
        if findings:
            raise refuse(findings)
        return found

    def levels(self) -> list[list[str]]:
        """The names in groups, each made of columns and of the groups before it."""
        done: set[str] = set()
        found: list[list[str]] = []
        while len(done) < len(self.known):
            level = [name for name in self.known if name not in done and self.needs[name] <= done]
            found.append(level)
            done.update(level)
        return found

    def looks_at_others(self, name: str) -> bool:
        """Whether it is made of more than its own row."""
        calculation = self.known[name]
        windowed = calculation.sql is None or check(calculation.sql, self.dialect.name).windows
        return windowed or any(self.looks_at_others(other) for other in self.needs[name])

    def _circle(self) -> str | None:
        left = dict(self.needs)
        while left:
            free = [name for name, needs in left.items() if not needs & left.keys()]
            if not free:
                return next(iter(left))
            for name in free:
                del left[name]
        return None

    def _column(self, owner: str, name: str) -> str:
        if name in self.known:
            self.needs[owner].add(name)
        elif name not in self.columns:
            raise BadFilter(f"it names {name!r}, which is not a column of the question")
        return self.dialect.identifier(name)

    def _text(self, calculation: TableCalculation) -> str:
        owner = calculation.name
        if calculation.template is not None:
            return template_sql(
                calculation.template, lambda name: self._column(owner, column_id(name, self.columns)), self.order
            )
        assert calculation.sql is not None
        traits = expression_traits(calculation.sql, self.dialect.name)
        if traits.aggregates:
            raise BadFilter("it aggregates without a window; write for example sum(…) over ()")
        text: list[str] = []
        for part in parts(calculation.sql):
            if isinstance(part, str):
                text.append(part)
            elif isinstance(part, FieldRef):
                text.append(self._column(owner, f"{part.table}_{part.name}" if part.table else part.name))
            elif isinstance(part, ParameterRef):
                text.append(self.parameters.text(part, self.dialect))
            else:
                raise BadFilter("it can only refer to columns of the question")
        return f"({''.join(text)}\n)" if "--" in calculation.sql else f"({''.join(text)})"
