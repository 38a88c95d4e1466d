"""Grains, parts and lengths of time as SQL."""

from __future__ import annotations

from vitrail.catalog.dbt_semantic_model import Window, grain_order
from vitrail.warehouse.dialect import Dialect

_PARTS = {
    "year": "YEAR_NUM",
    "quarter": "QUARTER_NUM",
    "month": "MONTH_NUM",
    "day": "DAY_OF_MONTH_NUM",
    "doy": "DAY_OF_YEAR_NUM",
}


def cut(text: str, grain: str, dialect: Dialect) -> str:
    """A date or timestamp cut to a standard grain; what is finer than a millisecond stays as it is."""
    if grain_order(grain) < grain_order("millisecond"):
        return text
    return dialect.intervals[grain.upper()].replace("{x}", text)


def part(text: str, name: str, dialect: Dialect) -> str:
    """One of dbt's date parts; the day of a week counts from Monday = 1, as ISO 8601 does."""
    if name == "dow":
        sunday = dialect.intervals["DAY_OF_WEEK_INDEX"].replace("{x}", text)
        return f"CASE WHEN {sunday} = 0 THEN 7 ELSE {sunday} END"
    return dialect.intervals[_PARTS[name]].replace("{x}", text)


def earlier(text: str, window: Window, grain: str, dialect: Dialect) -> str:
    """A time of a grain set back by a window of a standard grain; of a day or coarser it stays a date."""
    count, unit = window.count, window.grain.upper()
    if unit == "QUARTER":
        count, unit = 3 * count, "MONTH"
    moved = dialect.plus.replace("{n}", str(-count)).replace("{unit}", unit).replace("{x}", text)
    day = grain_order("day")
    return cut(moved, "day", dialect) if grain_order(grain) >= day and grain_order(window.grain) >= day else moved
