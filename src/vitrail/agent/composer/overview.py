"""What a vague prompt gets: the main numbers, the trend of the first, what explains it, and the things behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vitrail.agent.composer.choose import breakdowns, main_metrics, name_dimension, time_dimensions, unique
from vitrail.agent.composer.clause import Clause
from vitrail.agent.composer.pieces import by_dimension, kpi_pieces, over_time, table_of
from vitrail.agent.composer.plan import Piece
from vitrail.agent.composer.resolve import Resolved
from vitrail.agent.composer.words import concept, label_stems
from vitrail.catalog.model import Dimension, DimensionType, Explore, Metric, MetricType, TimeInterval

NUMBERS = 4
EXPLANATIONS = 2


def overview_pieces(
    explore: Explore, lead: Sequence[Metric] = (), grain: TimeInterval | None = None, focus: str | None = None
) -> list[Piece]:
    """Cards of an overview. `lead` are the measures that were named, `focus` the table that it is about."""
    metrics = unique([*lead, *main_metrics(explore, NUMBERS)])[:NUMBERS]
    if not metrics:
        dims = breakdowns(explore)[:5]
        return [table_of(Resolved(Clause(chart="table"), explore, dims=dims))] if dims else []
    base = Resolved(Clause(grain=grain or TimeInterval.MONTH), explore, metrics=metrics)
    pieces = kpi_pieces(base)
    main = metrics[:1]
    dates = time_dimensions(explore)
    if dates:
        pieces += over_time(replace(base, metrics=main, date=dates[0]), main)
    names = [named for table in explore.tables.values() if (named := name_dimension(table)) is not None]
    # A measure of completed orders says nothing by order status.
    fixed = {f.dimension.rsplit(".", 1)[-1] for m in main for f in m.filters}
    explaining = [d for d in breakdowns(explore) if d.name not in fixed and all(d.id != n.id for n in names)]
    explaining.sort(key=lambda d: d.table != focus)
    for dimension in explaining[:EXPLANATIONS]:
        pieces += by_dimension(replace(base, clause=Clause(), metrics=main, dims=[dimension]), main)
    things = [d for d in names if d.type is DimensionType.STRING and not d.name.endswith("_id")]
    things.sort(key=lambda d: _interest(d, explore, focus))
    if things:
        rows = {concept(s) for s in label_stems(explore.tables[things[0].table].label)}
        told = [m for m in metrics if m.type is not MetricType.COUNT_DISTINCT or not rows & set(_concepts(m))]
        listed = replace(base, clause=Clause(chart="table"), dims=things[:1], metrics=told)
        pieces.append(table_of(listed))
    return pieces


def _concepts(metric: Metric) -> list[str]:
    return [concept(s) for s in label_stems(metric.label)]


def _interest(thing: Dimension, explore: Explore, focus: str | None) -> tuple[bool, bool, bool]:
    """The table in focus first, then joined things before rows of the base table itself, single people last."""
    people = {concept(s) for s in label_stems(thing.table)} & {"customer", "user", "employee"}
    return thing.table != focus, thing.table == explore.base_table, bool(people)
