"""The usual calculations by name: share, change, rank, running total, as window expressions over the answer.

Each looks at the whole answer, also at rows that a limit then leaves out. What divides by nothing or by zero is null.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vitrail.catalog.model import Format
from vitrail.query.metric_query import CalculationTemplate

SHARES = frozenset({"percent_of_column_total", "percent_of_previous_value", "percent_change_from_previous"})
"""Their values are fractions: 0.25 is a quarter."""
PERCENT = Format("percent", 2)


def template_sql(template: CalculationTemplate, column: Callable[[str], str], order: Sequence[str]) -> str:
    """The expression. `column` gives the text of a column by its id, or raises; `order` is the question's own order,
    for a template that names none."""
    x = column(template.field_id)
    parts = [column(name) for name in template.partition_by]
    partition = f"PARTITION BY {', '.join(parts)}" if parts else ""
    if template.order_by:
        sorts = [
            f"{column(sort.field_id)} {'DESC' if sort.order == 'desc' else 'ASC'} NULLS LAST"
            for sort in template.order_by
        ]
    else:
        sorts = list(order)
    ordered = " ".join(filter(None, (partition, f"ORDER BY {', '.join(sorts)}" if sorts else "")))
    previous = f"LAG({x}, {template.offset}) OVER ({ordered})"
    match template.type:
        case "percent_of_column_total":
            return f"1.0 * {x} / NULLIF(SUM({x}) OVER ({partition}), 0)"
        case "percent_of_previous_value":
            return f"1.0 * {x} / NULLIF({previous}, 0)"
        case "percent_change_from_previous":
            return f"1.0 * ({x} - {previous}) / NULLIF({previous}, 0)"
        case "change_from_previous":
            return f"{x} - {previous}"
        case "rank_in_column":
            ranked = " ".join(filter(None, (partition, f"ORDER BY {x} DESC NULLS LAST")))
            return f"CASE WHEN {x} IS NOT NULL THEN RANK() OVER ({ranked}) END"
        case "running_total":
            return f"SUM({x}) OVER ({ordered} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
        case "moving_average":
            return f"AVG({x}) OVER ({ordered} ROWS BETWEEN {template.rows - 1} PRECEDING AND CURRENT ROW)"
