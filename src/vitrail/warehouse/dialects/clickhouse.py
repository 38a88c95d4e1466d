"""ClickHouse reads as SQL does only with the settings that `warehouse.clickhouse` sends with every statement."""

from __future__ import annotations

from vitrail.warehouse.dialects.definition import DAYS, MONTHS, Dialect, Quoting, aggregates, english, intervals

_WEEKDAY = "(toDayOfWeek({x}) % 7)"

CLICKHOUSE = Dialect(
    name="clickhouse",
    identifier_backslash=True,
    quoting=Quoting.BACKSLASH,
    aggregates=aggregates("quantileExactInclusive(0.5)(toFloat64({x}))", "quantileExactInclusive({p})(toFloat64({x}))"),
    intervals=intervals(
        # Its date_trunc rounds what is less than a second up before 1970. The types are those with a wide range: the
        # plain ones begin in 1970, and turn what is before into something else.
        "date_trunc('{unit}', toStartOfSecond(toDateTime64({x}, 6, 'UTC')))",
        "toDate32(date_trunc('{unit}', toDate32({x})))",
        "{part}({x})",
        {
            "DAY_OF_MONTH_NUM": "toDayOfMonth",
            "DAY_OF_YEAR_NUM": "toDayOfYear",
            "WEEK_NUM": "toISOWeek",
            "MONTH_NUM": "toMonth",
            "QUARTER_NUM": "toQuarter",
            "YEAR_NUM": "toYear",
            "HOUR_OF_DAY_NUM": "toHour",
            "MINUTE_OF_HOUR_NUM": "toMinute",
        },
        {
            "SECOND": "toStartOfSecond(toDateTime64({x}, 6, 'UTC'))",
            "MILLISECOND": "date_trunc('millisecond', toDateTime64({x}, 6, 'UTC'))",
            "DAY_OF_WEEK_INDEX": _WEEKDAY,
            "DAY_OF_WEEK_NAME": english(_WEEKDAY, DAYS, 0),
            "MONTH_NAME": english("toMonth({x})", MONTHS, 1),
            "QUARTER_NAME": "concat('Q', toString(toQuarter({x})))",
        },
    ),
    any_value="any({x})",
    percentile_discrete=(
        "if(COUNT({x}) = 0, NULL, arraySort(groupArray({x}))[greatest(toUInt64(ceil({p} * COUNT({x}))), 1)])"
    ),
    same="{a} IS NOT DISTINCT FROM {b}",
    in_zone="toDateTime64(toString(toTimeZone(toDateTime64({x}, 6, 'UTC'), {zone})), 6, 'UTC')",
    plus="(toDateTime64({x}, 6, 'UTC') + INTERVAL {n} {unit})",
    ratio="(toFloat64({a}) / NULLIF({b}, 0))",
    date_literal="toDate32('{v}')",
    timestamp_literal="toDateTime64('{v}', 6, 'UTC')",
    to_date="toDate32({x})",
    lower="lowerUTF8({x})",
    like_escape="\\",
)
