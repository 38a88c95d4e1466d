"""How long a question takes to become a statement, and a project to become a catalog.

Goals from the design: ≤ 0.4 ms simple, ≤ 3 ms the hardest, 70 metrics × 100 dimensions ≤ 1 s, 1,000 models ≤ 3 s and
≤ 400 MB, and as fast in a project of 127 or 1,000 models as in one of 4.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import Limits, compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DUCKDB

DEMO = Path(__file__).parents[1] / "demo" / "dbt"
ADA = Viewer({"region": ("West", "Central", "East"), "finance": ("yes",)})
SIMPLE = {"exploreName": "orders", "dimensions": ["orders_order_date_month"], "metrics": ["orders_total_revenue"]}
HARD = {
    "exploreName": "order_items",
    "dimensions": ["products_product_name", "orders_order_date_month", "customers_customer_type"],
    "metrics": [
        *("order_items_product_revenue", "order_items_product_gross_margin", "orders_gross_margin"),
        *("orders_average_order_value", "orders_p90_delivery_minutes", "stores_total_seats"),
        "customers_average_lifetime_value",
    ],
    "filters": {
        "dimensions": {
            "and": [
                {"target": {"fieldId": "customers_customer_type"}, "operator": "equals", "values": ["New", "Loyal"]},
                {"or": [
                    {"target": {"fieldId": "orders_order_date"}, "operator": "inThePast", "values": [12],
                     "settings": {"unitOfTime": "months", "completed": True}},
                    {"target": {"fieldId": "products_category"}, "operator": "include", "values": ["coffee"]},
                ]},
            ]
        },
        "metrics": {"and": [{"target": {"fieldId": "orders_total_revenue"}, "operator": "greaterThan", "values": [5]}]},
    },
    "sorts": [{"fieldId": "orders_gross_margin", "descending": True}],
}  # fmt: skip


def median_ms(work: Callable[[], object], rounds: int) -> float:
    work()
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def by_turns(works: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """The median time of each, in seconds; one after the other, so that what else the machine does hits all alike."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, found in zip(works, times, strict=True):
            started = time.perf_counter()
            work()
            found.append(time.perf_counter() - started)
    return [statistics.median(found) for found in times]


def peak_mb(folder: Path) -> float:
    """The most memory that a process takes which does nothing but load a project."""
    program = (
        "import resource, sys; from pathlib import Path; from vitrail.catalog.load import load_catalog; "
        "load_catalog(Path(sys.argv[1])); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True)
    return int(ran.stdout) / 1024


def compiling(catalog: Catalog, question: dict[str, Any]) -> Callable[[], object]:
    query = MetricQuery.model_validate(question)
    return lambda: compile_query(query, catalog, ADA, DUCKDB, limits=Limits())


def project(folder: Path, models: int, dimensions: int = 25, metrics: int = 10) -> Path:
    """A project of `models` models, each joined to the next two."""
    nodes = {}
    for number in range(models):
        name = f"model_{number}"
        columns: dict[str, Any] = {
            f"c{i}": {"name": f"c{i}", "data_type": "date" if i == 1 else "int", "meta": {}} for i in range(dimensions)
        }
        columns["c0"]["meta"] = {
            "metrics": {f"m{i}": {"type": "sum", "sql": f"${{c{i}}} * {i}"} for i in range(metrics)}
        }
        joins = [
            {"join": f"model_{(number + step) % models}", "relationship": "many-to-one",
             "sql_on": f"${{{name}.c2}} = ${{model_{(number + step) % models}.c0}}"}
            for step in (1, 2)
        ]  # fmt: skip
        nodes[f"model.p.{name}"] = {
            "resource_type": "model", "name": name, "relation_name": f'"main"."{name}"', "columns": columns,
            "meta": {"joins": joins, "primary_key": "c0"},
        }  # fmt: skip
    (folder / "target").mkdir(parents=True)
    (folder / "target" / "manifest.json").write_text(json.dumps({"nodes": nodes}))
    return folder


def wide(folder: Path) -> Callable[[], object]:
    catalog = load_catalog(project(folder, 3, dimensions=100, metrics=70))
    fields = [f"model_0_c{i}" for i in range(100)], [f"model_0_m{i}" for i in range(70)]
    return compiling(catalog, {"exploreName": "model_0", "dimensions": fields[0], "metrics": fields[1]})


def row(name: str, value: float, unit: str, goal: float | None, reference: str = "") -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value, 4),
        "unit": unit,
        "goal": goal,
        "meets": goal is None or value <= goal,
        "reference": reference,
    }


def run() -> list[dict[str, Any]]:
    demo = load_catalog(DEMO)
    found = [
        row("query_compile_simple", median_ms(compiling(demo, SIMPLE), 300), "ms", 0.4, "MetricFlow 16, Cube 0.45"),
        row("query_compile_hard", median_ms(compiling(demo, HARD), 200), "ms", 3, "MetricFlow 136"),
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        value = median_ms(wide(folder / "wide"), 5)
        found.append(row("query_compile_70x100", value, "ms", 1000, "MetricFlow > 10 min"))
        project(folder / "many", 1000)
        started = time.perf_counter()
        many = load_catalog(folder / "many")
        found.append(row("catalog_load_1000_models", time.perf_counter() - started, "s", 3))
        found.append(row("catalog_load_1000_models_memory", peak_mb(folder / "many"), "MB", 400))
        few, some = (load_catalog(project(folder / str(count), count)) for count in (4, 127))
        question = {"exploreName": "model_1", "dimensions": ["model_2_c1_month"], "metrics": ["model_1_m1"]}
        by_size = by_turns([compiling(catalog, question) for catalog in (few, some, many)], 1000)
        for place, count, reference in ((1, 127, "Cube 3.9"), (2, 1000, "")):
            ratio = by_size[place] / by_size[0]
            found.append(row(f"query_compile_{count}_models_over_4", ratio, "ratio", 1.1, reference))
    return found


if __name__ == "__main__":
    json.dump(run(), sys.stdout, indent=1)
