"""The types of metrics' values, as far as they are known before a statement runs."""

from __future__ import annotations

from vitrail.catalog.model import DimensionType, Explore, Metric, MetricType
from vitrail.catalog.snippets import FieldRef, parts

_NUMBERS = frozenset(
    (
        *(MetricType.COUNT, MetricType.COUNT_DISTINCT, MetricType.SUM, MetricType.AVERAGE),
        *(MetricType.SUM_DISTINCT, MetricType.AVERAGE_DISTINCT),
        *(MetricType.MEDIAN, MetricType.PERCENTILE, MetricType.NUMBER),
        *(MetricType.PERCENT_OF_TOTAL, MetricType.PERCENT_OF_PREVIOUS, MetricType.RUNNING_TOTAL),
    )
)
_FORMULAS = {
    MetricType.STRING: DimensionType.STRING,
    MetricType.DATE: DimensionType.DATE,
    MetricType.BOOLEAN: DimensionType.BOOLEAN,
}


def metric_type(metric: Metric, explore: Explore | None = None) -> DimensionType | None:
    """None when only the warehouse knows. Within its `explore` the least or greatest of a dimension is of its type."""
    if metric.type in _NUMBERS:
        return DimensionType.NUMBER
    if explore is not None and metric.type in (MetricType.MIN, MetricType.MAX):
        return _of_dimension(metric, explore)
    return _FORMULAS.get(metric.type)


def _of_dimension(metric: Metric, explore: Explore) -> DimensionType | None:
    split = parts(metric.sql)
    reference = split[0] if len(split) == 1 else None
    for table in explore.tables.values():
        if isinstance(reference, FieldRef):
            found = table.dimensions.get(reference.name) if table.name == (reference.table or metric.table) else None
            if found is not None:
                return found.type
        elif table.name == metric.table:
            same = (d.type for d in table.dimensions.values() if d.sql == metric.sql and d.interval is None)
            return next(same, None)
    return None
