"""The date range control's first value, worked out in the viewer's browser, so that “last 12 months” moves with time.

Ranges are those of the control's own presets: the last 12 months are the last 12 full months.
"""

from __future__ import annotations

from vitrail.agent.composer.plan import Condition
from vitrail.agent.composer.text import literal

_UNITS = {"days": "Day", "weeks": "Week", "months": "Month", "quarters": "Quarter", "years": "Year"}


def initial_period(condition: Condition | None) -> tuple[str, set[str]]:
    """The body of a TypeScript function that gives the range (or `null`), and the names of date-fns it needs."""
    if condition is None:
        return "null", set()
    values, unit = condition.values, condition.unit or "days"
    if condition.operator == "inBetween" and len(values) == 2:
        return _range(literal(values[0]), literal(values[1])), set()
    if condition.operator == "greaterThanOrEqual" and values:
        return _range(literal(values[0]), _day("new Date()")), {"format"}
    if condition.operator == "lessThan" and values:
        return _range("'1970-01-01'", _day(f"subDays(parseISO({literal(values[0])}), 1)")), {
            "format",
            "subDays",
            "parseISO",
        }
    name = _UNITS.get(unit)
    if name is None:
        return "null", set()
    n = int(values[0]) if values else 1
    start, end, back = f"startOf{name}", f"endOf{name}", f"sub{name}s"
    if condition.operator == "inTheCurrent":
        return _range(_day(f"{start}(new Date())"), _day(f"{end}(new Date())")), {"format", start, end}
    if condition.operator == "inThePast" and name == "Day":
        return _range(_day(f"{back}(new Date(), {n})"), _day(f"{back}(new Date(), 1)")), {"format", back}
    if condition.operator == "inThePast":
        first, last = f"{start}({back}(new Date(), {n}))", f"{end}({back}(new Date(), 1))"
        return _range(_day(first), _day(last)), {"format", start, end, back}
    return "null", set()


def _day(moment: str) -> str:
    return f"format({moment}, 'yyyy-MM-dd')"


def _range(first: str, last: str) -> str:
    return f"return {{\n  from: {first},\n  to: {last},\n}};"
