"""What comes back for a question over HTTP: rows, columns or Arrow; of now or kept, and how old; why it is so."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pyarrow as pa
import pytest
from fastapi import FastAPI

from tests.kit import small_shop
from tests.kit.instance import ADA, Instance
from vitrail.access.roles import Role
from vitrail.projects import data as project_data
from vitrail.projects import service
from vitrail.projects.arrow_answer import MEDIA_TYPE
from vitrail.projects.service import Connection
from vitrail.projects.tables import ProjectRow
from vitrail.warehouse.dialect import DUCKDB
from vitrail.warehouse.protocol import Rows

COUNTED = {"exploreName": "stores", "metrics": ["stores_store_count"], "dimensions": ["stores_region"]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.duckdb"
    small_shop.warehouse(path, stores=3)
    return path


@pytest.fixture
async def asked(instance: Instance, file: Path) -> str:
    """The address that questions go to, with the small shop behind it."""
    async with instance.services.db.session() as session:
        project = await session.get_one(ProjectRow, instance.project_id)
        connection = Connection(small_shop.DBT, f"duckdb:///{file}")
        await service.reconnect(session, instance.services.secrets, None, project, connection)
    return f"/api/v1/projects/{instance.project_id}/query"


async def test_rows_columns_and_arrow_say_the_same(ada: httpx.AsyncClient, asked: str) -> None:
    rows = (await ada.post(asked, json=COUNTED)).json()
    assert rows["rows"] == [["West", 3]]
    assert rows["values"] is None
    columns = (await ada.post(asked, json=COUNTED, params={"columnar": True})).json()
    assert (columns["rows"], columns["values"]) == ([], [["West"], [3]])
    answer = await ada.post(asked, json=COUNTED, headers={"Accept": MEDIA_TYPE})
    assert answer.headers["content-type"] == MEDIA_TYPE
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table.to_pydict() == {"stores_region": ["West"], "stores_store_count": [3]}
    assert table.schema.field("stores_store_count").type == pa.int64()
    assert table.schema.field("stores_store_count").metadata[b"label"] == rows["columns"][1]["label"].encode()
    assert orjson.loads(table.schema.metadata[b"vitrail"])["truncated"] is False


async def test_an_answer_with_nothing_in_it_has_its_columns(ada: httpx.AsyncClient, asked: str) -> None:
    none = {**COUNTED, "filters": {"dimensions": {"and": [
        {"target": {"fieldId": "stores_region"}, "operator": "equals", "values": ["Nowhere"]}]}}}  # fmt: skip
    assert (await ada.post(asked, json=none, params={"columnar": True})).json()["values"] == [[], []]
    answer = await ada.post(asked, json=none, headers={"Accept": MEDIA_TYPE})
    assert pa.ipc.open_stream(answer.content).read_all().num_rows == 0


async def test_an_error_is_a_problem_whatever_was_accepted(ada: httpx.AsyncClient, asked: str) -> None:
    answer = await ada.post(asked, json={**COUNTED, "metrics": ["stores_store_cont"]}, headers={"Accept": MEDIA_TYPE})
    assert (answer.status_code, answer.json()["details"][0]["suggestions"]) == (422, ["stores_store_count"])


async def test_totals_subtotals_and_a_pivot_come_along(ada: httpx.AsyncClient, asked: str) -> None:
    question = {
        **COUNTED,
        "dimensions": ["stores_region", "stores_store_name"],
        "totals": True,
        "subtotals": [["stores_region"]],
        "pivot": {"columns": ["stores_region"]},
    }
    found = (await ada.post(asked, json=question)).json()
    assert found["totals"] == [None, None, 3]
    assert found["subtotals"] == [{"dimensions": ["stores_region"], "rows": [["West", None, 3]], "truncated": False}]
    assert found["pivot"] == {
        "index": ["stores_store_name"],
        "columns": [{"values": ["West"], "field": "stores_store_count"}],
        "rows": [[None, 3]],
        "columnsTruncated": False,
    }


async def test_a_kept_answer_says_how_old_it_is_and_refresh_asks_anew(ada: httpx.AsyncClient, asked: str) -> None:
    first = (await ada.post(asked, json=COUNTED)).json()["asOf"]
    again = (await ada.post(asked, json=COUNTED)).json()["asOf"]
    anew = (await ada.post(asked, json=COUNTED, params={"refresh": True})).json()["asOf"]
    assert first == again
    assert datetime.fromisoformat(anew) > datetime.fromisoformat(first)
    assert (await ada.post(asked, json=COUNTED)).json()["asOf"] == anew, "what came is kept"


async def test_a_file_put_in_the_place_of_another_is_read(
    ada: httpx.AsyncClient, asked: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await ada.post(asked, json=COUNTED)).json()["rows"] == [["West", 3]]
    small_shop.warehouse(file, stores=5)
    monkeypatch.setattr(project_data, "LOOK_AGAIN_S", 0.0)
    assert (await ada.post(asked, json=COUNTED)).json()["rows"] == [["West", 5]]


async def test_why_a_number_is_told_to_those_who_may_explore(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient, instance: Instance, asked: str
) -> None:
    explained = (await ada.post(f"{asked}/explain", json=COUNTED)).json()
    region, count = explained["columns"]
    assert (region["model"], count["model"], count["type"]) == ("stores", "stores", "count")
    assert count["file"].endswith(".yml")
    assert explained["sql"].startswith("SELECT")
    assert "There is one row for each" in " ".join(explained["plan"])
    assert (await stranger.post(f"{asked}/explain", json=COUNTED)).status_code == 401
    viewer = instance.by_token(await instance.add_person("viewer", project_role=Role.VIEWER))
    async with viewer:
        assert (await viewer.post(f"{asked}/explain", json=COUNTED)).status_code == 403


class Slow:
    """An engine that answers when it is told to, and says when a statement was stopped."""

    unchanging = False

    def __init__(self, dialect: Any) -> None:
        self.dialect = dialect
        self.asked = asyncio.Event()
        self.stopped = asyncio.Event()

    async def execute(self, sql: str, parameters: Any = (), **_: Any) -> Rows:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.stopped.set()
            raise
        raise AssertionError

    async def close(self) -> None:
        return None


async def test_who_goes_away_leaves_no_statement_running(
    instance: Instance, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(DUCKDB)
    monkeypatch.setattr(project_data, "connect", lambda _: slow)
    gone = asyncio.Event()
    calling = asyncio.create_task(called(instance.app, asked, orjson.dumps(COUNTED), gone))
    await asyncio.wait_for(slow.asked.wait(), 10)
    gone.set()
    await asyncio.wait_for(slow.stopped.wait(), 10)
    assert await calling in (499, None)


async def called(app: FastAPI, path: str, body: bytes, gone: asyncio.Event) -> int | None:
    """One request of Ada's, spoken as a server speaks it; `gone`: she closes the connection."""
    sent = False
    status: int | None = None

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    headers = [(b"host", b"vitrail.test"), (b"content-type", b"application/json"),
               (b"authorization", f"Bearer {ADA.token}".encode())]  # fmt: skip
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": path,
             "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http", "headers": headers,
             "client": ("127.0.0.1", 1), "server": ("vitrail.test", 80), "state": {}}  # fmt: skip
    await app(scope, receive, send)  # type: ignore[arg-type]
    return status
