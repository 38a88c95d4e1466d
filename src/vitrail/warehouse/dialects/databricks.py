from __future__ import annotations

from vitrail.warehouse.dialects.definition import PARTS, Dialect, Quoting, aggregates, intervals

_NUMBERS = {**PARTS, "DAY_OF_WEEK_INDEX": "DAYOFWEEK", "DAY_OF_YEAR_NUM": "DOY"}

DATABRICKS = Dialect(
    name="databricks",
    identifier_quote="`",
    quoting=Quoting.BACKSLASH,
    aggregates=aggregates("PERCENTILE({x}, 0.5)", "PERCENTILE({x}, {p})"),
    intervals=intervals(
        "DATE_TRUNC('{unit}', {x})",
        "CAST(DATE_TRUNC('{unit}', {x}) AS DATE)",
        "EXTRACT({part} FROM {x})",
        _NUMBERS,
        {
            "DAY_OF_WEEK_INDEX": "(DAYOFWEEK({x}) - 1)",
            "WEEK_NUM": "WEEKOFYEAR({x})",
            "DAY_OF_WEEK_NAME": "DATE_FORMAT({x}, 'EEEE')",
            "MONTH_NAME": "DATE_FORMAT({x}, 'MMMM')",
            "QUARTER_NAME": "CONCAT('Q', QUARTER({x}))",
        },
    ),
    any_value="ANY_VALUE({x}, TRUE)",
    same="{a} <=> {b}",
    in_zone="FROM_UTC_TIMESTAMP({x}, {zone})",
    plus="TIMESTAMPADD({unit}, {n}, {x})",
    ratio="(CAST({a} AS DOUBLE) / NULLIF({b}, 0))",
    row_order="ORDER BY 1",
)
