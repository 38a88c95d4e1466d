"""Reading single values out of YAML that anybody may have written: each function gives a typed value or `Wrong`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vitrail.catalog.model import AttributeRule, DimensionType, Format, TimeInterval

MAX_TEXT = 4_000

_TYPE_WORDS: tuple[tuple[tuple[str, ...], DimensionType], ...] = (
    (("timestamp", "datetime", "smalldatetime"), DimensionType.TIMESTAMP),
    (("date",), DimensionType.DATE),
    (("bool",), DimensionType.BOOLEAN),
    (
        (
            *(
                "int",
                "bigint",
                "smallint",
                "tinyint",
                "hugeint",
                "uint",
                "ubigint",
                "byteint",
                "long",
                "short",
                "serial",
            ),
            *("number", "numeric", "bignumeric", "dec", "float", "double", "real", "money"),
        ),
        DimensionType.NUMBER,
    ),
)
_BY_DEFAULT = {
    DimensionType.DATE: ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR"),
    DimensionType.TIMESTAMP: ("RAW", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"),
}


class Wrong(Exception):
    """A value that can't be used; the text says which and why."""


def text(holder: Mapping[str, Any], key: str) -> str | None:
    """A text, stripped; numbers are read as they are written. Blank is None."""
    value = holder.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Wrong(f"`{key}` must be a text")
    if len(str(value)) > MAX_TEXT and key != "sql":
        raise Wrong(f"`{key}` has more than {MAX_TEXT} characters")
    return str(value).strip() or None


def flag(holder: Mapping[str, Any], key: str) -> bool:
    value = holder.get(key)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise Wrong(f"`{key}` must be true or false")


def mapping(holder: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = holder.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Wrong(f"`{key}` must be a mapping")
    return value


def names(holder: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A text or a list of texts."""
    value = holder.get(key)
    if value is None:
        return ()
    given = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in given):
        raise Wrong(f"`{key}` must be a text or a list of texts")
    return tuple(given)


def dimension_type(given: str | None, data_type: str | None) -> DimensionType:
    """The type named in YAML, else the one of the column in the warehouse, else string."""
    if given is not None:
        try:
            return DimensionType(given.lower())
        except ValueError:
            raise Wrong(f"`type: {given[:40]}` is not one of {', '.join(DimensionType)}") from None
    word = (data_type or "").strip().lower()
    for starts, kind in _TYPE_WORDS:
        if word.startswith(starts):
            return kind
    return DimensionType.STRING


def intervals(holder: Mapping[str, Any], kind: DimensionType) -> tuple[TimeInterval, ...]:
    """`time_intervals`: a list, `default`, or `OFF`; without it the defaults of a date or timestamp."""
    default = _BY_DEFAULT.get(kind, ())
    value = holder.get("time_intervals")
    if value is None or (isinstance(value, str) and value.lower() == "default"):
        return tuple(TimeInterval(word) for word in default)
    # YAML reads a bare OFF as false.
    if value is False or value == [] or (isinstance(value, str) and value.lower() == "off"):
        return ()
    if not isinstance(value, list):
        raise Wrong("`time_intervals` must be a list, `default` or `OFF`")
    if not default:
        raise Wrong(f"`time_intervals` needs a date or timestamp, and the type is {kind}")
    try:
        return tuple(dict.fromkeys(TimeInterval(str(word).upper()) for word in value))
    except ValueError as error:
        raise Wrong(f"`time_intervals` has an unknown interval: {error}") from None


def shape(holder: Mapping[str, Any]) -> Format | None:
    """`format`, `round` and `compact` together."""
    kind, compact = text(holder, "format"), text(holder, "compact")
    decimals = holder.get("round")
    if decimals is not None and (isinstance(decimals, bool) or not isinstance(decimals, int) or abs(decimals) > 20):
        raise Wrong("`round` must be a whole number of decimals")
    return None if kind is None and compact is None and decimals is None else Format(kind, decimals, compact)


def rule(holder: Mapping[str, Any]) -> AttributeRule:
    """`required_attributes` and `any_attributes`."""
    return AttributeRule(_required(holder, "required_attributes"), _required(holder, "any_attributes"))


def _required(holder: Mapping[str, Any], key: str) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, value in mapping(holder, key).items():
        given = value if isinstance(value, list) else [value]
        if not given or not all(isinstance(item, str | int | float) for item in given):
            raise Wrong(f"`{key}.{name}` must be a value or a list of values")
        # YAML reads a bare yes as true; the attribute's value is the word itself.
        found[str(name)] = tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in given)
    return found


def words(name: str) -> str:
    """`order_count` → `Order count`: the label of a thing that has none."""
    spaced = name.replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]
