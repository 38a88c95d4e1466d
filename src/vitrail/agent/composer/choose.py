"""Choosing fields when the words leave a choice: which explore, which date, which measures and breakdowns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from vitrail.agent.composer.words import concept, label_stems, word_set
from vitrail.catalog.dbt_semantic_model import NEEDS_TIME
from vitrail.catalog.model import Dimension, DimensionType, Explore, Metric, MetricType, Table, TimeInterval

_MONEY = word_set(
    """
    revenue sales mrr arr amount profit gmv turnover income billing value spend
    """
)
_GOOD_DATES = (
    "order",
    "created",
    "create",
    "date",
    "opened",
    "open",
    "started",
    "start",
    "signed",
    "signup",
    "paid",
    "occurred",
    "event",
    "placed",
    "ordered",
    "invoice",
    "booked",
    "transaction",
)
_BAD_DATES = word_set(
    """
    updated update loaded deleted cancelled canceled closed resolved synced expires expire end ended modified
    due birth dbt etl ingested first latest opening
    """
)
_NAMES = frozenset(["name", "title", "label"])
_GOOD_BREAKDOWNS = (
    "category",
    "type",
    "channel",
    "region",
    "segment",
    "plan",
    "status",
    "priority",
    "country",
    "source",
    "tier",
    "industry",
    "group",
    "team",
    "city",
    "department",
    "brand",
    "store",
)
_POOR_BREAKDOWNS = word_set(
    """
    id uuid key email phone address street zip postcode url link description note comment text hash token ip sku
    code first last
    """
)
_UNIQUE_SAFE = (MetricType.COUNT_DISTINCT, MetricType.MIN, MetricType.MAX)


F = TypeVar("F", Dimension, Metric)


def unique(fields: Iterable[F]) -> list[F]:
    """Fields once each, in order (they hold mappings, so they can't be put in a set)."""
    return list({f.id: f for f in fields}.values())


def visible_dimensions(table: Table) -> list[Dimension]:
    return [d for d in table.dimensions.values() if not d.hidden and not d.private and d.interval is None]


def visible_metrics(table: Table) -> list[Metric]:
    """Those that may be asked for unasked: one that is nothing without a time may stand where there is none."""
    return [m for m in table.metrics.values() if not m.hidden and not m.private and NEEDS_TIME not in m.tags]


def is_numeric(metric: Metric) -> bool:
    """Can it be drawn? `max` of a date, and metrics that answer text, can't."""
    if metric.type in (MetricType.STRING, MetricType.DATE, MetricType.BOOLEAN):
        return False
    return not (metric.type in (MetricType.MIN, MetricType.MAX) and {"date", "day"} & set(label_stems(metric.label)))


def main_metrics(explore: Explore, limit: int = 4) -> list[Metric]:
    """What an explore is mostly asked for: its money, its count, its averages; the base table's own measures first."""

    own = [m for m in visible_metrics(explore.base) if is_numeric(m)]
    if not own:
        own = [m for t in explore.tables.values() for m in visible_metrics(t) if is_numeric(m)]
    return _varied(sorted(own, key=lambda m: -worth(m)), limit)


def worth(metric: Metric) -> float:
    """How likely a metric is what people ask for first, roughly from 0 to 5."""
    stems = {concept(s) for s in label_stems(metric.label)}
    score = 0.0
    if metric.type in (MetricType.SUM, MetricType.SUM_DISTINCT):
        score += 3
    if metric.type in (MetricType.COUNT, MetricType.COUNT_DISTINCT):
        score += 2.5
    if metric.type in (MetricType.AVERAGE, MetricType.NUMBER):
        score += 1.5
    if stems & {concept(w) for w in _MONEY}:
        score += 1.5 if metric.type in (MetricType.SUM, MetricType.SUM_DISTINCT) else 0.6
    if "total" in stems:
        score += 0.6
    if metric.filters and "total" not in stems:
        score -= 0.6
    if stems & {"profit", "cost", "discount", "refund", "tax"}:
        score -= 1.0
    if metric.type in (MetricType.MIN, MetricType.MAX, MetricType.PERCENTILE, MetricType.MEDIAN):
        score -= 1.0
    return score


def _varied(metrics: list[Metric], limit: int) -> list[Metric]:
    """Money, a count and an average before the second of a kind."""
    kept: list[Metric] = []
    kinds: set[str] = set()
    for metric in metrics:
        kind = {"sum": "sum", "count": "count", "count_distinct": "distinct"}.get(str(metric.type), "average")
        if kind not in kinds:
            kinds.add(kind)
            kept.append(metric)
    kept += [m for m in metrics if m not in kept]
    return kept[:limit]


def count_metric(explore: Explore, table: str) -> Metric | None:
    """The metric that counts a table's rows: “how many customers”."""
    if table not in explore.tables:
        return None
    own = [
        m
        for m in visible_metrics(explore.tables[table])  # type: ignore[index]
        if m.type in (MetricType.COUNT, MetricType.COUNT_DISTINCT)
    ]
    own.sort(key=lambda m: (bool(m.filters), not ({"count", "number"} & set(label_stems(m.label))), len(m.label)))
    return own[0] if own else None


def name_dimension(table: Table) -> Dimension | None:
    """What a row of a table is called: `product_name`, `title`."""
    strings = [d for d in visible_dimensions(table) if d.type is DimensionType.STRING]
    named = [d for d in strings if _NAMES & set(label_stems(d.name)) or _NAMES & set(label_stems(d.label))]

    def rank(dimension: Dimension) -> tuple[bool, int]:
        stems = label_stems(dimension.name)
        return (bool({"first", "last"} & set(stems)), len(stems))

    if named:
        return sorted(named, key=rank)[0]
    own = {concept(s) for s in label_stems(table.label)}
    same = [d for d in strings if {concept(s) for s in label_stems(d.label)} <= own]
    if same:
        return same[0]
    keys = [d for d in visible_dimensions(table) if d.name in table.primary_key]
    return keys[0] if keys else None


def time_dimensions(explore: Explore) -> list[Dimension]:
    """The dates that a trend may run over, the likeliest first."""
    own = {concept(s) for s in label_stems(explore.base.label)}

    def rank(dimension: Dimension) -> tuple[float, int]:
        stems = label_stems(dimension.name) + label_stems(dimension.label)
        score = 0.0
        if dimension.table != explore.base_table:
            score += 5
        if set(stems) & _BAD_DATES:
            score += 4
        if own & {concept(s) for s in stems}:
            score -= 1
        score += next((n * 0.05 for n, word in enumerate(_GOOD_DATES) if word in stems), 1.0)
        if not intervals(explore, dimension.id).keys() & {TimeInterval.MONTH}:
            score += 2.5
        return score, len(stems)

    dates = [
        d
        for table in explore.tables.values()
        for d in visible_dimensions(table)
        if d.type in (DimensionType.DATE, DimensionType.TIMESTAMP)
    ]
    return sorted(dates, key=rank)


def intervals(explore: Explore, base_id: str) -> dict[TimeInterval, str]:
    """The ids of a date's intervals."""
    found: dict[TimeInterval, str] = {}
    for table in explore.tables.values():
        for dimension in table.dimensions.values():
            if (
                dimension.interval is not None
                and not dimension.hidden
                and not dimension.private
                and f"{table.name}_{dimension.base}" == base_id
            ):
                found[dimension.interval] = dimension.id
    return found


_ORDER = (
    TimeInterval.HOUR,
    TimeInterval.DAY,
    TimeInterval.WEEK,
    TimeInterval.MONTH,
    TimeInterval.QUARTER,
    TimeInterval.YEAR,
)


def at_grain(explore: Explore, base_id: str, grain: TimeInterval) -> tuple[str, TimeInterval | None]:
    """The id of a date at a grain, or at the nearest one it has; the date itself when it has none."""
    have = intervals(explore, base_id)
    if grain in have:
        return have[grain], grain
    usual = [g for g in _ORDER if g in have]
    if not usual or grain not in _ORDER:
        return (have[usual[0]], usual[0]) if usual and grain not in _ORDER else (base_id, None)
    nearest = min(usual, key=lambda g: abs(_ORDER.index(g) - _ORDER.index(grain)))
    return have[nearest], nearest


def breakdowns(explore: Explore) -> list[Dimension]:
    """Dimensions that explain a measure, the likeliest first: short lists of named things."""

    def rank(dimension: Dimension) -> float:
        stems = set(label_stems(dimension.name)) | set(label_stems(dimension.label))
        score = 0.0 if dimension.table == explore.base_table else 0.4
        score += next((n * 0.1 for n, word in enumerate(_GOOD_BREAKDOWNS) if word in stems), 2.0)
        if stems & _NAMES:
            score += 1.2
        return score

    found = [
        d
        for table in explore.tables.values()
        for d in visible_dimensions(table)
        if d.type is DimensionType.STRING and not set(label_stems(d.name)) & _POOR_BREAKDOWNS
    ]
    return sorted(found, key=rank)


_BAD_WHEN_UP = word_set(
    """
    cost refund refunded churn churned cancelled canceled cancellation complaint late overdue defect bug error return
    duration minute hour wait backlog unresolved breach expense delay time escalation escalated bounce unsubscribe
    absence incident downtime attrition lost default claim open pending
    """
)


def bad_when_up(label: str) -> bool:
    """Is more of it worse?"""
    stems = set(label_stems(label))
    return bool(stems & _BAD_WHEN_UP) and not {"on", "time"} <= stems  # an on-time rate is good


def downwards(wanted: bool | str | None, label: str) -> bool:
    """Is the largest to come first? `wanted` is what the prompt said: an end, `best` or `worst`, or nothing."""
    if wanted is None or isinstance(wanted, bool):
        return wanted is not False
    return (wanted == "best") != bad_when_up(label)


def money_like(metric: Metric) -> str:
    """A metric's unit, roughly: measures of one unit may share an axis."""
    form = metric.format.kind if metric.format else None
    if form:
        return form
    if metric.type in (MetricType.COUNT, MetricType.COUNT_DISTINCT):
        return "count"
    stems = {concept(s) for s in label_stems(metric.label)}
    if stems & {"rate", "percent", "percentage", "share"}:
        return "percent"
    return "money" if stems & {concept(w) for w in _MONEY} else str(metric.type)


def field_of(explore: Explore, identifier: str) -> Dimension | Metric | None:
    for table in explore.tables.values():
        for candidate in _all(table):
            if candidate.id == identifier:
                return candidate
    return None


def _all(table: Table) -> Iterable[Dimension | Metric]:
    yield from table.dimensions.values()
    yield from table.metrics.values()
