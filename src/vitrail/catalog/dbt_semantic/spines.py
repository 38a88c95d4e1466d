"""Time spines: tables with a row for every moment of a grain, from either of the two places dbt keeps them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vitrail.catalog.dbt_semantic.models import guard_of
from vitrail.catalog.dbt_semantic_model import GRAINS, Spine, grain_order
from vitrail.catalog.manifest import NAME
from vitrail.catalog.model import AttributeRule, Table
from vitrail.catalog.yaml_values import Wrong

Relation = Callable[[Any], tuple[str, Table | None]]


def read_spines(document: Mapping[str, Any], relation: Relation, report: Callable[[str], None]) -> tuple[Spine, ...]:
    """The project's spines, the finest first, at most one for each grain (of two the newer form is used)."""
    configuration = document.get("project_configuration")
    configuration = configuration if isinstance(configuration, dict) else {}
    found: dict[str, Spine] = {}
    given: list[tuple[Callable[[dict[str, Any], Relation], Spine], dict[str, Any]]]
    given = [(_of_configuration, one) for one in _listed(configuration.get("time_spines"))]
    given += [(_of_node, one) for one in _listed(document.get("nodes"))]
    given += [(_of_legacy, one) for one in _listed(configuration.get("time_spine_table_configurations"))]
    for reader, one in given:
        try:
            spine = reader(one, relation)
        except Wrong as wrong:
            report(f"A time spine: {wrong}")
            continue
        found.setdefault(spine.grain, spine)
    return tuple(sorted(found.values(), key=lambda spine: grain_order(spine.grain)))


def _listed(given: Any) -> list[dict[str, Any]]:
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _of_configuration(given: dict[str, Any], relation: Relation) -> Spine:
    primary = given.get("primary_column")
    primary = primary if isinstance(primary, dict) else {}
    return _spine(
        given.get("node_relation"),
        primary.get("name"),
        primary.get("time_granularity"),
        given.get("custom_granularities"),
        relation,
    )


def _of_node(node: dict[str, Any], relation: Relation) -> Spine:
    """A dbt model with `time_spine:`; the grain is written on the column."""
    spine = node["time_spine"]
    column = spine.get("standard_granularity_column")
    columns = node.get("columns")
    described = columns.get(column) if isinstance(columns, dict) else None
    grain = described.get("granularity") if isinstance(described, dict) else None
    return _spine(node, column, grain, spine.get("custom_granularities"), relation)


def _of_legacy(given: dict[str, Any], relation: Relation) -> Spine:
    location = given.get("location")
    words = location.split(".") if isinstance(location, str) else []
    node = {"relation_name": location} if words else None
    return _spine(node, given.get("column_name"), given.get("grain"), None, relation)


def _spine(node: Any, column: Any, grain: Any, custom: Any, relation: Relation) -> Spine:
    name, table = relation(node)
    grain = str(grain or "day").lower()
    if not isinstance(column, str) or not NAME.match(column):
        raise Wrong("its column is not a plain word")
    if grain not in GRAINS:
        raise Wrong(f"its granularity {grain[:40]!r} is not one of {', '.join(GRAINS)}")
    columns: dict[str, str] = {}
    for one in _listed(custom):
        word = one.get("name")
        of = one.get("column_name") or word
        if not isinstance(word, str) or not isinstance(of, str) or not NAME.match(word) or not NAME.match(of):
            raise Wrong("one of its custom_granularities is not a plain word")
        if word.lower() in GRAINS:
            raise Wrong(f"its custom granularity {word!r} is called like a standard one")
        columns[word.lower()] = of
    rule = table.rule if table is not None else AttributeRule()
    return Spine(name, column, grain, columns, guard_of(table), rule)
