"""Dates in filters: values read and cut to an interval, and relative dates worked out from one fixed now.

Weeks begin on Monday. The rules of `inThePast` and its kin are the reference product's (FIELD §3): without
`completed` a span ends now; with it, whole units before (or after) the current one count.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, time, timedelta

from vitrail.query.metric_query import TimeUnit

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})|-?Q([1-4]))?\Z")
_SPANS = {
    TimeUnit.MILLISECONDS: timedelta(milliseconds=1),
    TimeUnit.SECONDS: timedelta(seconds=1),
    TimeUnit.MINUTES: timedelta(minutes=1),
    TimeUnit.HOURS: timedelta(hours=1),
    TimeUnit.DAYS: timedelta(days=1),
    TimeUnit.WEEKS: timedelta(weeks=1),
}
_MONTHS = {TimeUnit.MONTHS: 1, TimeUnit.QUARTERS: 3, TimeUnit.YEARS: 12}


def read_moment(value: object) -> datetime:
    """`2024`, `2024-03`, `2024-Q2`, `2024-03-31`, `2024-03-31T10:00:00(Z)` → a moment without zone (UTC where one was
    given). Raises `ValueError`."""
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("a date is written as 2024-03-31")
    text = value.strip()
    if partial := _PARTIAL.match(text):
        year, month, quarter = partial.groups()
        return datetime(int(year), int(month or 1) if not quarter else 3 * int(quarter) - 2, 1)
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def start_of(moment: datetime, unit: TimeUnit) -> datetime:
    """The beginning of the unit that a moment lies in."""
    day = datetime.combine(moment.date(), time())
    if unit is TimeUnit.YEARS:
        return day.replace(month=1, day=1)
    if unit is TimeUnit.QUARTERS:
        return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    if unit is TimeUnit.MONTHS:
        return day.replace(day=1)
    if unit is TimeUnit.WEEKS:
        return day - timedelta(days=day.weekday())
    if unit is TimeUnit.DAYS:
        return day
    if unit is TimeUnit.HOURS:
        return moment.replace(minute=0, second=0, microsecond=0)
    if unit is TimeUnit.MINUTES:
        return moment.replace(second=0, microsecond=0)
    if unit is TimeUnit.SECONDS:
        return moment.replace(microsecond=0)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def shift(moment: datetime, unit: TimeUnit, number: int) -> datetime:
    """`number` units later; the end of a month stays within the month. Raises `OverflowError` beyond the calendar."""
    months = _MONTHS.get(unit)
    if months is None:
        return moment + number * _SPANS[unit]
    index = moment.year * 12 + moment.month - 1 + number * months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("beyond the calendar")
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def past(now: datetime, unit: TimeUnit, number: int, completed: bool) -> tuple[datetime, datetime, bool]:
    """(from, to, whether `to` belongs to it)."""
    if completed:
        end = start_of(now, unit)
        return shift(end, unit, -number), end, False
    return shift(now, unit, -number), now, True


def coming(now: datetime, unit: TimeUnit, number: int, completed: bool) -> tuple[datetime, datetime, bool]:
    if completed:
        begin = shift(start_of(now, unit), unit, 1)
        return begin, shift(begin, unit, number), False
    return now, shift(now, unit, number), True


def current(now: datetime, unit: TimeUnit) -> tuple[datetime, datetime, bool]:
    begin = start_of(now, unit)
    return begin, shift(begin, unit, 1), False
