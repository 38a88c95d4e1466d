"""The one moment that a question's relative dates are counted from, on the clocks of its time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from vitrail.query.dates import WEEKDAYS, Clock
from vitrail.query.metric_query import TimeUnit
from vitrail.warehouse.dialect import DUCKDB

PARIS = "Europe/Paris"


def paris(text: str) -> Clock:
    """Paris's clocks at a moment of UTC."""
    return Clock(datetime.fromisoformat(text).astimezone(ZoneInfo(PARIS)).replace(tzinfo=None), PARIS)


def in_utc(clock: Clock, unit: TimeUnit, number: int) -> str:
    return clock.in_utc(clock.past(unit, number, completed=False)[0]).isoformat(sep=" ")


def test_hours_are_as_long_as_a_clock_runs() -> None:
    assert in_utc(paris("2024-03-31T01:30:00+00:00"), TimeUnit.HOURS, 2) == "2024-03-30 23:30:00"
    assert in_utc(paris("2024-10-27T01:30:00+00:00"), TimeUnit.HOURS, 1) == "2024-10-27 00:30:00"
    assert in_utc(paris("2024-10-27T00:30:00+00:00"), TimeUnit.MINUTES, 90) == "2024-10-26 23:00:00"


def test_days_are_the_calendars() -> None:
    assert in_utc(paris("2024-03-31T12:00:00+00:00"), TimeUnit.DAYS, 1) == "2024-03-30 13:00:00"
    assert in_utc(paris("2024-10-27T12:00:00+00:00"), TimeUnit.DAYS, 1) == "2024-10-26 11:00:00"


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first, second = paris("2024-10-27T00:30:00+00:00"), paris("2024-10-27T01:30:00+00:00")
    assert first.now == second.now == datetime(2024, 10, 27, 2, 30)
    assert (first.in_utc(first.now).hour, second.in_utc(second.now).hour) == (0, 1)


def test_a_value_with_a_zone_is_that_moment() -> None:
    clock = paris("2024-03-31T12:00:00+00:00")
    assert clock.read("2024-07-01T10:00:00Z") == datetime(2024, 7, 1, 12)
    assert clock.read("2024-07-01T10:00:00-05:00") == datetime(2024, 7, 1, 17)
    assert clock.read("2024-07-01T10:00:00") == datetime(2024, 7, 1, 10)
    assert Clock(datetime(2024, 1, 1)).read("2024-07-01T10:00:00+02:00") == datetime(2024, 7, 1, 8)


@pytest.mark.parametrize(("day", "began"), [(0, 25), (1, 26), (2, 27), (3, 28), (4, 29), (5, 30), (6, 31)])
def test_weeks_begin_on_the_day_that_was_chosen(day: int, began: int) -> None:
    clock = Clock(datetime(2024, 3, 31, 12), week_start=day)
    assert clock.start_of(clock.now, TimeUnit.WEEKS) == datetime(2024, 3, began)
    assert datetime(2024, 3, began).strftime("%A").lower() == WEEKDAYS[day]


def test_a_dialect_keeps_its_weeks_unless_told() -> None:
    assert DUCKDB.weeks_from(0) is DUCKDB
    assert DUCKDB.weeks_from(6).intervals["MONTH"] == DUCKDB.intervals["MONTH"]
    assert "INTERVAL '-6 DAY'" in DUCKDB.weeks_from(6).intervals["WEEK"]


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2024-13", "2024-02-30", "2024-Q5", "1" * 41, "24-01-01", "2024-1-1"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Clock(datetime.now(UTC).replace(tzinfo=None)).read(text)
