"""Fields made in a question: dimensions cut into ranges or written as SQL, metrics of an aggregate, a filter, a period.

All that they are made of are dimensions (and one metric) of the explore that the asker may see; see `expressions` for
what their SQL may say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from vitrail.catalog.metric_filters import parse_filters
from vitrail.catalog.model import (
    Dimension,
    DimensionType,
    Explore,
    FieldId,
    Metric,
    MetricFilter,
    MetricType,
    TableName,
    TimeInterval,
)
from vitrail.catalog.snippets import FieldRef, ParameterRef, parts
from vitrail.query.conditions import BadFilter
from vitrail.query.expressions import expression_traits
from vitrail.query.metric_query import AdditionalMetric, BinDimension, BinRange, SqlDimension
from vitrail.query.question import Shift
from vitrail.warehouse.dialect import Dialect

MOST_RANGES = 200
_DATES = frozenset({DimensionType.DATE, DimensionType.TIMESTAMP})
_OVER_ROWS = frozenset({MetricType.PERCENT_OF_TOTAL, MetricType.PERCENT_OF_PREVIOUS, MetricType.RUNNING_TOTAL})


@dataclass(frozen=True, slots=True)
class MadeDimension(Dimension):
    """A dimension of the question's own. `order`: its values in the order in which they are sorted."""

    made_id: str = ""
    order: tuple[str, ...] = ()

    @property
    def id(self) -> FieldId:
        return FieldId(self.made_id)


@dataclass(frozen=True, slots=True)
class MadeMetric(Metric):
    """A metric of the question's own."""

    made_id: str = ""

    @property
    def id(self) -> FieldId:
        return FieldId(self.made_id)


def made_metric_id(extra: AdditionalMetric) -> str:
    return f"{extra.table}_{extra.name}" if extra.table else extra.name


def ranges(custom: BinDimension, least: float | None, most: float | None) -> list[BinRange]:
    """Cut the numbers from `least` to `most` as `custom` says. Raises `BadFilter` when that makes too many."""
    if least is None or most is None:
        return [BinRange(from_=None, to=None)]
    beyond = math.nextafter(most, math.inf)  # The greatest number belongs to the last range.
    if custom.bin_type == "fixed_number":
        count = custom.bin_number or 1
        width = (most - least) / count
        if not width:
            return [BinRange(from_=least, to=beyond)]
        edges = [least + width * place for place in range(count)]
        return [BinRange(from_=a, to=b) for a, b in zip(edges, [*edges[1:], beyond], strict=True)]
    width = custom.bin_width or 1.0
    first = math.floor(least / width)
    last = math.floor(most / width)
    if last - first >= MOST_RANGES:
        raise BadFilter(f"it makes {last - first + 1} ranges, and at most {MOST_RANGES} are shown; make them wider")
    return [BinRange(from_=place * width, to=(place + 1) * width) for place in range(first, last + 1)]


def bin_dimension(custom: BinDimension, base: Dimension, dialect: Dialect) -> MadeDimension:
    """`base` as the name of the range that it lies in; null where it lies in none. Raises `BadFilter`."""
    if base.type is not DimensionType.NUMBER:
        raise BadFilter(f"it cuts {base.id} into ranges, which is a {base.type} and not a number")
    reference = f"${{{base.table}.{base.name}}}"
    labels: list[str] = []
    cases: list[str] = []
    for given in custom.custom_range:
        label, tests = _label(given), []
        for bound, sign in ((given.from_, ">="), (given.to, "<")):
            if bound is not None:
                tests.append(f"{reference} {sign} {dialect.number(_short(bound))}")
        labels.append(label)
        cases.append(f"WHEN {' AND '.join(tests) or f'{reference} IS NOT NULL'} THEN {dialect.text(label)}")
    if not cases:
        raise BadFilter("it has no range; give `customRange`, `binNumber` or `binWidth`")
    return MadeDimension(
        name=custom.id,
        table=base.table,
        type=DimensionType.STRING,
        sql=f"CASE {' '.join(cases)} END",
        label=custom.name,
        made_id=custom.id,
        order=tuple(dict.fromkeys(labels)),
    )


def _short(value: float) -> int | float:
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else value


def _label(given: BinRange) -> str:
    if given.from_ is None and given.to is None:
        return "all"
    if given.from_ is None:
        return f"< {given.to:.12g}"
    if given.to is None:
        return f"≥ {given.from_:.12g}"
    return f"{given.from_:.12g} – {given.to:.12g}"


