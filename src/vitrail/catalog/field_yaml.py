"""One dimension or metric as Lightdash's YAML writes it.

What decides what a field *is* raises `Wrong`; what only decides how it looks is left out and noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vitrail.catalog import yaml_values as read
from vitrail.catalog.metric_filters import parse_filters
from vitrail.catalog.model import (
    Dimension,
    DimensionType,
    Format,
    Metric,
    MetricType,
    Spotlight,
    TableName,
    TimeInterval,
)
from vitrail.catalog.project_config import Settings
from vitrail.catalog.snippets import FieldRef, OwnTable, check, parts, with_own_parameters
from vitrail.catalog.time_intervals import Cut, interval_type, intervals
from vitrail.catalog.yaml_keys import meant
from vitrail.catalog.yaml_values import Looks, Wrong

FORMULAS = frozenset({MetricType.NUMBER, MetricType.STRING, MetricType.DATE, MetricType.BOOLEAN})
"""Metrics made of other metrics, or of SQL that aggregates by itself."""
WINDOWS = frozenset({MetricType.PERCENT_OF_PREVIOUS, MetricType.PERCENT_OF_TOTAL, MetricType.RUNNING_TOTAL})
"""Metrics over the rows of an answer."""
BY_KEY = frozenset({MetricType.SUM_DISTINCT, MetricType.AVERAGE_DISTINCT})

_SHARE = Format("percent", 2)
_PLAIN = Spotlight()
_TYPES = frozenset(MetricType)


@dataclass(frozen=True, slots=True)
class Place:
    """Where fields are read: their table, the SQL dialect, and what holds for all fields of the model."""

    table: TableName
    dialect: str
    settings: Settings
    own_parameters: frozenset[str] = frozenset()
    case_sensitive: bool = True
    underlying: tuple[str, ...] = ()
    """`default_show_underlying_values`."""
    spotlight: Spotlight = _PLAIN

    def sql(self, given: Mapping[str, Any]) -> str | None:
        written = read.text(given, "sql")
        return with_own_parameters(written, self.table, self.own_parameters) if written else None


def read_dimension(
    name: str,
    given: Mapping[str, Any],
    place: Place,
    looks: Looks,
    *,
    default_sql: str,
    description: str | None = None,
    data_type: str | None = None,
) -> tuple[Dimension, tuple[Cut, ...]]:
    """A dimension and what it is cut to. Raises `Wrong` or `SnippetError`."""
    sql = place.sql(given) or default_sql
    if check(sql, place.dialect).aggregates:
        raise Wrong("a dimension's SQL can't aggregate; make it a metric")
    written = read.text(given, "type")
    kind = read.dimension_type(written, data_type)
    if written is None and kind is DimensionType.STRING and isinstance(given.get("time_intervals"), list):
        kind = DimensionType.TIMESTAMP
    cuts = intervals(given, kind, place.settings.granularities, place.settings.more_intervals)
    hidden, rule = read.flag(given, "hidden"), read.rule(given)
    if not given:  # Most columns say nothing.
        return Dimension(
            name, place.table, kind, sql, read.words(name), description, case_sensitive=place.case_sensitive
        ), cuts
    more: dict[str, Any] = {} if _RARE.isdisjoint(given) else _rare(given, looks)
    more.setdefault("case_sensitive", place.case_sensitive)
    return Dimension(
        name=name,
        table=place.table,
        type=kind,
        sql=sql,
        label=looks(read.text, given, "label", None) or read.words(name),
        description=looks(read.text, given, "description", None) or description,
        hidden=hidden,
        format=read.shape(given, looks),
        groups=_groups(given, looks),
        rule=rule,
        **more,
    ), cuts


_RARE = frozenset(
    (
        *("urls", "image", "richText", "rich_text", "colors", "tags", "ai_hint"),
        *("case_sensitive", "convert_timezone"),
    )
)


def _rare(given: Mapping[str, Any], looks: Looks) -> dict[str, Any]:
    """What few dimensions say, and a large project would look for in vain a million times."""
    sensitive = looks(read.sensitive, given, "case_sensitive", None)
    return {
        "urls": looks(read.links, given, "urls", ()),
        "image": looks(read.image, given, "image", None),
        "rich_text": looks(read.text, given, "richText", None) or looks(read.text, given, "rich_text", None),
        "colors": looks(read.colors, given, "colors", ()),
        "tags": looks(read.texts, given, "tags", ()),
        "ai_hint": looks(read.texts, given, "ai_hint", ()),
        "convert_timezone": looks(read.sensitive, given, "convert_timezone", None) is not False,
        **({} if sensitive is None else {"case_sensitive": sensitive}),
    }


def cut_dimension(base: Dimension, cut: Cut, settings: Settings) -> Dimension:
    """A date cut to an interval, or by one of the project's own granularities."""
    if isinstance(cut, TimeInterval):
        label = settings.interval_labels.get(cut) or cut.replace("_", " ").lower()
        name, kind, sql = f"{base.name}_{cut.lower()}", interval_type(cut, base.type), base.sql
        interval: TimeInterval | None = cut
    else:  # Its own SQL sees the date as it is kept: cutting first and setting clocks after would be wrong.
        label, interval = cut.label, None
        name, kind, sql = f"{base.name}_{cut.name}", cut.type, cut.sql.replace("${COLUMN}", f"${{{base.name}}}")
    return Dimension(
        name=name,
        table=base.table,
        type=kind,
        sql=sql,
        label=f"{base.label} {label}",
        description=base.description,
        hidden=base.hidden,
        groups=base.groups,
        interval=interval,
        base=base.name if interval is not None else None,
        rule=base.rule,
        convert_timezone=base.convert_timezone and interval is not None,
    )


