"""Columns computed from the answer's other columns: SQL that comes with a question, so only what is on a list.

`${table.field}` and `${other_calculation}` name columns of the answer; besides them there may be literals,
operators, CASE, and the functions below, aggregates only over a window. No table, no column by its bare name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitrail.catalog.snippets import FieldRef, SnippetError, check, parts
from vitrail.query.conditions import BadFilter, Target, condition
from vitrail.query.errors import Finding, InvalidQuery, refuse
from vitrail.query.metric_query import TableCalculation
from vitrail.query.question import Condition, Question, Test
from vitrail.warehouse.dialect import Dialect

if TYPE_CHECKING:
    from vitrail.query.sql import Written

ALLOWED = frozenset(
    (
        *("and", "or", "xor", "case", "if", "cast", "trycast", "coalesce", "nullif", "greatest", "least"),
        *("abs", "ceil", "floor", "round", "sign", "sqrt", "pow", "exp", "ln", "log"),
        *("sum", "avg", "min", "max", "count", "median", "stddev", "stddevsamp", "stddevpop", "variance"),
        *("rownumber", "rank", "denserank", "percentrank", "cumedist", "ntile"),
        *("lag", "lead", "first", "last", "firstvalue", "lastvalue", "nthvalue"),
        *("concat", "concatws", "lower", "upper", "length", "substring", "trim", "left", "right", "replace", "initcap"),
        *("datetrunc", "timestamptrunc", "datediff", "extract", "year", "month", "day", "quarter", "dayofweek"),
    )
)
MAX_LENGTH = 20


def calculated(written: Written, question: Question, dialect: Dialect) -> str:
    """The statement around `written` that adds the calculations and their filters. Raises `InvalidQuery`."""
    findings: list[Finding] = []
    columns: set[str] = {d.id for d in question.dimensions} | {m.id for m in question.metrics}
    texts: dict[str, str] = {}
    known = {calculation.name: calculation for calculation in question.calculations}
    for calculation in question.calculations:
        try:
            texts[calculation.name] = _text(calculation, known, columns, dialect, ())
        except (SnippetError, BadFilter) as error:
            cause = f"The table calculation {calculation.name[:60]!r}: {error}"
            findings.append(Finding(InvalidQuery, cause, "Correct its SQL.", calculation.name[:60]))
    if findings:
        raise refuse(findings)
    added = ", ".join(f"{text} AS {dialect.identifier(name)}" for name, text in texts.items())
    sql = f"SELECT *, {added}\nFROM (\n{written.select}\n) AS answer"
    where = _where(question.calculated, question, dialect, findings)
    if findings:
        raise refuse(findings)
    return f"SELECT * FROM (\n{sql}\n) AS calculated\nWHERE {where}" if where else sql  # noqa: S608


def _text(
    calculation: TableCalculation,
    known: dict[str, TableCalculation],
    columns: set[str],
    dialect: Dialect,
    path: tuple[str, ...],
) -> str:
    if calculation.name in path or len(path) > MAX_LENGTH:
        raise BadFilter("it refers to itself in a circle")
    traits = check(calculation.sql, dialect.name)
    if traits.tables:
        raise BadFilter("it has a sub-query, which can't stand there")
    if traits.columns:
        raise BadFilter(f"it names {traits.columns[0]!r} outright; write ${{table.field}}")
    if unknown := sorted(traits.functions - ALLOWED):
        raise BadFilter(f"the function {unknown[0]} is not on the list of those that may be used")
    if traits.aggregates:
        raise BadFilter("it aggregates without a window; write for example sum(…) over ()")
    text: list[str] = []
    for part in parts(calculation.sql):
        if isinstance(part, str):
            text.append(part)
        elif isinstance(part, FieldRef):
            name = f"{part.table}_{part.name}" if part.table else part.name
            if name in columns:
                text.append(dialect.identifier(name))
            elif name in known:
                text.append(_text(known[name], known, columns, dialect, (*path, calculation.name)))
            else:
                raise BadFilter(f"it names {name!r}, which is not a column of the question")
        else:
            raise BadFilter("it can only refer to columns of the question")
    return f"({''.join(text)}\n)" if "--" in calculation.sql else f"({''.join(text)})"


def _where(given: Condition | None, question: Question, dialect: Dialect, findings: list[Finding]) -> str | None:
    if given is None:
        return None
    if isinstance(given, Test):
        name = given.field if isinstance(given.field, str) else given.field.id
        try:
            return condition(dialect.identifier(name), Target(None), given.rule, dialect, question.now)
        except BadFilter as error:
            cause = f'The filter on "{name}" {error}.'
            findings.append(Finding(InvalidQuery, cause, "Change the filter's operator or values.", name))
            return None
    found = [text for member in given.members if (text := _where(member, question, dialect, findings))]
    if len(found) < 2:
        return found[0] if found else None
    return "(" + (" AND " if given.every else " OR ").join(found) + ")"
