from __future__ import annotations

from vitrail.warehouse.dialects.definition import PARTS, Dialect, aggregates, intervals

POSTGRES = Dialect(
    name="postgres",
    aggregates=aggregates(
        "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {x})", "PERCENTILE_CONT({p}) WITHIN GROUP (ORDER BY {x})"
    ),
    intervals=intervals(
        "date_trunc('{unit}', {x})",
        "CAST(date_trunc('{unit}', {x}) AS DATE)",
        "CAST(EXTRACT({part} FROM {x}) AS INTEGER)",
        PARTS,
        {
            "DAY_OF_WEEK_NAME": "to_char({x}, 'FMDay')",
            "MONTH_NAME": "to_char({x}, 'FMMonth')",
            "QUARTER_NAME": "'Q' || EXTRACT(quarter FROM {x})",
        },
    ),
    # Before version 16 Postgres has no any_value; the array's first is the same for every type.
    any_value="(ARRAY_AGG({x}) FILTER (WHERE {x} IS NOT NULL))[1]",
    # Arrays are equal where they hold null at the same place, and can be hashed: IS NOT DISTINCT FROM can't, and would
    # compare every group of one side with every group of the other.
    same="ARRAY[{a}] = ARRAY[{b}]",
    in_zone="timezone({zone}, timezone('UTC', CAST({x} AS TIMESTAMP)))",
    plus="({x} + INTERVAL '{n} {unit}')",
    ratio="(CAST({a} AS DOUBLE PRECISION) / NULLIF({b}, 0))",
    order_by_alias=False,
)
