"""Redshift was a Postgres 8 once: it has no null-safe equality, and reads a backslash as an escape by a setting. Its
PERCENTILE_DISC is no aggregate; a metric that asks for one gets the engine's error."""

from __future__ import annotations

from vitrail.warehouse.dialects.definition import PARTS, Dialect, Quoting, aggregates, intervals

REDSHIFT = Dialect(
    name="redshift",
    quoting=Quoting.NEITHER,
    aggregates=aggregates("MEDIAN({x})", "PERCENTILE_CONT({p}) WITHIN GROUP (ORDER BY {x})"),
    intervals=intervals(
        "DATE_TRUNC('{unit}', {x})",
        "CAST(DATE_TRUNC('{unit}', {x}) AS DATE)",
        "CAST(EXTRACT({part} FROM {x}) AS INTEGER)",
        PARTS,
        {
            "WEEK_NUM": "CAST(TO_CHAR({x}, 'IW') AS INTEGER)",
            "DAY_OF_WEEK_NAME": "TRIM(TO_CHAR({x}, 'Day'))",
            "MONTH_NAME": "TRIM(TO_CHAR({x}, 'Month'))",
            "QUARTER_NAME": "'Q' || CAST(EXTRACT(quarter FROM {x}) AS VARCHAR)",
        },
    ),
    # Its ANY_VALUE may give null beside values; where this is used, all values are one value.
    any_value="MAX({x})",
    same="({a} = {b} OR ({a} IS NULL AND {b} IS NULL))",
    in_zone="CONVERT_TIMEZONE('UTC', {zone}, CAST({x} AS TIMESTAMP))",
    plus="DATEADD({unit}, {n}, CAST({x} AS TIMESTAMP))",
    ratio="(CAST({a} AS DOUBLE PRECISION) / NULLIF({b}, 0))",
    order_by_alias=False,
)
