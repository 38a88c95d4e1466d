"""Time in a prompt: grains (“monthly”, “by week”) and ranges (“last 12 months”, “in 2025”, “since March”).

`now` is given, never read, so that the same prompt gives the same plan.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
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
_UNTIL = ("until", "till", "before", "through", "to", "up")


@dataclass(frozen=True, slots=True)
class Range:
    """A range of time, not yet of a field. `text` is the builder's own words."""

    operator: str
    values: tuple[str | int, ...]
    unit: str | None
    completed: bool
    text: str

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


def _between(first: date, last: date, text: str) -> Range:
    return Range("inBetween", (first.isoformat(), last.isoformat()), None, False, text)


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def range_at(tokens: Sequence[Token], i: int, now: date) -> tuple[int, Range] | None:
    """A range that begins at token `i`: how many tokens it takes, and the range."""
    start = i
    low = _low(tokens, i)
    if low in ("for", "in", "during", "over", "within", "of", "from") and i + 1 < len(tokens):
        skipped = i + 1
        if _low(tokens, skipped) == "the":
            skipped += 1
        inner = _range(tokens, skipped, now)
        if inner is not None:
            return inner[0] + (skipped - start), inner[1]
    return _range(tokens, i, now)


def _range(tokens: Sequence[Token], i: int, now: date) -> tuple[int, Range] | None:
    low = _low(tokens, i)

    def said(length: int) -> str:
        return " ".join(t.text for t in tokens[i : i + length])

    if low in ("the",):
        inner = _range(tokens, i + 1, now)
        return (inner[0] + 1, inner[1]) if inner else None
    if low in _PAST:
        n = tokens[i + 1].number if i + 1 < len(tokens) else None
        skip = 1 if n is not None else 0
        full = 1 if _low(tokens, i + 1 + skip) in ("full", "complete", "completed", "calendar") else 0
        unit = UNITS.get(_stem(tokens, i + 1 + skip + full))
        if unit:
            length = 2 + skip + full
            completed = n is None and low in ("last", "previous", "prior")
            return length, Range("inThePast", (n or 1,), unit, completed or bool(full), said(length))
    if low in ("this", "current") and (unit := UNITS.get(_stem(tokens, i + 1))):
        return 2, Range("inTheCurrent", (1,), unit, False, said(2))
    if low in ("ytd", "qtd", "mtd"):
        unit = {"y": "years", "q": "quarters", "m": "months"}[low[0]]
        return 1, Range("inTheCurrent", (1,), unit, False, said(1))
    if low in ("year", "quarter", "month") and _low(tokens, i + 1) == "to" and _low(tokens, i + 2) == "date":
        return 3, Range("inTheCurrent", (1,), f"{low}s", False, said(3))
    if low == "today":
        return 1, Range("inTheCurrent", (1,), "days", False, said(1))
    if low == "yesterday":
        return 1, Range("inThePast", (1,), "days", True, said(1))
    if low in _SINCE and (point := _point(tokens, i + 1, now)):
        length, first, last = point
        if low in ("from", "starting") and _low(tokens, i + 1 + length) in (*_UNTIL, "-", "–"):
            other = _point(tokens, i + 2 + length, now)
            if other:
                return 2 + length + other[0], _between(first, other[2], said(2 + length + other[0]))
        day = last + timedelta(days=1) if low == "after" else first
        return 1 + length, Range("greaterThanOrEqual", (day.isoformat(),), None, False, said(1 + length))
    if low in ("before", "until", "till") and (point := _point(tokens, i + 1, now)):
        return 1 + point[0], Range("lessThan", (point[1].isoformat(),), None, False, said(1 + point[0]))
    if low == "between" and (point := _point(tokens, i + 1, now)) and _low(tokens, i + 1 + point[0]) in ("and", "to"):
        other = _point(tokens, i + 2 + point[0], now)
        if other:
            length = 2 + point[0] + other[0]
            return length, _between(point[1], other[2], said(length))
    if (point := _point(tokens, i, now)) and (low not in ("may", "march", "mar") or point[0] > 1 or i > 0):
        length, first, last = point
        if _low(tokens, i + length) in ("to", "-", "–", "through") and (other := _point(tokens, i + length + 1, now)):
            return length + 1 + other[0], _between(first, other[2], said(length + 1 + other[0]))
        if low in ("may", "march", "mar") and length == 1:
            return None
        return length, _between(first, last, said(length))
    return None


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
