"""What differs between SQL engines, as data: a dialect is a frozen object, never a subclass.

Templates take `{x}` (an expression), and where they need it `{p}` (a fraction) or `{zone}` (a quoted time zone).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


class UnwritableValue(ValueError):
    """A value that no SQL text can hold safely: a zero byte, half a character, a number that is none."""


@dataclass(frozen=True, slots=True)
class Dialect:
    name: str
    """sqlglot's name of it."""
    identifier_quote: str
    backslash_escapes: bool
    """Whether a backslash means something inside a quoted text."""
    aggregates: Mapping[str, str]
    """By metric type."""
    intervals: Mapping[str, str]
    """By time interval; RAW is the expression itself."""
    any_value: str
    """An aggregate that gives one of the values that are not null."""
    same: str
    """`{a}` equals `{b}`, and null equals null."""
    in_zone: str
    """A timestamp (kept in UTC) as the clocks of `{zone}` show it."""

    def identifier(self, name: str) -> str:
        quote = self.identifier_quote
        return f"{quote}{name.replace(quote, quote * 2)}{quote}"

    def text(self, value: str) -> str:
        """A text as a literal. This function is the wall between a value and a statement."""
        if "\0" in value:
            raise UnwritableValue("a text with a zero byte in it")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise UnwritableValue("a text that is not valid Unicode") from None
        if self.backslash_escapes:
            value = value.replace("\\", "\\\\")
        return "'" + value.replace("'", "''") + "'"

    def number(self, value: int | float) -> str:
        if isinstance(value, float) and not math.isfinite(value):
            raise UnwritableValue("a number that is infinite or none")
        return f"({value!r})" if value < 0 else repr(value)


def _intervals(day: str, number: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    cut = {unit: f"date_trunc('{unit.lower()}', {{x}})" for unit in ("HOUR", "MINUTE", "SECOND", "MILLISECOND")}
    days = {unit: day.replace("{unit}", unit.lower()) for unit in ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")}
    return {"RAW": "{x}", **cut, **days, **number, **names}


_PARTS = {
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

DUCKDB = Dialect(
    name="duckdb",
    identifier_quote='"',
    backslash_escapes=False,
    aggregates={
        "count": "COUNT({x})",
        "count_distinct": "COUNT(DISTINCT {x})",
        "sum": "SUM({x})",
        "average": "AVG({x})",
        "min": "MIN({x})",
        "max": "MAX({x})",
        "median": "MEDIAN({x})",
        "percentile": "QUANTILE_CONT({x}, {p})",
    },
    intervals=_intervals(
        "CAST(date_trunc('{unit}', {x}) AS DATE)",
        {name: f"date_part('{part}', {{x}})" for name, part in _PARTS.items()},
        {
            "DAY_OF_WEEK_NAME": "dayname({x})",
            "MONTH_NAME": "monthname({x})",
            "QUARTER_NAME": "'Q' || date_part('quarter', {x})",
        },
    ),
    any_value="ANY_VALUE({x})",
    same="{a} IS NOT DISTINCT FROM {b}",
    in_zone="timezone({zone}, timezone('UTC', CAST({x} AS TIMESTAMP)))",
)

POSTGRES = Dialect(
    name="postgres",
    identifier_quote='"',
    backslash_escapes=False,
    aggregates={
        **DUCKDB.aggregates,
        "median": "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {x})",
        "percentile": "PERCENTILE_CONT({p}) WITHIN GROUP (ORDER BY {x})",
    },
    intervals=_intervals(
        "CAST(date_trunc('{unit}', {x}) AS DATE)",
        {name: f"CAST(EXTRACT({part} FROM {{x}}) AS INTEGER)" for name, part in _PARTS.items()},
        {
            "DAY_OF_WEEK_NAME": "to_char({x}, 'FMDay')",
            "MONTH_NAME": "to_char({x}, 'FMMonth')",
            "QUARTER_NAME": "'Q' || EXTRACT(quarter FROM {x})",
        },
    ),
    # Before version 16 Postgres has no any_value; the array's first is the same for every type.
    any_value="(ARRAY_AGG({x}) FILTER (WHERE {x} IS NOT NULL))[1]",
    same="{a} IS NOT DISTINCT FROM {b}",
    in_zone="timezone({zone}, timezone('UTC', CAST({x} AS TIMESTAMP)))",
)

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (DUCKDB, POSTGRES)}
