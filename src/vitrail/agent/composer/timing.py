"""Time in a prompt: grains (“monthly”, “by week”) and ranges (“last 12 months”, “in 2025”, “since March”).

`now` is given, never read, so that the same prompt gives the same plan.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from vitrail.agent.composer.plan import Condition
from vitrail.agent.composer.words import Token
from vitrail.catalog.model import TimeInterval as T

GRAIN_WORDS = {
    "hourly": T.HOUR,
    "daily": T.DAY,
    "weekly": T.WEEK,
    "monthly": T.MONTH,
    "quarterly": T.QUARTER,
    "yearly": T.YEAR,
    "annual": T.YEAR,
    "annually": T.YEAR,
}
GRAIN_NOUNS = {
    "hour": T.HOUR,
    "day": T.DAY,
    "date": T.DAY,
    "week": T.WEEK,
    "month": T.MONTH,
    "quarter": T.QUARTER,
    "year": T.YEAR,
    "weekday": T.DAY_OF_WEEK_NAME,
    "dayofweek": T.DAY_OF_WEEK_NAME,
}
UNITS = {"hour": "hours", "day": "days", "week": "weeks", "month": "months", "quarter": "quarters", "year": "years"}
_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_PAST = ("last", "past", "previous", "prior", "trailing", "rolling", "recent")
_SINCE = ("since", "after", "from", "starting")
_BEFORE = ("before", "until", "till")
_UNTIL = ("until", "till", "through", "to", "-", "–")
_TO_DATE = {"ytd": "years", "qtd": "quarters", "mtd": "months"}


@dataclass(frozen=True, slots=True)
class Range:
    """A range of time, not yet of a field. `text` is the builder's own words."""

    operator: str
    values: tuple[str | int, ...]
    unit: str | None = None
    completed: bool = False
    text: str = ""

    def on(self, field: str) -> Condition:
        return Condition(
            field=field,
            operator=self.operator,
            values=list(self.values),
            unit=self.unit,
            completed=self.completed,
            text=self.text,
        )


def _low(tokens: Sequence[Token], i: int) -> str:
    return tokens[i].low if 0 <= i < len(tokens) else ""


def _stem(tokens: Sequence[Token], i: int) -> str:
    return tokens[i].stem if 0 <= i < len(tokens) else ""


def _year(tokens: Sequence[Token], i: int) -> int | None:
    if 0 <= i < len(tokens) and tokens[i].kind == "number" and len(tokens[i].text) == 4:
        number = tokens[i].number or 0
        return number if 1990 <= number <= 2100 else None
    return None


def _between(first: date, last: date) -> Range:
    return Range("inBetween", (first.isoformat(), last.isoformat()))


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def range_at(tokens: Sequence[Token], i: int, now: date) -> tuple[int, Range] | None:
    """A range that begins at token `i`: how many tokens it takes, and the range."""
    skip = 0
    if _low(tokens, i) in ("for", "in", "during", "over", "within", "of", "from"):
        skip = 1
    if _low(tokens, i + skip) == "the":
        skip += 1
    inner = _relative(tokens, i + skip, now) or _stretch(tokens, i + skip, now, sure=skip > 0)
    if inner is None and skip:
        inner, skip = _open(tokens, i, now), 0
    elif inner is None:
        inner = _open(tokens, i, now)
    if inner is None:
        return None
    length, found = inner
    text = " ".join(t.text for t in tokens[i + skip : i + skip + length])
    return skip + length, replace(found, text=text)


def _relative(tokens: Sequence[Token], i: int, now: date) -> tuple[int, Range] | None:
    """`last 12 months`, `this year`, `YTD`, `yesterday`."""
    low = _low(tokens, i)
    if low in _PAST:
        n = tokens[i + 1].number if i + 1 < len(tokens) else None
        at = i + (2 if n is not None else 1)
        full = _low(tokens, at) in ("full", "complete", "completed", "calendar")
        at += full
        unit = UNITS.get(_stem(tokens, at))
        if unit:
            completed = full or (n is None and low in ("last", "previous", "prior"))
            return at + 1 - i, Range("inThePast", (n or 1,), unit, completed)
    if low in ("this", "current") and (unit := UNITS.get(_stem(tokens, i + 1))):
        return 2, Range("inTheCurrent", (1,), unit)
    if low in _TO_DATE:
        return 1, Range("inTheCurrent", (1,), _TO_DATE[low])
    if low in ("year", "quarter", "month") and [_low(tokens, i + 1), _low(tokens, i + 2)] == ["to", "date"]:
        return 3, Range("inTheCurrent", (1,), f"{low}s")
    if low == "today":
        return 1, Range("inTheCurrent", (1,), "days")
    if low == "yesterday":
        return 1, Range("inThePast", (1,), "days", completed=True)
    return None


