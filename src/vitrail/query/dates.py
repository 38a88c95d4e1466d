"""Dates in filters: values read and cut to an interval, and relative dates worked out from one fixed now.

The rules of `inThePast` and its kin are the reference product's (FIELD §3): without `completed` a span ends now; with
it, whole units before (or after) the current one count. Days and longer are those of the calendar in the question's
time zone; hours and shorter are as long as a clock runs, also across a change to summer time.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vitrail.query.metric_query import TimeUnit

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})|-?Q([1-4]))?\Z")
_SPANS = {
    TimeUnit.MILLISECONDS: timedelta(milliseconds=1),
    TimeUnit.SECONDS: timedelta(seconds=1),
    TimeUnit.MINUTES: timedelta(minutes=1),
    TimeUnit.HOURS: timedelta(hours=1),
    TimeUnit.DAYS: timedelta(days=1),
    TimeUnit.WEEKS: timedelta(weeks=1),
}
_WITHIN_A_DAY = frozenset((TimeUnit.MILLISECONDS, TimeUnit.SECONDS, TimeUnit.MINUTES, TimeUnit.HOURS))
_MONTHS = {TimeUnit.MONTHS: 1, TimeUnit.QUARTERS: 3, TimeUnit.YEARS: 12}

Span = tuple[datetime, datetime, bool]
"""From, to, and whether `to` belongs to it."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What the time is, once for a whole question. Its moments have no zone: they are on the clocks of `zone`, and
    `fold` tells the hour that comes twice apart."""

    now: datetime
    zone: str | None = None
    """None: UTC."""
    week_start: int = 0
    """The day that weeks begin on: 0 is Monday, 6 is Sunday."""

    def read(self, value: object) -> datetime:
        """`2024`, `2024-03`, `2024-Q2`, `2024-03-31`, `2024-03-31T10:00:00(Z)` → a moment. Raises `ValueError`."""
        if not isinstance(value, str) or len(value) > 40:
            raise ValueError("a date is written as 2024-03-31")
        text = value.strip()
        if partial := _PARTIAL.match(text):
            year, month, quarter = partial.groups()
            return datetime(int(year), int(month or 1) if not quarter else 3 * int(quarter) - 2, 1)
        moment = datetime.fromisoformat(text)
        return self._here(moment) if moment.tzinfo else moment

    def in_utc(self, moment: datetime) -> datetime:
        """A moment of these clocks on those of UTC."""
        if self.zone is None:
            return moment
        return moment.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC).replace(tzinfo=None)

    def _here(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone) if self.zone else UTC).replace(tzinfo=None)

    def start_of(self, moment: datetime, unit: TimeUnit) -> datetime:
        """The beginning of the unit that a moment lies in."""
        day = datetime.combine(moment.date(), time())
        if unit is TimeUnit.YEARS:
            return day.replace(month=1, day=1)
        if unit is TimeUnit.QUARTERS:
            return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
        if unit is TimeUnit.MONTHS:
            return day.replace(day=1)
        if unit is TimeUnit.WEEKS:
            return day - timedelta(days=(day.weekday() - self.week_start) % 7)
        if unit is TimeUnit.DAYS:
            return day
        if unit is TimeUnit.HOURS:
            return moment.replace(minute=0, second=0, microsecond=0)
        if unit is TimeUnit.MINUTES:
            return moment.replace(second=0, microsecond=0)
        if unit is TimeUnit.SECONDS:
            return moment.replace(microsecond=0)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def shift(self, moment: datetime, unit: TimeUnit, number: int) -> datetime:
        """`number` units later; the end of a month stays within the month. Raises `OverflowError` beyond the
        calendar."""
        months = _MONTHS.get(unit)
        if months is None:
            if unit in _WITHIN_A_DAY and self.zone is not None:
                return self._here(self.in_utc(moment).replace(tzinfo=UTC) + number * _SPANS[unit])
            return moment + number * _SPANS[unit]
        index = moment.year * 12 + moment.month - 1 + number * months
        year, month = divmod(index, 12)
        if not 1 <= year <= 9999:
            raise OverflowError("beyond the calendar")
        return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))

    def past(self, unit: TimeUnit, number: int, completed: bool) -> Span:
        if completed:
            end = self.start_of(self.now, unit)
            return self.shift(end, unit, -number), end, False
        return self.shift(self.now, unit, -number), self.now, True

    def coming(self, unit: TimeUnit, number: int, completed: bool) -> Span:
        if completed:
            begin = self.shift(self.start_of(self.now, unit), unit, 1)
            return begin, self.shift(begin, unit, number), False
        return self.now, self.shift(self.now, unit, number), True

    def current(self, unit: TimeUnit) -> Span:
        begin = self.start_of(self.now, unit)
        return begin, self.shift(begin, unit, 1), False
