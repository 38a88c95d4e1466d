"""The official client against a server that speaks Trino's protocol with DuckDB behind it; no Trino ran here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.warehouse.served import Served
from tests.warehouse.suite import TABLES, ServerSuite
from tests.warehouse.wire.engine import Engine
from tests.warehouse.wire.trino import TrinoServer
from vitrail.errors import InvalidInput
from vitrail.warehouse.connect import connect

trino = pytest.importorskip("trino", reason="The Trino driver is not installed (pip install 'vitrail[trino]').")


@pytest.fixture(scope="module")
def engine() -> Iterator[Served]:
    with TrinoServer(Engine("trino", TABLES)) as server:
        yield Served(server, f"trino://reader@127.0.0.1:{server.port}/lake/main?http_scheme=http")


class TestTrino(ServerSuite):
    refused = (
        "WITH d AS (DELETE FROM samples) SELECT * FROM d", "CALL system.x()", "SHOW TABLES", "DESCRIBE samples",
        "SELECT * FROM TABLE(lake.system.query(query => 'delete from samples'))", "SET SESSION x = 1", "USE lake.x",
        "START TRANSACTION", "PREPARE x FROM SELECT 1", "VALUES 1", "REFRESH MATERIALIZED VIEW x", "ANALYZE samples",
    )  # fmt: skip


async def test_each_statement_says_who_asks_for_how_long_and_in_which_clocks(engine: Served) -> None:
    opened = connect(engine.url)
    await opened.execute("SELECT 1 AS i", timeout_s=7.5)
    await opened.close()
    headers = next(r for r in reversed(engine.server.requests) if r.path == "/v1/statement").headers
    assert headers["x-trino-user"] == "reader"
    assert headers["x-trino-source"] == "vitrail"
    assert headers["x-trino-catalog"], headers["x-trino-schema"] == ("lake", "main")
    assert headers["x-trino-time-zone"] == "UTC"
    assert headers["x-trino-session"] == "query_max_run_time=8s"


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("trino://reader@h", "no catalog"),
        ("trino://h/lake", "no user"),
        ("trino://u:secret@h/lake?http_scheme=http", "not sent to Trino over http"),
        ("trino://u@h/lake?http_scheme=ftp", "http or https"),
        ("trino://u:secret@h/lake?verify=false", "no option 'verify'"),
        ("trino://u:secret@h/lake/main/orders", "more than a catalog"),
    ],
)
def test_an_address_that_is_none(url: str, cause: str) -> None:
    with pytest.raises(InvalidInput, match=cause) as refused:
        connect(url)
    assert "secret" not in str(refused.value.problem())
