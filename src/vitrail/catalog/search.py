"""Find fields by words, for agent tools, pickers and suggestions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz import fuzz

from vitrail.catalog.model import Catalog, Dimension, ExploreName, FieldId, Metric

_WORD = re.compile(r"[a-z0-9]+")
_SMALL = frozenset(
    (
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "is",
        "me",
        "of",
        "on",
        "per",
        "show",
        "the",
        "to",
        "with",
    )
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A field that fits; `score` runs from 0 to 100."""

    id: FieldId
    explore: ExploreName
    label: str
    kind: str
    """`dimension` or `metric`."""
    score: float
    description: str | None


def search(catalog: Catalog, words: str, limit: int = 20) -> list[Hit]:
    """The fields nearest to `words`, best first. Give it a narrowed catalog; hidden fields and explores, and time
    intervals other than the base dimension are not listed. A field of several explores is listed with the explore it
    is native to, unless only another one has it."""
    wanted = [w for w in dict.fromkeys(_WORD.findall(words[:500].lower())) if w not in _SMALL]
    if not wanted:
        return []
    best: dict[FieldId, Hit] = {}
    for explore in catalog.explores.values():
        if explore.hidden:
            continue
        fields: list[Dimension | Metric] = [*explore.metrics(), *explore.dimensions()]
        for field in fields:
            if field.hidden or field.private or (isinstance(field, Dimension) and field.interval is not None):
                continue
            native = field.table == explore.base_table
            if field.id in best and not native:
                continue
            score = _score(field, explore.tables[field.table].label, wanted)
            if score >= 20:
                kind = "metric" if isinstance(field, Metric) else "dimension"
                best[field.id] = Hit(field.id, explore.name, field.label, kind, round(score, 1), field.description)
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.id))[:limit]


def _score(field: Dimension | Metric, table_label: str, wanted: list[str]) -> float:
    """Three parts of how much of the field's label is asked for, two of how much of the question it answers.

    A word of the table's label, the description, the hints or the tags (where synonyms stand) counts half of one of the
    field's own.
    """
    own = set(_WORD.findall(field.label.lower())) | set(_WORD.findall(field.name.replace("_", " ").lower()))
    hints = " ".join((*field.ai_hint, *field.tags))
    around = set(_WORD.findall(f"{table_label} {field.description or ''} {hints}".lower()))
    label = set(_WORD.findall(field.label.lower())) or own
    met = asked = 0.0
    for word in wanted:
        near = max((_alike(word, mine) for mine in own), default=0.0)
        met += max(near, 0.5 if word in around or f"{word}s" in around or word.removesuffix("s") in around else 0.0)
    for mine in label:
        asked += max((_alike(word, mine) for word in wanted), default=0.0)
    return 60 * asked / len(label) + 40 * met / len(wanted)


def _alike(one: str, other: str) -> float:
    likeness = fuzz.ratio(one, other) / 100
    return likeness if likeness >= 0.8 else 0.0
