from __future__ import annotations

from vitrail.warehouse.dialects.definition import DAYS, MONTHS, PARTS, Dialect, aggregates, english, intervals

_WEEKDAY = "(DAY_OF_WEEK({x}) % 7)"


def _percentile(p: str) -> str:
    """Between the two values around the place: Trino's own percentile is an approximation."""
    place = f"{p} * (COUNT({{x}}) - 1)"
    values = "ARRAY_AGG(CAST({x} AS DOUBLE) ORDER BY {x}) FILTER (WHERE {x} IS NOT NULL)"
    low, high = (f"ELEMENT_AT({values}, CAST(GREATEST({way}({place}), 0) AS INTEGER) + 1)" for way in ("FLOOR", "CEIL"))
    return f"({low} + ({high} - {low}) * ({place} - FLOOR({place})))"


TRINO = Dialect(
    name="trino",
    aggregates=aggregates(_percentile("DOUBLE '0.5'"), _percentile("DOUBLE '{p}'")),
    intervals=intervals(
        "DATE_TRUNC('{unit}', {x})",
        "CAST(DATE_TRUNC('{unit}', {x}) AS DATE)",
        "EXTRACT({part} FROM {x})",
        PARTS,
        {
            "DAY_OF_WEEK_INDEX": _WEEKDAY,
            "DAY_OF_WEEK_NAME": english(_WEEKDAY, DAYS, 0),
            "MONTH_NAME": english("MONTH({x})", MONTHS, 1),
            "QUARTER_NAME": "'Q' || CAST(QUARTER({x}) AS VARCHAR)",
        },
    ),
    any_value="ARBITRARY({x})",
    percentile_discrete=(
        "ELEMENT_AT(ARRAY_AGG({x} ORDER BY {x}) FILTER (WHERE {x} IS NOT NULL), "
        "CAST(GREATEST(CEIL(DOUBLE '{p}' * COUNT({x})), 1) AS INTEGER))"
    ),
    same="{a} IS NOT DISTINCT FROM {b}",
    # The conversation's own zone is UTC.
    in_zone="CAST(CAST({x} AS TIMESTAMP(6) WITH TIME ZONE) AT TIME ZONE {zone} AS TIMESTAMP(6))",
    plus="DATE_ADD('{unit}', {n}, CAST({x} AS TIMESTAMP(6)))",
    ratio="(CAST({a} AS DOUBLE) / NULLIF({b}, 0))",
    limit_offset="OFFSET {offset} LIMIT {limit}",
)
