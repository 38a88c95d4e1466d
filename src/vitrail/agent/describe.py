"""The catalog as a model reads it: a ranked index that stays small however large the project is, and one explore in
full on demand. All of it is foreign text, so every answer is fenced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from vitrail.agent.fence import fence, line
from vitrail.catalog.model import Catalog, Dimension, ExploreName
from vitrail.catalog.search import Hit, search

INDEX_FIELDS = 40
INDEX_EXPLORES = 25
DESCRIBED_FIELDS = 250


def catalog_index(catalog: Catalog, words: str) -> str:
    """What the project offers, ranked by `words`: explores and best fields, a bounded number of lines."""
    hits = search(catalog, words, INDEX_FIELDS)
    order: dict[str, int] = {}
    for hit in hits:
        order.setdefault(hit.explore, len(order))
    names = sorted(catalog.explores, key=lambda name: (order.get(name, len(order)), name))
    shown = names[:INDEX_EXPLORES]
    lines = [f"Explores ({len(names)} in all, best matches first):"]
    for name in shown:
        explore = catalog.explores[name]
        about = f": {line(explore.description, 100)}" if explore.description else ""
        lines.append(f"- {name} ({line(explore.label, 60)}){about}")
    if len(names) > len(shown):
        lines.append(f"- … {len(names) - len(shown)} more: use search_catalog")
    if hits:
        lines.append("Fields that match the request best:")
        lines += [_hit(hit) for hit in hits]
    return fence("\n".join(lines), "catalog")


def found(catalog: Catalog, words: str, limit: int) -> str:
    """The answer of `search_catalog`."""
    hits = search(catalog, words, limit)
    if not hits:
        names = ", ".join(sorted(catalog.explores)[:INDEX_EXPLORES])
        return f"Nothing matches. Explores: {names}"
    return fence("\n".join(_hit(hit) for hit in hits), "catalog")


def _hit(hit: Hit) -> str:
    about = f" – {line(hit.description, 100)}" if hit.description else ""
    return f"- {hit.explore} · {hit.id} ({hit.kind}) {line(hit.label, 60)}{about}"


def described(catalog: Catalog, name: str) -> str | None:
    """One explore in full, or `None` when there is none of that name."""
    explore = catalog.explores.get(ExploreName(name))
    if explore is None:
        return None
    lines = [f"explore {explore.name} ({line(explore.label)}){_about(explore.description)}"]
    left = DESCRIBED_FIELDS
    for table in explore.tables.values():
        if left <= 0:
            lines.append("… more tables: use search_catalog for their fields")
            break
        joined = "" if table.name == explore.base_table else " (joined)"
        lines.append(f"table {table.name} ({line(table.label)}){joined}{_about(table.description)}")
        for metric in table.metrics.values():
            if not metric.hidden and not metric.private:
                lines.append(f"  metric {metric.id}: {metric.type} “{line(metric.label)}”{_about(metric.description)}")
                left -= 1
        for text in _dimensions(table.dimensions.values()):
            lines.append(text)
            left -= 1
    return fence("\n".join(lines), "catalog")


def _dimensions(dimensions: Iterable[Dimension]) -> list[str]:
    intervals: dict[str, list[Dimension]] = defaultdict(list)
    plain: list[Dimension] = []
    for dimension in dimensions:
        if dimension.hidden or dimension.private:
            continue
        (intervals[dimension.base] if dimension.interval and dimension.base else plain).append(dimension)
    texts = []
    for dimension in plain:
        times = intervals.pop(dimension.name, [])
        by = f" · by {', '.join(t.id for t in times)}" if times else ""
        texts.append(
            f"  dimension {dimension.id}: {dimension.type} “{line(dimension.label)}”{_about(dimension.description)}{by}"
        )
    texts += [
        f"  time dimension “{line(times[0].label)}”: {', '.join(t.id for t in times)}" for times in intervals.values()
    ]
    return texts


def _about(description: str | None) -> str:
    return f" – {line(description)}" if description else ""
