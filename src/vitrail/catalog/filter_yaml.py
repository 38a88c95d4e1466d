"""`default_filters` and `required_filters` of a model or an explore → `DefaultFilter`s.

Each entry has the short form of a metric's filters (`date: inThePast 14 days`), and `required: true` beside it makes it
one that holds whatever is asked. `required_filters` is the older word for a list of those.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vitrail.catalog.metric_filters import parse_filters
from vitrail.catalog.model import DefaultFilter
from vitrail.catalog.yaml_values import Wrong

KEYS = ("default_filters", "required_filters")
MAX_FILTERS = 100


def read_default_filters(holder: Mapping[str, Any]) -> tuple[DefaultFilter, ...] | None:
    """None when nothing is said about them. Raises `Wrong`."""
    if not any(holder.get(key) is not None for key in KEYS):
        return None
    found: list[DefaultFilter] = []
    for key in KEYS:
        value = holder.get(key)
        entries = [] if value is None else value if isinstance(value, list) else [value]
        if len(entries) > MAX_FILTERS:
            raise Wrong(f"`{key}` has more than {MAX_FILTERS} entries")
        for entry in entries:
            required = entry.get("required", key == "required_filters") if isinstance(entry, dict) else False
            if not isinstance(required, bool):
                raise Wrong(f"`{key}`: `required` must be true or false")
            try:
                filters = parse_filters([entry])
            except ValueError as error:
                raise Wrong(f"`{key}`: {error}") from None
            if not filters:
                raise Wrong(f"`{key}`: an entry names no field")
            found += [DefaultFilter(each, required) for each in filters]
    return tuple(found)
