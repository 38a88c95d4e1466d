"""BigQuery has three kinds of date that do not mix, so what is cut is cast first; a timestamp is compared with a text,
which it reads as whatever it is compared with."""

from __future__ import annotations

from vitrail.warehouse.dialects.definition import PARTS, Dialect, Quoting, aggregates, intervals

_NUMBERS = {**PARTS, "DAY_OF_YEAR_NUM": "DAYOFYEAR", "WEEK_NUM": "ISOWEEK"}


def _percentile(p: str) -> str:
    """Between the two values around the place, as PERCENTILE_CONT does, which here is no aggregate."""
    place = f"{p} * (COUNT({{x}}) - 1)"
    values = "ARRAY_AGG({x} IGNORE NULLS ORDER BY {x})"
    low, high = (f"{values}[SAFE_OFFSET(CAST({way}({place}) AS INT64))]" for way in ("FLOOR", "CEIL"))
    return f"({low} + ({high} - {low}) * ({place} - FLOOR({place})))"


BIGQUERY = Dialect(
    name="bigquery",
    identifier_quote="`",
    identifier_backslash=True,
    quoting=Quoting.BACKSLASH,
    aggregates=aggregates(_percentile("0.5"), _percentile("{p}")),
    intervals=intervals(
        "DATETIME_TRUNC(CAST({x} AS DATETIME), {unit})",
        "DATE_TRUNC(CAST({x} AS DATE), {unit})",
        "EXTRACT({part} FROM {x})",
        _NUMBERS,
        {
            "WEEK": "DATE_TRUNC(CAST({x} AS DATE), ISOWEEK)",
            "DAY_OF_WEEK_INDEX": "(EXTRACT(DAYOFWEEK FROM {x}) - 1)",
            "DAY_OF_WEEK_NAME": "FORMAT_DATE('%A', CAST({x} AS DATE))",
            "MONTH_NAME": "FORMAT_DATE('%B', CAST({x} AS DATE))",
            "QUARTER_NAME": "CONCAT('Q', CAST(EXTRACT(quarter FROM {x}) AS STRING))",
        },
    ),
    any_value="MAX({x})",
    percentile_discrete=(
        "ARRAY_AGG({x} IGNORE NULLS ORDER BY {x})[SAFE_OFFSET(GREATEST(CAST(CEIL({p} * COUNT({x})) AS INT64) - 1, 0))]"
    ),
    # An outer join needs an equality with a side of its own on each side of the sign.
    same="TO_JSON_STRING({a}) = TO_JSON_STRING({b})",
    in_zone="DATETIME(CAST({x} AS TIMESTAMP), {zone})",
    plus="DATETIME_ADD(CAST({x} AS DATETIME), INTERVAL {n} {unit})",
    ratio="(CAST({a} AS FLOAT64) / NULLIF({b}, 0))",
    timestamp_literal="'{v}'",
    like_escape="\\",
)
