"""What differs between SQL engines, as data: a dialect is a frozen object, never a subclass.

Templates take `{x}` (an expression), and where they need it `{p}` (a fraction) or `{zone}` (a quoted time zone).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum


class UnwritableValue(ValueError):
    """A value that no SQL text can hold safely: a zero byte, half a character, a number that is none."""


class Quoting(StrEnum):
    """What an engine takes a quoted text for. It is the wall between a value and a statement, so each engine's own
    rule is named and none is guessed."""

    STANDARD = "standard"
    """A quote is written twice, a backslash is itself."""
    BACKSLASH = "backslash"
    """A backslash escapes: it, quotes and line ends are written with one."""
    NEITHER = "neither"
    """Whether a backslash escapes depends on a setting: it is added as a character of its own, outside the quotes."""


@dataclass(frozen=True, slots=True)
class Dialect:
    name: str
    """sqlglot's name of it."""
    aggregates: Mapping[str, str]
    """By metric type."""
    intervals: Mapping[str, str]
    """By time interval; RAW is the expression itself. DAY and longer give a date, names and numbers mean the same on
    every engine: weeks begin on Monday and are numbered as ISO 8601 does, day 0 of a week is Sunday, names are
    English."""
    any_value: str
    """An aggregate that gives one of the values that are not null."""
    same: str
    """`{a}` equals `{b}`, and null equals null."""
    in_zone: str
    """A timestamp (kept in UTC) as the clocks of `{zone}` show it."""
    plus: str
    """A date or timestamp set forward by a whole number `{n}` (back by a negative one) of `{unit}`: SECOND, MINUTE,
    HOUR, DAY, WEEK, MONTH or YEAR; a timestamp, whatever it was."""
    ratio: str
    """`{a}` divided by `{b}`, never as whole numbers; null when `{b}` is 0."""
    percentile_discrete: str = "PERCENTILE_DISC({p}) WITHIN GROUP (ORDER BY {x})"
    """The least value that has the fraction `{p}` of the values at or below it."""
    percentile_approximate: str = ""
    """The engine's own approximation, for those who ask for one; empty: the exact one serves."""
    identifier_quote: str = '"'
    identifier_backslash: bool = False
    """Whether a backslash escapes inside a quoted name."""
    quoting: Quoting = Quoting.STANDARD
    date_literal: str = "DATE '{v}'"
    """`{v}`: `2024-01-31`."""
    timestamp_literal: str = "TIMESTAMP '{v}'"
    """`{v}`: `2024-01-31 10:00:00`, with six digits of a second's parts where there are any."""
    to_date: str = "CAST({x} AS DATE)"
    """A date or timestamp as a date."""
    lower: str = "LOWER({x})"
    like_escape: str = "!"
    """What makes `%` and `_` ordinary in a pattern. A backslash needs no ESCAPE clause where it is the dialect's."""
    row_order: str = ""
    """What a ROW_NUMBER that may be in any order must be ordered by."""
    limit_offset: str = "LIMIT {limit} OFFSET {offset}"
    order_by_alias: bool = True
    """Whether ORDER BY may use a column of the answer inside an expression."""
    week_start: int = 0
    """The day that WEEK begins on: 0 is Monday, 6 is Sunday. See `weeks_from`."""

    def weeks_from(self, day: int) -> Dialect:
        """This dialect (of weeks that begin on Monday) with weeks that begin on another day."""
        if day == self.week_start:
            return self

        def moved(x: str, days: int) -> str:
            return self.plus.replace("{n}", str(days)).replace("{unit}", "DAY").replace("{x}", x)

        week = self.to_date.replace("{x}", moved(self.intervals["WEEK"].replace("{x}", moved("{x}", -day)), day))
        return replace(self, week_start=day, intervals={**self.intervals, "WEEK": week})

    def identifier(self, name: str) -> str:
        quote = self.identifier_quote
        if self.identifier_backslash:
            name = name.replace("\\", "\\\\").replace(quote, "\\" + quote)
        else:
            name = name.replace(quote, quote * 2)
        return f"{quote}{name}{quote}"

    def text(self, value: str) -> str:
        """A text as a literal. This function is the wall between a value and a statement."""
        if "\0" in value:
            raise UnwritableValue("a text with a zero byte in it")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise UnwritableValue("a text that is not valid Unicode") from None
        if self.quoting is Quoting.BACKSLASH:
            value = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
            return f"'{value}'"
        value = value.replace("'", "''")
        if self.quoting is Quoting.NEITHER and "\\" in value:
            return "('" + "' || CHR(92) || '".join(value.split("\\")) + "')"
        return f"'{value}'"

    def number(self, value: int | float) -> str:
        if isinstance(value, float) and not math.isfinite(value):
            raise UnwritableValue("a number that is infinite or none")
        return f"({value!r})" if value < 0 else repr(value)

    def date(self, value: date) -> str:
        return self.date_literal.replace("{v}", value.isoformat()[:10])

    def timestamp(self, value: datetime) -> str:
        """`value` has no zone."""
        return self.timestamp_literal.replace("{v}", value.isoformat(sep=" "))

    def limit(self, rows: int, offset: int | None = None) -> str:
        if not offset:
            return f"LIMIT {rows}"
        return self.limit_offset.replace("{limit}", str(rows)).replace("{offset}", str(offset))

    def row_number(self, *among: str) -> str:
        """A number that no two rows share (of those alike in `among`), in any order."""
        partition = f"PARTITION BY {', '.join(among)}" if among else ""
        return f"ROW_NUMBER() OVER ({' '.join(filter(None, (partition, self.row_order)))})"

    def like(self, x: str, value: str, *, start: bool, end: bool, any_case: bool = False, negated: bool = False) -> str:
        """The condition that a text has `value` in it: at its `start`, at its `end`, or (neither) anywhere."""
        escape = self.like_escape
        escaped = re.sub(f"([{re.escape(escape)}%_])", lambda found: escape + found.group(1), value)
        pattern = self.text(("" if start else "%") + escaped + ("" if end else "%"))
        if any_case:  # By the engine on both sides: nobody else knows what it takes for the same letter.
            x, pattern = self.lower.replace("{x}", x), self.lower.replace("{x}", pattern)
        # Some engines take a backslash for an escape unless another is named.
        clause = f" ESCAPE '{escape}'" if escape != "\\" and (escaped != value or "\\" in value) else ""
        return f"{x} {'NOT LIKE' if negated else 'LIKE'} {pattern}{clause}"


