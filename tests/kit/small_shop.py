"""The demo's dbt project, and a warehouse for it with next to nothing in it."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

DBT = Path(__file__).parents[2] / "demo" / "dbt"


def warehouse(path: Path, *, stores: int = 1, without: str = "") -> None:
    """Every table of the project but `without`, empty; `stores` rows, all in the West, in that of the stores."""
    new = path.with_name("new")  # put in its place whole, as a careful operator does
    manifest = json.loads((DBT / "target" / "manifest.json").read_text())
    with duckdb.connect(str(new)) as made:
        for node in manifest["nodes"].values():
            if node.get("resource_type") != "model" or node["name"] == without:
                continue
            columns = ", ".join(f'"{name}" VARCHAR' for name in node["columns"])
            made.execute(f'CREATE SCHEMA IF NOT EXISTS "{node["schema"]}"')
            made.execute(f'CREATE TABLE "{node["schema"]}"."{node["name"]}" ({columns})')
            if node["name"] == "stores":
                rows = "SELECT i, 'West' FROM range(?) t(i)"
                made.execute(f'INSERT INTO "{node["schema"]}"."stores" (store_id, region) {rows}', [stores])
    new.rename(path)
