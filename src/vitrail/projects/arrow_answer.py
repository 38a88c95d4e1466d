"""An answer as an Arrow IPC stream, for whoever computes on with it (`Accept: application/vnd.apache.arrow.stream`).

Each field carries its label, kind, interval and format as metadata; the schema whether rows were left out, the limit,
and when the warehouse gave the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import orjson
import pyarrow as pa

from vitrail.query.result import Column, QueryResult

MEDIA_TYPE = "application/vnd.apache.arrow.stream"


def arrow_stream(result: QueryResult) -> bytes:
    """The rows of the answer; totals, subtotals and a pivot are not in it."""
    values = list(zip(*result.rows, strict=True)) if result.rows else [()] * len(result.columns)
    arrays = [_array(column, given) for column, given in zip(result.columns, values, strict=True)]
    fields = [pa.field(c.id, a.type, metadata=_metadata(c)) for c, a in zip(result.columns, arrays, strict=True)]
    about = {"truncated": result.truncated, "limit": result.limit, "as_of": result.as_of}
    schema = pa.schema(fields, metadata={"vitrail": orjson.dumps(about)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
    return bytes(sink.getvalue())


def _metadata(column: Column) -> Mapping[str, str]:
    shape = orjson.dumps(asdict(column.format)).decode() if column.format else ""
    return {"label": column.label, "kind": column.kind, "interval": column.interval or "", "format": shape}


def _array(column: Column, values: tuple[Any, ...]) -> pa.Array:
    try:
        return _ARRAYS.get(column.type, _texts)(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, ValueError, TypeError):
        return _texts(values)  # A warehouse that gave another type than it announced.


def _numbers(values: tuple[Any, ...]) -> pa.Array:
    if any(isinstance(value, float) for value in values):
        return pa.array(values, pa.float64())
    try:
        return pa.array(values, pa.int64())
    except (OverflowError, pa.ArrowInvalid):
        return pa.array(values, pa.float64())


def _booleans(values: tuple[Any, ...]) -> pa.Array:
    return pa.array(values, pa.bool_())


def _dates(values: tuple[Any, ...]) -> pa.Array:
    return pa.array([None if value is None else date.fromisoformat(value) for value in values], pa.date32())


def _timestamps(values: tuple[Any, ...]) -> pa.Array:
    zone = "UTC" if any(value is not None and value.endswith("Z") for value in values) else None
    moments = [None if value is None else datetime.fromisoformat(value) for value in values]
    return pa.array(moments, pa.timestamp("us", tz=zone))


def _texts(values: tuple[Any, ...]) -> pa.Array:
    plain = [value if value is None or isinstance(value, str) else orjson.dumps(value).decode() for value in values]
    return pa.array(plain, pa.string())


_ARRAYS: Mapping[str, Callable[[tuple[Any, ...]], pa.Array]] = {
    "number": _numbers,
    "boolean": _booleans,
    "date": _dates,
    "timestamp": _timestamps,
}
