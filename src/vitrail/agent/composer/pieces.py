"""From a resolved clause to cards: which chart, which grain, how sorted, how many rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vitrail.agent.composer import naming
from vitrail.agent.composer.choose import (
    at_grain,
    breakdowns,
    downwards,
    intervals,
    main_metrics,
    money_like,
    name_dimension,
    time_dimensions,
    unique,
)
from vitrail.agent.composer.plan import Chart, Piece
from vitrail.agent.composer.resolve import Resolved
from vitrail.agent.composer.timing import grain_for, span_days
from vitrail.catalog.dbt_semantic_model import NEEDS_TIME
from vitrail.catalog.model import DimensionType, Explore, Metric, MetricType, TimeInterval

BARS = 15
SERIES_ROWS = 5000
TABLE_ROWS = 200
_CYCLES = (TimeInterval.DAY_OF_WEEK_NAME, TimeInterval.MONTH_NAME, TimeInterval.HOUR_OF_DAY_NUM)


def pieces_of(found: Resolved) -> list[Piece]:
    """The cards of one clause. Ids are given later."""
    clause, explore = found.clause, found.explore
    metrics, dims = found.metrics, found.dims
    chart = clause.chart
    timed = bool(clause.grain or clause.trend or (clause.chart in ("line", "area") and not dims))
    timed = timed or any(NEEDS_TIME in metric.tags for metric in metrics)
    if found.date is None and timed:
        dates = time_dimensions(explore)
        found.date = dates[0] if dates else None
    # “orders by first order date”: a date among the breakdowns is a trend too.
    timed = timed or (found.date is not None and not clause.ranges and clause.latest is None)
    if clause.latest is not None or chart == "table" or len(dims) > 2:
        return [table_of(found)]
    if clause.rank is not None and (dims or timed):
        return [ranking(found)] if dims else over_time(found, metrics)
    if clause.compare and len(clause.ranges) > 1 and not dims:
        clause.yoy = clause.yoy or TimeInterval.YEAR
    if clause.yoy is not None:
        kpis = [
            replace_piece(p, compare="year" if clause.yoy is TimeInterval.YEAR else "previous")
            for p in kpi_pieces(found)
        ]
        return [*kpis, *over_time(found, metrics)] if found.date is not None else kpis
    if found.date is not None and timed:
        return over_time(found, metrics)
    if not dims:
        return kpi_pieces(found)
    return by_dimension(found, metrics)


def replace_piece(piece: Piece, **changes: object) -> Piece:
    return piece.model_copy(update=changes)


def _units(metrics: Sequence[Metric]) -> list[list[Metric]]:
    """Metrics grouped so that those of a group may share an axis."""
    groups: dict[str, list[Metric]] = {}
    for metric in metrics:
        groups.setdefault(money_like(metric), []).append(metric)
    return list(groups.values())


def kpi_pieces(found: Resolved) -> list[Piece]:
    date = found.date or next(iter(time_dimensions(found.explore)), None)
    pieces = []
    for metric in [m for m in found.metrics if NEEDS_TIME not in m.tags][:6]:
        piece = Piece(id="", chart="kpi", title=metric.label, explore=found.explore.name, metrics=[metric.id])
        if date is not None:
            piece.x, grain = at_grain(found.explore, date.id, found.clause.grain or TimeInterval.MONTH)
            piece.time, piece.grain = date.id, str(grain) if grain else None
        pieces.append(piece)
    return pieces


def over_time(found: Resolved, metrics: Sequence[Metric]) -> list[Piece]:
    clause, explore, date = found.clause, found.explore, found.date
    if date is None:
        return by_dimension(found, metrics) if found.dims else kpi_pieces(found)
    days = next((d for r in clause.ranges if (d := span_days(r)) is not None), None)
    x, grain = at_grain(explore, date.id, clause.grain or grain_for(days))
    if clause.grain is not None and grain is not clause.grain:
        wanted, got = (naming.GRAIN_NAMES.get(g, "date") if g else "date" for g in (clause.grain, grain))
        clause.remarks.append(f"{date.label} has no {wanted}, so I took the {got}.")
    series = found.dims[0] if found.dims else None
    groups = [[m] for m in metrics] if series is not None else _units(metrics)
    chart: Chart = {"bar": "bar", "stacked": "stacked", "area": "area", "pie": "bar"}.get(clause.chart or "", "line")  # type: ignore[assignment]
    if grain in _CYCLES and clause.chart is None:
        chart = "bar"
    if series is not None and chart == "bar":
        chart = "stacked"
    if clause.share and series is not None and clause.chart is None:
        chart = "stacked"
    pieces = []
    for group in groups:
        by = [naming.GRAIN_NAMES.get(grain, "date") if grain else naming.lower(date.label)]
        if date.id not in _usual(explore) and grain not in _CYCLES:
            by = [f"{by[0]} of {naming.lower(date.label)}"] if grain else by
        by += [naming.dimension_noun(explore, series)] if series else []
        pieces.append(
            Piece(
                id="",
                chart=chart,
                title=f"{naming.metrics_text(group)} by {naming.and_list(by)}",
                explore=explore.name,
                metrics=[m.id for m in group],
                x=x,
                series=series.id if series else None,
                time=date.id,
                grain=str(grain) if grain else None,
                sort=None if grain in _CYCLES else x,
                descending=False,
                limit=SERIES_ROWS,
            )
        )
    for other in found.dims[1:]:
        pieces += by_dimension(replace(found, dims=[other], date=None), metrics)
    return pieces


def _usual(explore: Explore) -> set[str]:
    return {d.id for d in time_dimensions(explore)[:1]}


def by_dimension(found: Resolved, metrics: Sequence[Metric]) -> list[Piece]:
    clause, explore, dims = found.clause, found.explore, found.dims
    first, second = dims[0], dims[1] if len(dims) > 1 else None
    groups = _units(metrics)
    if len(metrics) > 2 and len(groups) > 1 and second is None and clause.chart is None:
        return [*by_dimension(replace(found, metrics=list(metrics[:1])), metrics[:1]), table_of(found)]
    chart: Chart = "bar"
    if second is not None or clause.chart == "stacked":
        chart = "stacked" if second is not None and clause.chart != "bar" else "bar"
    elif clause.chart == "pie" or (clause.share and clause.chart is None):
        chart = "pie" if _adds_up(metrics[0]) else "bar"
    elif clause.chart in ("line", "area"):
        chart = clause.chart  # type: ignore[assignment]
    if chart == "pie" or second is not None:
        groups = [[m] for m in metrics]
    nouns = [naming.dimension_noun(explore, d) for d in dims[:2]]
    ordered = first.type is DimensionType.NUMBER and clause.order is None
    return [
        Piece(
            id="",
            chart=chart,
            title=f"{naming.metrics_text(group)} by {naming.and_list(nouns)}",
            explore=explore.name,
            metrics=[m.id for m in group],
            x=first.id,
            series=second.id if second else None,
            sort=first.id if ordered else group[0].id,
            descending=not ordered and downwards(clause.order, group[0].label),
            limit=500 if second is not None else 50 if chart == "pie" or ordered else BARS,
        )
        for group in groups
    ]


def _adds_up(metric: Metric) -> bool:
    """Parts of a whole need a measure that adds up: an average does not."""
    return metric.type in (MetricType.SUM, MetricType.COUNT, MetricType.SUM_DISTINCT, MetricType.COUNT_DISTINCT) or (
        metric.type is MetricType.NUMBER and money_like(metric) not in ("percent", "number")
    )


def ranking(found: Resolved) -> Piece:
    clause, explore, dims = found.clause, found.explore, found.dims
    rank = clause.rank
    n = (rank.n if rank and rank.n else 10) or 10
    n = max(1, min(n, 100))
    metric = found.metrics[0]
    descending = downwards((rank.quality or rank.descending) if rank else clause.order, metric.label)
    noun = naming.dimension_noun(explore, dims[0])
    table = clause.chart == "table" or len(dims) > 1 or len(found.metrics) > 1
    title = naming.rank_title(n, descending, noun, metric.label)
    return Piece(
        id="",
        chart="table" if table else "bar",
        title=title,
        explore=explore.name,
        metrics=[m.id for m in found.metrics],
        x=None if table else dims[0].id,
        rows=[d.id for d in dims] if table else [],
        sort=metric.id,
        descending=descending,
        limit=n,
    )


def table_of(found: Resolved) -> Piece:
    """Rows to read: a list of things with what is known of them, or measures by dimensions."""
    clause, explore = found.clause, found.explore
    dims, metrics = list(found.dims), list(found.metrics)
    if found.lists is not None:
        table = explore.tables[found.lists]  # type: ignore[index]
        own = [d for d in breakdowns(explore) if d.table == table.name]
        named = name_dimension(table)
        dims = unique([*([named] if named else []), *dims, *own])[:5]
        metrics = metrics or main_metrics(explore, 3)
    elif dims and found.inherited:
        metrics = unique([*metrics, *main_metrics(explore, 3)])[:4]
    rows = [str(d.id) for d in dims]
    time = grain = None
    if found.date is not None and (clause.grain or clause.latest is not None or clause.trend):
        if clause.latest is not None:
            time = str(intervals(explore, found.date.id).get(TimeInterval.DAY, found.date.id))
        else:
            time, interval = at_grain(explore, found.date.id, clause.grain or TimeInterval.MONTH)
            grain = str(interval) if interval else None
        rows.insert(0, time)
    limit = (clause.rank.n if clause.rank else None) or clause.latest or TABLE_ROWS
    by_date = clause.latest is not None or (time is not None and clause.rank is None)
    sort = time if by_date and time else metrics[0].id if metrics else rows[0] if rows else None
    nouns = [naming.dimension_noun(explore, d) for d in dims[:3]]
    if found.lists is not None:
        label = explore.tables[found.lists].label  # type: ignore[index]
        title = f"Latest {naming.lower(label)}" if clause.latest is not None else label
    elif not rows and metrics:
        title = naming.metrics_text(metrics[:3])
    else:
        by = ([naming.GRAIN_NAMES[TimeInterval(grain)]] if grain else []) + nouns
        title = (
            f"{naming.metrics_text(metrics[:3])} by {naming.and_list(by)}"
            if metrics and by
            else naming.upper(naming.and_list(by or ["rows"]))
        )
        if clause.rank and by:
            title = naming.rank_title(limit, clause.rank.descending, nouns[0] if nouns else by[0], metrics[0].label)
    return Piece(
        id="",
        chart="table",
        title=title,
        explore=explore.name,
        metrics=[m.id for m in metrics],
        rows=rows,
        time=found.date.id if time and found.date else None,
        grain=grain,
        sort=sort,
        descending=clause.rank.descending if clause.rank else clause.order is not False,
        limit=max(1, min(limit, 5000)),
    )
