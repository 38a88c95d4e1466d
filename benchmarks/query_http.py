"""What the way through the server adds to a question: over HTTP, beside the same statement straight on the engine.

Both run by turns in the same minute on the same file, so the ratios stand also on a busy machine. No answer is taken
from memory (`refresh`). Goals: ≤ 1.2 × where the engine takes 50 ms or more, ≤ 5 ms more where it takes less; for
100,000 rows × 8 columns the ratio to the engine's own fetch is told, as JSON by columns and as Arrow.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import httpx
import pyarrow as pa
from benchmarks.demo_server import DemoServer, demo_server

from vitrail.warehouse.duckdb import SETTINGS

ROUNDS, ROWS = 25, 100_000
ARROW = "application/vnd.apache.arrow.stream"
SMALL = {
    "exploreName": "customers",
    "dimensions": ["customers_customer_type"],
    "metrics": ["customers_number_of_customers"],
}
LARGE = {
    "exploreName": "order_items",
    "dimensions": ["orders_order_date_month", "products_product_name", "customers_customer_type", "stores_store_name"],
    "metrics": ["order_items_product_revenue", "orders_average_order_value", "orders_p90_delivery_minutes"],
    "sorts": [{"fieldId": "order_items_product_revenue", "descending": True}],
    "limit": 500,
}
WIDE = {
    "exploreName": "order_items",
    "dimensions": [
        *("order_items_order_item_id", "order_items_order_id", "order_items_product_id", "products_product_name"),
        *("orders_order_date", "stores_store_name", "customers_customer_type"),
    ],
    "metrics": ["order_items_product_revenue"],
    "limit": ROWS,
}  # fmt: skip


def by_turns(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The median time of each in milliseconds, after one turn that does not count."""
    times: list[list[float]] = [[] for _ in works]
    for place in range(rounds + 1):
        for work, found in zip(works, times, strict=True):
            started = time.perf_counter()
            work()
            if place:
                found.append((time.perf_counter() - started) * 1000)
    return [statistics.median(found) for found in times]


def run() -> list[dict[str, Any]]:
    with patch.dict(os.environ, {"LIGHTDASH_QUERY_MAX_LIMIT": str(ROWS)}), demo_server() as server:
        client = httpx.Client(headers={"Authorization": f"Bearer {server.token}"}, timeout=120)
        with client, _engine(server) as engine:
            return _figures(server, client, engine)


def _engine(server: DemoServer) -> duckdb.DuckDBPyConnection:
    """The demo's warehouse as the server opens it."""
    path = next(Path(server.data).rglob("*.duckdb"))
    connection = duckdb.connect(str(path), read_only=True)
    for setting in SETTINGS:
        connection.execute(setting)
    return connection


def _figures(server: DemoServer, client: httpx.Client, engine: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    address = f"{server.url}/api/v1/projects/{server.project}/query"

    def asked(question: dict[str, Any], accept: str = "application/json") -> httpx.Response:
        parameters = {"refresh": "true", "columnar": "true"}
        answer = client.post(address, json=question, params=parameters, headers={"Accept": accept})
        answer.raise_for_status()
        return answer

    def direct(sql: str) -> list[Any]:
        return engine.execute(sql).fetchall()

    def nothing() -> httpx.Response:
        """An authenticated request that asks the warehouse nothing."""
        return client.get(f"{server.url}/api/v1/auth/me").raise_for_status()

    def statement(question: dict[str, Any]) -> str:
        answer = client.post(f"{address}/explain", json=question)
        answer.raise_for_status()
        return str(answer.json()["sql"])

    found = []
    for name, question in (("small", SMALL), ("large", LARGE)):
        sql = statement(question)
        through, straight, floor = by_turns(ROUNDS, partial(asked, question), partial(direct, sql), nothing)
        found += [
            _figure(f"query_http_{name}_engine", straight, "ms", None),
            _figure(f"query_http_{name}_empty_request", floor, "ms", None),
            _figure(f"query_http_{name}_added", through - straight, "ms", 5 if straight < 50 else None),
            _figure(f"query_http_{name}_over_engine", through / straight, "ratio", 1.2 if straight >= 50 else None),
        ]
    sql = statement(WIDE)
    assert [len(column) for column in asked(WIDE).json()["values"]] == [ROWS] * 8
    by_columns, by_arrow, rows, table = by_turns(
        5,
        lambda: asked(WIDE).json(),
        lambda: pa.ipc.open_stream(io.BytesIO(asked(WIDE, ARROW).content)).read_all(),
        partial(direct, sql),
        lambda: engine.execute(sql).to_arrow_table(),
    )
    found += [
        _figure("query_http_100000x8_engine_rows", rows, "ms", None),
        _figure("query_http_100000x8_engine_arrow", table, "ms", None),
        _figure("query_http_100000x8_json_over_engine_rows", by_columns / rows, "ratio", None),
        _figure("query_http_100000x8_arrow_over_engine_rows", by_arrow / rows, "ratio", None),
        _figure("query_http_100000x8_arrow_over_engine_arrow", by_arrow / table, "ratio", None),
    ]
    return found


def _figure(name: str, value: float, unit: str, goal: float | None) -> dict[str, Any]:
    meets = None if goal is None else value <= goal
    return {"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "meets": meets, "reference": ""}


if __name__ == "__main__":
    json.dump(run(), sys.stdout, indent=1)
