"""Ranges that depend on the numbers themselves: how wide the first is can be told only when the least is known.

So least and most are asked for first (as the asker, under the same filters), and the question then goes on with ranges
that are written out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from vitrail.query.conditions import BadFilter
from vitrail.query.errors import Finding, InvalidQuery, refuse
from vitrail.query.made_fields import ranges
from vitrail.query.metric_query import (
    AndGroup,
    BinDimension,
    CustomDimension,
    FilterNode,
    FilterRule,
    Filters,
    MetricQuery,
    Sort,
)
from vitrail.warehouse.protocol import Rows


async def settled(query: MetricQuery, ask: Callable[[MetricQuery], Awaitable[Rows]]) -> MetricQuery:
    """The question with every range written out. Raises `InvalidQuery`, and what `ask` raises."""
    if not any(_is_open(custom) for custom in query.custom_dimensions):
        return query
    found = [await _settled(custom, query, ask) for custom in query.custom_dimensions]
    return query.model_copy(update={"custom_dimensions": found})


def _is_open(custom: CustomDimension) -> bool:
    return isinstance(custom, BinDimension) and custom.bin_type != "custom_range"


async def _settled(
    custom: CustomDimension, query: MetricQuery, ask: Callable[[MetricQuery], Awaitable[Rows]]
) -> CustomDimension:
    if not isinstance(custom, BinDimension) or not _is_open(custom):
        return custom
    missing = {"fixed_number": custom.bin_number, "fixed_width": custom.bin_width}[custom.bin_type] is None
    if missing:
        name = "binNumber" if custom.bin_type == "fixed_number" else "binWidth"
        cause = f"The dimension {custom.id[:60]!r} made in the question has no `{name}`."
        raise refuse([Finding(InvalidQuery, cause, f"Give `{name}`.", custom.id[:60])])
    dimension = custom.dimension_id
    within = query.filters.dimensions
    made = {other.id for other in query.custom_dimensions}
    edge = MetricQuery(
        explore_name=query.explore_name,
        dimensions=[dimension],
        filters=Filters(dimensions=within if within and not made & set(_named(within)) else None),
        sorts=[Sort(field_id=dimension.replace(".", "_", 1))],
        limit=1,
        parameters=query.parameters,
        timezone=query.timezone,
    )
    least = await ask(edge)
    most = await ask(edge.model_copy(update={"sorts": [edge.sorts[0].model_copy(update={"descending": True})]}))
    try:
        cut = ranges(custom, _number(least), _number(most))
    except BadFilter as error:
        cause = f"The dimension {custom.id[:60]!r} made in the question: {error}."
        raise refuse([Finding(InvalidQuery, cause, "Correct it.", custom.id[:60])]) from None
    return custom.model_copy(update={"bin_type": "custom_range", "custom_range": cut})


def _number(found: Rows) -> float | None:
    value = found.rows[0][0] if found.rows else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _named(node: FilterNode) -> Iterator[str]:
    if isinstance(node, FilterRule):
        yield node.target.field_id
        return
    for member in node.and_ if isinstance(node, AndGroup) else node.or_:
        yield from _named(member)
