"""The short text form of a metric's `filters:` in YAML → `MetricFilter`.

`status: completed` · `status: [a, b]` · `status: "!completed"` · `name: "%x%"`, `"x%"`, `"%x"`, `"!%x%"` ·
`amount: "> 5"` (also `>=`, `<`, `<=`) · `date: inThePast 14 days` (also `inTheNext`, `inTheCurrent`, `notIn…`, with
`completed`) · `"null"`, `"!null"`. Source: the reference product's documentation of metric filters.
"""

from __future__ import annotations

import re
from typing import Any

from vitrail.catalog.model import MetricFilter

Scalar = str | int | float | bool | None

_COMPARE = re.compile(r"(>=|<=|>|<)\s*(.+)\Z", re.DOTALL)
_COMPARE_OPERATORS = {
    ">": "greaterThan",
    ">=": "greaterThanOrEqual",
    "<": "lessThan",
    "<=": "lessThanOrEqual",
}
_RELATIVE = re.compile(
    r"(inThePast|notInThePast|inTheNext|inTheCurrent|notInTheCurrent)\s+(?:(\d{1,6})\s+)?(?:(completed)\s+)?"
    r"(millisecond|second|minute|hour|day|week|month|quarter|year)s?\Z"
)
_UNITS = frozenset(("milliseconds", "seconds", "minutes", "hours", "days", "weeks", "months", "quarters", "years"))
_BETWEEN = re.compile(r"between\s+(\S+)\s+(?:and|,)\s+(\S+)\Z", re.IGNORECASE)
# Signs that mean something at the ends of a value stand for themselves after a backslash.
_ESCAPED = re.compile(r"\\([%!_<>\\])")
_OPERATORS = frozenset(
    (
        *("isNull", "notNull", "equals", "notEquals", "startsWith", "endsWith", "include", "doesNotInclude"),
        *("lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual", "inBetween", "notInBetween"),
        *("inThePast", "notInThePast", "inTheNext", "inTheCurrent", "notInTheCurrent"),
    )
)


def parse_filters(given: Any) -> tuple[MetricFilter, ...]:
    """Read `filters:` (a list of one-key mappings, or one mapping). Raises `ValueError` with what is wrong."""
    if given is None:
        return ()
    entries = given if isinstance(given, list) else [given]
    found: list[MetricFilter] = []
    for entry in entries:
        if not isinstance(entry, dict) or not entry:
            raise ValueError("each filter must be `field: value`")
        if "operator" in entry or "target" in entry:
            found.append(_written_out(entry))
            continue
        found.extend(_one(str(field), value) for field, value in entry.items() if field != "required")
    return tuple(found)


def _written_out(entry: dict[str, Any]) -> MetricFilter:
    target = entry.get("target")
    field = target.get("fieldRef") or target.get("fieldId") if isinstance(target, dict) else entry.get("field")
    operator = entry.get("operator")
    values = entry.get("values", [])
    values = values if isinstance(values, list) else [values]
    if not isinstance(field, str) or operator not in _OPERATORS or not all(_is_scalar(value) for value in values):
        raise ValueError("a written-out filter needs `field`, a known `operator` and plain `values`")
    unit = entry.get("unit")
    if unit is not None and (not isinstance(unit, str) or unit not in _UNITS):
        raise ValueError(f"a written-out filter needs a `unit` such as days, not {str(unit)[:40]!r}")
    return MetricFilter(field, operator, tuple(values), unit, entry.get("completed") is True)


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _one(field: str, value: Any) -> MetricFilter:
    if isinstance(value, list):
        if not value or not all(_is_scalar(item) for item in value):
            raise ValueError(f"`{field}` needs a list of plain values")
        negative = all(isinstance(item, str) and item.startswith("!") for item in value)
        plain = tuple(str(item)[1:] for item in value) if negative else tuple(value)
        return MetricFilter(field, "notEquals" if negative else "equals", plain)
    if value is None or value == "null":
        return MetricFilter(field, "isNull")
    if value == "!null":
        return MetricFilter(field, "notNull")
    if isinstance(value, str):
        return _text(field, value)
    if _is_scalar(value):
        return MetricFilter(field, "equals", (value,))
    raise ValueError(f"`{field}` needs a plain value, not {type(value).__name__}")


def _text(field: str, value: str) -> MetricFilter:
    if compare := _COMPARE.match(value):
        return MetricFilter(field, _COMPARE_OPERATORS[compare.group(1)], (_number(compare.group(2).strip()),))
    if relative := _RELATIVE.match(value):
        operator, number, completed, unit = relative.groups()
        if number is None and "Current" not in operator:
            raise ValueError(f"`{field}: {value}` needs a number, as in `{operator} 14 {unit}s`")
        values = () if "Current" in operator else (int(number),)
        return MetricFilter(field, operator, values, f"{unit}s", completed is not None)
    if between := _BETWEEN.match(value):
        return MetricFilter(field, "inBetween", (_number(between.group(1)), _number(between.group(2))))
    negative = value.startswith("!")
    body = value[1:] if negative else value
    starts, ends = body.startswith("%"), body.endswith("%") and not body.endswith("\\%")
    plain = _ESCAPED.sub(r"\1", body[starts : len(body) - ends] if len(body) > 1 else body)
    if len(body) > 1 and (starts or ends):
        if starts and ends:
            return MetricFilter(field, "doesNotInclude" if negative else "include", (plain,))
        if negative:
            raise ValueError(
                f"`{field}: {value[:60]}` can't be said; a text can be kept out whole, or by %what it holds%"
            )
        return MetricFilter(field, "endsWith" if starts else "startsWith", (plain,))
    return MetricFilter(field, "notEquals" if negative else "equals", (plain,))


def _number(text: str) -> Scalar:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text
