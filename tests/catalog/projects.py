"""dbt projects for tests: YAML text → a folder with a manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from demo.manifest import node

from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog


def write_project(folder: Path, schema: str, adapter: str = "duckdb") -> Path:
    """A project with one `schema.yml`, run by dbt on the warehouse of an adapter."""
    document: dict[str, Any] = yaml.safe_load(schema)
    (folder / "target").mkdir(parents=True, exist_ok=True)
    (folder / "models").mkdir()
    (folder / "models" / "schema.yml").write_text(schema)
    models = [node(model, "schema.yml") for model in document["models"]]
    manifest = {"metadata": {"adapter_type": adapter}, "nodes": {m["unique_id"]: m for m in models}}
    (folder / "target" / "manifest.json").write_text(json.dumps(manifest))
    return folder


def catalog_of(folder: Path, schema: str, adapter: str = "duckdb") -> Catalog:
    return load_catalog(write_project(folder, schema, adapter))
