from __future__ import annotations

from vitrail.warehouse.dialects.definition import PARTS, Dialect, aggregates, intervals

DUCKDB = Dialect(
    name="duckdb",
    # As they come, decimals would be cut to their own number of places.
    aggregates=aggregates("MEDIAN(CAST({x} AS DOUBLE))", "QUANTILE_CONT(CAST({x} AS DOUBLE), {p})"),
    intervals=intervals(
        "date_trunc('{unit}', {x})",
        "CAST(date_trunc('{unit}', {x}) AS DATE)",
        "date_part('{part}', {x})",
        PARTS,
        {
            "DAY_OF_WEEK_NAME": "dayname({x})",
            "MONTH_NAME": "monthname({x})",
            "QUARTER_NAME": "'Q' || date_part('quarter', {x})",
        },
    ),
    percentile_approximate="APPROX_QUANTILE({x}, {p})",
    any_value="ANY_VALUE({x})",
    same="{a} IS NOT DISTINCT FROM {b}",
    in_zone="timezone({zone}, timezone('UTC', CAST({x} AS TIMESTAMP)))",
    plus="({x} + INTERVAL '{n} {unit}')",
    ratio="(CAST({a} AS DOUBLE) / NULLIF({b}, 0))",
)