def sql_dimension(custom: SqlDimension, explore: Explore, dialect: Dialect, find: Find) -> MadeDimension | None:
    """None when a field in it was not found (`find` has told so). Raises `BadFilter` or `SnippetError`."""
    table = _table(custom.table, explore)
    traits = expression_traits(custom.sql, dialect.name)
    if traits.aggregates or traits.windows:
        raise BadFilter("it aggregates, and a dimension sees one row at a time")
    if not _all_found(custom.sql, table, find):
        return None
    return MadeDimension(
        name=custom.id,
        table=table,
        type=DimensionType(custom.dimension_type),
        sql=custom.sql,
        label=custom.name,
        made_id=custom.id,
    )


Find = Callable[[str], Dimension | None]


def _table(name: str | None, explore: Explore) -> TableName:
    table = TableName(name or explore.base_table)
    if table not in explore.tables:
        raise BadFilter(f"there is no table {str(table)[:60]!r} in the explore")
    return table


def _all_found(sql: str, table: TableName, find: Find) -> bool:
    found = []
    for part in parts(sql):
        if isinstance(part, FieldRef):
            found.append(find(f"{part.table or table}_{part.name}"))
        elif not isinstance(part, str | ParameterRef):
            raise BadFilter("it can only refer to dimensions, as ${table.field}")
    if not found:
        raise BadFilter("it refers to no dimension")
    return all(field is not None for field in found)


def made_metric(extra: AdditionalMetric, explore: Explore, dialect: Dialect, find: Find) -> Metric | None:
    """An aggregate over a dimension or over SQL made of dimensions. None when a field in it was not found."""
    table = _table(extra.table, explore)
    if extra.type is None:
        raise BadFilter("it has no `type`, such as sum or count")
    written = extra.sql.strip() if extra.sql is not None else None
    name = extra.base_dimension_name
    if name is not None and written in (None, f"${{TABLE}}.{name}", f"${{{name}}}"):
        if find(f"{table}_{name}") is None:
            return None
        sql = f"${{{name}}}"
    elif written is None:
        raise BadFilter("it aggregates nothing; give `baseDimensionName` or `sql`")
    else:
        traits = expression_traits(written, dialect.name)
        if traits.aggregates or traits.windows:
            raise BadFilter("its SQL aggregates; give the expression that its type aggregates")
        if not _all_found(written, table, find):
            return None
        sql = written
    filters = _filters(extra, table, explore, find)
    if filters is None:
        return None
    return MadeMetric(
        made_id=made_metric_id(extra),
        name=extra.name,
        table=table,
        type=MetricType(extra.type),
        sql=sql,
        label=extra.label or extra.name,
        description=extra.description,
        filters=filters,
        percentile=(50.0 if extra.percentile is None else extra.percentile) if extra.type == "percentile" else None,
    )


def _filters(
    extra: AdditionalMetric, table: TableName, explore: Explore, find: Find
) -> tuple[MetricFilter, ...] | None:
    try:
        filters = parse_filters(extra.filters)
    except ValueError as error:
        raise BadFilter(f"`filters`: {error}") from None
    found: list[MetricFilter] = []
    for given in filters:
        owner, _, name = given.dimension.rpartition(".")
        field = find(f"{owner or table}_{name}") if owner or name in explore.tables[table].dimensions else find(name)
        if field is None:
            return None
        found.append(replace(given, dimension=f"{field.table}.{field.name}"))
    return tuple(found)


def earlier_period(extra: AdditionalMetric, base: Metric, time: Dimension) -> tuple[Metric, Shift]:
    """A metric `extra.period_offset` `extra.granularity`s ago. Raises `BadFilter`."""
    if time.type not in _DATES and time.base is None:
        raise BadFilter(f"{time.id} is no date")
    if base.type in _OVER_ROWS:
        raise BadFilter(f"{base.id} is computed over the rows of the answer; set back the metric that it is made of")
    interval = time.interval if time.interval is not TimeInterval.RAW else None
    unit = extra.granularity or (interval.value if interval else None)
    if unit not in ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR"):
        raise BadFilter("it does not say how far back; give `granularity`: DAY, WEEK, MONTH, QUARTER or YEAR")
    label = extra.label or f"{base.label} ({extra.period_offset} {unit.lower()}{'s' * (extra.period_offset > 1)} ago)"
    metric = MadeMetric(
        made_id=made_metric_id(extra),
        name=extra.name,
        table=base.table,
        type=base.type,
        sql=base.sql,
        label=label,
        description=extra.description or base.description,
        format=base.format,
    )
    return metric, Shift(base, (time.table, time.base or time.name), unit, extra.period_offset)


def shifted_without_time(shifts: Sequence[Shift], fields: Sequence[Dimension]) -> Shift | None:
    """A shift whose date the question neither groups nor filters by: both periods would be the same."""
    return next((shift for shift in shifts if not any(shift.moves(field) for field in fields)), None)
