"""Filters on the columns of an answer: metrics and calculations that a SELECT around it has by their names."""

from __future__ import annotations

from vitrail.catalog.model import Metric
from vitrail.query.conditions import BadFilter, Target, condition
from vitrail.query.errors import Finding, InvalidQuery
from vitrail.query.metric_types import metric_type
from vitrail.query.question import Condition, Question, Test
from vitrail.warehouse.dialect import Dialect


def on_columns(given: Condition | None, question: Question, dialect: Dialect, findings: list[Finding]) -> str | None:
    """The condition's text; None when it filters nothing. What can't be used is added to `findings`. The type of a
    calculation, and of some metrics, only the warehouse knows."""
    if given is None:
        return None
    if isinstance(given, Test):
        name = given.field if isinstance(given.field, str) else given.field.id
        target = Target(metric_type(given.field) if isinstance(given.field, Metric) else None)
        try:
            return condition(dialect.identifier(name), target, given.rule, dialect, question.clock)
        except BadFilter as error:
            cause = f'The filter on "{name}" {error}.'
            findings.append(Finding(InvalidQuery, cause, "Change the filter's operator or values.", name))
            return None
    found = [text for member in given.members if (text := on_columns(member, question, dialect, findings))]
    if len(found) < 2:
        return found[0] if found else None
    return "(" + (" AND " if given.every else " OR ").join(found) + ")"
