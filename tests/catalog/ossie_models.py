"""Ossie models for tests, and their answers on DuckDB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import yaml

from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import Limits, run_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.connect import connect


def expression(text: str, **others: str) -> dict[str, Any]:
    """An expression in ANSI_SQL, and in the dialects named."""
    given = {"ANSI_SQL": text} | others
    return {"dialects": [{"dialect": name, "expression": each} for name, each in given.items() if each]}


def field(name: str, sql: str | None = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "expression": expression(sql or name), **more}


def dataset(name: str, *fields: str | dict[str, Any], **more: Any) -> dict[str, Any]:
    """A dataset over the table of its name, with plain fields where only names are given."""
    made = [field(each) if isinstance(each, str) else each for each in fields]
    return {"name": name, "source": f"main.{name}", "primary_key": ["id"], "fields": made, **more}


def relationship(name: str, many: str, one: str, **columns: str) -> dict[str, Any]:
    """`columns`: those of the many side, each with that of the one side."""
    pairs = {"from_columns": list(columns), "to_columns": list(columns.values())}
    return {"name": name, "from": many, "to": one, **pairs}


def metric(name: str, text: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "expression": expression(text), **more}


def document(*datasets: Any, relationships: Any = (), metrics: Any = (), **more: Any) -> dict[str, Any]:
    model = {"name": "shop", "datasets": list(datasets), **more}
    if relationships:
        model["relationships"] = list(relationships)
    if metrics:
        model["metrics"] = list(metrics)
    return {"version": "0.2.0.dev0", "semantic_model": [model]}


def written(folder: Path, given: Any, name: str = "shop.ossie.yaml") -> Path:
    """The folder with a file in it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(given if isinstance(given, str) else yaml.safe_dump(given, sort_keys=False))
    return folder


def catalog_of(folder: Path, given: Any, adapter: str | None = None) -> Catalog:
    return load_catalog(written(folder, given), adapter)


def filled(path: Path, statements: str) -> Path:
    """A DuckDB file made by these statements."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(statements)
    return path


async def ask(
    catalog: Catalog, warehouse: Path | str, explore: str, dimensions: list[str], metrics: list[str], **attributes: str
) -> list[list[Any]]:
    """The rows of an answer, sorted."""
    query = MetricQuery.model_validate({"exploreName": explore, "dimensions": dimensions, "metrics": metrics})
    opened = connect(str(warehouse))
    viewer = Viewer(attributes={name: (value,) for name, value in attributes.items()})
    try:
        return (await run_query(query, catalog, viewer, opened, limits=Limits())).rows
    finally:
        await opened.close()
