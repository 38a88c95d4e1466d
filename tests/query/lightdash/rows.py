"""Rows as they are compared."""

from __future__ import annotations

from datetime import datetime
from typing import Any

NOW = datetime.fromisoformat("2024-03-31T12:00:00+00:00")


def rounded(rows: list[list[Any]]) -> list[list[Any]]:
    """Numbers alike whatever an engine's type of them is."""
    return [
        [round(float(v), 6) if isinstance(v, int | float) and not isinstance(v, bool) else _number(v) for v in row]
        for row in rows
    ]


def _number(value: Any) -> Any:
    # Decimals come as text.
    if isinstance(value, str):
        try:
            return round(float(value), 6)
        except ValueError:
            return value
    return value
