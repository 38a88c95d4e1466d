"""Dimensions whose order is not that of the alphabet: days and months by name, ranges made in a question."""

from __future__ import annotations

from vitrail.catalog.model import Dimension, TimeInterval
from vitrail.query.made_fields import MadeDimension
from vitrail.warehouse.dialect import Dialect

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def names_in_order(field: Dimension, dialect: Dialect) -> tuple[str, ...]:
    """The values of such a dimension; empty for every other. Days begin where the dialect's weeks do."""
    if isinstance(field, MadeDimension):
        return field.order
    if field.interval is TimeInterval.DAY_OF_WEEK_NAME:
        return _DAYS[dialect.week_start :] + _DAYS[: dialect.week_start]
    return _MONTHS if field.interval is TimeInterval.MONTH_NAME else ()


def ordering(field: Dimension, text: str, dialect: Dialect) -> str:
    """What the values of a dimension, given by `text`, are sorted by."""
    names = names_in_order(field, dialect)
    cases = " ".join(f"WHEN {dialect.text(name)} THEN {place}" for place, name in enumerate(names))
    return f"CASE {text} {cases} END" if names else text
