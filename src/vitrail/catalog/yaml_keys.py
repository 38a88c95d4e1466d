"""The words that are known in each place of Lightdash's YAML, so that a mistyped one is told and not passed over.

Inside what is Lightdash's own (a dimension, a metric, a join, …) every unknown word is told. Under `meta` of a model or
a column, where other tools keep theirs, only one that looks like a known word is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rapidfuzz.distance import OSA

_LOOKS = ("label", "description", "hidden", "format", "round", "compact", "separator", "groups", "group_label")
_SHOWN = ("urls", "image", "tags", "ai_hint", "spotlight", "required_attributes", "any_attributes")
_FILTERED = ("default_filters", "required_filters", "sql_filter", "sql_where")
KNOWN: Mapping[str, frozenset[str]] = {
    "model": frozenset(
        (
            *("label", "description", "joins", "metrics", "sets", "parameters", "explores", "primary_key"),
            *("groups", "group_label", "group_details", "order_fields_by", "sql_filter_scope", "sql_from", "tags"),
            *("ai_hint", "spotlight", "owner", "default_time_dimension", "default_show_underlying_values"),
            *("required_attributes", "any_attributes", "case_sensitive", "pre_aggregates", "hidden", *_FILTERED),
        )
    ),
    "column": frozenset(("dimension", "additional_dimensions", "metrics")),
    "dimension": frozenset(
        (
            *("type", "sql", "time_intervals", "colors", "richText", "rich_text", "case_sensitive"),
            *("convert_timezone", "timestamp_domain", "filter_autocomplete", *_LOOKS, *_SHOWN),
        )
    ),
    "metric": frozenset(
        (
            *("type", "sql", "filters", "percentile", "distinct_keys", "show_underlying_values"),
            *("default_time_dimension", "drivers", "richText", "rich_text", *_LOOKS, *_SHOWN),
        )
    ),
    "join": frozenset(
        (
            *("join", "sql_on", "type", "alias", "label", "description", "always", "hidden", "fields"),
            *("relationship", "required_attributes", "any_attributes"),
        )
    ),
    "explore": frozenset(
        (
            *("label", "description", "joins", "groups", "group_label", "tags", "hidden"),
            *("required_attributes", "any_attributes", *_FILTERED),
        )
    ),
    "parameter": frozenset(
        (
            *("label", "description", "type", "options", "options_from_dimension", "default", "multiple"),
            *("allow_custom_values",),
        )
    ),
}
_FOREIGN = frozenset(("model", "column"))


def unknown(given: Mapping[str, Any], place: str) -> Iterator[tuple[str, str | None]]:
    """The words of `given` that are not read in `place`, each with the known one that may be meant."""
    known = KNOWN[place]
    for key in given:
        if key in known:
            continue
        near = meant(str(key), known)
        if near is not None or place not in _FOREIGN:
            yield str(key)[:60], near


def meant(word: str, known: frozenset[str]) -> str | None:
    """The known word that somebody may have mistyped."""
    most = 1 if len(word) < 7 else 2
    if len(word) < 4 or len(word) > 60 or not known:
        return None
    found = [(OSA.distance(word.lower(), each.lower(), score_cutoff=most), each) for each in sorted(known)]
    distance, nearest = min(found)
    return nearest if distance <= most else None
