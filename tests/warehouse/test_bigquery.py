"""Google's client against a server that speaks BigQuery's REST with DuckDB behind it; no BigQuery ran here."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from tests.warehouse.served import Served
from tests.warehouse.suite import TABLES, ServerSuite
from tests.warehouse.wire.bigquery import BigQueryServer
from tests.warehouse.wire.engine import Engine
from vitrail.errors import InvalidInput
from vitrail.warehouse.connect import connect

pytest.importorskip(
    "google.cloud.bigquery", reason="The BigQuery driver is not installed (pip install 'vitrail[bigquery]')."
)


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    from vitrail.warehouse import bigquery

    monkeypatch.setattr(bigquery, "_RETRY", bigquery._RETRY.with_timeout(0.5))


@pytest.fixture(scope="module")
def engine() -> Iterator[Served]:
    with BigQueryServer(Engine("bigquery", TABLES)) as server:
        emulator = f"http://127.0.0.1:{server.port}"
        yield Served(server, f"bigquery://a-project/main?location=EU&api_endpoint={emulator}&anonymous=true")


class TestBigQuery(ServerSuite):
    refused = (
        "SELECT * FROM EXTERNAL_QUERY('x', 'delete from samples')", "EXPORT DATA OPTIONS (uri='gs://x') AS SELECT 1",
        "DECLARE x INT64", "BEGIN SELECT 1; END", "CALL x()", "EXECUTE IMMEDIATE 'select 1'", "ASSERT TRUE",
        "CREATE TEMP FUNCTION f() AS (1); SELECT f()", "LOAD DATA INTO x FROM FILES (uris=['gs://x'])",
        "SELECT * FROM ML.PREDICT(MODEL x, TABLE samples)",
    )  # fmt: skip


async def test_each_job_has_its_dataset_its_time_and_a_label(engine: Served) -> None:
    opened = connect(engine.url + "&maximum_bytes_billed=1000000")
    await opened.execute("SELECT 1 AS i", timeout_s=7.5)
    await opened.close()
    job = engine.server.jobs[-1]
    assert job["query"]["useLegacySql"] is False
    assert job["query"]["defaultDataset"] == {"projectId": "a-project", "datasetId": "main"}
    assert job["query"]["maximumBytesBilled"] == "1000000"
    assert job["jobTimeoutMs"] == "7500"
    assert job["labels"] == {"app": "vitrail"}


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("bigquery://a-project", "no dataset"),
        ("bigquery:///main", "no project"),
        ("bigquery://p/d/t", "more than a dataset"),
        ("bigquery://p/d?anonymous=true", "Only an emulator"),
        ("bigquery://p/d?maximum_bytes_billed=lots", "whole number"),
        ("bigquery://p/d?credentials_base64=secret", "can't be used"),
        (f"bigquery://p/d?credentials_base64={base64.b64encode(b'{}').decode()}", "can't be used"),
        (f"bigquery://p/d?credentials_base64={base64.b64encode(b'[1]').decode()}", "can't be used"),
        ("bigquery://p/d?credentials_file=/nowhere/key.json", "can't be used"),
        ("bigquery://p/d?key=secret", "no option 'key'"),
    ],
)
def test_an_address_that_is_none(url: str, cause: str) -> None:
    with pytest.raises(InvalidInput, match=cause) as refused:
        connect(url)
    assert "secret" not in str(refused.value.problem())
