"""Values of any driver as JSON can hold them."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


def plain(value: Any) -> Any:
    """Any value as JSON can hold it (see `protocol.Rows` for what becomes what)."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return decimal(value)
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, timedelta):
        return duration(0, value.days, value.seconds + value.microseconds / 1e6)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return str(value)


def decimal(value: Decimal) -> int | float | None:
    if not value.is_finite():
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def timestamp(value: datetime) -> str:
    """With `Z` when the zone is known: the moment is then told in UTC."""
    offset = value.utcoffset()
    if offset is None:
        return value.isoformat()
    return (value.replace(tzinfo=None) - offset).isoformat() + "Z"


def duration(months: int, days: int, seconds: float) -> str:
    """An interval as ISO 8601 writes it: `P1M2DT3.5S`."""
    month = f"{months}M" if months else ""
    day = f"{days}D" if days else ""
    rest = f"T{seconds:g}S" if seconds or not (months or days) else ""
    return f"P{month}{day}{rest}"