def read_metric(name: str, given: Mapping[str, Any], place: Place, looks: Looks, default_sql: str | None) -> Metric:
    """Raises `Wrong` or `SnippetError`."""
    kind = _metric_type(given)
    sql = place.sql(given) or (default_sql if kind not in WINDOWS else None)
    if sql is None and kind is MetricType.COUNT:
        sql = "*"
    if sql is None:
        raise Wrong(f"`type: {kind}` needs `sql`, such as ${{revenue}}" if kind in WINDOWS else "it needs `sql`")
    if not (sql == "*" and kind is MetricType.COUNT):
        _check_sql(sql, kind, place.dialect)
    filters = _filters(given, kind)
    default_format = None if kind not in WINDOWS or kind is MetricType.RUNNING_TOTAL else _SHARE
    return Metric(
        name=name,
        table=place.table,
        type=kind,
        sql=sql,
        label=looks(read.text, given, "label", None) or read.words(name),
        description=looks(read.text, given, "description", None),
        hidden=read.flag(given, "hidden"),
        format=read.shape(given, looks) or default_format,
        groups=_groups(given, looks),
        filters=filters,
        percentile=_percentile(given) if kind is MetricType.PERCENTILE else None,
        rule=read.rule(given),
        distinct_keys=_distinct_keys(given, kind),
        show_underlying_values=looks(read.names, given, "show_underlying_values", ()) or place.underlying,
        urls=looks(read.links, given, "urls", ()),
        tags=looks(read.texts, given, "tags", ()),
        ai_hint=looks(read.texts, given, "ai_hint", ()),
        spotlight=looks(read.spotlight, given, "spotlight", place.spotlight),
    )


def _groups(given: Mapping[str, Any], looks: Looks) -> tuple[str, ...]:
    return looks(read.groups, given, "groups", ()) or looks(read.groups, given, "group_label", ())


def _metric_type(given: Mapping[str, Any]) -> MetricType:
    word = (read.text(given, "type") or "").lower()
    if word in _TYPES:
        return MetricType(word)
    near = meant(word, _TYPES)
    more = f"; did you mean {near}?" if near else f"; known are {', '.join(MetricType)}"
    raise Wrong(f"`type: {word[:40]}` is not a type of metric{more}")


def _check_sql(sql: str, kind: MetricType, dialect: str) -> None:
    traits = check(sql, dialect)
    if traits.windows:
        raise Wrong("window functions can't stand in a metric; use a table calculation")
    if kind in WINDOWS:
        written = parts(sql)
        if traits.aggregates or traits.tables or traits.columns or any(isinstance(part, OwnTable) for part in written):
            raise Wrong(f"`type: {kind}` is made of other metrics only, as in `sql: ${{revenue}}`")
        if not any(isinstance(part, FieldRef) for part in written):
            raise Wrong(f"`type: {kind}` needs a metric in its `sql`, as in ${{revenue}}")
    elif traits.aggregates and kind not in FORMULAS:
        raise Wrong(f"its SQL aggregates already; use `type: number`, or give `{kind}` a plain expression")


def _filters(given: Mapping[str, Any], kind: MetricType) -> Any:
    try:
        filters = parse_filters(given.get("filters"))
    except ValueError as error:
        raise Wrong(f"`filters`: {error}") from None
    if filters and (kind in FORMULAS or kind in WINDOWS):
        raise Wrong(f"`filters` can't stand on `type: {kind}`; put them on the metrics it is made of")
    return filters


def _distinct_keys(given: Mapping[str, Any], kind: MetricType) -> tuple[str, ...]:
    keys = tuple(dict.fromkeys(key.strip() for key in read.names(given, "distinct_keys")))
    if kind in BY_KEY and not keys:
        raise Wrong(f"`type: {kind}` needs `distinct_keys`: the dimensions each of whose values counts once")
    if keys and kind not in BY_KEY:
        raise Wrong(f"`distinct_keys` stand on sum_distinct and average_distinct, not on `type: {kind}`")
    return keys


def _percentile(given: Mapping[str, Any]) -> float:
    value = given.get("percentile", 50)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise Wrong("`percentile` must be a number from 0 to 100")
    return float(value)
