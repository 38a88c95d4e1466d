"""`sql_filter` and `sql_where`: which rows there are, for whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vitrail.catalog.snippets import SnippetError, check
from vitrail.catalog.yaml_keys import meant
from vitrail.catalog.yaml_values import Wrong


def row_filters(holder: Mapping[str, Any], dialect: str) -> list[str]:
    """`sql_filter` and its other name, each an SQL condition. Raises `Wrong` or `SnippetError`."""
    written = []
    for key in ("sql_filter", "sql_where"):
        value = holder.get(key)
        if value is None:
            continue
        if not isinstance(value, str) or not value.strip():
            raise Wrong(f"`{key}` must be an SQL condition, so the model is closed")
        traits = check(value, dialect)
        if traits.aggregates or traits.windows:
            raise Wrong(f"`{key}` aggregates; a row filter sees one row at a time")
        written.append(value.strip())
    return written


def both(written: list[str]) -> str | None:
    """Conditions that must all hold, as one."""
    return written[0] if len(written) == 1 else " AND ".join(f"({sql}\n)" for sql in written) or None


def unknown_parameter(name: str, known: frozenset[str]) -> SnippetError:
    near = meant(name, known) if known else None
    return SnippetError(
        f"It uses the parameter {name[:60]!r}, which there is none of{f'; did you mean {near!r}?' if near else ''}",
        "Describe it under `parameters` of lightdash.config.yml or of the model.",
    )
