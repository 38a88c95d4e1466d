"""Fields whose SQL would read a guarded table past its guard.

A row filter and a table's rule hold where the table is joined. A sub-query inside a field's SQL would go around both,
so a field with one over a guarded model is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from vitrail.catalog.model import Dimension, Metric, Problem, Table
from vitrail.catalog.snippets import check


def close_side_doors(tables: dict[str, Table], dialect: str) -> list[Problem]:
    """Take such fields out of `tables`, and say so."""
    guarded = {_bare(table.relation): table for table in tables.values() if table.sql_filter or not table.rule.empty}
    problems: list[Problem] = []
    for name, table in tables.items():
        dimensions = {key: _guard_read(field, guarded, dialect) for key, field in table.dimensions.items()}
        metrics = {key: _guard_read(field, guarded, dialect) for key, field in table.metrics.items()}
        broken = {key: read for key, read in (dimensions | metrics).items() if read}
        if not broken:
            continue
        for key, read in broken.items():
            cause = f"Model {name}, {key}: its sub-query reads {read}, past the row filter or rule of {read}."
            problems.append(
                Problem("Field left out", cause, f"Join {read} and refer to its fields.", table.origin, fatal=True)
            )
        tables[name] = replace(
            table,
            dimensions={key: field for key, field in table.dimensions.items() if key not in broken},
            metrics={key: field for key, field in table.metrics.items() if key not in broken},
        )
    return problems


def _bare(relation: str) -> str:
    return relation.rpartition(".")[2].strip('"`').lower()


def _guard_read(field: Dimension | Metric, guarded: Mapping[str, Table], dialect: str) -> str | None:
    if "select" not in field.sql.lower():
        return None
    return next((guarded[name].name for t in check(field.sql, dialect).tables if (name := t.lower()) in guarded), None)
