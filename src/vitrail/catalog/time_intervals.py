"""`time_intervals`: what a date or timestamp can be cut to, the project's own granularities among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vitrail.catalog.model import DimensionType, TimeInterval
from vitrail.catalog.yaml_keys import meant
from vitrail.catalog.yaml_values import Wrong

_BY_DEFAULT = {
    DimensionType.DATE: ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR"),
    DimensionType.TIMESTAMP: ("RAW", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"),
}
_DATES = frozenset({TimeInterval.DAY, TimeInterval.WEEK, TimeInterval.MONTH, TimeInterval.QUARTER, TimeInterval.YEAR})
_KNOWN = frozenset(TimeInterval)


@dataclass(frozen=True, slots=True)
class Granularity:
    """One of `custom_granularities`: `sql` has `${COLUMN}` where the date stands."""

    name: str
    label: str
    sql: str
    type: DimensionType = DimensionType.DATE


Cut = TimeInterval | Granularity


def interval_type(interval: TimeInterval, base: DimensionType) -> DimensionType:
    """The type of a date or timestamp after it was cut to an interval."""
    if interval is TimeInterval.RAW:
        return base
    if interval in _DATES:
        return DimensionType.DATE
    if interval.endswith(("_NUM", "_INDEX")):
        return DimensionType.NUMBER
    return DimensionType.STRING if interval.endswith("_NAME") else DimensionType.TIMESTAMP


def intervals(
    holder: Mapping[str, Any],
    kind: DimensionType,
    own: Mapping[str, Granularity],
    more: Mapping[DimensionType, tuple[Cut, ...]],
) -> tuple[Cut, ...]:
    """`time_intervals`: a list, `default`, or `OFF`; without it the defaults of a date or timestamp, and `more`."""
    default = _BY_DEFAULT.get(kind, ())
    value = holder.get("time_intervals")
    if value is None or (isinstance(value, str) and value.lower() == "default"):
        usual: list[Cut] = [TimeInterval(word) for word in default]
        return tuple(dict.fromkeys([*usual, *more.get(kind, ())]))
    # YAML reads a bare OFF as false.
    if value is False or value == [] or (isinstance(value, str) and value.lower() == "off"):
        return ()
    if not isinstance(value, list):
        raise Wrong("`time_intervals` must be a list, `default` or `OFF`")
    if not default:
        raise Wrong(f"`time_intervals` needs a date or timestamp, and the type is {kind}")
    return tuple(dict.fromkeys(cut(word, own) for word in value))


def cut(word: Any, own: Mapping[str, Granularity]) -> Cut:
    if isinstance(word, str):
        if word.upper() in _KNOWN:
            return TimeInterval(word.upper())
        if word in own:
            return own[word]
    near = meant(str(word), _KNOWN | own.keys())
    more = f"; did you mean {near}?" if near else ""
    raise Wrong(f"`time_intervals` has an unknown interval {str(word)[:40]!r}{more}")
