"""A plan in words: what is read, joined, filtered, told apart and grouped, for whoever asks why this number."""

from __future__ import annotations

from collections.abc import Iterable

from vitrail.catalog.model import Dimension, JoinType, Metric
from vitrail.query.plan import Plan, SubQuery
from vitrail.query.question import Condition, Field, Group, Question, Test

_JOINED = {
    JoinType.LEFT: "keeping rows without a match",
    JoinType.INNER: "leaving out rows without a match",
    JoinType.RIGHT: "keeping every row of it",
    JoinType.FULL: "keeping rows without a match on both sides",
}
_OPERATORS = {
    "isNull": "is empty",
    "notNull": "is not empty",
    "equals": "is",
    "notEquals": "is not",
    "startsWith": "starts with",
    "endsWith": "ends with",
    "include": "contains",
    "doesNotInclude": "does not contain",
    "lessThan": "is less than",
    "lessThanOrEqual": "is at most",
    "greaterThan": "is more than",
    "greaterThanOrEqual": "is at least",
    "inThePast": "is in the past",
    "notInThePast": "is not in the past",
    "inTheNext": "is in the next",
    "inTheCurrent": "is in the current",
    "notInTheCurrent": "is not in the current",
    "inBetween": "is between",
    "notInBetween": "is not between",
}


def described(plan: Plan) -> tuple[str, ...]:
    """Sentences, in the order in which things happen."""
    question = plan.question
    found = [_read(part, question, several=len(plan.parts) > 1) for part in plan.parts]
    found += [
        f"Only rows of {table.label} that you may see are read."
        for table in question.explore.tables.values()
        if table.sql_filter and any(table.name in part.tables for part in plan.parts)
    ]
    if question.where is not None:
        found.append(f"Rows are kept where {condition_words(question.where)}.")
    found += plan.notes
    found += filter(None, (_earlier(part) for part in plan.parts))
    if len(plan.parts) > 1 and question.dimensions:
        found.append(f"What was computed apart meets on {_listed(d.label for d in question.dimensions)}.")
    if question.dimensions and question.metrics:
        found.append(f"There is one row for each {_listed(d.label for d in question.dimensions)}.")
    if question.having is not None:
        found.append(f"Then those rows are kept where {condition_words(question.having)}.")
    if question.zone is not None:
        found.append(f"Times are shown in the clocks of {question.zone}.")
    return tuple(dict.fromkeys(found))


def _read(part: SubQuery, question: Question, *, several: bool) -> str:
    explore = question.explore
    joins = [
        f"{explore.tables[join.table].label} ({_JOINED[join.type]})"
        for join in explore.joins
        if join.table in part.tables
    ]
    subject = f"For {_listed(leaf.metric.label for leaf in part.leaves)}: " if several and part.leaves else ""
    joined = f", joined with {_listed(joins)}" if joins else ""
    return f"{subject}{explore.base.label} is read{joined}."


def _earlier(part: SubQuery) -> str | None:
    if part.shift is None:
        return None
    count, unit = part.shift.count, part.shift.unit.lower()
    names = _listed(leaf.metric.label for leaf in part.leaves)
    return f"{names} is also computed {count} {unit}{'s' * (count > 1)} earlier and set beside."


def condition_words(given: Condition) -> str:
    """A filter as a sentence's end."""
    if isinstance(given, Group):
        words = [
            f"({condition_words(member)})" if isinstance(member, Group) else condition_words(member)
            for member in given.members
        ]
        return (" and " if given.every else " or ").join(words)
    return _test_words(given)


def _test_words(test: Test) -> str:
    rule = test.rule
    values = " or ".join(str(value) for value in rule.values[:5]) + (" or others" if len(rule.values) > 5 else "")
    if rule.operator in ("inBetween", "notInBetween"):
        values = " and ".join(str(value) for value in rule.values)
    unit = ""
    if rule.operator.endswith(("Past", "Next", "Current")):
        unit = ("completed " if rule.completed else "") + (rule.unit.value if rule.unit else "days")
    parts = (_label(test.field), _OPERATORS[rule.operator], values, unit)
    return " ".join(part for part in parts if part)


def _label(field: Field | str) -> str:
    return field.label if isinstance(field, Dimension | Metric) else field


def _listed(words: Iterable[str]) -> str:
    found = list(words)
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} and {found[-1]}"