def intervals(cut: str, day: str, number: str, parts: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Intervals from templates: `cut` for what is shorter than a day and `day` for the others take `{unit}`, `number`
    takes the `{part}` of each of `parts`; `more` stands as it is and wins."""
    short = {unit: cut.replace("{unit}", unit.lower()) for unit in ("HOUR", "MINUTE", "SECOND", "MILLISECOND")}
    long = {unit: day.replace("{unit}", unit.lower()) for unit in ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")}
    numbers = {name: number.replace("{part}", part) for name, part in parts.items()}
    return {"RAW": "{x}", **short, **long, **numbers, **more}


def aggregates(median: str, percentile: str) -> dict[str, str]:
    """What is said in the same words everywhere, and what is not."""
    return {
        "count": "COUNT({x})",
        "count_distinct": "COUNT(DISTINCT {x})",
        "sum": "SUM({x})",
        "average": "AVG({x})",
        "min": "MIN({x})",
        "max": "MAX({x})",
        "median": median,
        "percentile": percentile,
    }


def english(number: str, names: tuple[str, ...], first: int) -> str:
    """An English name by the number that stands for it, for engines that have no such function or none in English."""
    cases = " ".join(f"WHEN {first + place} THEN '{name}'" for place, name in enumerate(names))
    return f"CASE {number} {cases} END"


DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
PARTS = {
    "DAY_OF_WEEK_INDEX": "dow",  # Sunday is 0.
    "DAY_OF_MONTH_NUM": "day",
    "DAY_OF_YEAR_NUM": "doy",
    "WEEK_NUM": "week",
    "MONTH_NUM": "month",
    "QUARTER_NUM": "quarter",
    "YEAR_NUM": "year",
    "HOUR_OF_DAY_NUM": "hour",
    "MINUTE_OF_HOUR_NUM": "minute",
}
