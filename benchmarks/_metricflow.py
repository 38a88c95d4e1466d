# mypy: ignore-errors
"""Run by MetricFlow's own Python, where nothing of ours is: median milliseconds from a query to its SQL text.

In: a semantic manifest and queries as JSON files. Out: one number for each query, as JSON.
"""

import json
import statistics
import sys
import time
from pathlib import Path

from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
from metricflow_semantic_interfaces.transformations.semantic_manifest_transformer import (
    PydanticSemanticManifestTransformer,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

ROUNDS = 20


class Client:
    """What MetricFlow asks of a warehouse when it only writes SQL."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()

    def render_bind_parameter_key(self, key: str) -> str:
        return f"${key}"


def main() -> None:
    manifest = PydanticSemanticManifest.parse_obj(json.loads(Path(sys.argv[1]).read_text()))
    manifest = PydanticSemanticManifestTransformer.transform(manifest)
    engine = MetricFlowEngine(SemanticManifestLookup(manifest), Client())
    found = []
    for query in json.loads(Path(sys.argv[2]).read_text()):
        times = []
        for _ in range(ROUNDS + 1):
            request = MetricFlowQueryRequest.create(metric_names=query["metrics"], group_by_names=query["by"])
            started = time.perf_counter()
            engine.explain(request)
            times.append(time.perf_counter() - started)
        found.append(statistics.median(times[1:]) * 1000)
    json.dump(found, sys.stdout)


main()
