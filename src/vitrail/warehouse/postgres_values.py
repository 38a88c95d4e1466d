"""What Postgres answers, as JSON can hold it. Most is taken as the text that the server sends, and made into what it
stands for column by column."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg.types.string import TextLoader

from vitrail.warehouse.plain_values import plain
from vitrail.warehouse.protocol import Rows, WarehouseColumn

_AS_TEXT = (
    *("date", "timestamp", "timestamptz", "time", "timetz", "interval", "numeric", "json", "jsonb", "uuid", "inet"),
    *("cidr", "int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange"),
)


def _number(text: str) -> int | float | None:
    if text.lstrip("-").isdigit():
        return int(text)
    value = float(text)
    return value if math.isfinite(value) else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _moment(text: str) -> str:
    """`2024-01-31 10:00:00.25` → `2024-01-31T10:00:00.250000`."""
    text = text.replace(" ", "T", 1)
    whole, dot, fraction = text.partition(".")
    return f"{whole}.{fraction:0<6}" if dot else text


def _moment_utc(text: str) -> str:
    return _moment(text.removesuffix("+00")) + "Z" if text.endswith("+00") else _moment(text)


def _numbers(values: list[Any]) -> list[Any]:
    return [_numbers(v) if isinstance(v, list) else None if v is None else _number(v) for v in values]


_OID = {
    name: psycopg.adapters.types[name].oid
    for name in (
        *_AS_TEXT,
        "bool",
        "int2",
        "int4",
        "int8",
        "oid",
        "float4",
        "float8",
        "text",
        "varchar",
        "bpchar",
        "name",
    )
}
_KINDS: dict[int, str] = {
    **{_OID[name]: "number" for name in ("int2", "int4", "int8", "oid", "float4", "float8", "numeric")},
    _OID["date"]: "date",
    _OID["timestamp"]: "timestamp",
    _OID["timestamptz"]: "timestamp",
    _OID["bool"]: "boolean",
}
_CONVERTERS: dict[int, Callable[[Any], Any]] = {
    _OID["numeric"]: _number,
    _OID["float4"]: _finite,
    _OID["float8"]: _finite,
    _OID["timestamp"]: _moment,
    _OID["timestamptz"]: _moment_utc,
    psycopg.adapters.types["numeric"].array_oid: _numbers,
}
# Their values need nothing more.
_READY = frozenset(_OID.values())


def take_texts(connection: psycopg.AsyncConnection[Any]) -> None:
    """Have the driver leave these types as the texts they come as."""
    for name in _AS_TEXT:
        connection.adapters.register_loader(name, TextLoader)


def answer(described: Sequence[psycopg.Column], rows: list[list[Any]]) -> Rows:
    """`rows`, as the driver gave them, changed in place."""
    for place, column in enumerate(described):
        if convert := _CONVERTERS.get(column.type_code, None if column.type_code in _READY else plain):
            for row in rows:
                if (value := row[place]) is not None:
                    row[place] = convert(value)
    return Rows(tuple(WarehouseColumn(c.name, _KINDS.get(c.type_code, "string")) for c in described), rows)
