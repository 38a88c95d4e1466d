"""Write `dbt/target/manifest.json` from the demo's YAML, in the shape dbt gives it.

`python -m demo.manifest` after an edit of `dbt/models/*.yml`. It exists because dbt itself need not be installed:
only the parts of a manifest that a catalog is made of are written. A test compares the committed file with it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parent / "dbt"
NAME = "jaffle_vitrail"


def _column(column: dict[str, Any]) -> dict[str, Any]:
    meta = column.get("meta") or column.get("config", {}).get("meta", {})
    return {
        "name": column["name"],
        "description": column.get("description", ""),
        "data_type": column.get("data_type"),
        "meta": meta,
        "config": {"meta": meta, "tags": []},
        "tags": [],
    }


def node(model: dict[str, Any], file: str) -> dict[str, Any]:
    """A model of a `schema.yml` as dbt writes it into a manifest."""
    config = model.get("config", {})
    meta = model.get("meta") or config.get("meta", {})
    name = model["name"]
    return {
        "resource_type": "model",
        "unique_id": f"model.{NAME}.{name}",
        "name": name,
        "alias": name,
        "package_name": NAME,
        "database": None,
        "schema": "main",
        # Without a database name, so that the file may have any name and lie anywhere.
        "relation_name": f'"main"."{name}"',
        "description": model.get("description", ""),
        "original_file_path": f"models/{name}.sql",
        "patch_path": f"{NAME}://models/{file}",
        "columns": {column["name"]: _column(column) for column in model.get("columns", [])},
        "meta": meta,
        "config": {"enabled": True, "materialized": "table", "meta": meta, "tags": config.get("tags", [])},
        "tags": config.get("tags", []),
        "depends_on": {"macros": [], "nodes": [f"source.{NAME}.jaffle.{name}"]},
    }


def manifest() -> dict[str, Any]:
    """The manifest as a mapping: `metadata` and the models under `nodes`."""
    nodes: dict[str, Any] = {}
    for path in sorted((PROJECT / "models").glob("*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            made = node(model, path.name)
            nodes[made["unique_id"]] = made
    return {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "project_name": NAME,
            "adapter_type": "duckdb",
        },
        "nodes": nodes,
    }


def write() -> Path:
    target = PROJECT / "target" / "manifest.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(manifest(), indent=1) + "\n", encoding="utf-8")
    return target


if __name__ == "__main__":
    write()
