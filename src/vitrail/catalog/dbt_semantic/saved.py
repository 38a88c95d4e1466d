"""The saved queries of a dbt project → `SavedQuery`, checked against the layer they ask."""

from __future__ import annotations

from typing import Any

from vitrail.catalog import yaml_values as read
from vitrail.catalog.dbt_semantic.filters import read_call, read_filters, spelled
from vitrail.catalog.dbt_semantic_model import Item, SavedQuery, SemanticLayer
from vitrail.catalog.manifest import NAME
from vitrail.catalog.snippets import SnippetError
from vitrail.catalog.yaml_values import Wrong


def saved_queries(given: Any, layer: SemanticLayer, dialect: str) -> tuple[list[SavedQuery], list[tuple[str, str]]]:
    """Those that can be used, and (name, cause) of those that can't."""
    found: dict[str, SavedQuery] = {}
    wrong: list[tuple[str, str]] = []
    for entry in given if isinstance(given, list) else ():
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not NAME.match(name) or name in found:
            wrong.append((str(name)[:60], "its name is not a plain, unused word"))
            continue
        try:
            found[name] = _read(name, entry, layer, dialect)
        except (Wrong, SnippetError) as error:
            wrong.append((name, str(error)))
    return list(found.values()), wrong


def _read(name: str, entry: dict[str, Any], layer: SemanticLayer, dialect: str) -> SavedQuery:
    params = read.mapping(entry, "query_params") or entry
    custom = layer.grains()
    metrics = tuple(metric.lower() for metric in read.names(params, "metrics"))
    if unknown := next((metric for metric in metrics if metric not in layer.metrics), None):
        raise Wrong(f"it asks for the metric {unknown[:60]!r}, which is not there")
    group_by = []
    for text in read.names(params, "group_by"):
        item = read_call(text, custom) if "(" in text else spelled(text, custom)
        if not isinstance(item, Item):
            raise Wrong("it groups by a metric, which is not supported")
        group_by.append(item)
    if not metrics and not group_by:
        raise Wrong("it asks for nothing")
    limit = params.get("limit")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise Wrong("`limit` must be a whole number")
    return SavedQuery(
        name=name,
        metrics=metrics,
        group_by=tuple(group_by),
        filters=read_filters(params.get("where"), custom, dialect),
        order_by=tuple(_order(text, layer) for text in read.names(params, "order_by")),
        limit=limit,
        label=read.text(entry, "label"),
        description=read.text(entry, "description"),
    )


def _order(text: str, layer: SemanticLayer) -> tuple[str, bool]:
    """`-name`, `name`, `Metric('m').descending(True)`, `Dimension('x')` → a spelling and whether it goes down."""
    down = text.startswith("-")
    text = text.removeprefix("-").strip()
    if "(" not in text:
        return text.lower(), down
    head, _, tail = text.partition(".descending(")
    down = down or (bool(tail) and not tail.strip().lower().startswith("false"))
    if head.startswith("Metric("):
        return head[7:].partition(",")[0].strip(" )'\"").lower(), down
    item = read_call(head, layer.grains())
    assert isinstance(item, Item)
    return item.spelled(), down
