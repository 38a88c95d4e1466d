"""SQL that aggregates by itself (`type: number`, `sql: sum(${TABLE}.a) / count(*)`), and what a join does to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from vitrail.catalog.snippets import FieldRef, OwnTable, Part, parts

_UNMOVED = (exp.Min, exp.Max, exp.ApproxDistinct, exp.LogicalAnd, exp.LogicalOr)
_UNMOVED_WHEN_DISTINCT = (exp.Count, exp.Sum, exp.Avg)
# These pass over a null that they read.
_BLIND_TO_NULL = (
    *(*_UNMOVED, *_UNMOVED_WHEN_DISTINCT, exp.Median, exp.Quantile),
    *(exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop),
)


@dataclass(frozen=True, slots=True)
class Aggregates:
    """What is known of the aggregates in an SQL text. The false answer is always the safe one."""

    unmoved: bool
    """Seeing a row twice changes none of them."""
    columns: frozenset[FieldRef | None] | None
    """The fields that they read and nothing else, None among them for `${TABLE}.column`; None as a whole when one of
    them reads something else, which may be something also where no row is."""


_UNKNOWN = Aggregates(False, None)


@lru_cache(maxsize=20_000)
def aggregates(sql: str, dialect: str) -> Aggregates:
    """Look at the aggregates of a snippet (sqlglot's dialect name)."""
    split = parts(sql)
    names = {f"__vt{place}": part for place, part in enumerate(split) if not isinstance(part, str)}
    text = "".join(part if isinstance(part, str) else f"__vt{place}" for place, part in enumerate(split))
    try:
        tree = sqlglot.parse_one(f"SELECT {text}\n", read=dialect)
    except (SqlglotError, RecursionError):
        return _UNKNOWN
    if tree.find(exp.Window, exp.Subquery, exp.Anonymous, exp.AnonymousAggFunc):
        return _UNKNOWN
    unmoved = True
    columns: set[FieldRef | None] | None = set()
    for node in tree.find_all(exp.AggFunc):
        read = node.this
        distinct = isinstance(read, exp.Distinct) and len(read.expressions) == 1
        unmoved = unmoved and (isinstance(node, _UNMOVED) or (distinct and isinstance(node, _UNMOVED_WHEN_DISTINCT)))
        found = _column(read.expressions[0] if distinct else read, names)
        if columns is not None:
            plain = found is not _NOTHING and isinstance(node, _BLIND_TO_NULL)
            columns = None if not plain else {*columns, found}  # type: ignore[arg-type]
    return Aggregates(unmoved, frozenset(columns) if columns is not None else None)


_NOTHING = object()


def _column(node: object, names: Mapping[str, Part]) -> object:
    """The field of a plain reference, None for a column of `${TABLE}`, `_NOTHING` for all else."""
    if not isinstance(node, exp.Column):
        return _NOTHING
    if node.table:
        return None if isinstance(names.get(node.table), OwnTable) else _NOTHING
    reference = names.get(node.name)
    return reference if isinstance(reference, FieldRef) else _NOTHING
