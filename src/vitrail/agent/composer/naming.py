"""What things are called: titles from the catalog's labels, in sentence case."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vitrail.agent.composer.choose import name_dimension
from vitrail.agent.composer.words import label_stems
from vitrail.catalog.model import Dimension, DimensionType, Explore, Metric, TimeInterval

GRAIN_NAMES = {
    TimeInterval.HOUR: "hour",
    TimeInterval.DAY: "day",
    TimeInterval.WEEK: "week",
    TimeInterval.MONTH: "month",
    TimeInterval.QUARTER: "quarter",
    TimeInterval.YEAR: "year",
    TimeInterval.DAY_OF_WEEK_NAME: "day of the week",
    TimeInterval.MONTH_NAME: "month of the year",
    TimeInterval.HOUR_OF_DAY_NUM: "hour of the day",
}
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def lower(label: str) -> str:
    """A label inside a sentence: small first letter, unless it begins with an abbreviation (`MRR`) or one letter."""
    first = label.split(" ", 1)[0]
    return label if len(first) < 2 or first[1:] != first[1:].lower() else label[0].lower() + label[1:]


def singular(label: str) -> str:
    """“Stores” → “store”."""
    words = label.split(" ")
    words[-1] = label_stems(words[-1])[-1] if label_stems(words[-1]) else words[-1]
    return lower(" ".join(words))


def plural(noun: str) -> str:
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if re.search(r"(s|x|z|ch|sh)$", noun) else "s")


def dimension_noun(explore: Explore, dimension: Dimension) -> str:
    """What a breakdown is called: a table's name field by the table (“store”), any other by its label."""
    table = explore.tables.get(dimension.table)
    if table is not None:
        name = name_dimension(table)
        if name is not None and name.id == dimension.id and {"name", "title"} & set(label_stems(dimension.label)):
            return singular(table.label)
    return yes_noun(dimension.label) if dimension.type is DimensionType.BOOLEAN else lower(dimension.label)


def and_list(parts: Sequence[str], *, oxford: bool = False) -> str:
    """“a, b and c”; with `oxford` a comma before the last “and” where parts hold an “and” themselves."""
    parts = list(dict.fromkeys(parts))
    if len(parts) < 2:
        return "".join(parts)
    nested = oxford and any(" and " in part for part in parts)
    return ", ".join(parts[:-1]) + (", and " if nested else " and ") + parts[-1]


def yes_noun(label: str) -> str:
    """“Is vegetarian” → “vegetarian”."""
    return lower(re.sub(r"^(?:is|has|was|are)\s+", "", label, flags=re.IGNORECASE))


def metrics_text(metrics: Sequence[Metric]) -> str:
    first, *rest = [m.label for m in metrics]
    return and_list([first, *(lower(label) for label in rest)])


def upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def number_word(n: int) -> str:
    return _WORDS[n] if 0 <= n < len(_WORDS) else str(n)


def rank_title(n: int, descending: bool, noun: str, metric: str) -> str:
    return f"{'Top' if descending else 'Bottom'} {number_word(n)} {plural(noun)} by {lower(metric)}"
