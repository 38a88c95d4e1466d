from __future__ import annotations

from vitrail.warehouse.dialects.definition import DAYS, MONTHS, PARTS, Dialect, Quoting, aggregates, english, intervals

# The ISO forms do not depend on the account's WEEK_START and WEEK_OF_YEAR_POLICY. DATE_TRUNC does: the connection sets
# it to Monday.
_WEEKDAY = "MOD(DAYOFWEEKISO({x}), 7)"

SNOWFLAKE = Dialect(
    name="snowflake",
    quoting=Quoting.BACKSLASH,
    aggregates=aggregates("MEDIAN({x})", "PERCENTILE_CONT({p}) WITHIN GROUP (ORDER BY {x})"),
    intervals=intervals(
        "DATE_TRUNC('{unit}', {x})",
        "CAST(DATE_TRUNC('{unit}', {x}) AS DATE)",
        "DATE_PART('{part}', {x})",
        PARTS,
        {
            "DAY_OF_WEEK_INDEX": _WEEKDAY,
            "DAY_OF_YEAR_NUM": "DAYOFYEAR({x})",
            "WEEK_NUM": "WEEKISO({x})",
            # DAYNAME and MONTHNAME give three letters.
            "DAY_OF_WEEK_NAME": english(_WEEKDAY, DAYS, 0),
            "MONTH_NAME": english("MONTH({x})", MONTHS, 1),
            "QUARTER_NAME": "'Q' || QUARTER({x})",
        },
    ),
    # Its ANY_VALUE may give null beside values; where this is used, all values are one value.
    any_value="MAX({x})",
    same="{a} IS NOT DISTINCT FROM {b}",
    # By way of the conversation's own zone, which is UTC: cast at once, a moment with an offset would only lose it.
    in_zone="CONVERT_TIMEZONE('UTC', {zone}, CAST(CAST({x} AS TIMESTAMP_LTZ) AS TIMESTAMP_NTZ))",
    plus="DATEADD('{unit}', {n}, CAST(CAST({x} AS TIMESTAMP_LTZ) AS TIMESTAMP_NTZ))",
    # Its division of decimals keeps six digits.
    ratio="(CAST({a} AS DOUBLE) / NULLIF({b}, 0))",
    row_order="ORDER BY NULL",
)