def _open(tokens: Sequence[Token], i: int, now: date) -> tuple[int, Range] | None:
    """`since March`, `after 2024`, `before 2025`, `between January and March`, `from 2023 to 2024`."""
    low = _low(tokens, i)
    point = _point(tokens, i + 1, now) if low in (*_SINCE, *_BEFORE, "between") else None
    if point is None:
        return None
    length, first, last = point
    if low in ("from", "starting", "between") and _low(tokens, i + 1 + length) in (
        *_UNTIL,
        *(["and"] if low == "between" else []),
    ):
        other = _point(tokens, i + 2 + length, now)
        if other is not None:
            if first > other[1]:  # “between January and March 2025”: the year is said once
                first = first.replace(year=other[1].year)
            return 2 + length + other[0], _between(first, other[2])
    if low == "between":
        return None
    if low in _BEFORE:
        return 1 + length, Range("lessThan", (first.isoformat(),))
    day = last + timedelta(days=1) if low == "after" else first
    return 1 + length, Range("greaterThanOrEqual", (day.isoformat(),))


def _stretch(tokens: Sequence[Token], i: int, now: date, *, sure: bool) -> tuple[int, Range] | None:
    """`2025`, `Q3 2025`, `March`, `March to May`. Months that are words too count only where `sure` (after “in”)."""
    point = _point(tokens, i, now)
    if point is None:
        return None
    length, first, last = point
    if _low(tokens, i + length) in _UNTIL and (other := _point(tokens, i + length + 1, now)):
        return length + 1 + other[0], _between(first, other[2])
    if _low(tokens, i) in ("may", "march", "mar") and length == 1 and not sure:
        return None
    return length, _between(first, last)


def _point(tokens: Sequence[Token], i: int, now: date) -> tuple[int, date, date] | None:
    """A named stretch of time at `i`: its length in tokens, its first and last day."""
    low = _low(tokens, i)
    if year := _year(tokens, i):
        return 1, date(year, 1, 1), date(year, 12, 31)
    quarter = int(low[1]) if len(low) == 2 and low[0] == "q" and low[1] in "1234" else None
    length = 1
    if low == "q" and _low(tokens, i + 1) in ("1", "2", "3", "4"):
        quarter, length = int(_low(tokens, i + 1)), 2
    if quarter:
        year = _year(tokens, i + length)
        length += 1 if year else 0
        year = year or now.year
        return length, date(year, 3 * quarter - 2, 1), _month_end(year, 3 * quarter)
    if month := _MONTHS.get(low):
        year, length = _year(tokens, i + 1), 1
        if year:
            length = 2
        elif (day := tokens[i + 1].number if i + 1 < len(tokens) else None) and day <= 31 and _year(tokens, i + 2):
            exact = date(_year(tokens, i + 2) or now.year, month, min(day, 28))
            return 3, exact, exact
        year = year or (now.year if month <= now.month else now.year - 1)
        return length, date(year, month, 1), _month_end(year, month)
    if low in ("last", "this") and _stem(tokens, i + 1) in ("year", "month"):
        back = 1 if low == "last" else 0
        if _stem(tokens, i + 1) == "year":
            return 2, date(now.year - back, 1, 1), date(now.year - back, 12, 31)
        first = (now.replace(day=1) - timedelta(days=1)).replace(day=1) if back else now.replace(day=1)
        return 2, first, _month_end(first.year, first.month)
    return None


def span_days(found: Range) -> int | None:
    """About how many days a range covers, to choose a grain; `None` when it is open."""
    if found.operator == "inBetween":
        first, last = (date.fromisoformat(str(v)) for v in found.values)
        return (last - first).days + 1
    if found.operator in ("inThePast", "inTheCurrent"):
        per = {"hours": 1, "days": 1, "weeks": 7, "months": 30, "quarters": 91, "years": 365}[found.unit or "days"]
        return int(found.values[0]) * per
    return None


def grain_for(days: int | None) -> T:
    """The guide's advice: days up to two months, weeks to half a year, months to four years, then quarters."""
    if days is None:
        return T.MONTH
    if days <= 62:
        return T.DAY
    if days <= 184:
        return T.WEEK
    return T.MONTH if days <= 1461 else T.QUARTER
