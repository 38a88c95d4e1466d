"""The same questions to the same dbt semantic layer: how long until the SQL is there, here and in MetricFlow.

MetricFlow is installed from PyPI into a folder of its own for the run, and runs in a process of its own; where that
can't be, its figures are left out. Both are warm and in process, one after the other on the same machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.query_compile import median_ms

from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import Limits, compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DUCKDB

CHILD = Path(__file__).with_name("_metricflow.py")


def _model(name: str, entities: list[dict[str, str]], dimensions: list[str], measures: list[str]) -> dict[str, Any]:
    day = {"name": "day", "type": "time", "expr": "day", "type_params": {"time_granularity": "day"}}
    return {
        "name": name,
        "node_relation": {"alias": name, "schema_name": "main", "relation_name": f'"main"."{name}"'},
        "defaults": {"agg_time_dimension": "day"} if measures else None,
        "entities": entities,
        "dimensions": [day, *({"name": d, "type": "categorical"} for d in dimensions)],
        "measures": [{"name": m, "agg": "sum", "expr": m} for m in measures],
    }


def _simple(name: str) -> dict[str, Any]:
    return {"name": name, "type": "simple", "type_params": {"measure": {"name": name}}}


def manifest() -> dict[str, Any]:
    """Orders with customers with regions, and visits; a ratio, an offset and a conversion."""
    customer = {"name": "customer", "type": "foreign", "expr": "customer_id"}
    conversion = {
        "base_measure": {"name": "visits"}, "conversion_measure": {"name": "orders"}, "entity": "customer",
        "calculation": "conversion_rate", "window": {"count": 7, "granularity": "day"},
    }  # fmt: skip
    before = {"name": "revenue", "alias": "before", "offset_window": {"count": 1, "granularity": "month"}}
    spine = {"alias": "days", "schema_name": "main", "relation_name": '"main"."days"'}
    return {
        "semantic_models": [
            _model("orders", [{"name": "order", "type": "primary", "expr": "id"}, customer], ["status"],
                   ["revenue", "cost", "orders"]),
            _model("customers", [{"name": "customer", "type": "primary", "expr": "id"},
                                 {"name": "region", "type": "foreign", "expr": "region_id"}], ["segment"], []),
            _model("regions", [{"name": "region", "type": "primary", "expr": "id"}], ["country"], []),
            _model("visited", [{"name": "visit", "type": "primary", "expr": "id"}, customer], ["channel"], ["visits"]),
        ],
        "metrics": [
            *map(_simple, ("revenue", "cost", "orders", "visits")),
            {"name": "cost_share", "type": "ratio",
             "type_params": {"numerator": {"name": "cost"}, "denominator": {"name": "revenue"}}},
            {"name": "growth", "type": "derived",
             "type_params": {"expr": "revenue - before", "metrics": [{"name": "revenue"}, before]}},
            {"name": "conversion", "type": "conversion", "type_params": {"conversion_type_params": conversion}},
        ],
        "project_configuration": {
            "time_spine_table_configurations": [],
            "time_spines": [{"node_relation": spine, "primary_column": {"name": "day", "time_granularity": "day"}}],
        },
        "saved_queries": [],
    }  # fmt: skip


QUERIES: dict[str, dict[str, list[str]]] = {
    "simple": {"metrics": ["revenue"], "by": ["metric_time__month"]},
    "ratio": {"metrics": ["cost_share"], "by": ["metric_time__month"]},
    "two_metrics_multi_hop": {"metrics": ["revenue", "visits"], "by": ["customer__region__country"]},
    "offset": {"metrics": ["growth"], "by": ["metric_time__month"]},
    "conversion": {"metrics": ["conversion"], "by": ["metric_time__month"]},
}


def metricflow(folder: Path) -> list[float] | None:
    """Milliseconds of each query; None when MetricFlow can't be installed."""
    program = str(folder / "venv" / "bin" / "python")
    uv = str(Path(sys.executable).with_name("uv"))
    for command in (
        [uv, "venv", "-q", "--python", sys.executable, str(folder / "venv")],
        [uv, "pip", "install", "-q", "--python", program, "metricflow"],
    ):
        ran = subprocess.run(command, capture_output=True, text=True)
        if ran.returncode:
            print(f"  MetricFlow is left out: {ran.stderr.strip()[-300:]}", file=sys.stderr)
            return None
    files = [folder / "target" / "semantic_manifest.json", folder / "queries.json"]
    ran = subprocess.run([program, str(CHILD), *map(str, files)], capture_output=True, text=True)
    if ran.returncode:
        print(f"  MetricFlow failed: {ran.stderr.strip()[-1000:]}", file=sys.stderr)
        return None
    found: list[float] = json.loads(ran.stdout.splitlines()[-1])
    return found


def ours(catalog: Catalog) -> list[float]:
    """The explore `metrics` has every metric, and the dimensions by which they can be asked."""
    explore = next(e for e in catalog.explores.values() if e.name == "metrics")
    ids = {metric.name: metric.id for metric in explore.metrics()}
    found = []
    for query in QUERIES.values():
        by = [name.replace("__country", "_country").replace("metric_time__", "metric_time_") for name in query["by"]]
        asked = {"exploreName": "metrics", "dimensions": by, "metrics": [ids[name] for name in query["metrics"]]}
        question = MetricQuery.model_validate(asked)
        found.append(median_ms(partial(compile_query, question, catalog, Viewer(), DUCKDB, limits=Limits()), 200))
    return found


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "target").mkdir()
        (folder / "target" / "semantic_manifest.json").write_text(json.dumps(manifest()))
        about = {"metadata": {"adapter_type": "duckdb"}, "nodes": {}}
        (folder / "target" / "manifest.json").write_text(json.dumps(about))
        (folder / "queries.json").write_text(json.dumps(list(QUERIES.values())))
        here = ours(load_catalog(folder))
        there: Sequence[float | None] = metricflow(folder) or (None,) * len(here)
    return [
        {"name": f"semantic_compile_{kind}", "value": round(one, 4), "unit": "ms", "goal": 3, "meets": one <= 3,
         "reference": f"MetricFlow in the same run: {other:.1f} ms" if other is not None else "MetricFlow was left out"}
        for kind, one, other in zip(QUERIES, here, there, strict=True)
    ]  # fmt: skip


if __name__ == "__main__":
    json.dump(run(), sys.stdout, indent=1)
