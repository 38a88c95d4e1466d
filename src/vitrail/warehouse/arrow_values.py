"""An Arrow table → JSON-ready columns, converted column by column in Arrow's own code where it can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from vitrail.warehouse.plain_values import duration, plain


def kind_of(type_: pa.DataType) -> str:
    """string, number, date, timestamp or boolean."""
    if pa.types.is_boolean(type_):
        return "boolean"
    if pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_):
        return "number"
    if pa.types.is_date(type_):
        return "date"
    return "timestamp" if pa.types.is_timestamp(type_) else "string"


def rows_of(table: pa.Table) -> list[list[Any]]:
    if not table.num_rows:
        return []
    return list(map(list, zip(*(_values(column) for column in table.columns), strict=True)))


def _values(column: pa.ChunkedArray) -> list[Any]:
    type_ = column.type
    for fits, convert in _CONVERTERS:
        if fits(type_):
            try:
                return convert(column)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OverflowError, ValueError):
                break  # A value beyond what the fast way can hold: one by one, then.
    return [_plain(value) for value in column.to_pylist()]


def _unchanged(column: pa.ChunkedArray) -> list[Any]:
    values: list[Any] = column.to_pylist()
    return values


def _floats(column: pa.ChunkedArray) -> list[Any]:
    finite = pc.is_finite(column)
    if pc.all(finite).as_py() is False:
        column = pc.if_else(finite, column, pa.scalar(None, column.type))
    return _unchanged(column)


def _decimals(column: pa.ChunkedArray) -> list[Any]:
    if column.type.scale <= 0:
        return _unchanged(column.cast(pa.int64()))
    # By way of text: Arrow's own cast of 0.69 gives 0.6900000000000001.
    return _unchanged(column.cast(pa.string()).cast(pa.float64()))


def _dates(column: pa.ChunkedArray) -> list[Any]:
    return _unchanged(column.cast(pa.string()))


def _timestamps(column: pa.ChunkedArray) -> list[Any]:
    ending = "Z" if column.type.tz else ""
    plain = column.cast(pa.timestamp(column.type.unit))
    try:
        plain = plain.cast(pa.timestamp("s"))
    except pa.ArrowInvalid:  # It has fractions of a second.
        plain = plain.cast(pa.timestamp("us"), safe=False)
    return _unchanged(pc.strftime(plain, format="%Y-%m-%dT%H:%M:%S" + ending))


def _decoded(column: pa.ChunkedArray) -> list[Any]:
    return _unchanged(column.cast(column.type.value_type))


_Fits = Callable[[pa.DataType], bool]
_CONVERTERS: tuple[tuple[_Fits, Callable[[pa.ChunkedArray], list[Any]]], ...] = (
    (pa.types.is_string, _unchanged),
    (pa.types.is_integer, _unchanged),
    (pa.types.is_floating, _floats),
    (pa.types.is_decimal, _decimals),
    (pa.types.is_date, _dates),
    (pa.types.is_timestamp, _timestamps),
    (pa.types.is_boolean, _unchanged),
    (pa.types.is_dictionary, _decoded),
    (pa.types.is_time, _dates),
)


def _plain(value: Any) -> Any:
    if isinstance(value, pa.MonthDayNano):
        return duration(value.months, value.days, value.nanoseconds / 1e9)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return plain(value)
